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
    pairs: pd.DataFrame, pictures: Mapping[int, np.ndarray], most: int = 30, title: str | None = None
) -> Figure:
    """Draw the pairs that matter most: in two splits and with two labels, then either, then the rest.

    Of samples that many pairs link together only one pair is drawn.

    Args:
        pairs: the table of `learnface.corpora.duplicates.find_duplicates`.
        pictures: the picture of each row position, as `learnface.corpora.duplicates.load_pictures` returns them;
            grey or RGB uint8.
        most: how many pairs to draw.
        title: title of the picture; None says how many of how many pairs there are.

    Returns:
        A Matplotlib figure: below each picture its split and its label, in orange where these differ.

    Raises:
        DataError: there are no pairs.
    """
    shown = _worst_first(pairs).drop_duplicates("group").head(most)
    if shown.empty:
        raise DataError("there are no pairs to draw; leave the picture out")
    columns = min(_COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    title = title or f"{len(shown):,} of {len(pairs):,} pairs that show the same"
    figure = new_figure(columns * (2 * _CELL + 0.15), rows * (_CELL + 0.4) + 0.4, title)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.03, wspace=0, hspace=0)
    # Each pair takes two columns, and a narrow one parts it from the next.
    grid = figure.add_gridspec(rows, 3 * columns - 1, width_ratios=([1, 1, 0.12] * columns)[:-1])
    for place, pair in enumerate(shown.to_dict("records")):
        row, column = divmod(place, columns)
        for side, end in enumerate(("first", "second")):
            axes = figure.add_subplot(grid[row, 3 * column + side])
            _show(axes, pictures[pair[end]], pair, str(side + 1))
    return figure


def _worst_first(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs in the order in which they spoil a corpus."""
    keys = pd.DataFrame(
        {
            "both": pairs["across"] & pairs["conflicting"],
            "conflicting": pairs["conflicting"],
            "across": pairs["across"],
            "similarity": pairs["similarity"],
        }
    )
    return pairs.loc[keys.sort_values(list(keys), ascending=False, kind="stable").index]


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
