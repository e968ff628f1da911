"""Pairs of samples that show the same, side by side, to judge by eye."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from learnface.errors import DataError
from learnface.reports._picture import INK, ORANGE, SMALL, new_figure

__all__ = ["duplicates_picture"]

_COLUMNS = 6  # pairs beside one another
_CELL = 0.85  # inches
_LETTERS = 15  # of a caption's line, what fits below a picture


def duplicates_picture(
    pairs: pd.DataFrame, pictures: Mapping[int, np.ndarray], title: str | None = None
) -> Figure:
    """Draw pairs side by side, in their order, six pairs a row.

    Args:
        pairs: rows of the table of `learnface.corpora.duplicates.find_duplicates`, such as its `worst_pairs`.
        pictures: the picture of each row position, grey or RGB uint8, as `load_pictures` returns them.
        title: title of the picture.

    Returns:
        A Matplotlib figure: below each picture its split and its label, in orange where these differ.

    Raises:
        DataError: there are no pairs.
    """
    if pairs.empty:
        raise DataError("there are no pairs to draw; leave the picture out")
    columns = min(_COLUMNS, len(pairs))
    rows = -(-len(pairs) // columns)
    figure = new_figure(columns * (2 * _CELL + 0.15), rows * (_CELL + 0.4) + 0.4, title)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.03, wspace=0, hspace=0)
    # A pair takes two columns, and a narrow one parts it from the next.
    grid = figure.add_gridspec(rows, 3 * columns - 1, width_ratios=([1, 1, 0.12] * columns)[:-1])
    for place, pair in enumerate(pairs.to_dict("records")):
        row, column = divmod(place, columns)
        for side, end in enumerate(("first", "second")):
            axes = figure.add_subplot(grid[row, 3 * column + side])
            _show(axes, pictures[pair[end]], pair, str(side + 1))
    return figure


def _show(axes: Axes, picture: np.ndarray, pair: dict, end: str) -> None:
    picture = picture[..., 0] if picture.ndim == 3 and picture.shape[-1] == 1 else picture
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255)
    axes.set_axis_off()
    for line, (name, differs) in enumerate((("split", pair["across"]), ("label", pair["conflicting"]))):
        cell = pair[f"{name}_{end}"]
        text = "" if pd.isna(cell) else str(cell)
        text = text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
        colour = ORANGE if differs else INK
        axes.annotate(
            text,
            (0.5, 0),
            (0, -2 - line * (SMALL + 1)),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=SMALL - 0.5,
            color=colour,
        )
