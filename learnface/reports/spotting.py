"""A spotted video as a picture: the curve of strain, the threshold, and the intervals."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from learnface.micro.spotting import Spotting
from learnface.reports._picture import BLUE, GREY, INK, ORANGE, SMALL, TEXT, new_figure, quiet_axes

__all__ = ["spotting_picture"]

_MOST_POINTS = 20_000


def spotting_picture(
    spotting: Spotting, truth: Sequence[tuple[float, float]] = (), title: str | None = None
) -> Figure:
    """Draw the strain of a video over time, with what was spotted.

    Args:
        spotting: what `learnface.micro.spot` returned.
        truth: true intervals in seconds, where they are known; drawn as bars above the curve.
        title: title of the picture.

    Returns:
        A Matplotlib figure with one panel.
    """
    curve = spotting.curve
    strain = curve["strain"].to_numpy()
    places = np.arange(0, len(curve), -(-len(curve) // _MOST_POINTS))
    figure = new_figure(8.5, 2.6, title)
    axes = figure.subplots()
    quiet_axes(axes, grid="y")
    axes.plot(curve["time"].to_numpy()[places], strain[places], color=INK, linewidth=0.8)
    axes.axhline(spotting.threshold, color=GREY, linewidth=0.8, linestyle="--")
    axes.text(1.0, spotting.threshold, " threshold", transform=axes.get_yaxis_transform(), fontsize=SMALL, color=GREY,
              va="center")  # fmt: skip
    top = max(np.nanmax(strain, initial=0), spotting.threshold, 1e-6)
    for row in spotting.intervals.itertuples():
        axes.axvspan(row.onset_time, row.offset_time, color=BLUE, alpha=0.25, linewidth=0)
        axes.plot(
            [row.apex_time],
            [strain[np.abs(curve["time"] - row.apex_time).argmin()]],
            "o",
            color=BLUE,
            markersize=3,
        )
    for onset, offset in truth:
        axes.plot([onset, offset], [1.07 * top] * 2, color=ORANGE, linewidth=4, solid_capstyle="butt")
    axes.set_ylim(0, 1.15 * top)
    axes.set_xlim(curve["time"].iloc[0], curve["time"].iloc[-1])
    axes.set_xlabel("seconds", fontsize=TEXT, color=INK)
    axes.set_ylabel("strain", fontsize=TEXT, color=INK)
    legend = f"spotted: {len(spotting.intervals)} (blue)"
    legend += f", true: {len(truth)} (orange bars)" if len(truth) else ""
    axes.set_title(legend, fontsize=SMALL + 0.5, color=GREY, loc="left")
    return figure
