"""Numbers and times as a reader wants them."""

__all__ = ["clock", "counted"]


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun, as in `1 file` or `1,234 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def clock(seconds: float) -> str:
    """Return seconds as `1:02:03` or `2:03`, below ten seconds with tenths."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
