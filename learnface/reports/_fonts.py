"""Fonts for the names that people give: Matplotlib's own has Latin, Greek and Cyrillic, but no Chinese."""

import contextlib
import functools
import warnings
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry, findSystemFonts, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

__all__ = ["MissingFontWarning", "font_path", "use_fonts"]

OWN = "DejaVu Sans"
OWN_PATH = str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")
# What Linux, Windows and macOS have for Chinese, to be preferred to any other font that has the letters.
PREFERRED = (
    *("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
    *("Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Arial Unicode MS"),
)


class MissingFontWarning(UserWarning):
    """Letters of a name are drawn as empty boxes, for no font on this machine has them."""


def use_fonts(figure: Figure) -> None:
    """Let each text of a figure fall back on a font of this machine that has the letters it lacks.

    Warns:
        MissingFontWarning: there is none.
    """
    for axes in figure.axes:  # the labels of ticks have no text before they are asked for
        axes.get_xticklabels(), axes.get_yticklabels()
    for text in figure.findobj(Text):
        found = _font_of(_lacking(text.get_text()))
        if found:
            text.set_fontfamily([OWN, found.name])
            text.set_fontweight(
                found.weight
            )  # many of these fonts have no bold, of which Matplotlib complains


def font_path(text: str) -> str:
    """Return the file of a font that has all letters of a text; Matplotlib's own if none has.

    Warns:
        MissingFontWarning: none has.
    """
    found = _font_of(_lacking(text))
    return found.fname if found else OWN_PATH


def _lacking(text: str) -> frozenset[int]:
    """Return the characters that Matplotlib's own font has not."""
    return frozenset(ord(letter) for letter in text if not letter.isspace()) - _characters(OWN_PATH)


def _font_of(characters: frozenset[int]) -> FontEntry | None:
    """Return the best font for some characters, None if there are none."""
    if not characters:
        return None
    found = _search(characters)
    if found is None:
        text = "".join(map(chr, sorted(characters)))
        warnings.warn(
            f"no font on this machine has {text}: install one, for Chinese such as the package fonts-noto-cjk",
            MissingFontWarning,
            stacklevel=4,
        )
    return found


@functools.lru_cache(maxsize=256)
def _search(characters: frozenset[int]) -> FontEntry | None:
    for entry in _installed():
        try:
            if characters <= _characters(entry.fname):
                return entry
        except (OSError, RuntimeError):  # a file that is gone or no font
            continue
    return None


@functools.cache
def _installed() -> list[FontEntry]:
    """Return the upright fonts of this machine, those made for Chinese first, the most regular first."""
    _look_again()
    places = {name: place for place, name in enumerate(PREFERRED)}
    upright = [
        entry
        for entry in fontManager.ttflist
        if entry.style == "normal" and "last" not in entry.name.lower()  # Last Resort draws boxes for all
    ]
    return sorted(upright, key=lambda e: (places.get(e.name, len(places)), str(e.weight) != "400", e.name))


def _look_again() -> None:
    """Let Matplotlib know the fonts installed since it wrote its list of them, which it keeps for years."""
    known = {entry.fname for entry in fontManager.ttflist}
    for path in findSystemFonts():
        if path not in known:
            with contextlib.suppress(OSError, RuntimeError):
                fontManager.addfont(path)


@functools.lru_cache(maxsize=512)
def _characters(path: str) -> frozenset[int]:
    return frozenset(FT2Font(path).get_charmap())
