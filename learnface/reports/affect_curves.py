"""Valence and arousal in training and test: curves of the error, and predictions beside annotations."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from learnface.errors import DataError
from learnface.reports._picture import BLUE, GREY, INK, ORANGE, SMALL, TEXT, new_figure, quiet_axes

__all__ = ["affect_curves_picture", "error_curves_picture"]

# The other colours of Okabe and Ito's palette; the dashes tell more than eight lines apart.
COLOURS = (BLUE, ORANGE, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
DASHES = ("-", "--", ":")


def error_curves_picture(
    histories: Mapping[str, Mapping[str, Sequence[float]]], score: str = "mse", title: str | None = None
) -> Figure:
    """Draw a figure of several trainings over their epochs, in training and in validation (mi2020, Figure 9).

    Args:
        histories: for each network its history, with `score` and `val_` + `score`, one value an epoch.
        score: name of the figure.
        title: title of the picture.

    Returns:
        A Matplotlib figure of two panels, with a line a network in each.

    Raises:
        DataError: there is nothing to draw, or a history lacks the figure.

    Example:
        >>> picture = error_curves_picture({"lstm": {"mse": [0.2, 0.1], "val_mse": [0.2, 0.15]}})
        >>> [axes.get_title(loc="left") for axes in picture.axes]
        ['Training', 'Validation']
    """
    keys = {"Training": score, "Validation": f"val_{score}"}
    lacking = [name for name, history in histories.items() if not set(keys.values()) <= set(history)]
    if not histories or lacking:
        raise DataError(f"histories of {lacking or 'no network'}: each needs {score!r} and 'val_{score}'")
    figure = new_figure(7.4, 2.9, title)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, (name, key) in zip(panels, keys.items(), strict=True):
        quiet_axes(axes, grid="y")
        for number, history in enumerate(histories.values()):
            epochs = np.arange(1, len(history[key]) + 1)
            axes.plot(epochs, history[key], linewidth=1.2, **_line(number))
        axes.set_title(name, loc="left", fontsize=TEXT, color=INK)
        axes.set_xlabel("Epoch", fontsize=SMALL + 0.5, color=INK)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    panels[0].set_ylabel(score.upper(), fontsize=SMALL + 0.5, color=INK)
    handles = panels[0].get_lines()
    figure.legend(
        handles, list(histories), loc="outside lower center", ncols=min(4, len(handles)), frameon=False,
        fontsize=SMALL + 0.5, labelcolor=INK,
    )  # fmt: skip
    return figure


def affect_curves_picture(
    predictions: Mapping[str, pd.DataFrame], most_frames: int = 1000, title: str | None = None
) -> Figure:
    """Draw predicted valence and arousal over annotated ones, frame by frame (mi2020, Figures 10 and 11).

    Args:
        predictions: for each network a table with the columns `valence`, `arousal`, `predicted_valence`,
            `predicted_arousal` and `sample`, in order of video and time.
        most_frames: frames to draw at most, from the first on.
        title: title of the picture.

    Returns:
        A Matplotlib figure: a row a network, valence left and arousal right; faint lines part the videos.

    Raises:
        DataError: there is nothing to draw.

    Example:
        >>> columns = ["sample", "valence", "arousal", "predicted_valence", "predicted_arousal"]
        >>> table = pd.DataFrame([["a", 0.1, 0.2, 0.0, 0.1], ["a", 0.2, 0.3, 0.1, 0.2]], columns=columns)
        >>> [axes.get_title(loc="left") for axes in affect_curves_picture({"lstm": table}).axes]
        ['lstm, valence', 'lstm, arousal']
    """
    if not predictions or any(table.empty for table in predictions.values()):
        raise DataError("predictions are empty: give a table with at least one frame for each network")
    figure = new_figure(8.4, 1.45 * len(predictions) + 0.7, title)
    rows = figure.subplots(len(predictions), 2, sharex=True, sharey=True, squeeze=False)
    for row, (name, table) in zip(rows, predictions.items(), strict=True):
        for axes, dimension in zip(row, ("valence", "arousal"), strict=True):
            _draw_frames(axes, table.iloc[:most_frames], dimension)
            axes.set_title(f"{name}, {dimension}", loc="left", fontsize=TEXT, color=INK)
    for axes in rows[-1]:
        axes.set_xlabel("frame of the test videos", fontsize=SMALL + 0.5, color=INK)
    figure.legend(
        rows[0, 0].get_lines()[:2], ["annotated", "predicted"], loc="outside lower center", ncols=2,
        frameon=False, fontsize=SMALL + 0.5, labelcolor=INK,
    )  # fmt: skip
    return figure


def _draw_frames(axes: Axes, table: pd.DataFrame, dimension: str) -> None:
    quiet_axes(axes, grid="y")
    places = np.arange(len(table))
    axes.plot(places, table[dimension], color=BLUE, linewidth=1.1)
    axes.plot(places, table[f"predicted_{dimension}"], color=ORANGE, linewidth=1.1)
    samples = table["sample"].to_numpy()
    for place in np.flatnonzero(samples[1:] != samples[:-1]):
        axes.axvline(place + 0.5, color=GREY, linewidth=0.4, alpha=0.5, zorder=0)
    axes.set_ylim(-1.05, 1.05)
    axes.set_yticks((-1, 0, 1))
    axes.margins(x=0.01)


def _line(number: int) -> dict:
    dashes = DASHES[number // len(COLOURS) % len(DASHES)]
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": dashes}
