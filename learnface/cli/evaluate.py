"""`learnface evaluate`: a saved model's scores on labelled faces or clips."""

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from learnface.cli._corpus import read_index
from learnface.cli._options import Broken, Corpus, Processes, WhenBroken
from learnface.cli._training import print_scores
from learnface.cli._warnings import tell_warnings
from learnface.files import make_folder, write_text
from learnface.processes import usable_cores
from learnface.quiet import start_tensorflow

__all__ = ["evaluate"]


def evaluate(
    model: Annotated[Path, typer.Option(help="A saved model (.keras).")],
    data: Annotated[Path, typer.Option(help="Folder or file of the labelled clips or pictures.")],
    corpus: Corpus = "labelled_clips",
    split: Annotated[str | None, typer.Option(help="Only this split of the corpus, such as test.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for scores.json and confusion.png.")] = None,
    faces: Annotated[
        Path | None, typer.Option(help="Folder to keep the prepared faces in; else they are thrown away.")
    ] = None,
    broken: WhenBroken = Broken.stop,
    processes: Processes = None,
) -> None:
    """Score a saved model on labelled faces or clips, prepared as the model is used to.

    All samples are scored, or those of --split: give people whom the model has not been trained on.
    """
    if out:
        make_folder(out)
    index = read_index(corpus, data, split)
    start_tensorflow()
    from learnface.clips import prepare
    from learnface.metrics.classification import class_codes
    from learnface.models import load
    from learnface.training import LabelledFaces
    from learnface.transfer import preparation_of
    from learnface.transfer._network import check_kind, holds_clips
    from learnface.transfer._scoring import score

    network = load(model)
    settings = preparation_of(network.card)
    class_codes(
        index["label"].astype(object).to_numpy(), network.card.labels, f"the column 'label' of {data}"
    )
    check_kind(network, clips=holds_clips(index))
    with tempfile.TemporaryDirectory() as temporary, tell_warnings():
        folder = faces or Path(temporary) / "faces"
        prepared = prepare(
            index, folder, settings, broken=broken.value, processes=processes or usable_cores()
        )
        labels = network.card.labels
        codes = prepared.one_hot(labels).argmax(1)
        scores = score(network, LabelledFaces(prepared, codes), labels)
    console = Console()
    print_scores(console, scores)
    if out:
        from learnface.reports import confusion_picture, save_picture

        write_text(out / "scores.json", json.dumps(scores, indent=1, ensure_ascii=False) + "\n")
        title = f"{model.name}: accuracy {scores['accuracy']:.1%}"
        save_picture(confusion_picture(scores["confusion"], labels, title=title), out / "confusion.png")
        for name in ("scores.json", "confusion.png"):
            console.print(f"wrote {out / name}", soft_wrap=True, markup=False, highlight=False)
