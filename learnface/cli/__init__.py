"""The command line: `learnface` and its subcommands, one a file."""

__all__ = []
