"""Training curves, and means over seeds beside a paper's value."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from learnface.errors import DataError
from learnface.metrics import mean_interval
from learnface.reports._picture import BLUE, GREY, INK, ORANGE, SMALL, TEXT, new_figure, quiet_axes

__all__ = ["curves_picture", "interval_picture"]

_RATES = ("learning_rate", "lr")
_UNSEEN = ("seconds",)  # of an epoch: no figure of the training
_ABBREVIATIONS = ("ccc", "mae", "mse", "uar")
_FRACTIONS = ("accuracy", "acc", "uar", "macro_f1")
_SEED = {"color": BLUE, "alpha": 0.45, "marker": "o", "markersize": 3.5, "markeredgewidth": 0, "linewidth": 0}
_PAPER = {"color": ORANGE, "marker": "D", "markersize": 7, "markerfacecolor": "none", "linewidth": 0}
_LOWER_IS_BETTER = ("loss", "mse", "mae", "error")


def curves_picture(
    history: Mapping[str, Sequence[float]], monitor: str | None = None, title: str | None = None
) -> Figure:
    """Draw each metric of a training over its epochs, training beside validation.

    Args:
        history: what `keras.Model.fit` returns in `.history`: a list with one value an epoch for `loss`,
            `val_loss`, `accuracy`, `val_accuracy`, any other metric, and perhaps `learning_rate`; or what
            `learnface.training.fit` reports, whose `seconds` are not drawn.
        monitor: the name whose best epoch is marked; by default `val_accuracy`, `val_loss` or `loss`,
            the first that is there. Losses and errors are best at their lowest, all else at its highest.
        title: title of the picture.

    Returns:
        A Matplotlib figure with one panel a metric, and one for the learning rate if it changes.

    Raises:
        DataError: `history` is empty, its lists differ in length, or it lacks `monitor`.

    Example:
        >>> history = {"loss": [1.9, 1.5, 1.2], "val_loss": [1.8, 1.6, 1.7], "lr": [0.1, 0.1, 0.01]}
        >>> [axes.get_title(loc="left") for axes in curves_picture(history).axes]
        ['Loss', 'Learning rate']
    """
    history = _checked_history(history)
    monitor = monitor or next((m for m in ("val_accuracy", "val_loss", "loss") if m in history), None)
    if monitor is not None and monitor not in history:
        raise DataError(f"history has no {monitor!r} to mark the best epoch of: it has {sorted(history)}")
    rates = [name for name in history if name in _RATES and np.ptp(history[name]) > 0]
    metrics = list(dict.fromkeys(name.removeprefix("val_") for name in history if name not in _RATES))
    metrics.sort(key=lambda name: name != "loss")  # the loss first, the rest in their order
    panels = len(metrics) + len(rates)
    columns = min(panels, 3)
    rows = math.ceil(panels / columns)
    figure = new_figure(2.9 * columns + 0.3, 2.3 * rows + (0.5 if columns > 1 else 0.9), title)
    best = _best_epoch(history[monitor], monitor) if monitor else None
    for place, name in enumerate(metrics):
        axes = figure.add_subplot(rows, columns, place + 1)
        _draw_metric(axes, history, name, best)
    for place, name in enumerate(rates, start=len(metrics)):
        _draw_rate(figure.add_subplot(rows, columns, place + 1), history[name], best)
    _legend(figure, history, best, monitor)
    return figure


def interval_picture(
    scores: Mapping[str, Sequence[float]],
    paper: Mapping[str, float] | None = None,
    score: str = "accuracy",
    percent: bool = True,
    title: str | None = None,
) -> Figure:
    """Draw the scores of several seeds, their mean and its 95 % interval, beside a paper's value.

    Args:
        scores: for each model or setting, one score a seed. With one seed there is no interval.
        paper: the paper's scores, in the same unit, under the same names; some or all may be missing.
        score: what the scores are called.
        percent: whether scores are fractions to print as percent; else they are printed as they are.
        title: title of the picture.

    Returns:
        A Matplotlib figure with one row a name.

    Raises:
        DataError: there is nothing to draw, a score is not finite, or `paper` names what `scores` lacks.

    Example:
        >>> picture = interval_picture({"CNN": [0.64, 0.65, 0.66]}, paper={"CNN": 0.7292})
        >>> picture.axes[0].get_xlabel()
        'Accuracy (%)'
    """
    paper = paper or {}
    unknown = sorted(set(paper) - set(scores))
    if not scores or unknown:
        raise DataError(f"paper names {unknown}, which scores lack" if unknown else "scores is empty")
    scale = 100 if percent else 1
    figure = new_figure(6.2, 0.42 * len(scores) + (1.15 if title else 0.9), title)
    axes = figure.add_subplot()
    for row, (name, values) in enumerate(scores.items()):
        _draw_interval(axes, row, scale * np.asarray(values, dtype=np.float64))
        if name in paper and not math.isnan(paper[name]):
            axes.plot(scale * paper[name], row, **_PAPER)
    quiet_axes(axes, grid="x")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=TEXT)
    axes.set_yticks(range(len(scores)), list(scores))
    axes.set_ylim(len(scores) - 0.5, -0.5)
    axes.margins(x=0.08)
    axes.set_xlabel(f"{_readable(score)} (%)" if percent else score, fontsize=TEXT, color=INK)
    _interval_legend(figure, any(len(values) > 1 for values in scores.values()), bool(paper))
    return figure


def _draw_interval(axes: Axes, row: int, values: np.ndarray) -> None:
    mean, half = mean_interval(values)
    if not math.isnan(half):
        axes.plot([mean - half, mean + half], [row, row], color=BLUE, linewidth=1.8, solid_capstyle="butt")
        axes.plot(values, np.full(len(values), row + 0.24), **_SEED)  # below the line, or it would hide them
    axes.plot(mean, row, "o", color=BLUE, markersize=6.5)


def _interval_legend(figure: Figure, intervals: bool, paper: bool) -> None:
    axes = figure.axes[0]
    (mean,) = axes.plot([], [], "o-", color=BLUE, markersize=6.5, linewidth=1.8 if intervals else 0)
    handles, names = [mean], ["ours: mean and 95 % interval" if intervals else "ours"]
    if intervals:
        handles += axes.plot([], [], **_SEED)
        names.append("one seed")
    if paper:
        handles += axes.plot([], [], **_PAPER)
        names.append("paper")
    _outside_legend(figure, handles, names)


def _draw_metric(axes: Axes, history: Mapping[str, np.ndarray], name: str, best: int | None) -> None:
    _epoch_axis(axes, len(next(iter(history.values()))), best)
    for key, colour in ((name, BLUE), (f"val_{name}", ORANGE)):
        if key in history:
            _draw_line(axes, history[key], colour, best if key.startswith("val_") else None)
    axes.set_title(_readable(name), loc="left", fontsize=TEXT, color=INK)
    if name in _FRACTIONS:
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=None, symbol=" %"))


def _draw_rate(axes: Axes, values: np.ndarray, best: int | None) -> None:
    _epoch_axis(axes, len(values), best)
    axes.step(np.arange(1, len(values) + 1), values, color=GREY, linewidth=1.4, where="mid")
    if (values > 0).all() and values.max() > 5 * values.min():
        axes.set_yscale("log")
        axes.tick_params(which="minor", length=0, labelleft=False)
    axes.set_title("Learning rate", loc="left", fontsize=TEXT, color=INK)


def _draw_line(axes: Axes, values: np.ndarray, colour: str, best: int | None) -> None:
    marker = "o" if len(values) < 8 else None  # a line through one epoch would not be seen
    epochs = np.arange(1, len(values) + 1)
    axes.plot(epochs, values, color=colour, linewidth=1.5, marker=marker, markersize=3)
    if best is not None:
        axes.plot(
            best,
            values[best - 1],
            "o",
            color=colour,
            markeredgecolor="white",
            markeredgewidth=0.8,
            markersize=6,
        )


def _epoch_axis(axes: Axes, epochs: int, best: int | None) -> None:
    quiet_axes(axes, grid="y")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    axes.set_xlim(0.5 if epochs < 8 else 1, epochs + (0.5 if epochs < 8 else 0.02 * epochs))
    axes.set_xlabel("Epoch", fontsize=SMALL + 0.5, color=INK)
    if best is not None:
        axes.axvline(best, color=GREY, linewidth=0.8, linestyle=(0, (3, 3)), zorder=0)


def _legend(figure: Figure, history: Mapping[str, np.ndarray], best: int | None, monitor: str | None) -> None:
    axes = figure.axes[0]
    handles, names = axes.plot([], [], color=BLUE, linewidth=1.5), ["training"]
    if any(name.startswith("val_") for name in history):
        handles += axes.plot([], [], color=ORANGE, linewidth=1.5)
        names.append("validation")
    if best is not None:
        handles += axes.plot([], [], color=GREY, linewidth=0.8, linestyle=(0, (3, 3)))
        by = _readable(monitor.replace("val_", "validation "), capital=False)
        names.append(f"best epoch by {by}: {best}")
    _outside_legend(figure, handles, names, stacked=len(figure.axes) == 1)


def _outside_legend(figure: Figure, handles, names: Sequence[str], stacked: bool = False) -> None:
    figure.legend(
        handles,
        names,
        loc="outside lower center",
        ncols=1 if stacked else len(names),
        frameon=False,
        fontsize=SMALL + 0.5,
        labelcolor=INK,
        handlelength=1.6,
    )


def _readable(name: str, capital: bool = True) -> str:
    """Return a metric's name as a reader would write it: `macro_f1` as "Macro F1", `ccc` as "CCC"."""
    words = [word.upper() if word in _ABBREVIATIONS else word for word in name.replace("_", " ").split()]
    text = " ".join(words).replace("f1", "F1")
    return text[0].upper() + text[1:] if capital else text


def _best_epoch(values: np.ndarray, name: str) -> int | None:
    """Return the epoch, counted from 1, of the best finite value; None if there is none."""
    if not np.isfinite(values).any():
        return None
    lower = any(name.endswith(word) for word in _LOWER_IS_BETTER)
    best = np.nanargmin if lower else np.nanargmax
    return int(best(np.where(np.isfinite(values), values, np.nan))) + 1


def _checked_history(history: Mapping[str, Sequence[float]]) -> dict[str, np.ndarray]:
    arrays = {
        name: np.asarray(values, dtype=np.float64) for name, values in history.items() if name not in _UNSEEN
    }
    lengths = {name: array.size for name, array in arrays.items()}
    if not any(name not in _RATES for name in arrays) or min(lengths.values()) == 0:
        raise DataError("history holds no epoch of any metric: train first, then draw")
    if len(set(lengths.values())) > 1 or any(array.ndim != 1 for array in arrays.values()):
        raise DataError(f"history must hold one value an epoch for every name; it holds {lengths}")
    return arrays
