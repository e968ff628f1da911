"""Pictures and tables of results."""

__all__ = []
