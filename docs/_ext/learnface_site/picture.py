"""A picture of a model as SVG: a column of boxes, from the input at the top to the output."""

from html import escape

from learnface_site.rows import Box, Fork, Row

__all__ = ["architecture_svg"]

_HEIGHT, _GAP, _MARGIN, _TITLE = 28, 14, 12, 24
_CHARACTER = 7.1  # width of a letter of 13 pixels
_COLOURS = {
    "input": ("#f2f2f2", "#8c8c8c"),
    "convolution": ("#dbe9f6", "#4a7fb5"),
    "dense": ("#fdebd0", "#c98a2b"),
    "recurrent": ("#dcefdc", "#4f9a4f"),
    "network": ("#fafafa", "#8c8c8c"),
    "other": ("#ebe4f3", "#8467a8"),
}


def architecture_svg(rows: list[Row], title: str) -> str:
    """Return the picture of a model's rows.

    Args:
        rows: from `learnface_site.rows.model_rows`.
        title: what a screen reader says.
    """
    width, height = _size(rows)
    width, height = width + 2 * _MARGIN, height + 2 * _MARGIN
    parts: list[str] = []
    _draw(rows, _MARGIN, _MARGIN, width - 2 * _MARGIN, parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" font-size="13" '
        f"font-family=\"system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif\">\n<title>{escape(title)}</title>\n"
        f'<rect width="100%" height="100%" rx="6" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _size(rows: list[Row]) -> tuple[float, float]:
    """Return the width and height of rows in pixels."""
    sizes = [_row_size(row) for row in rows] or [(70, _HEIGHT)]
    height = sum(size[1] for size in sizes) + _GAP * (len(sizes) - 1)
    return max(size[0] for size in sizes), height


def _row_size(row: Row) -> tuple[float, float]:
    if isinstance(row, Fork):
        sizes = [_size(column) for column in row.columns]
        return sum(size[0] for size in sizes) + 2 * _MARGIN * (len(sizes) - 1), max(size[1] for size in sizes)
    own = (len(_label(row)) + len(row.shape)) * _CHARACTER + 46
    if row.inside is None:
        return max(own, 250), _HEIGHT
    width, height = _size(row.inside)
    return max(own, width + 2 * _MARGIN), height + _TITLE + 2 * _MARGIN


def _draw(rows: list[Row], left: float, top: float, width: float, parts: list[str]) -> None:
    """Draw rows in a column of this width; neighbours are joined by a line."""
    middle = left + width / 2
    for number, row in enumerate(rows):
        own, height = _row_size(row)
        if number:
            parts.append(_line(middle, top - _GAP, middle, top))
        if isinstance(row, Fork):
            _draw_fork(row, middle - own / 2, top, height, middle, parts)
        else:
            _draw_box(row, left, top, width, height, parts)
        top += height + _GAP


def _draw_fork(fork: Fork, left: float, top: float, height: float, middle: float, parts: list[str]) -> None:
    """Draw columns side by side, and the lines that part above and meet below them."""
    half = _GAP / 2
    for column in fork.columns:
        width, own = _size(column)
        centre = left + width / 2
        is_first = column and isinstance(column[0], Box) and column[0].kind == "input"
        if not is_first:
            parts.append(
                _line(middle, top - half, centre, top - half) + _line(centre, top - half, centre, top)
            )
        if column:
            _draw(column, left, top, width, parts)
        else:
            parts.append(f'<text x="{centre + 6:.1f}" y="{top + height / 2:.1f}" fill="#555">shortcut</text>')
        lower = top + (own if column else 0)
        parts.append(_line(centre, lower, centre, top + height + half))
        parts.append(_line(centre, top + height + half, middle, top + height + half))
        left += width + 2 * _MARGIN


def _draw_box(box: Box, left: float, top: float, width: float, height: float, parts: list[str]) -> None:
    fill, edge = _COLOURS[box.kind]
    parts.append(
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" rx="4" fill="{fill}" '
        f'stroke="{edge}"/>'
    )
    base = top + 18.5
    parts.append(f'<text x="{left + 10:.1f}" y="{base:.1f}" fill="#111">{escape(_label(box))}</text>')
    parts.append(
        f'<text x="{left + width - 10:.1f}" y="{base:.1f}" fill="#444" text-anchor="end">{escape(box.shape)}</text>'
    )
    if box.inside is not None:
        _draw(box.inside, left + _MARGIN, top + _TITLE + _MARGIN, width - 2 * _MARGIN, parts)


def _label(box: Box) -> str:
    return f"{box.count} × {box.text}" if box.count > 1 else box.text


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f} L{x2:.1f} {y2:.1f}" stroke="#8c8c8c"/>'
