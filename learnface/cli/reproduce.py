"""`learnface reproduce`: train and score what a paper reports, and print our numbers beside its own."""

from pathlib import Path
from typing import Annotated

import typer

from learnface.arguments import LARGEST_SEED
from learnface.cli._settings import checked_settings, read_settings
from learnface.cli._stopped import stopped
from learnface.quiet import start_tensorflow

__all__ = ["reproduce"]


def reproduce(
    recipe: Annotated[
        str | None, typer.Argument(help="Name of the recipe; without it, all are listed.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the recipe's corpus.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for weights, reports, table.", show_default="runs/RECIPE")
    ] = None,
    table: Annotated[
        list[str] | None, typer.Option(help="Only this table of the paper; may be repeated.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="Only this network of the table; may be repeated.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=LARGEST_SEED, help="Seed of weights, order, dropout and augmentation."),
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
    options = checked_settings(recipe, module.run, given | read_settings(settings or ()))
    try:
        module.run(data, out, **options)
    except KeyboardInterrupt:
        raise stopped(f"what is done is in {out}; give the same command again to go on") from None
    console.print(Markdown((out / "table.md").read_text(encoding="utf-8")))
    console.print(f"Reports and pictures are in {out}", highlight=False)
