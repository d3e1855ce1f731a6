"""Postcodes as people write them: any spacing and case, a letter O for a nought, an I or l for a one.

A postcode is kept without its space ("EN14CK") for looking up and shown with it ("EN1 4CK"). The outward half alone
("EN1") narrows a search. Which letters are really in use is left to the gazetteer: what is not in it is not found.
"""

import re
from typing import NamedTuple

_STRICT = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?)[\s-]*([0-9][a-z]{2})\b", re.IGNORECASE)
_LOOSE = re.compile(r"\b([a-z][a-z01]?[0-9oil][a-z0-9]?)[\s-]*([0-9oil][a-z]{2})\b", re.IGNORECASE)
_OUTWARD = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?)\s*$", re.IGNORECASE)
_TO_DIGIT = str.maketrans("OIL", "011")
_TO_LETTER = str.maketrans("01", "OI")


class PostcodeFound(NamedTuple):
    """A postcode found in a text, in its key form, and the text without it."""

    key: str
    rest: str


def postcode_key(text: str) -> str | None:
    """The key of a text that is nothing but a postcode, however it is spaced; None when it is none."""
    compact = re.sub(r"[^a-z0-9]", "", text.lower())
    return _mended(compact) if 5 <= len(compact) <= 7 else None


def postcode_in(text: str) -> PostcodeFound | None:
    """The last postcode of a text; one without slips comes before one that has to be mended."""
    for pattern in (_STRICT, _LOOSE):
        for match in reversed(list(pattern.finditer(text))):
            written = (match[1] + match[2]).lower()
            if any(sign.isdigit() for sign in written) and (key := _mended(written)):  # "Close" is no C10 SE
                return PostcodeFound(key, f"{text[: match.start()]} {text[match.end() :]}".strip(" ,."))
    whole = postcode_key(text)
    return PostcodeFound(whole, "") if whole else None


def outward_in(text: str) -> PostcodeFound | None:
    """The outward half ("EN1") that ends a text, and the text before it."""
    match = _OUTWARD.search(text)
    return PostcodeFound(match[1].upper(), text[: match.start()].strip(" ,")) if match else None


def shown(key: str) -> str:
    """A key as people read it: "EN14CK" as "EN1 4CK"."""
    return f"{key[:-3]} {key[-3:]}" if len(key) >= 5 else key


def outward(key: str) -> str:
    """The half that names the district: "EN1" of "EN14CK"."""
    return key[:-3]


def _mended(compact: str) -> str | None:
    """The key with slips put right by place, or None when it cannot be a postcode."""
    upper = compact.upper()
    out, inward = upper[:-3], upper[-3:]
    inward = inward[0].translate(_TO_DIGIT) + inward[1:]
    first = out[0].translate(_TO_LETTER)
    for letters in (1, 2):  # one or two letters, then a digit that may be written as a letter
        if len(out) <= letters:
            continue
        area = first + out[1:letters].translate(_TO_LETTER)
        district = out[letters : letters + 1].translate(_TO_DIGIT) + out[letters + 1 :]
        if len(district) == 2 and district[1] in "OIL" and letters == 2:
            district = district.translate(_TO_DIGIT)
        key = area + district + inward
        if re.fullmatch(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}", key) and not (letters == 1 and _has_two_letters(out)):
            return key
    return None


def _has_two_letters(out: str) -> bool:
    """Whether the half plainly begins with two letters, as in "ENI" for "EN1"."""
    return len(out) >= 3 and out[0].isalpha() and out[1].isalpha()
