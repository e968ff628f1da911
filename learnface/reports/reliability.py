"""The reliability diagram: how often a classifier is right, against how sure it is."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from learnface.errors import DataError
from learnface.reports._picture import BLUE, GREY, INK, ORANGE, SMALL, TEXT, new_figure, quiet_axes

__all__ = ["reliability_picture"]


def reliability_picture(tables: Mapping[str, pd.DataFrame], title: str | None = None) -> Figure:
    """Draw accuracy against confidence; a classifier that is as often right as it is sure lies on the diagonal.

    Args:
        tables: the tables of `learnface.metrics.reliability_table`, by what to call them, such as before and after
            temperature scaling.
        title: title of the picture.

    Returns:
        A Matplotlib figure with a panel for each table: bars of accuracy, a dot at the mean confidence of each
        bin, the larger the more samples, and the expected calibration error.

    Raises:
        DataError: there is no table, or one has no samples.

    References:
        Guo et al. 2017, On calibration of modern neural networks, Figure 1 (arXiv 1706.04599).

    Example:
        >>> from learnface.metrics import reliability_table
        >>> table = reliability_table([0, 1, 0], [[0.9, 0.1], [0.6, 0.4], [0.8, 0.2]], bins=2)
        >>> reliability_picture({"validation": table}).axes[0].get_title()
        'validation: calibration error 0.10'
    """
    empty = [name for name, table in tables.items() if not table["samples"].sum()]
    if not tables or empty:
        raise DataError(
            f"{f'{empty[0]!r} has' if empty else 'there are'} no samples to draw; score some first"
        )
    figure = new_figure(0.6 + 3 * len(tables), 3.1, title)
    panels = figure.subplots(1, len(tables), sharey=True, squeeze=False)[0]
    for axes, (name, table) in zip(panels, tables.items(), strict=True):
        bins = table[table["samples"] > 0]
        share = bins["samples"] / bins["samples"].sum()
        quiet_axes(axes)
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle="--")
        axes.bar(
            bins["low"], bins["accuracy"], bins["high"] - bins["low"], align="edge", color=BLUE, alpha=0.45
        )
        axes.scatter(bins["confidence"], bins["accuracy"], 12 + 90 * share, color=ORANGE, zorder=3)
        error = float(np.sum(share * bins["gap"].abs()))
        axes.set_title(f"{name}: calibration error {error:.2f}", fontsize=TEXT, color=INK)
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.set_xlabel("confidence", fontsize=TEXT, color=INK)
        axes.text(0.03, 0.95, f"n = {int(bins['samples'].sum()):,}", fontsize=SMALL, color=GREY)
    panels[0].set_ylabel("accuracy", fontsize=TEXT, color=INK)
    return figure
