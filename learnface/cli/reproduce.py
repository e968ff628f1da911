"""`learnface reproduce`: train and score what a paper reports, and print our numbers beside its own."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["reproduce"]


def reproduce(
    recipe: Annotated[
        str | None, typer.Argument(help="Name of the recipe; without it, all are listed.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the recipe's corpus.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for weights, reports, table. [default: runs/RECIPE]")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="Only this network of the table; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of weights, order, dropout and augmentation.")] = 0,
    epochs: Annotated[int | None, typer.Option(min=1, help="Fewer or more epochs than the recipe's.")] = None,
    precision: Annotated[
        str, typer.Option(help="float32, mixed_float16 (GPU) or mixed_bfloat16 (newer GPU, CPU with AMX).")
    ] = "float32",
    xla: Annotated[bool, typer.Option("--xla", help="Compile with XLA (worth trying on a GPU).")] = False,
) -> None:
    """Reproduce a published table. A run that was stopped goes on when the same command is given again."""
    from rich.console import Console
    from rich.markdown import Markdown

    from learnface.errors import DataError
    from learnface.recipes import RECIPES, get_recipe

    console = Console()
    if recipe is None:
        for name, title in RECIPES.items():
            console.print(f"[bold]{name}[/]  {title}", highlight=False)
        return
    module = get_recipe(recipe)
    if data is None:
        raise DataError(f"say where the corpus is: learnface reproduce {recipe} --data DIR")
    out = out or Path("runs") / recipe
    options = {"seed": seed, "epochs": epochs, "dtype_policy": precision, "jit_compile": xla}
    options |= {"models": model} if model else {}
    module.run(data, out, **options)
    console.print(Markdown((out / "table.md").read_text(encoding="utf-8")))
    console.print(f"Reports and pictures are in {out}", highlight=False)
