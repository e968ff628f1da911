"""Docstrings as they are written in learnface, made into what Sphinx reads.

They are Google style with `code` in single backticks. Two things that they take from Markdown have no meaning in
reStructuredText: tables, and that a block indented after an empty line is code.
"""

import re

__all__ = ["convert_tables", "mark_code", "restructured"]


def restructured(app, what, name, obj, options, lines: list[str]) -> None:
    """Mark indented blocks as code, in place; the handler of `autodoc-process-docstring`."""
    lines[:] = mark_code(convert_tables(lines))


def convert_tables(lines: list[str]) -> list[str]:
    """Return the lines with each Markdown table as the list table of reStructuredText."""
    result: list[str] = []
    rest = list(lines)
    while rest:
        if len(rest) > 1 and re.fullmatch(r"\s*\|[-:| ]+\|\s*", rest[1]) and rest[0].lstrip().startswith("|"):
            count = next((n for n, line in enumerate(rest) if not line.lstrip().startswith("|")), len(rest))
            indent = " " * (len(rest[0]) - len(rest[0].lstrip()))
            result += [f"{indent}.. list-table::", f"{indent}   :header-rows: 1", ""]
            for row in [rest[0], *rest[2:count]]:
                cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
                marks = ["* -", *["  -"] * (len(cells) - 1)]
                result += [f"{indent}   {mark} {cell}" for mark, cell in zip(marks, cells, strict=True)]
            result.append("")
            rest = rest[count:]
        else:
            result.append(rest.pop(0))
    return result


def mark_code(lines: list[str]) -> list[str]:
    """Return the lines with `::` in front of each block that an empty line and an indent set apart.

    Sections such as `Args:` have no empty line below their heading, and doctests are known by their prompt, so
    both stay as they are.
    """
    result: list[str] = []
    level = 0  # indent of the text that the block stands under
    inside = False
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if not line.strip():
            result.append(line)
            continue
        if inside and indent <= level:
            inside = False
        if not inside:
            after_gap = number > 0 and not lines[number - 1].strip()
            if (
                after_gap
                and indent > level
                and not line.lstrip().startswith(">>>")
                and _is_text(lines, number)
            ):
                result += [" " * level + "::", ""]
                inside = True
            else:
                level = indent
        result.append(line)
    return result


def _is_text(lines: list[str], number: int) -> bool:
    """Tell whether the last line above is text and no item of a list, which may go on indented."""
    above = next(line for line in reversed(lines[:number]) if line.strip())
    return not re.match(r"\s*([-*]|\d+\.) ", above)
