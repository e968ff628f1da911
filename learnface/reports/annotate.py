"""Draw faces and their expressions on a picture."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from learnface.errors import DataError
from learnface.files import atomic_path
from learnface.reports._fonts import font_path

__all__ = ["annotate_faces", "label_colours", "save_image"]

COLOURS = {
    "neutral": "#9A9A9A",
    "happy": "#F2C14E",
    "surprise": "#F78154",
    "sad": "#4D7EA8",
    "angry": "#C8403A",
    "disgust": "#5B8E55",
    "fear": "#7B5EA7",
    "contempt": "#8C6A4F",
}
OTHERS = ("#44AA99", "#88CCEE", "#AA4499", "#117733", "#DDCC77", "#332288", "#CC6677", "#661100")


def label_colours(labels: Sequence[str]) -> dict[str, str]:
    """Return a colour `#rrggbb` for each label, the same in every picture of a label set."""
    others = itertools.cycle(OTHERS)
    return {label: COLOURS.get(label) or next(others) for label in labels}


def annotate_faces(image: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    """Return a copy of a picture with a box on each face, and its label and probability or its affect.

    Args:
        image: `(height, width, 3)` RGB or `(height, width)` grey, uint8.
        table: rows of `learnface.inference.Recognizer.predict`, or of `AffectRecognizer.predict`, for this
            picture.

    Returns:
        `(height, width, 3)` RGB uint8.
    """
    labels = tuple(name.removeprefix("p_") for name in table.columns if name.startswith("p_"))
    colours = label_colours(labels)
    picture = Image.fromarray(image).convert("RGB")
    draw = ImageDraw.Draw(picture)
    line = max(2, round(max(picture.size) / 400))
    for row in table.itertuples():
        colour = colours.get(getattr(row, "label", None), OTHERS[0])
        corners = [row.x, row.y, row.x + row.width - 1, row.y + row.height - 1]
        draw.rectangle([round(value) for value in corners], outline=colour, width=line)
        _write(draw, _words(row), row, colour, picture.size)
    return np.asarray(picture)


def save_image(path: str | Path, image: np.ndarray) -> None:
    """Write an RGB picture atomically, in the format of the path's suffix.

    Raises:
        DataError: OpenCV does not write that format.
    """
    path = Path(path)
    try:
        done, data = cv2.imencode(path.suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    except cv2.error:
        done = False
    if not done:
        raise DataError(f"{path} cannot be written as {path.suffix!r}: choose .png or .jpg")
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.tobytes())


def _words(row) -> str:
    if hasattr(row, "valence"):
        return f"V {row.valence:+.2f} A {row.arousal:+.2f}"
    return f"{row.label} {row.confidence:.0%}"


def _write(draw: ImageDraw.ImageDraw, text: str, row, colour: str, size: tuple[int, int]) -> None:
    """Write a label above a face, below it at the upper border, and always inside the picture."""
    height = float(np.clip(row.height / 7, max(10, max(size) / 60), max(size) / 12))
    font = ImageFont.truetype(font_path(text), round(height))
    pad = max(1, round(height / 6))
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    wide, high = right - left + 2 * pad, bottom - top + 2 * pad
    x = np.clip(row.x, 0, max(size[0] - wide, 0))
    y = row.y - high if row.y >= high else row.y + row.height
    y = np.clip(y, 0, max(size[1] - high, 0))
    draw.rectangle([x, y, x + wide - 1, y + high - 1], fill=colour)
    draw.text((x + pad - left, y + pad - top), text, font=font, fill=_readable_on(colour))


def _readable_on(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "white"
