"""`learnface train`: a new model on labelled faces or clips, from files to a saved model."""

from pathlib import Path
from typing import Annotated

import typer

from learnface.cli._corpus import read_index
from learnface.cli._options import (
    Balance,
    BatchSize,
    Broken,
    Corpus,
    Detector,
    Grey,
    HeadEpochs,
    LearningRate,
    Out,
    Processes,
    Seed,
    Size,
    WhenBroken,
)
from learnface.cli._training import chosen_stages, run_and_report
from learnface.processes import usable_cores

__all__ = ["train"]


def train(
    data: Annotated[
        Path, typer.Option(help="Folder or file of your copy of the corpus, or of your own clips.")
    ],
    model: Annotated[
        str, typer.Option(help="vggface_lstm, vggface_rnn, vggface_fusion; face_classifier for pictures.")
    ] = "vggface_lstm",
    corpus: Corpus = "labelled_clips",
    out: Out = Path("runs/train"),
    backbone: Annotated[str, typer.Option(help="The network that looks at each frame.")] = "fer_vgg",
    pretrained: Annotated[
        str | None,
        typer.Option(help="Its weights: ferplus, vggface, imagenet or a file; none for random ones."),
    ] = "ferplus",
    size: Size = 64,
    frames: Annotated[int, typer.Option(min=1, help="Frames of a clip.")] = 10,
    grey: Grey = True,
    equalise: Annotated[bool, typer.Option(help="Even out the light of grey faces.")] = True,
    detector: Detector = "viola_jones",
    head_epochs: HeadEpochs = None,
    epochs: Annotated[
        int | None, typer.Option(min=0, help="Epochs of everything. [default: 20; 60 without pretraining]")
    ] = None,
    learning_rate: LearningRate = 1e-3,
    batch_size: BatchSize = 32,
    balance: Balance = False,
    seed: Seed = 0,
    broken: WhenBroken = Broken.stop,
    processes: Processes = None,
) -> None:
    """Train a model on labelled faces or clips, and save it with all that `learnface predict` needs.

    Nobody is in two splits: a corpus's own split is kept, and else people are dealt out. Give the same command
    again to go on after an interruption.
    """
    index = read_index(corpus, data)
    pretrained = None if pretrained in (None, "none") else pretrained
    stages = chosen_stages(head_epochs, epochs, learning_rate, trained=pretrained is not None)

    def run():
        from learnface.clips import PrepareSettings
        from learnface.transfer import fine_tune

        settings = PrepareSettings(
            detector=None if detector == "none" else detector,
            size=size,
            frames=frames,
            grey=grey,
            equalise="histogram" if equalise else None,
        )
        return fine_tune(
            index,
            out,
            model=model,
            backbone=backbone,
            weights=pretrained,
            settings=settings,
            stages=stages,
            batch_size=batch_size,
            balance=balance,
            seed=seed,
            broken=broken.value,
            processes=processes or usable_cores(),
        )

    run_and_report(run, out)
