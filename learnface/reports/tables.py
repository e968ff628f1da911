"""Tables in Markdown: any DataFrame, and our numbers beside a paper's."""

import math
import numbers
from collections.abc import Mapping

import pandas as pd

from learnface.errors import DataError

__all__ = ["comparison_table", "markdown_table"]

_MISSING = "–"


def markdown_table(table: pd.DataFrame, decimals: int = 2, index: bool = True) -> str:
    """Return a DataFrame as a Markdown table that reads well as plain text too.

    Args:
        table: any table with one level of columns.
        decimals: decimals of fractional numbers; integers are printed whole. Missing values are an en dash.
        index: whether the index is the first column.

    Returns:
        The table, without a final newline. Columns of numbers are aligned to the right.

    Example:
        >>> table = pd.DataFrame({"support": [73, 18], "f1": [0.849, None]}, index=["happy", "sad"])
        >>> print(markdown_table(table.rename_axis("label")))
        | label | support |   f1 |
        |:------|--------:|-----:|
        | happy |      73 | 0.85 |
        | sad   |      18 |    – |
    """
    if index:
        table = table.reset_index(names=table.index.name or "")
    columns = [table.iloc[:, place].tolist() for place in range(table.shape[1])]
    cells = [[_cell(value, decimals) for value in column] for column in columns]
    right = [bool(column) and all(_is_number(value) for value in column) for column in columns]
    return _layout([_escaped(str(name)) for name in table.columns], cells, right)


def comparison_table(
    ours: Mapping[str, float | tuple[float, float] | None],
    paper: Mapping[str, float | tuple[float, float] | None],
    percent: bool = True,
    decimals: int | None = None,
    name: str = "",
) -> str:
    """Return our numbers, a paper's, and the difference, as a Markdown table.

    Args:
        ours: for each row a number, or `(mean, half_width)` of an interval, as `mean_interval` gives;
            `None` or NaN where there is none.
        paper: the paper's numbers under the same names and in the same unit.
        percent: whether both are fractions, to be printed as percent; else they are printed as they are.
        decimals: by default two for percent, else three.
        name: heading of the first column.

    Returns:
        The table, in the paper's order, then what only we have. The difference is ours minus the paper's,
        in percent points, taken before rounding.

    Raises:
        DataError: a number is no fraction although `percent` is true.

    Example:
        >>> ours = {"validation": (0.642, 0.005), "test": 0.6634}
        >>> paper = {"validation": 0.64, "test": 0.7292, "own images": 0.851}
        >>> print(comparison_table(ours, paper, name="FER2013"))
        | FER2013    |     ours (%) | paper (%) | difference |
        |:-----------|-------------:|----------:|-----------:|
        | validation | 64.20 ± 0.50 |     64.00 |      +0.20 |
        | test       |        66.34 |     72.92 |      −6.58 |
        | own images |            – |     85.10 |          – |
    """
    decimals = (2 if percent else 3) if decimals is None else decimals
    scale = 100 if percent else 1
    rows = [*paper, *(row for row in ours if row not in paper)]
    mine = [_scaled(ours.get(row), row, scale) for row in rows]
    theirs = [_scaled(paper.get(row), row, scale) for row in rows]
    unit = " (%)" if percent else ""
    differences = [f"{a[0] - b[0]:+.{decimals}f}" for a, b in zip(mine, theirs, strict=True)]
    cells = [
        [_escaped(str(row)) for row in rows],
        [_interval(pair, decimals) for pair in mine],
        [_interval(pair, decimals) for pair in theirs],
        [_MISSING if "nan" in text else text.replace("-", "−") for text in differences],
    ]
    heads = [_escaped(name), f"ours{unit}", f"paper{unit}", "difference"]
    return _layout(heads, cells, [False, True, True, True])


def _layout(heads: list[str], columns: list[list[str]], right: list[bool]) -> str:
    widths = [max(3, *map(len, [head, *column])) for head, column in zip(heads, columns, strict=True)]
    shape = list(zip(widths, right, strict=True))
    rule = "|".join("-" * (w + 1) + ":" if r else ":" + "-" * (w + 1) for w, r in shape)
    lines = [heads, *zip(*columns, strict=True)]
    texts = [
        " | ".join(c.rjust(w) if r else c.ljust(w) for c, (w, r) in zip(line, shape, strict=True))
        for line in lines
    ]
    return "\n".join([f"| {texts[0]} |", f"|{rule}|", *(f"| {text} |" for text in texts[1:])])


def _scaled(value, row: str, scale: int) -> tuple[float, float]:
    """Return `(number, half width)` in the unit of the table, NaN for what is missing."""
    number, half = value if isinstance(value, tuple) else (value, None)
    number, half = (math.nan if _is_missing(part) else float(part) for part in (number, half))
    if scale == 100 and abs(number) > 1:
        raise DataError(f"{row!r} is {number}, no fraction: divide it by 100, or set percent=False")
    return scale * number, scale * half


def _interval(pair: tuple[float, float], decimals: int) -> str:
    number, half = pair
    if math.isnan(number):
        return _MISSING
    text = f"{number:.{decimals}f}".replace("-", "−")
    return text if math.isnan(half) else f"{text} ± {half:.{decimals}f}"


def _cell(value, decimals: int) -> str:
    if _is_missing(value):
        return _MISSING
    if isinstance(value, numbers.Real) and not isinstance(value, (bool, numbers.Integral)):
        return f"{value:.{decimals}f}".replace("-", "−")
    text = str(value)
    return text.replace("-", "−") if _is_number(value) else _escaped(text)


def _is_number(value) -> bool:
    return _is_missing(value) or (isinstance(value, numbers.Real) and not isinstance(value, bool))


def _is_missing(value) -> bool:
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    )


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
