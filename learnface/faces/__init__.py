"""One face: finding, aligning, normalising and cutting it."""

__all__ = []
