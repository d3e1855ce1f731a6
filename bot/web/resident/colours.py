"""A council's colour as a small style sheet that can always be read.

A council gives one colour; what stands on it, and how dark or light it must be as an accent, follows from the contrast
that WCAG asks for. Each council has its own style sheet, since the pages allow no inline style; assets.py serves it.
"""

import re

Rgb = tuple[float, float, float]

WHITE: Rgb = (255, 255, 255)
INK: Rgb = (11, 12, 12)
NIGHT: Rgb = (18, 22, 27)
LEAST_CONTRAST = 4.5  # what WCAG AA asks for
DAY_CONTRAST = 5.5  # a little more, for worn screens and sunlight
NIGHT_CONTRAST = 8.0
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


class UnusableColour(Exception):
    """A council's colour is not written like #004b3d; the message says so."""


def council_css(colour: str) -> str:
    """The style sheet that sets a council's colours for day and night. Raises UnusableColour."""
    council = _rgb(colour)
    if max(contrast(council, WHITE), contrast(council, INK)) < LEAST_CONTRAST:
        council = _until_readable(council, INK, WHITE, LEAST_CONTRAST)
    on_council = WHITE if contrast(council, WHITE) >= LEAST_CONTRAST else INK
    accent = _until_readable(council, INK, WHITE, DAY_CONTRAST)
    accent_night = _until_readable(council, WHITE, NIGHT, NIGHT_CONTRAST)
    day = {
        "council": council,
        "on-council": on_council,
        "accent": accent,
        "on-accent": WHITE,
        "tint": mix(accent, WHITE, 0.08),
        "tint-line": mix(accent, WHITE, 0.28),
    }
    night = {
        "accent": accent_night,
        "on-accent": INK,
        "tint": mix(accent_night, NIGHT, 0.16),
        "tint-line": mix(accent_night, NIGHT, 0.38),
    }
    return f":root{{{_lines(day)}}}@media screen and (prefers-color-scheme:dark){{:root{{{_lines(night)}}}}}\n"


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast of two colours after WCAG, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`share` of one colour, the rest of the other."""
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def _until_readable(colour: Rgb, towards: Rgb, background: Rgb, wanted: float) -> Rgb:
    for step in range(21):
        shade = mix(colour, towards, 1 - step / 20)
        if contrast(shade, background) >= wanted:
            return shade
    return towards


def _luminance(colour: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    if not _HEX.fullmatch(colour):
        raise UnusableColour(f"The colour {colour!r} cannot be used: write it like #004b3d.")
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))


def _lines(colours: dict[str, Rgb]) -> str:
    return ";".join("--{}:#{:02x}{:02x}{:02x}".format(name, *map(int, colour)) for name, colour in colours.items())
