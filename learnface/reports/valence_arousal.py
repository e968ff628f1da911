"""Labels of valence and arousal as pictures: how often each value was given, and where emotions lie in the plane.

They are mi2020's Figures 5 and 6 (histograms of arousal and of valence) and Figure 8 (six emotions of learners in
the plane), for the labels of any corpus.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from learnface.errors import DataError
from learnface.reports._picture import BLUE, GREY, INK, ORANGE, SMALL, TEXT, new_figure, quiet_axes
from learnface.reports.annotate import label_colours

__all__ = ["affect_histogram_picture", "affect_scatter_picture"]

_MARKERS = "osD^vPX*"  # each emotion has its own, for print without colour
_TICKS = (-1, -0.5, 0, 0.5, 1)


def affect_histogram_picture(valence, arousal, bins: int = 20, title: str | None = None) -> Figure:
    """Draw how often each value of valence and of arousal was given.

    Args:
        valence: numbers from -1 to 1, such as a column of `annotated_videos.frame_table`; NaN is left out.
        arousal: likewise.
        bins: how many bars share the range from -1 to 1, the last including 1.
        title: title of the picture.

    Returns:
        A Matplotlib figure with a panel for valence and one for arousal, whose bars share one scale; each
        panel tells the number of labels, their mean and standard deviation.

    Raises:
        DataError: there are no numbers, or some are out of range.

    Example:
        >>> picture = affect_histogram_picture([-0.5, 0.5, 0.6], [0.0, 0.0, 1.0], bins=4)
        >>> [int(bar.get_height()) for bar in picture.axes[0].patches]
        [0, 1, 0, 2]
    """
    if bins < 1:
        raise DataError(f"bins is {bins}; draw at least 1")
    figure = new_figure(7, 2.9, title)
    edges = np.linspace(-1, 1, bins + 1)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, name, values, colour in zip(
        panels, ("valence", "arousal"), (valence, arousal), (BLUE, ORANGE), strict=True
    ):
        given = _numbers(name, values)
        given = given[~np.isnan(given)]
        if not given.size:
            raise DataError(f"{name} holds no numbers; label something first")
        quiet_axes(axes, grid="y")
        axes.hist(given, edges, color=colour, edgecolor="white", linewidth=0.6)
        axes.set(xlim=(-1, 1), xticks=_TICKS)
        axes.set_xlabel(name, fontsize=TEXT, color=INK)
        told = f"n = {given.size:,}   mean {given.mean():.2f}   sd {given.std():.2f}"
        axes.set_title(told, fontsize=SMALL + 0.5, color=INK)
    panels[0].set_ylabel("labels", fontsize=TEXT, color=INK)
    return figure


def affect_scatter_picture(
    valence, arousal, emotions: Sequence[str], labels: Sequence[str] | None = None, title: str | None = None
) -> Figure:
    """Draw labels in the plane of valence and arousal, coloured by emotion, with the mean of each emotion.

    Args:
        valence: numbers from -1 to 1, one a label.
        arousal: likewise.
        emotions: the emotion of each label; a label with None, NaN or an empty word is left out, as is one
            without valence or arousal.
        labels: the emotions to draw, in the order of the legend; None draws all, in order of the alphabet.
        title: title of the picture.

    Returns:
        A Matplotlib figure. The legend tells the number of labels of each emotion.

    Raises:
        DataError: the lengths differ, numbers are out of range, or nothing is left to draw.

    Example:
        >>> picture = affect_scatter_picture([0.5, 0.7, -0.5], [0.2, 0.4, -0.6], ["pleased", "pleased", "bored"])
        >>> [text.get_text() for text in picture.axes[0].get_legend().get_texts()]
        ['bored (1)', 'pleased (2)']
    """
    x, y = _numbers("valence", valence), _numbers("arousal", arousal)
    words = np.array([word if isinstance(word, str) else "" for word in emotions], object)
    if not len(x) == len(y) == len(words):
        raise DataError(
            f"there are {len(x)} of valence, {len(y)} of arousal and {len(words)} emotions; give as many"
        )
    kept = ~(np.isnan(x) | np.isnan(y)) & (words != "")
    shown = (
        sorted(set(words[kept]))
        if labels is None
        else [name for name in labels if (words[kept] == name).any()]
    )
    if not shown:
        raise DataError("no label has valence, arousal and an emotion to draw")
    figure = new_figure(5.6, 4.2, title)
    axes = figure.add_subplot()
    _draw_plane(axes)
    colours = label_colours(shown if labels is None else labels)
    for place, name in enumerate(shown):
        these = kept & (words == name)
        style = {"color": colours[name], "marker": _MARKERS[place % len(_MARKERS)]}
        axes.scatter(x[these], y[these], s=9, alpha=0.45, linewidth=0, **style)
        mean = {"s": 90, "edgecolor": INK, "linewidth": 0.9, "zorder": 3}
        axes.scatter(x[these].mean(), y[these].mean(), label=f"{name} ({these.sum():,})", **mean, **style)
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=TEXT, labelspacing=0.9)
    return figure


def _draw_plane(axes: Axes) -> None:
    quiet_axes(axes)
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.axvline(0, color=GREY, linewidth=0.6)
    axes.set(xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), xticks=_TICKS, yticks=_TICKS, aspect="equal")
    axes.set_xlabel("valence", fontsize=TEXT, color=INK)
    axes.set_ylabel("arousal", fontsize=TEXT, color=INK)


def _numbers(name: str, values) -> np.ndarray:
    """Return numbers from -1 to 1 as a row; NaN stays."""
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{name} holds what is no number; give numbers from -1 to 1") from None
    if numbers.ndim != 1:
        raise DataError(f"{name} has shape {numbers.shape}; give one row of numbers")
    wrong = numbers[(numbers < -1) | (numbers > 1)]
    if wrong.size:
        raise DataError(f"{name} holds {wrong[0]:g}; values must be from -1 to 1")
    return numbers
