"""The pictures of the reports as SVG, drawn here so that the page needs no library and keeps its strict policy.

Colours come from the page's style sheet by class, so they follow dark mode and forced colours; a pattern and a place in the
column say the same as the colour. Each picture names its numbers in a <title>, and the page has the same as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

HEIGHT, TOP, FOOT, LEFT = 220, 14, 40, 46
WIDE, NARROW = 720, 344  # the narrow ones fit on a telephone


@dataclass(frozen=True)
class Column:
    """One column: its label, its parts from the bottom up, and what it says when it is pointed at."""

    label: str
    parts: tuple[int, ...]
    says: str


def columns(title: str, drawn: Sequence[Column], parts: Sequence[str], wide: int = WIDE) -> str:
    """Columns with up to three parts, each with a legend entry: filled, striped, and an outline."""
    most = nice(max((sum(one.parts) for one in drawn), default=0))
    height, room = HEIGHT - TOP - FOOT, wide - LEFT - 8
    each = room / max(1, len(drawn))
    bar = min(44.0, each * 0.72)
    found = [_grid(most, height, wide)]
    every = max(1, -(-len(drawn) * 46 // room))  # labels that would touch are left out
    for place, one in enumerate(drawn):
        x, y = LEFT + each * place + (each - bar) / 2, float(TOP + height)
        found.append(f"<g><title>{escape(one.says)}</title>")
        for kind, value in enumerate(one.parts):
            tall = height * value / most
            y -= tall
            if value:
                found.append(
                    f'<rect class="chart__part-{kind + 1}" x="{x:.1f}" y="{y:.1f}" width="{bar:.1f}" height="{tall:.1f}"/>'
                )
        found.append("</g>")
        if place % every == 0:
            found.append(_text(x + bar / 2, TOP + height + 16, one.label, "middle"))
    found.append(_legend(parts, HEIGHT - 6))
    return _svg(title, wide, HEIGHT, found)


def bars(title: str, rows: Sequence[tuple[str, int, str]], wide: int = NARROW) -> str:
    """One bar a row with its label above it, so narrow that a telephone shows it whole; what is said stands behind the bar."""
    most, row, room = max((number for _, number, _ in rows), default=0) or 1, 42, wide - 12 - 90
    found = []
    for place, (label, number, says) in enumerate(rows):
        y, length = 8 + row * place, max(1.0, room * number / most)
        found.append(_text(12, y + 12, _cut(label, 50), "start"))
        found.append(f'<rect class="chart__part-1" x="12" y="{y + 18}" width="{length:.1f}" height="14"/>')
        found.append(_text(12 + length + 8, y + 30, says, "start"))
    return _svg(title, wide, 8 + row * len(rows) + 4, found)


def nice(most: int) -> int:
    """The top of an axis: the next 1, 2 or 5 with zeros that is not below the highest column, and 4 at least."""
    size = 1
    while size * 10 < most:
        size *= 10
    return max(4, next(size * step for step in (1, 2, 4, 5, 6, 8, 10) if size * step >= most))


def _grid(most: int, height: int, wide: int) -> str:
    lines = []
    for quarter in range(5):
        y = TOP + height - height * quarter / 4
        lines.append(f'<line class="chart__line" x1="{LEFT}" y1="{y:.1f}" x2="{wide - 8}" y2="{y:.1f}"/>')
        value = most * quarter / 4
        lines.append(_text(LEFT - 6, y + 4, f"{value:,.0f}" if value == int(value) else "", "end"))
    return "".join(lines)


def _legend(parts: Sequence[str], y: int) -> str:
    found, x = [], LEFT
    for kind, words in enumerate(parts):
        found.append(f'<rect class="chart__part-{kind + 1}" x="{x}" y="{y - 10}" width="12" height="12"/>')
        found.append(_text(x + 18, y, words, "start"))
        x += 34 + round(len(words) * 6.6)
    return "".join(found)


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _svg(title: str, wide: int, height: int, parts: Sequence[str]) -> str:
    stripes = (
        '<defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="chart__ground" width="6" height="6"/><rect class="chart__stripe" width="3" height="6"/></pattern></defs>'
    )
    return (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {height}" width="{wide}" height="{height}"'
        f' role="img" aria-label="{escape(title)}">{stripes}{"".join(parts)}</svg>'
    )
