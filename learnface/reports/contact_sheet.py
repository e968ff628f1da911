"""Many pictures on one sheet, to look through at a glance."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from learnface.errors import DataError

__all__ = ["contact_sheet"]

_GAP, _CAPTION = 6, 16  # pixels
_PAPER, _TILE, _INK = "white", "#EEEEEE", "#222222"


def contact_sheet(
    images: Sequence[NDArray[np.uint8]],
    captions: Sequence[str] | None = None,
    *,
    columns: int = 8,
    tile: int = 128,
    title: str = "",
) -> NDArray[np.uint8]:
    """Return pictures side by side, each whole in a square of its own, with its caption below.

    Args:
        images: RGB or grey pictures of any sizes, `(height, width)` or `(height, width, 1 or 3)`.
        captions: a caption each; one that is too long loses its beginning.
        columns: how many stand in a row.
        tile: side of a square in pixels.
        title: stands above all.

    Returns:
        The sheet, `(height, width, 3)` RGB.

    Raises:
        DataError: there are no pictures, or not a caption each.

    Example:
        >>> contact_sheet([np.zeros((30, 40), np.uint8)] * 3, columns=2, tile=50).shape
        (118, 118, 3)
    """
    if not len(images):
        raise DataError("there are no pictures for a contact sheet: give at least one")
    if captions is not None and len(captions) != len(images):
        raise DataError(f"there are {len(images)} pictures but {len(captions)} captions")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    below = _CAPTION if captions is not None else 0
    top = 2 * _CAPTION if title else _GAP
    width, height = columns * (tile + _GAP) + _GAP, top + rows * (tile + below + _GAP)
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(_font_path(), 11)
    if title:
        large = ImageFont.truetype(_font_path(), 15)
        draw.text((_GAP, _GAP), _fitted(title, large, width - 2 * _GAP), font=large, fill=_INK)
    for number, image in enumerate(images):
        x = _GAP + number % columns * (tile + _GAP)
        y = top + number // columns * (tile + below + _GAP)
        draw.rectangle([x, y, x + tile - 1, y + tile - 1], fill=_TILE)
        small = _small(image, tile)
        sheet.paste(small, (x + (tile - small.width) // 2, y + (tile - small.height) // 2))
        if captions is not None:
            draw.text((x, y + tile + 1), _fitted(captions[number], font, tile), font=font, fill=_INK)
    return np.asarray(sheet)


def _small(image: NDArray[np.uint8], tile: int) -> Image.Image:
    """Return a picture as large as its square allows; small ones keep hard pixels."""
    image = np.asarray(image)
    picture = Image.fromarray(image[..., 0] if image.shape[2:] == (1,) else image).convert("RGB")
    scale = tile / max(picture.size)
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    return picture.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.NEAREST)


def _fitted(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """Return the end of a text that fits: names of files differ at their ends."""
    if font.getlength(text) <= width:
        return text
    while len(text) > 1 and font.getlength("…" + text) > width:
        text = text[1:]
    return "…" + text


def _font_path() -> str:
    """Return the font that comes with matplotlib."""
    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")
