"""What `train` and `finetune` share: stages from options, and the report on screen and in pictures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from learnface.cli._stopped import stopped
from learnface.cli._warnings import tell_warnings
from learnface.files import make_folder
from learnface.quiet import start_tensorflow

if TYPE_CHECKING:
    from learnface.transfer import FineTuned, Stage
    from learnface.transfer.stages import StageCallbacks

__all__ = ["chosen_stages", "pretrained_weights", "print_scores", "run_and_report", "tensorboard"]


def chosen_stages(
    head_epochs: int | None, epochs: int | None, learning_rate: float, trained: bool
) -> list["Stage"]:
    """Return the stages that the options ask for: the head on a trained body first, then everything."""
    from learnface.errors import DataError

    start_tensorflow()  # before the first import that loads it, which would greet
    from learnface.transfer import Stage

    head = (60 if trained else 0) if head_epochs is None else head_epochs
    whole = (20 if trained else 60) if epochs is None else epochs
    stages = [Stage(head, learning_rate, train="head")] if head else []
    # What the head has just learnt on, and the body long ago, is moved gently.
    stages += [Stage(whole, learning_rate / 10 if stages else learning_rate)] if whole else []
    if not stages:
        raise DataError("--head-epochs 0 and --epochs 0 train nothing: give one of them")
    return stages


def pretrained_weights(given: str | None, backbone: str) -> str | None:
    """Return the weights that `--pretrained` asks for: without it what the package or Keras has for the backbone.

    Args:
        given: the option: None where it is not given, `"none"` for random weights.
        backbone: the backbone's name.
    """
    if given is not None:
        return None if given == "none" else given
    start_tensorflow()
    from learnface.models import weights_names
    from learnface.models.backbones import BACKBONES

    if "ferplus" in weights_names(backbone):
        return "ferplus"
    return "imagenet" if backbone in BACKBONES and BACKBONES[backbone].scale else None


def tensorboard(log_dir: Path | None) -> "StageCallbacks | None":
    """Return what makes the callbacks that `--tensorboard` asks for; None without it."""
    if log_dir is None:
        return None
    make_folder(log_dir)
    start_tensorflow()
    from learnface.reports import tensorboard_callbacks

    return tensorboard_callbacks(log_dir)


def run_and_report(train: Callable[[], "FineTuned"], out: Path) -> None:
    """Train, then print the scores and draw the pictures; an interruption tells how to go on."""
    console = Console()
    try:
        with tell_warnings():
            result = train()
    except KeyboardInterrupt:
        raise stopped(f"what is done is in {out}; give the same command again to go on") from None
    sizes = ", ".join(f"{len(part)} {name}" for name, part in result.samples.items())
    console.print(f"samples: {sizes}", highlight=False)
    written = [result.path, out / "report.json", *_pictures(result, out)]
    if result.scores:
        print_scores(console, result.scores)
    else:
        console.print("no test samples: `learnface evaluate` scores the model on others")
    console.print(f"protocol: {result.model.card.protocol}", soft_wrap=True, markup=False, highlight=False)
    for path in written:
        console.print(f"wrote {path}", soft_wrap=True, markup=False, highlight=False)


def print_scores(console: Console, scores: Mapping[str, Any]) -> None:
    """Print accuracy, the macro averages and the figures of each class."""
    console.print(
        f"accuracy {scores['accuracy']:.1%} ({_interval(scores)}), UAR {scores['uar']:.1%}, "
        f"{scores['samples']:,} samples",
        highlight=False,
        soft_wrap=True,
    )
    table = Table("class", "samples", "precision", "recall", "F1", box=None)
    for label, row in scores["per_class"].items():
        figures = [f"{row[name]:.1%}" for name in ("precision", "recall", "f1")]
        table.add_row(escape(str(label)), f"{int(row['support']):,}", *figures)
    console.print(table)


def _interval(scores: Mapping[str, Any]) -> str:
    """Say how far the accuracy can be trusted: over people where they are known, for clips of one are alike."""
    low, high = scores.get("people_interval", scores["accuracy_interval"])
    interval = f"95 % interval {low:.1%} to {high:.1%}"
    if "people_interval" in scores:
        return f"{interval} over {scores['people']:,} people"
    if scores.get("people") == 1:
        return f"{interval} for this one person; of others it says nothing"
    return f"{interval}, if no two samples are of one person"


def _pictures(result: "FineTuned", out: Path) -> list[Path]:
    from learnface.reports import confusion_picture, curves_picture, save_picture

    drawn = []
    for number, report in enumerate(result.reports, start=1):
        drawn.append(out / f"curves{number}.png")
        monitor, title = report.settings.get("monitor"), f"{report.name}, stage {number}"
        save_picture(curves_picture(report.history, monitor, title=title), drawn[-1])
    if result.scores:
        drawn.append(out / "confusion.png")
        title = f"test accuracy {result.scores['accuracy']:.1%}"
        save_picture(
            confusion_picture(result.scores["confusion"], result.scores["labels"], title=title), drawn[-1]
        )
    return drawn
