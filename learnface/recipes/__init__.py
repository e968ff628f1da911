"""Published tables, reproduced: one paper, one file."""

__all__ = []
