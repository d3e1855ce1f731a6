"""The report's pictures as plain SVG, drawn here so that they need no library and stay sharp: bars, diagram, confusion.

Each has a title for screen readers and says its numbers in words too; colours only repeat what length or text says.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

INK, SOFT, GRID, BLUE, RED = "#0b0c0c", "#505a5f", "#b1b4b6", "#1d70b8", "#d4351c"
FONT = 'font-family="Arial, Helvetica, sans-serif"'
ROW, BAR, LABELS = 24, 420, 300


def bars(title: str, rows: Sequence[tuple[str, Mapping[str, Any]]], wanted: float | None = None) -> str:
    """One bar a row, with the 95% interval as a line and the count beside it; `wanted` marks an aim."""
    top = 42 if wanted is None else 58
    height = top + 2 + ROW * len(rows) + 26
    parts = [_text(LABELS, 22, title, weight="bold", size=15)]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x = LABELS + BAR * tick
        parts.append(_line(x, top - 4, x, height - 26, GRID))
        parts.append(_text(x, height - 8, f"{tick:.0%}", anchor="middle", colour=SOFT))
    for place, (label, rate) in enumerate(rows):
        y = top + ROW * place
        low, high = LABELS + BAR * rate["low"], LABELS + BAR * rate["high"]
        parts.append(_text(LABELS - 10, y + 14, label, anchor="end"))
        parts.append(f'<rect x="{LABELS}" y="{y + 3}" width="{BAR * rate["share"]:.1f}" height="14" fill="{BLUE}"/>')
        parts.append(_line(low, y + 10, high, y + 10, INK, 2))
        parts.append(_text(LABELS + BAR + 12, y + 14, f"{rate['share']:.1%}  {rate['count']:,} of {rate['of']:,}"))
    if wanted is not None:
        x = LABELS + BAR * wanted
        parts.append(_line(x, top - 6, x, height - 26, RED, 2, dashed=True))
        parts.append(_text(x, top - 10, f"aim {wanted:.0%}", anchor="middle", colour=RED))
    return _svg(title, LABELS + BAR + 190, height, parts)


def reliability(title: str, calibration: Mapping[str, Any], what: str = "messages") -> str:
    """How often readings were right, against how sure they were; a believable reader lies on the diagonal."""
    size, left, top = 400, 60, 44
    most = max((one["right"]["of"] for one in calibration["bins"]), default=1) or 1
    parts = [_text(left, 22, title, weight="bold", size=15)]
    for tick in range(0, 11, 2):
        x, y = left + size * tick / 10, top + size * (1 - tick / 10)
        parts += [_line(x, top, x, top + size, GRID), _line(left, y, left + size, y, GRID)]
        parts += [_text(x, top + size + 18, f"{tick * 10}%", anchor="middle", colour=SOFT)]
        parts += [_text(left - 8, y + 4, f"{tick * 10}%", anchor="end", colour=SOFT)]
    parts.append(_line(left, top + size, left + size, top, SOFT, 1.5, dashed=True))
    for one in calibration["bins"]:
        right = one["right"]
        if not right["of"]:
            continue
        x, y = left + size * one["confidence"], top + size * (1 - right["share"])
        ends = [top + size * (1 - right[end]) for end in ("low", "high")]
        radius = 3 + 11 * (right["of"] / most) ** 0.5
        parts.append(_line(x, ends[0], x, ends[1], INK, 1.5))
        tip = f"{one['from']:.0%} to {one['to']:.0%} sure: {right['count']} of {right['of']} right"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{BLUE}" fill-opacity="0.75"><title>{tip}</title></circle>'
        )
    parts.append(_text(left + size / 2, top + size + 40, "how sure the reading was", anchor="middle"))
    parts.append(_text(left + size + 16, top + 14, "above the line: more", colour=SOFT))
    parts.append(_text(left + size + 16, top + 32, "often right than it claims", colour=SOFT))
    parts.append(_text(left + size + 16, top + 68, f"expected error {calibration['expected_error']:.3f}", weight="bold"))
    parts.append(_text(left + size + 16, top + 86, f"of {calibration['messages']:,} {what}", colour=SOFT))
    parts.append(_text(left + size + 16, top + 122, "a larger dot is more messages", colour=SOFT))
    return _svg(title, left + size + 230, top + size + 56, parts)


def matrix(title: str, confusion: Mapping[str, Any], *, numbers: bool = False) -> str:
    """What was meant (rows) against what was read (columns); the darker, the larger the share of the row."""
    labels: list[str] = confusion["labels"]
    cell = 46 if numbers else 13
    size, left, top = cell * len(labels), 270, 150 if numbers else 240
    totals: dict[str, int] = {}
    for meant, _, count in confusion["cells"]:
        totals[meant] = totals.get(meant, 0) + count
    parts = [
        _text(8, 22, title, weight="bold", size=15),
        _text(8, 42, "row: what was meant; column: how it was read", colour=SOFT),
    ]
    font = 13 if numbers else 11
    for place, label in enumerate(labels):
        middle = cell * (place + 0.5)
        parts.append(_text(left - 6, top + middle + 4, label, anchor="end", size=font))
        x = left + middle + 4
        parts.append(_text(x, top - 6, label, size=font, turn=f"rotate(-90 {x:.1f} {top - 6})"))
        if place and not numbers:
            parts.append(_line(left, top + cell * place, left + size, top + cell * place, "#eef0f1", 0.5))
    for meant, read, count in confusion["cells"]:
        x, y = left + cell * labels.index(read), top + cell * labels.index(meant)
        share = count / totals[meant]
        colour = BLUE if meant == read else RED
        opacity = max(0.12, share if meant == read else min(1.0, share * 4))
        tip = escape(f"{meant} read as {read}: {count} of {totals[meant]}")
        parts.append(
            f'<rect x="{x}" y="{y}" width="{cell - 1}" height="{cell - 1}" fill="{colour}" fill-opacity="{opacity:.2f}">'
            f"<title>{tip}</title></rect>"
        )
        if numbers:
            light = opacity > 0.55
            parts.append(_text(x + cell / 2, y + cell / 2 + 5, str(count), anchor="middle", colour="#ffffff" if light else INK))
    parts.append(f'<rect x="{left}" y="{top}" width="{size}" height="{size}" fill="none" stroke="{SOFT}"/>')
    return _svg(title, left + size + 12, top + size + 12, parts)


def _svg(title: str, width: float, height: float, parts: Sequence[str]) -> str:
    drawn = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" role="img" aria-label="{escape(title)}" {FONT}>\n<title>{escape(title)}</title>\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n{drawn}\n</svg>\n'
    )


def _text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    colour: str = INK,
    size: int = 13,
    weight: str = "normal",
    turn: str = "",
) -> str:
    turned = f' transform="{turn}"' if turn else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}"'
        f' fill="{colour}"{turned}>{escape(words)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"{dash}/>'
