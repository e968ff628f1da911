"""`learnface explain`: where in a face a network saw what it says (Grad-CAM)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from learnface.cli._names import first_of_many, free_name
from learnface.errors import DataError
from learnface.quiet import start_tensorflow

if TYPE_CHECKING:
    from learnface.inference import Explainer, Explanation
    from learnface.inference.sources import Source

__all__ = ["explain"]


def explain(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Pictures and folders; videos for a model of clips."),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the pictures drawn.")] = Path("explanations"),
    model: Annotated[
        Path | None, typer.Option(help="A .keras file.", show_default="the built-in network")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="Labels of a model that carries none, as in happy,sad,neutral.")
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="Explain this label.", show_default="the likeliest of each face")
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="Layer to look at.", show_default="the last with maps")
    ] = None,
    cropped: Annotated[
        bool, typer.Option("--cropped", help="Each file is one face, already cut out.")
    ] = False,
    detector: Annotated[
        str | None,
        typer.Option(
            help="viola_jones, dlib_hog, mtcnn or yunet.", show_default="the model's, or viola_jones"
        ),
    ] = None,
) -> None:
    """Show where in each face a network saw its expression, by Grad-CAM.

    Draws a picture for each file: the faces (of a five-branch network its five regions with their weights, of a
    model of clips the frames of the largest face), and over them what speaks for the label. Bright is most.
    Exit code: 0 all files were read, 1 some failed, 2 none could be read.
    """
    from rich.console import Console

    start_tensorflow()  # before the first import that loads it, which would greet
    from learnface.inference.sources import find_sources

    sources = list(find_sources(paths, exclude=[out]))
    sources = [source for source in sources if source.problem or source.kind != "other"]
    if not sources:
        raise DataError(f"there is no picture and no video in {', '.join(map(str, paths))}: check the path")
    explainer = _explainer(model, labels, detector, layer)
    explainer.check(label)
    screen, errors, failed, names = Console(), Console(stderr=True), 0, set()
    for source in sources:
        try:
            found = _explained(explainer, source, label, cropped)
        except DataError as error:
            failed += 1
            errors.print(f"failed: {error}", style="bold red", soft_wrap=True, markup=False, highlight=False)
            continue
        text = "no face found"
        if found:
            path = _draw(found, source, out, names)
            text = ", ".join(_words(one) for one in found) + f"; wrote {path}"
        if source.kind == "picture" and (remark := first_of_many(source.path)):
            errors.print(f"note: {remark}", style="yellow", soft_wrap=True, markup=False, highlight=False)
        screen.print(f"{source.path.name}: {text}", soft_wrap=True, markup=False, highlight=False)
    raise typer.Exit(0 if not failed else 2 if failed == len(sources) else 1)


def _explainer(
    model: Path | None, labels: str | None, detector: str | None, layer: str | None
) -> "Explainer":
    from learnface.inference import Explainer

    names = [name.strip() for name in labels.split(",")] if labels else None
    return Explainer(model, names, detector, layer)


def _explained(
    explainer: "Explainer", source: "Source", label: str | None, cropped: bool
) -> list["Explanation"]:
    if source.problem:
        raise DataError(source.problem)
    look = explainer.clip if source.kind == "video" else explainer.picture
    return look(source.path, label, cropped)


def _draw(found: list["Explanation"], source: "Source", out: Path, names: set[str]) -> Path:
    """Draw a file's explanations under a name that no other file of this run has."""
    from learnface.reports import grad_cam_picture, save_picture

    name = free_name(source.path.stem, "-grad-cam.png", names)
    return save_picture(grad_cam_picture(found, title=source.path.name), out / name)


def _words(one: "Explanation") -> str:
    return f"{one.label} {one.value:.0%}" if one.is_probability else f"{one.label} {one.value:+.2f}"
