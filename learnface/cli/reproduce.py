"""`learnface reproduce`: train and score what a paper reports, and print our numbers beside its own."""

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from learnface.cli._stopped import stopped
from learnface.quiet import start_tensorflow

__all__ = ["reproduce"]

_WORDS = {"true": True, "false": False, "none": None}


def reproduce(
    recipe: Annotated[
        str | None, typer.Argument(help="Name of the recipe; without it, all are listed.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the recipe's corpus.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for weights, reports, table. [default: runs/RECIPE]")
    ] = None,
    table: Annotated[
        list[str] | None, typer.Option(help="Only this table of the paper; may be repeated.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="Only this network of the table; may be repeated.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of weights, order, dropout and augmentation.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="How many seeds to run.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Fewer or more epochs than the recipe's.")] = None,
    precision: Annotated[
        str | None,
        typer.Option(help="float32, mixed_float16 (GPU) or mixed_bfloat16 (newer GPU, CPU with AMX)."),
    ] = None,
    xla: Annotated[bool, typer.Option("--xla", help="Compile with XLA (worth trying on a GPU).")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another setting of the recipe; may be repeated."),
    ] = None,
) -> None:
    """Reproduce a published table. A run that was stopped goes on when the same command is given again."""
    from rich.console import Console
    from rich.markdown import Markdown

    from learnface.errors import DataError
    from learnface.recipes import RECIPES, check_recipe, get_recipe

    console = Console()
    if recipe is None:
        for name, title in RECIPES.items():
            console.print(f"[bold]{name}[/]  {title}", highlight=False)
        return
    check_recipe(recipe)
    if data is None:
        raise DataError(f"say where the corpus is: learnface reproduce {recipe} --data DIR")
    if not data.exists():
        raise DataError(f"there is no {data}: give the corpus's folder or file with --data")
    start_tensorflow()
    module = get_recipe(recipe)
    out = out or Path("runs") / recipe
    given = {"tables": table, "models": model, "seed": seed, "seeds": seeds, "epochs": epochs}
    given |= {"dtype_policy": precision, "jit_compile": xla or None}
    given = {name: value for name, value in given.items() if value is not None}
    options = _known(recipe, module.run, given | _settings(settings or ()))
    try:
        module.run(data, out, **options)
    except KeyboardInterrupt:
        raise stopped(f"what is done is in {out}; give the same command again to go on") from None
    console.print(Markdown((out / "table.md").read_text(encoding="utf-8")))
    console.print(f"Reports and pictures are in {out}", highlight=False)


def _settings(texts: Sequence[str]) -> dict[str, Any]:
    """Return `NAME=VALUE` texts by name; a value that reads as a Python literal is one, and so are true and none."""
    from learnface.errors import DataError

    settings = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise DataError(f"--set {text} is not NAME=VALUE, such as --set size=48")
        settings[name] = _value(value)
    return settings


def _value(text: str) -> Any:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _known(recipe: str, run: Callable, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the options, once each is known to be one of the recipe's."""
    from learnface.errors import DataError

    parameters = inspect.signature(run).parameters.values()
    known = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise DataError(f"{recipe} has no setting {', '.join(unknown)}: it has {', '.join(known)}")
    for name, value in options.items():
        # Any other text would be taken for true.
        if isinstance(known[name], bool) and not isinstance(value, bool):
            raise DataError(f"{name}={value} says neither yes nor no: give {name}=true or {name}=false")
    return options
