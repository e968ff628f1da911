"""Options that several commands have: named, bounded and explained once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from learnface.arguments import LARGEST_SEED

__all__ = [
    "Balance",
    "BatchSize",
    "Broken",
    "Corpus",
    "Detector",
    "Grey",
    "HeadEpochs",
    "Landmarks",
    "LearningRate",
    "Monitor",
    "MonitorBy",
    "Out",
    "Processes",
    "Seed",
    "Size",
    "TensorBoard",
    "WhenBroken",
]


class Broken(StrEnum):
    """What becomes of a file that cannot be read."""

    stop = "raise"
    drop = "drop"


class Monitor(StrEnum):
    """A figure of the validation samples."""

    accuracy = "accuracy"
    uar = "uar"
    f1 = "f1"
    loss = "loss"


Corpus = Annotated[str, typer.Option(help="Name of the corpus (see `learnface corpora`).")]
Out = Annotated[Path, typer.Option(help="Folder for faces, runs and the model.")]
Detector = Annotated[
    str, typer.Option(help="viola_jones, dlib_hog, mtcnn, yunet, or none: frames are faces already.")
]
Landmarks = Annotated[
    str, typer.Option(help="Align by: mesh, dlib68, dlib5, detector (its own five points), or none.")
]
Size = Annotated[int, typer.Option(min=1, help="Side of a face in pixels.")]
Grey = Annotated[bool, typer.Option("--grey/--colour", help="Drop or keep the colours.")]
HeadEpochs = Annotated[
    int | None,
    typer.Option(min=0, help="Epochs of the head alone, on features computed once.", show_default="60"),
]
LearningRate = Annotated[float, typer.Option(min=0, help="Of the head; a tenth of it for everything.")]
BatchSize = Annotated[int, typer.Option(min=1, help="Samples a batch.")]
Balance = Annotated[bool, typer.Option("--balance", help="Show each class equally often.")]
MonitorBy = Annotated[
    Monitor,
    typer.Option("--monitor", help="The figure of the validation samples that chooses the best epoch."),
]
TensorBoard = Annotated[
    Path | None,
    typer.Option(
        "--tensorboard", metavar="DIR", help="Folder for curves and confusion matrices of all epochs."
    ),
]
Seed = Annotated[
    int,
    typer.Option(min=0, max=LARGEST_SEED, help="Of the split, the weights, the order and the augmentation."),
]
Processes = Annotated[
    int | None, typer.Option(min=1, help="How many processes prepare.", show_default="one for each core")
]
WhenBroken = Annotated[Broken, typer.Option("--broken", help="A file that cannot be read.")]
