"""The `learnface` command: one subcommand a file, loaded only when it is called.

Subcommands import TensorFlow and friends inside their functions, so that `learnface --help` is instant.
"""

import sys

import typer
from rich.console import Console
from rich.text import Text

from learnface.cli import check, corpora, models, predict, prepare, reproduce, spot, synthesize
from learnface.errors import LearnfaceError
from learnface.version import __version__

__all__ = ["app", "main"]

app = typer.Typer(
    name="learnface",
    help="Recognise learners' emotions from faces: photographs, clips and videos.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command(name="check")(check.check)
app.command(name="corpora")(corpora.corpora)
app.command(name="models")(models.models)
app.command(name="predict")(predict.predict)
app.command(name="prepare")(prepare.prepare)
app.command(name="reproduce")(reproduce.reproduce)
app.command(name="spot")(spot.spot)
app.command(name="synthesize")(synthesize.synthesize)


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
    """Run the command line; a `LearnfaceError` is printed in one sentence and exits with code 2."""
    try:
        app()
    except LearnfaceError as error:
        message = Text.assemble(("error: ", "bold red"), str(error))  # not markup: messages hold brackets
        Console(stderr=True).print(message, soft_wrap=True)
        sys.exit(2)
