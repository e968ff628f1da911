"""The `learnface` command: one subcommand a file, loaded only when it is called.

Subcommands import TensorFlow and friends inside their functions, so that `learnface --help` is instant.
"""

import importlib
import sys
from typing import NoReturn

import typer
from rich.console import Console
from rich.text import Text

from learnface.errors import LearnfaceError, is_full_disk
from learnface.version import __version__

__all__ = ["app", "main"]

COMMANDS = (
    "annotate",
    "check",
    "corpora",
    "evaluate",
    "explain",
    "finetune",
    "models",
    "predict",
    "prepare",
    "reproduce",
    "spot",
    "synthesize",
    "train",
)
"""The subcommands; each is the function of its name in the module of its name."""


def _flowing(text: str) -> str:
    """Join the lines of each paragraph: as written for the code's width, some versions of Typer break them there."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


app = typer.Typer(
    name="learnface",
    help="Recognise learners' emotions from faces: photographs, clips and videos.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _name in COMMANDS:
    _command = getattr(importlib.import_module(f"learnface.cli.{_name}"), _name)
    app.command(name=_name, help=_flowing(_command.__doc__ or ""))(_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"learnface {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Recognise learners' emotions from faces: photographs, clips and videos."""


def main() -> None:
    """Run the command line; a `LearnfaceError` or a full disk is told in one sentence and exits with code 2."""
    try:
        app()
    except LearnfaceError as error:
        _fail(str(error))
    except OSError as error:
        if not is_full_disk(error):
            raise
        _fail(f"{error.filename or 'a file'} cannot be written (the disk is full): make room and run again")


def _fail(sentence: str) -> NoReturn:
    message = Text.assemble(("error: ", "bold red"), sentence)  # not markup: messages hold brackets
    Console(stderr=True).print(message, soft_wrap=True)
    sys.exit(2)
