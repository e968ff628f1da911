"""Load the pictures of an index into one array: image files, or pixels stored in the rows of a CSV."""

import contextlib
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import Progress

from learnface.corpora._index import Problems
from learnface.corpora._reading import csv_rows
from learnface.errors import DataError

__all__ = ["load_images"]

_CSV_SIDE = 48  # FER2013 and the corpora repacked in its form store 48 x 48 grey pixels a row
_CSV_CHUNK = 64  # rows parsed at once: enough to hide NumPy's overhead, few enough for the processor's cache
_LONG = 5000  # images from which a progress bar is worth its lines


def load_images(index: pd.DataFrame, size: tuple[int, int] | None = None, channels: int = 1) -> np.ndarray:
    """Load the images of an index, in its order.

    Args:
        index: an index table whose `frames` are image files, or CSV files whose data row `row` has a column
            `pixels` of 48 x 48 grey values.
        size: `(height, width)` to resize to. None keeps the size that all images must then share.
        channels: 1 for grey, 3 for RGB, whatever the files hold.

    Returns:
        uint8 array of shape `(samples, height, width, channels)`, 0-255.

    Raises:
        DataError: images are missing, broken or of different sizes, or CSV rows do not hold 2,304 values
            from 0 to 255; one error lists them all.
    """
    if channels not in (1, 3):
        raise DataError(f"channels is {channels!r}; use 1 for grey or 3 for RGB")
    if index.empty:
        raise DataError("the index has no rows; choose at least one sample")
    problems = Problems("load_images")
    with _progress(len(index)) as advance:
        stack = _Stack(len(index), size, channels, problems, advance)
        in_csv = index["row"].notna().to_numpy() if "row" in index else np.zeros(len(index), bool)
        frames = index["frames"].to_numpy()
        for place in np.flatnonzero(~in_csv):
            stack.put(place, frames[place], _read_image(frames[place], channels, problems))
        for path, group in pd.Series(np.flatnonzero(in_csv)).groupby(frames[in_csv], sort=False):
            rows = index["row"].to_numpy()[group].astype(np.int64)
            _put_csv(stack, path, rows, group.to_numpy(), problems)
    problems.raise_if_any()
    return stack.images


class _Stack:
    """The array being filled. It takes the size of its first image unless told another."""

    def __init__(
        self,
        samples: int,
        size: tuple[int, int] | None,
        channels: int,
        problems: Problems,
        advance: Callable[[], None],
    ):
        self.samples, self.channels = samples, channels
        self.size = tuple(size) if size is not None else None
        self.resize = size is not None
        self.problems, self.advance = problems, advance
        self.images: np.ndarray | None = None

    def put(self, place: int, name: object, image: np.ndarray | None) -> None:
        """Put an image (height, width[, 3]) in its place; None marks one that could not be read."""
        self.advance()
        if image is None:
            return
        if self.images is None:
            self.size = self.size or image.shape[:2]
            self.images = np.zeros((self.samples, *self.size, self.channels), np.uint8)
        if image.shape[:2] != self.size:
            if not self.resize:
                (height, width), (first_height, first_width) = image.shape[:2], self.size
                what = f"is {width} x {height}, where the first image is {first_width} x {first_height}"
                self.problems.add(name, what, "pass size=(height, width) to resize all")
                return
            image = _resized(image, self.size)
        if image.ndim == 2:  # grey into one channel, or repeated into three
            image = image[..., None]
        self.images[place] = image


def _read_image(path: str, channels: int, problems: Problems) -> np.ndarray | None:
    """Decode an image file to grey or RGB; Python reads its bytes, as OpenCV fails on some Unicode paths."""
    try:
        data = np.fromfile(path, np.uint8)
    except FileNotFoundError:
        problems.add(path, "does not exist", "restore it or leave it out of the index")
        return None
    except OSError as error:
        problems.add(path, f"cannot be read ({error.strerror})", "`frames` must name an image file")
        return None
    image = None
    if data.size:
        image = cv2.imdecode(data, cv2.IMREAD_ANYCOLOR)  # as stored: decoders differ in how they make grey
    if image is None:
        problems.add(path, "is broken or not an image", "copy it anew from the corpus")
        return None
    if image.ndim == 2:
        return image
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY if channels == 1 else cv2.COLOR_BGR2RGB)


def _put_csv(stack: _Stack, path: str, rows: np.ndarray, places: np.ndarray, problems: Problems) -> None:
    """Fill `places` from `rows` of a CSV, reading the file once and no further than needed."""
    wanted: dict[int, list[int]] = {}
    for row, place in zip(rows.tolist(), places.tolist(), strict=True):
        wanted.setdefault(row, []).append(place)
    for numbers, texts in _csv_chunks(path, wanted, problems):
        images = _parse_pixels(texts)
        for number, text, image in zip(numbers, texts, images, strict=True):
            if image is None:
                what = f"holds {len(text.split()):,} pixels or a value that is not 0 to 255"
                remedy = f"a row holds {_CSV_SIDE**2:,} values from 0 to 255"
                problems.add(f"{path} row {number}", what, remedy)
            for place in wanted[number]:
                stack.put(place, path, image)
        for number in numbers:
            del wanted[number]
    for number in sorted(wanted):
        problems.add(f"{path} row {number}", "is missing or malformed", "index the file anew")


def _csv_chunks(
    path: str, wanted: dict[int, list[int]], problems: Problems
) -> Iterator[tuple[list[int], list[str]]]:
    numbers, texts = [], []
    last = max(wanted)
    try:
        for number, fields in enumerate(csv_rows(path, ["pixels"])):
            if fields is not None and number in wanted:
                numbers.append(number)
                texts.append(fields[0])
            if len(texts) == _CSV_CHUNK or number == last:
                yield numbers, texts
                numbers, texts = [], []
            if number == last:
                return
    except DataError as error:
        problems.add(path, str(error), "index the corpus anew")
        wanted.clear()
        return
    yield numbers, texts


def _parse_pixels(texts: list[str]) -> list[np.ndarray | None]:
    """Parse rows of blank-separated values into 48 x 48 images; None for a row that is malformed."""
    pixels = _parse_digits("\n".join(texts), len(texts)) if texts else []
    if pixels is not None:
        return list(pixels)
    if len(texts) == 1:
        return [None]
    return [image for text in texts for image in _parse_pixels([text])]


def _parse_digits(text: str, rows: int) -> np.ndarray | None:
    """Return `rows` images from text of one to three digits and blanks, a line a row; None if it is not that.

    A number ends where a digit precedes a blank, and its tens and hundreds lie one and two bytes before:
    array operations find all numbers of the text at once, some ten times faster than `int` on each.
    """
    data = np.frombuffer(b"\n\n\n" + text.encode() + b"\n\n", np.uint8)
    value = data - np.uint8(ord("0"))  # wraps round: 10 and more is no digit
    digit = value < 10
    line_end = data == ord("\n")
    if not (digit | (data == ord(" ")) | line_end).all():
        return None
    value *= digit
    end = digit[3:-1] & ~digit[4:]
    tens_and_ones = value[3:-1] + 10 * value[2:-2]
    hundreds = value[1:-3] * digit[2:-2]
    four_digits = end & digit[2:-2] & digit[1:-3] & digit[:-4]
    above_255 = end & ((hundreds > 2) | ((hundreds == 2) & (tens_and_ones > 55)))
    if four_digits.any() or above_255.any():
        return None
    starts = np.append(0, np.flatnonzero(line_end[3:-1])[:-1] + 1)
    per_row = np.add.reduceat(end, starts, dtype=np.int64)
    if len(per_row) != rows or (per_row != _CSV_SIDE**2).any():
        return None
    return (tens_and_ones + 100 * hundreds)[end].reshape(rows, _CSV_SIDE, _CSV_SIDE)


def _resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize to `(height, width)`: averaging areas when shrinking, linear when growing."""
    shrinks = size[0] * size[1] < image.shape[0] * image.shape[1]
    return cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


@contextlib.contextmanager
def _progress(images: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar for long loads on a terminal; yield what moves it on by one image."""
    console = Console(stderr=True)
    hidden = images < _LONG or not console.is_interactive
    with Progress(console=console, disable=hidden, transient=True) as bar:
        task = bar.add_task("Loading images", total=images)
        yield lambda: bar.advance(task)
