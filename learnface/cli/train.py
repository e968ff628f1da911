"""`learnface train`: a new model on labelled faces or clips, from files to a saved model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    Landmarks,
    LearningRate,
    Monitor,
    MonitorBy,
    Out,
    Processes,
    Seed,
    Size,
    TensorBoard,
    WhenBroken,
)
from learnface.cli._training import chosen_stages, pretrained_weights, run_and_report, tensorboard
from learnface.errors import DataError
from learnface.processes import usable_cores

if TYPE_CHECKING:
    from learnface.clips import Prepared

__all__ = ["train"]

_NONE = "none"
_PREPARING = ("corpus", "size", "frames", "grey", "equalise", "detector", "landmarks", "broken", "processes")
_WITH_UNITS = ("vggface_lstm", "vggface_rnn")


def train(
    context: typer.Context,
    data: Annotated[
        Path,
        typer.Option(
            help="Folder or file of your copy of the corpus, or of your own clips, or faces of `prepare`."
        ),
    ],
    model: Annotated[
        str, typer.Option(help="vggface_lstm, vggface_rnn, vggface_fusion; face_classifier for pictures.")
    ] = "vggface_lstm",
    corpus: Corpus = "labelled_clips",
    out: Out = Path("runs/train"),
    backbone: Annotated[str, typer.Option(help="The network that looks at each frame.")] = "fer_vgg",
    pretrained: Annotated[
        str | None,
        typer.Option(
            help="Its weights: ferplus, vggface, imagenet or a file; none for random ones.",
            show_default="ferplus for fer_vgg, imagenet for the networks of Keras, which downloads it, none for the "
            "others",
        ),
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="Its layer that gives the features.", show_default="its last")
    ] = None,
    units: Annotated[
        int | None, typer.Option(min=1, help="Width of the LSTM or RNN.", show_default="256")
    ] = None,
    size: Size = 64,
    frames: Annotated[int, typer.Option(min=0, help="Frames of a clip; 0 takes all, however many.")] = 10,
    grey: Grey = True,
    equalise: Annotated[bool, typer.Option(help="Even out the light of grey faces.")] = True,
    detector: Detector = "viola_jones",
    landmarks: Landmarks = _NONE,
    head_epochs: HeadEpochs = None,
    epochs: Annotated[
        int | None,
        typer.Option(min=0, help="Epochs of everything.", show_default="20; 60 without pretraining"),
    ] = None,
    learning_rate: LearningRate = 1e-3,
    batch_size: BatchSize = 32,
    balance: Balance = False,
    monitor: MonitorBy = Monitor.accuracy,
    log_dir: TensorBoard = None,
    seed: Seed = 0,
    broken: WhenBroken = Broken.stop,
    processes: Processes = None,
) -> None:
    """Train a model on labelled faces or clips, and save it with all that `learnface predict` needs.

    A corpus's own split is kept, and refused if somebody is in two splits; without one, people are dealt out so
    that nobody is. Where a corpus with its own split names no people, nobody can check it, and the model's card
    says so. Give the same command again to go on after an interruption.
    """
    if units and model not in _WITH_UNITS:
        raise DataError(f"--units is the width of an LSTM or RNN, which {model} has not: leave it out")
    faces = _prepared(data, context)
    index = read_index(corpus, data) if faces is None else faces
    weights = pretrained_weights(pretrained, backbone)
    stages = chosen_stages(head_epochs, epochs, learning_rate, trained=weights is not None)
    callbacks = tensorboard(log_dir)

    def run():
        from learnface.clips import PrepareSettings
        from learnface.transfer import fine_tune

        settings = PrepareSettings(
            detector=None if detector == _NONE else detector,
            landmarks=None if landmarks == _NONE else landmarks,
            size=size,
            frames=frames or None,
            grey=grey,
            equalise="histogram" if equalise else None,
        )
        return fine_tune(
            index,
            out,
            model=model,
            backbone=backbone,
            weights=weights,
            layer=layer,
            settings=settings if faces is None else None,
            stages=stages,
            model_options={"units": units} if units else None,
            batch_size=batch_size,
            balance=balance,
            monitor=f"val_{monitor.value}",
            callbacks=callbacks,
            seed=seed,
            broken=broken.value,
            processes=processes or usable_cores(),
        )

    run_and_report(run, out)


def _prepared(data: Path, context: typer.Context) -> "Prepared | None":
    """Return the faces of a folder that `learnface prepare` has written, or None if it is none."""
    from learnface.clips import Prepared
    from learnface.clips._manifest import is_prepared

    if not is_prepared(data):
        return None
    given = [name for name in _PREPARING if context.get_parameter_source(name).name != "DEFAULT"]
    if given:
        raise DataError(
            f"{data} holds faces that are prepared already: leave out the options of preparing ({', '.join(given)})"
        )
    return Prepared(data)
