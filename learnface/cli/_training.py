"""What `train` and `finetune` share: stages from options, and the report on screen and in pictures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from learnface.cli._stopped import stopped
from learnface.cli._warnings import tell_warnings
from learnface.quiet import start_tensorflow

if TYPE_CHECKING:
    from learnface.transfer import FineTuned, Stage

__all__ = ["chosen_stages", "print_scores", "run_and_report"]


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
    for path in written:
        console.print(f"wrote {path}", soft_wrap=True, markup=False, highlight=False)


def print_scores(console: Console, scores: Mapping[str, Any]) -> None:
    """Print accuracy, the macro averages and the figures of each class."""
    low, high = scores["accuracy_interval"]
    console.print(
        f"accuracy {scores['accuracy']:.1%} (95 % interval {low:.1%} to {high:.1%}), UAR {scores['uar']:.1%}, "
        f"{scores['samples']:,} samples",
        highlight=False,
        soft_wrap=True,
    )
    table = Table("class", "samples", "precision", "recall", "F1", box=None)
    for label, row in scores["per_class"].items():
        figures = [f"{row[name]:.1%}" for name in ("precision", "recall", "f1")]
        table.add_row(str(label), f"{int(row['support']):,}", *figures)
    console.print(table)


def _pictures(result: "FineTuned", out: Path) -> list[Path]:
    from learnface.reports import confusion_picture, curves_picture, save_picture

    drawn = []
    for number, report in enumerate(result.reports, start=1):
        drawn.append(out / f"curves{number}.png")
        save_picture(curves_picture(report.history, title=f"{report.name}, stage {number}"), drawn[-1])
    if result.scores:
        drawn.append(out / "confusion.png")
        title = f"test accuracy {result.scores['accuracy']:.1%}"
        save_picture(
            confusion_picture(result.scores["confusion"], result.scores["labels"], title=title), drawn[-1]
        )
    return drawn
