"""What a command says and exits with when it is interrupted (Ctrl-C)."""

import typer

__all__ = ["INTERRUPTED", "stopped"]

INTERRUPTED = 130  # exit code, as of any command that SIGINT ends


def stopped(kept: str) -> typer.Exit:
    """Print what is kept and how to go on, and return the exception to raise.

    Args:
        kept: the end of the sentence that begins with "stopped: ".
    """
    from rich.console import Console

    Console(stderr=True).print(
        f"stopped: {kept}", style="bold red", soft_wrap=True, markup=False, highlight=False
    )
    return typer.Exit(INTERRUPTED)
