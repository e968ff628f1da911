"""`learnface train`: a new model on labelled faces or clips, from files to a saved model."""

from pathlib import Path
from typing import Annotated

import typer

from learnface.cli._corpus import read_index
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
    corpus: Annotated[
        str, typer.Option(help="Name of the corpus (see `learnface corpora`).")
    ] = "labelled_clips",
    out: Annotated[Path, typer.Option(help="Folder for faces, runs and the model.")] = Path("runs/train"),
    backbone: Annotated[str, typer.Option(help="The network that looks at each frame.")] = "fer_vgg",
    pretrained: Annotated[
        str | None,
        typer.Option(help="Its weights: ferplus, vggface, imagenet or a file; none for random ones."),
    ] = "ferplus",
    size: Annotated[int, typer.Option(min=1, help="Side of a face in pixels.")] = 64,
    frames: Annotated[int, typer.Option(min=1, help="Frames of a clip.")] = 10,
    grey: Annotated[bool, typer.Option("--grey/--colour", help="Drop or keep the colours.")] = True,
    equalise: Annotated[bool, typer.Option(help="Even out the light of grey faces.")] = True,
    detector: Annotated[
        str, typer.Option(help="viola_jones, dlib_hog, mtcnn, yunet, or none: frames are faces already.")
    ] = "viola_jones",
    head_epochs: Annotated[
        int | None,
        typer.Option(min=0, help="Epochs of the head alone, on features computed once. [default: 60]"),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=0, help="Epochs of everything. [default: 20; 60 without pretraining]")
    ] = None,
    learning_rate: Annotated[
        float, typer.Option(min=0, help="Of the head; a tenth of it for everything.")
    ] = 1e-3,
    batch_size: Annotated[int, typer.Option(min=1, help="Samples a batch.")] = 32,
    balance: Annotated[bool, typer.Option("--balance", help="Show each class equally often.")] = False,
    seed: Annotated[int, typer.Option(help="Of the split, the weights, the order and the augmentation.")] = 0,
    processes: Annotated[
        int | None, typer.Option(min=1, help="How many processes prepare (default: one for each core).")
    ] = None,
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
            processes=processes or usable_cores(),
        )

    run_and_report(run, out)
