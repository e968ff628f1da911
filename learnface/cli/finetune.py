"""`learnface finetune`: a saved model, put to use on other classes or other people."""

from pathlib import Path
from typing import Annotated

import typer

from learnface.cli._corpus import read_index
from learnface.cli._options import (
    Balance,
    BatchSize,
    Broken,
    Corpus,
    HeadEpochs,
    LearningRate,
    Monitor,
    MonitorBy,
    Out,
    Processes,
    Seed,
    TensorBoard,
    WhenBroken,
)
from learnface.cli._training import chosen_stages, run_and_report, tensorboard
from learnface.errors import DataError
from learnface.processes import usable_cores

__all__ = ["finetune"]


def finetune(
    model: Annotated[Path, typer.Option(help="A model saved by `learnface train` (.keras).")],
    data: Annotated[Path, typer.Option(help="Folder or file of your labelled clips or pictures.")],
    corpus: Corpus = "labelled_clips",
    out: Out = Path("runs/finetune"),
    map_label: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NEW=OLD", help="This class begins as that one; may be repeated."),
    ] = None,
    head_epochs: HeadEpochs = None,
    epochs: Annotated[
        int | None, typer.Option(min=0, help="Epochs of everything.", show_default="20")
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
    """Fine-tune a saved model on labelled faces or clips: new classes, prepared as the model is used to.

    First a new classifier is trained on the model's features, which are computed once, then everything, gently.
    Give the same command again to go on after an interruption.
    """
    if model.suffix != ".keras":
        raise DataError(f"{model} is not a saved model: give a .keras file, or use `learnface train`")
    index = read_index(corpus, data)
    label_map = _label_map(map_label or [])
    stages = chosen_stages(head_epochs, epochs, learning_rate, trained=True)
    callbacks = tensorboard(log_dir)

    def run():
        from learnface.transfer import fine_tune

        return fine_tune(
            index,
            out,
            model=model,
            label_map=label_map,
            stages=stages,
            batch_size=batch_size,
            balance=balance,
            monitor=f"val_{monitor.value}",
            callbacks=callbacks,
            seed=seed,
            broken=broken.value,
            processes=processes or usable_cores(),
        )

    run_and_report(run, out)


def _label_map(texts: list[str]) -> dict[str, list[str]]:
    """Return `NEW=OLD` texts by the new class; one that comes twice begins as the mean of both."""
    found: dict[str, list[str]] = {}
    for text in texts:
        new, equals, old = text.partition("=")
        if not (new and equals and old):
            raise DataError(f"--map {text} is not NEW=OLD, such as --map distracted=tired")
        found.setdefault(new, []).append(old)
    return found
