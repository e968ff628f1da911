"""`learnface prepare`: detect, align and cut the faces of a corpus once, to train on many times."""

import warnings
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from learnface.cli._corpus import read_index
from learnface.cli._options import Broken, Corpus, Detector, Grey, Landmarks, Processes, Size, WhenBroken
from learnface.cli._stopped import stopped
from learnface.processes import usable_cores

if TYPE_CHECKING:
    from learnface.clips import Prepared

__all__ = ["prepare"]

_SHEET = "no_face.png"
_NONE = "none"


class Equalise(StrEnum):
    """How light is evened out."""

    histogram = "histogram"
    clahe = "clahe"
    none = "none"


class Missing(StrEnum):
    """What becomes of a frame without a face."""

    keep_empty = "keep_empty"
    drop = "drop"
    whole_frame = "whole_frame"


class Sampling(StrEnum):
    """Which frames of a clip are taken."""

    uniform = "uniform"
    centre = "centre"


class Encoding(StrEnum):
    """How pixels are stored."""

    raw = "raw"
    png = "png"


def prepare(
    corpus: Corpus,
    data: Annotated[Path, typer.Option(help="Folder or file of your copy of the corpus.")],
    out: Annotated[Path, typer.Option(help="Folder for the faces.")],
    split: Annotated[str | None, typer.Option(help="Only this split: train, validation or test.")] = None,
    detector: Detector = "viola_jones",
    landmarks: Landmarks = _NONE,
    size: Size = 64,
    grey: Grey = True,
    equalise: Annotated[Equalise, typer.Option(help="How to even out the light.")] = Equalise.histogram,
    margin: Annotated[float | None, typer.Option(help="Space round the face, as a share of it.")] = None,
    frames: Annotated[int | None, typer.Option(min=1, help="Frames of a clip.", show_default="all")] = None,
    sampling: Annotated[Sampling, typer.Option(help="How frames are chosen.")] = Sampling.uniform,
    every: Annotated[int, typer.Option(min=1, help="Of a clip, take every Nth frame.")] = 1,
    fps: Annotated[float | None, typer.Option(help="Of a video, take so many frames a second.")] = None,
    missing: Annotated[Missing, typer.Option(help="A frame without a face.")] = Missing.keep_empty,
    broken: WhenBroken = Broken.stop,
    encoding: Annotated[Encoding, typer.Option(help="How to store pixels.")] = Encoding.raw,
    processes: Processes = None,
) -> None:
    """Detect, align and cut the faces of a corpus once, to train on them many times.

    Writes TFRecord files, samples.parquet, manifest.json, no_face.csv and a picture of frames without a face.
    A run that was stopped goes on where it was when the same command is given again.
    """
    from learnface.clips import PrepareSettings
    from learnface.clips import prepare as prepare_faces

    settings = PrepareSettings(
        detector=None if detector == _NONE else detector,
        landmarks=None if landmarks == _NONE else landmarks,
        size=size,
        grey=grey,
        equalise=None if equalise == Equalise.none else equalise.value,
        margin=margin,
        frames=frames,
        sampling=sampling.value,
        every=every,
        fps=fps,
        missing=missing.value,
        encoding=encoding.value,
    )
    index = read_index(corpus, data, split)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what they say is in the report
            faces = prepare_faces(
                index, out, settings, processes=processes or usable_cores(), broken=broken.value
            )
    except KeyboardInterrupt:
        raise stopped(f"finished shards are in {out}; give the same command again to go on") from None
    _report(faces, _draw_sheet(faces))


def _draw_sheet(faces: "Prepared") -> Path | None:
    """Draw frames without a face on one sheet; remove the one of an earlier run where there are none."""
    path = faces.folder / _SHEET
    pictures = list(faces.pictures_without_face())
    if not pictures:
        path.unlink(missing_ok=True)
        return None
    from learnface.reports.annotate import save_image
    from learnface.reports.contact_sheet import contact_sheet

    captions, images = zip(*pictures, strict=True)
    total = faces.manifest["counts"]["frames_without_face"]
    title = f"{len(images)} of {total:,} frames without a face"
    save_image(path, contact_sheet(images, captions, title=title))
    return path


def _report(faces: "Prepared", sheet: Path | None) -> None:
    console, counts = Console(), faces.manifest["counts"]
    table = Table(show_header=False, box=None)
    for name, value in counts.items():
        share = f"{value / counts['frames']:.1%}" if name.startswith("frames_") and counts["frames"] else ""
        table.add_row(name.replace("_", " "), Text(f"{value:,}", justify="right"), share)
    console.print(table)
    lists = [faces.folder / "no_face.csv"] if counts["frames_without_face"] else []
    lists += [sheet] if sheet else []
    lists += [faces.folder / "problems.csv"] if counts["samples_broken"] else []
    for path in (faces.folder / "samples.parquet", *lists):
        console.print(f"wrote {path}", soft_wrap=True, markup=False, highlight=False)
