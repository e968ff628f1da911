"""Where a network saw what it says: Grad-CAM's maps over faces, regions or frames."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FixedLocator

from learnface.errors import DataError
from learnface.inference.explainer import Explanation
from learnface.inference.map_area import Area
from learnface.reports._picture import BLUE, GREY, INK, ORANGE, SMALL, TEXT, new_figure, quiet_axes

__all__ = ["grad_cam_picture"]

_COLOURS = "inferno"
_OPACITY = 0.55
_MOST_PICTURES = 10


def grad_cam_picture(explanations: Sequence[Explanation], title: str | None = None) -> Figure:
    """Draw explanations below each other: what the network was given, and its maps laid over it.

    The maps of an explanation share one scale, so that regions or frames compare; its top is the strongest
    place of them all. Each place of a map lies over the middle of what it sees; where the maps end before the
    picture does, their outermost places go on to its border. A clip's frames are at most 10, at even steps.
    Beside the regions of a five-branch network stand the weights of its branches.

    Args:
        explanations: of `learnface.inference.Explainer`, at least one.
        title: title of the picture.

    Returns:
        A Matplotlib figure.

    Raises:
        DataError: there is nothing to draw.

    Example:
        >>> maps, faces = np.ones((1, 5, 5), "float32"), np.zeros((1, 48, 48, 1), "float32")
        >>> picture = grad_cam_picture([Explanation("happy", 0.98, True, maps, faces)])
        >>> picture.subfigs[0].get_suptitle()
        'happy 98%'
    """
    if not explanations:
        raise DataError("there are no explanations to draw: no face was found")
    single = all(len(one.maps) == 1 for one in explanations)
    height = 1.75 if single else 2.75
    columns = max(2, *(min(len(one.maps), _MOST_PICTURES) for one in explanations))
    bars = 1.9 if any(one.weights is not None for one in explanations) else 0.0
    width = 1.15 * columns + bars + (1.3 if not single else 1.6)
    figure = new_figure(width, height * len(explanations) + (0.35 if title else 0.0), title)
    rows = figure.subfigures(len(explanations), 1, squeeze=False)[:, 0]
    for number, (row, explanation) in enumerate(zip(rows, explanations, strict=True)):
        _draw(row, explanation, number if len(explanations) > 1 else None)
    return figure


def _draw(row: SubFigure, explanation: Explanation, number: int | None) -> None:
    head = f"face {number}: " if number is not None else ""
    value = f"{explanation.value:.0%}" if explanation.is_probability else f"{explanation.value:+.2f}"
    row.suptitle(f"{head}{explanation.label} {value}", fontsize=TEXT, color=INK, x=0.02, ha="left")
    places = _chosen(len(explanation.maps))
    strongest = float(explanation.maps.max())
    single, bars = len(places) == 1, explanation.weights is not None
    columns = 2 if single else len(places)
    ratios = [1.0] * columns + ([1.3] if bars else [])
    grid = row.add_gridspec(1 if single else 2, len(ratios), width_ratios=ratios)
    overlays = []
    for column, place in enumerate(places):
        plain = row.add_subplot(grid[0, 0] if single else grid[0, column])
        overlays.append(row.add_subplot(grid[0, 1] if single else grid[1, column]))
        _draw_picture(plain, explanation.pictures[place])
        _draw_picture(overlays[-1], explanation.pictures[place])
        share = explanation.maps[place] / (strongest or 1)
        _draw_map(overlays[-1], share, explanation.pictures[place].shape[:2], explanation.area)
        if explanation.names:
            plain.set_title(explanation.names[place], fontsize=SMALL, color=INK, pad=3)
    if bars:
        _draw_weights(row.add_subplot(grid[:, -1]), explanation)
    does = "speaks for it" if explanation.is_probability else "raises it"
    _draw_scale(row, overlays, does if strongest > 0 else f"nothing {does}")


def _chosen(count: int) -> list[int]:
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, _MOST_PICTURES))})


def _draw_picture(axes: Axes, picture: np.ndarray) -> None:
    grey = picture.shape[-1] == 1
    axes.imshow(picture[..., 0] if grey else picture, cmap="gray" if grey else None, vmin=0, vmax=1)
    axes.axis("off")


def _draw_map(axes: Axes, share: np.ndarray, size: tuple[int, int], area: Area | None) -> None:
    height, width = size
    x, y, across, down = area or (0.0, 0.0, width, height)
    (left, right, columns), (top, bottom, rows) = (
        _filling(begin, length, places, side)
        for begin, length, places, side in (
            (x, across, share.shape[1], width),
            (y, down, share.shape[0], height),
        )
    )
    share = np.pad(share, (rows, columns), mode="edge")
    extent = (
        left - 0.5,
        right - 0.5,
        bottom - 0.5,
        top - 0.5,
    )  # Matplotlib counts from the first pixel's middle
    axes.imshow(share, cmap=_COLOURS, vmin=0, vmax=1, alpha=_OPACITY, extent=extent, interpolation="bilinear")
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))


def _filling(begin: float, length: float, places: int, side: int) -> tuple[float, float, tuple[int, int]]:
    """Return where places begin and end once they fill a side, and how many are put on before and behind."""
    step, end = length / places, begin + length
    before, behind = max(math.ceil(begin / step), 0), max(math.ceil((side - end) / step), 0)
    return begin - before * step, end + behind * step, (before, behind)


def _draw_scale(row: SubFigure, overlays: list[Axes], text: str) -> None:
    """Draw the colour bar, as pale as the maps."""
    mappable = ScalarMappable(Normalize(0, 1), _COLOURS)
    bar = row.colorbar(mappable, ax=overlays, alpha=_OPACITY, fraction=0.05, pad=0.02, aspect=12)
    bar.set_label(text, fontsize=SMALL, color=INK)
    bar.ax.yaxis.set_major_locator(FixedLocator([0, 1]))
    bar.ax.set_yticklabels(["not", "most"])
    bar.ax.tick_params(labelsize=SMALL, length=0, labelcolor=INK)
    bar.outline.set_visible(False)


def _draw_weights(axes: Axes, explanation: Explanation) -> None:
    weights = np.asarray(explanation.weights)
    colours = [ORANGE if name == "occluded" else BLUE for name in explanation.names]
    axes.barh(range(len(weights)), weights, color=colours or BLUE, height=0.6)
    quiet_axes(axes)
    axes.set_yticks(range(len(weights)), explanation.names)
    axes.invert_yaxis()
    axes.set_xlim(0, max(1e-6, math.ceil(10 * weights.max() * 1.25) / 10))
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    for place, weight in enumerate(weights):
        axes.text(weight, place, f" {weight:.2f}", va="center", fontsize=SMALL, color=INK)
    axes.set_title("branch weight", loc="left", fontsize=SMALL, color=GREY, pad=3)
