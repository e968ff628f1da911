"""The confusion matrix as a picture: row percent over counts, rows true."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from learnface.errors import DataError
from learnface.reports._picture import GREY, INK, SMALL, TEXT, new_figure

__all__ = ["confusion_picture"]

_CELL = 0.62  # inches


def confusion_picture(
    confusion,
    labels: Sequence[str],
    normalise: Literal["rows"] | None = "rows",
    title: str | None = None,
) -> Figure:
    """Draw a confusion matrix, rows true and columns predicted.

    Args:
        confusion: counts of shape `(classes, classes)`, as in `classification_scores(...)["confusion"]`;
            or, with `normalise="rows"`, the fractions or percent that a paper prints.
        labels: names of the classes, in the order of the codes.
        normalise: `"rows"` colours and prints each cell as percent of its true class, with its count
            below; `None` colours and prints counts.
        title: title of the picture.

    Returns:
        A Matplotlib figure, with the number `n` of true samples at the end of each row.

    Raises:
        DataError: the matrix is not square, does not fit the labels, or holds NaN or what is negative.

    Example:
        >>> picture = confusion_picture([[8, 2], [1, 9]], labels=("happy", "sad"))
        >>> [text.get_text() for text in picture.axes[0].texts]
        ['80.0', '8', '20.0', '2', '10.0', '1', '90.0', '9', 'n', '10', '10']
    """
    matrix = _checked(confusion, labels)
    if normalise not in ("rows", None):
        raise DataError(f"normalise is {normalise!r}, but must be 'rows' or None")
    support = matrix.sum(axis=1)
    counted = _counted(matrix)
    shares, top = (matrix, max(matrix.max(), 1)) if normalise is None else (_row_percent(matrix), 100)
    side = _CELL * len(labels)
    figure = new_figure(side + 1.9, side + (1.5 if title else 1.2), title)
    axes = figure.add_subplot()
    axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=top, edgecolors="white", linewidth=1.5)
    _label_axes(axes, labels)
    for row, column in np.ndindex(matrix.shape):
        if matrix[row, column] > 0:
            percent = f"{shares[row, column]:.1f}" if normalise or not counted else None
            count = f"{matrix[row, column]:,.0f}" if counted else None
            colour = "white" if _is_dark(shares[row, column] / top) else INK
            _write_cell(axes, row, column, [text for text in (percent, count) if text], colour)
        elif support[row] > 0:
            _write_cell(axes, row, column, ["0"], GREY)  # quiet, so that the mistakes stand out
    _write_support(axes, support, counted)
    return figure


def _row_percent(matrix: np.ndarray) -> np.ndarray:
    """Return each cell as percent of its row; what already is a share keeps a paper's own rounding."""
    support = matrix.sum(axis=1, keepdims=True)
    filled = support[support > 0]
    for whole in (1, 100):
        if np.abs(filled - whole).max(initial=0) < 0.015 * whole and not _counted(matrix):
            return matrix * 100 / whole
    return 100 * matrix / np.where(support > 0, support, 1)


def _counted(matrix: np.ndarray) -> bool:
    return bool(np.all(matrix == np.round(matrix)))


def _write_cell(axes: Axes, row: int, column: int, texts: Sequence[str], colour: str) -> None:
    heights = (0.4, 0.73) if len(texts) > 1 else (0.5,)
    for text, height, size in zip(texts, heights, (TEXT, SMALL - 0.5), strict=False):
        axes.text(column + 0.5, row + height, text, fontsize=size, color=colour, ha="center", va="center")


def _write_support(axes: Axes, support: np.ndarray, counted: bool) -> None:
    """Write the number of true samples at the end of each row, and say which rows have none."""
    right, small = len(support) + 0.12, {"color": GREY, "va": "center", "fontsize": SMALL}
    if counted:
        axes.text(right, -0.12, "n", style="italic", **small | {"va": "bottom"})
    for row, number in enumerate(support):
        if counted:
            axes.text(right, row + 0.5, f"{number:,.0f}", **small)
        if number == 0:
            axes.text(len(support) / 2, row + 0.5, "no samples", ha="center", **small)


def _label_axes(axes: Axes, labels: Sequence[str]) -> None:
    places = np.arange(len(labels)) + 0.5
    axes.set_aspect("equal")
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelcolor=INK, labelsize=TEXT)
    axes.set_yticks(places, labels)
    slanted = max(map(len, labels)) > 8
    turn = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
    axes.set_xticks(places, labels, **turn)
    axes.set_xlabel("Predicted", fontsize=TEXT, color=GREY, labelpad=6)
    axes.set_ylabel("True", fontsize=TEXT, color=GREY, labelpad=6)


def _is_dark(share: float) -> bool:
    """Whether white print stands out better than dark print, by WCAG's relative luminance."""
    red, green, blue = (part**2.2 for part in colormaps["Blues"](share)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.2


def _checked(confusion, labels: Sequence[str]) -> np.ndarray:
    matrix = np.asarray(confusion, dtype=np.float64)
    if not len(labels) or matrix.shape != (len(labels), len(labels)):
        raise DataError(
            f"confusion has shape {matrix.shape}, but {len(labels)} labels need {(len(labels),) * 2}"
        )
    if not (np.isfinite(matrix).all() and (matrix >= 0).all()):
        raise DataError("confusion must hold counts or shares: no NaN, no infinity, nothing negative")
    return matrix
