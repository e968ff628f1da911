"""One look for all pictures: colours that colour-blind readers can tell apart, quiet axes, small print."""

import warnings
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from learnface.errors import DataError
from learnface.files import atomic_path
from learnface.reports._fonts import use_fonts

__all__ = [
    "BLUE",
    "GREY",
    "INK",
    "ORANGE",
    "SMALL",
    "TEXT",
    "TITLE",
    "new_figure",
    "quiet_axes",
    "save_picture",
]

# Two colours of Okabe and Ito's palette (2008), far apart for every kind of colour vision and in grey.
BLUE = "#0072B2"
ORANGE = "#D55E00"
INK = "#222222"
GREY = "#757575"
# Sizes of print in points.
TITLE, TEXT, SMALL = 10, 8.5, 7


def new_figure(width: float, height: float, title: str | None = None) -> Figure:
    """Return an empty white figure, its size in inches, that makes room for its labels by itself."""
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.06)  # inches
    if title:
        figure.suptitle(title, fontsize=TITLE, color=INK, fontweight="bold")
    return figure


def quiet_axes(axes: Axes, grid: str | None = None) -> None:
    """Leave only the left and lower line of the axes, with small ticks, and a faint grid along `grid`."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set(color=GREY, linewidth=0.6)
    axes.tick_params(labelsize=SMALL + 0.5, labelcolor=INK, color=GREY, width=0.6, length=3)
    if grid:
        axes.grid(axis=grid, color="#E6E6E6", linewidth=0.6)
        axes.set_axisbelow(True)


def save_picture(figure: Figure, path: str | Path, dpi: int = 200) -> Path:
    """Write a picture in the format of its suffix, whole or not at all.

    Args:
        figure: any Matplotlib figure.
        path: the file to write, such as `confusion.png`, `.svg` or `.pdf`.
        dpi: dots per inch of a PNG.

    Returns:
        The path written.

    Raises:
        DataError: Matplotlib has no such format.

    Warns:
        MissingFontWarning: no font of this machine has the letters of some name.

    Example:
        >>> import tempfile
        >>> save_picture(new_figure(2, 1), Path(tempfile.mkdtemp()) / "empty.png").name
        'empty.png'
    """
    path = Path(path)
    formats = sorted(figure.canvas.get_supported_filetypes())
    if path.suffix.lower().lstrip(".") not in formats:
        raise DataError(f"{path} must end in one of {', '.join(formats)} for its picture format")
    use_fonts(figure)
    _spare_dollars(figure)
    with atomic_path(path) as temporary, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # `use_fonts` has said so, once
        # The same picture gives the same bytes: no date and no version of Matplotlib inside.
        figure.savefig(temporary, dpi=dpi, metadata=_no_stamp(path.suffix.lower()))
    return path


def _spare_dollars(figure: Figure) -> None:
    """Draw the names of files and classes as they are: Matplotlib takes what stands between dollars for formulas."""
    for text in figure.findobj(Text):
        if "$" in text.get_text() and r"\mathdefault" not in text.get_text():  # these it has made itself
            text.set_parse_math(False)


def _no_stamp(suffix: str) -> dict | None:
    stamps = {".png": {"Software": None}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    return stamps.get(suffix)
