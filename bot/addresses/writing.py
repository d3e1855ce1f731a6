"""Takes apart what people write for an address: "flat 3, 14 bath st en1", "14b", "12-14 High Rd", "Rose Cottage, Mill Ln".

Both the gazetteer and the resident go through the same normal form, so that abbreviations, commas, apostrophes and case do
not matter. "St" is "street" at the end of a name and "saint" before one. Nothing here looks anything up.
"""

import re
from dataclasses import dataclass

from bot.addresses.model import Number
from bot.addresses.postcodes import outward_in, postcode_in

_SHORT = {
    "rd": "road",
    "str": "street",
    "strt": "street",
    "ave": "avenue",
    "av": "avenue",
    "ln": "lane",
    "cl": "close",
    "clo": "close",
    "ct": "court",
    "crt": "court",
    "dr": "drive",
    "drv": "drive",
    "gdn": "gardens",
    "gdns": "gardens",
    "garden": "gardens",
    "gro": "grove",
    "grv": "grove",
    "cres": "crescent",
    "cresent": "crescent",
    "pl": "place",
    "pk": "park",
    "sq": "square",
    "ter": "terrace",
    "terr": "terrace",
    "wy": "way",
    "wlk": "walk",
    "hse": "house",
    "ho": "house",
    "hs": "house",
    "bldg": "buildings",
    "bldgs": "buildings",
    "building": "buildings",
    "mws": "mews",
    "mt": "mount",
    "nth": "north",
    "sth": "south",
    "saint": "st",
}
STREET_KINDS = frozenset(
    [
        "street",
        "road",
        "avenue",
        "lane",
        "close",
        "court",
        "drive",
        "gardens",
        "grove",
        "crescent",
        "place",
        "park",
        "square",
        "terrace",
        "way",
        "walk",
        "mews",
        "hill",
        "rise",
        "green",
        "row",
        "yard",
        "parade",
        "villas",
        "view",
        "vale",
        "wood",
        "end",
        "path",
        "gate",
        "field",
        "fields",
        "common",
        "heath",
        "bank",
        "dene",
        "dell",
        "chase",
        "mead",
        "mount",
        "broadway",
        "circus",
        "crossway",
        "alley",
        "approach",
        "parkway",
        "wharf",
        "quay",
        "croft",
        "garth",
        "meadow",
        "meadows",
        "ridge",
        "spinney",
        "orchard",
    ]
)
_UNIT_KINDS = "flat|flt|apartment|appartment|apt|unit|room|maisonette|studio|bedsit|suite"
_UNIT = re.compile(rf"\b(?:{_UNIT_KINDS})\s+(?:no\s+|number\s+)?([0-9]+[a-z]?|[a-z])\b")
_UNIT_PLACE = re.compile(
    rf"\b((?:lower |upper |)(?:ground|first|second|third|top|basement|garden|rear|front)(?: floor)?)(?: (?:{_UNIT_KINDS}))\b"
)
_RANGE = re.compile(r"\b([0-9]{1,5})([a-z]?)\s*(?:-|–|\bto\b)\s*([0-9]{1,5})([a-z]?)\b")
_SLASH = re.compile(r"\b([0-9]{1,4})\s*/\s*([0-9]{1,5}[a-z]?)\b")
_HOUSE = re.compile(r"\b([0-9]{1,5})(?:\s?([a-z]))?\b")
NO_NUMBER = Number()
_NOT_IN_NAMES = re.compile(r"\b(?:number|no|house number|my address is|address is|i live at|i am at|im at|it is|its)\b")


@dataclass(frozen=True)
class Written:
    """The parts of a written address; an empty part was not written. `words` are what is left: name, street, place."""

    postcode: str = ""
    outward: str = ""
    unit: str = ""
    number: Number = NO_NUMBER
    words: tuple[str, ...] = ()

    @property
    def looks_like_an_address(self) -> bool:
        """Whether it is worth looking up: a whole postcode, or a number with a street after it."""
        return bool(self.postcode) or bool(self.number.first and self.words)


def normal(text: str) -> str:
    """Lower case, no marks but "-" and "/", abbreviations written out."""
    text = text.lower().replace("&", " and ").replace("–", "-")
    text = re.sub(r"['’`.]", "", text)
    words = re.sub(r"[^a-z0-9/\-]+", " ", text).split()
    return " ".join(_written_out(words, place) for place in range(len(words)))


def _written_out(words: list[str], place: int) -> str:
    word = words[place]
    if word in ("st", "saint"):
        before = words[place - 1] if place else ""
        named_before = bool(before) and not before[0].isdigit() and before not in ("and", "flat")
        kind_follows = any(_SHORT.get(later, later) in STREET_KINDS for later in words[place + 1 : place + 3])
        return "street" if word == "st" and named_before and not kind_follows else "st"
    return _SHORT.get(word, word)


def read_address(text: str) -> Written:
    """The parts of what somebody wrote. Never fails: what is not recognised stays in `words`."""
    postcode = outward = ""
    if found := postcode_in(text):
        postcode, text = found
    elif found := outward_in(text):
        outward, text = found
    rest = _NOT_IN_NAMES.sub(" ", normal(text.replace("–", "-")))
    unit, rest = _unit(rest)
    number, unit, rest = _number(rest, unit)
    return Written(postcode, outward, unit, number, tuple(rest.replace("-", " ").replace("/", " ").split()))


def _unit(rest: str) -> tuple[str, str]:
    """The flat, and the text without it."""
    for pattern in (_UNIT_PLACE, _UNIT):
        if match := pattern.search(rest):
            return match[1].strip(), f"{rest[: match.start()]} {rest[match.end() :]}"
    return "", rest


def _number(rest: str, unit: str) -> tuple[Number, str, str]:
    """The house number, the flat (which may be written as a number before it), and the text without both."""
    if (match := _SLASH.search(rest)) and not unit:
        unit, rest = match[1], f"{rest[: match.start()]} {match[2]} {rest[match.end() :]}"
    if match := _RANGE.search(rest):
        first, last = int(match[1]), int(match[3])
        number = Number(first, match[2], max(first, last))
        return number, unit, f"{rest[: match.start()]} {rest[match.end() :]}"
    houses = list(_HOUSE.finditer(rest))
    if not houses:
        return NO_NUMBER, unit, rest
    if len(houses) > 1 and not unit:  # "12 Oak House, 14 Bath Street"
        flat = houses[0]
        unit = flat[1] + (flat[2] or "")
        rest = f"{rest[: flat.start()]} {rest[flat.end() :]}"
        houses = list(_HOUSE.finditer(rest))
    match = houses[-1]
    number = Number(int(match[1]), match[2] or "", int(match[1]))
    return number, unit, f"{rest[: match.start()]} {rest[match.end() :]}"


def unit_key(text: str) -> str:
    """The key of a flat as the gazetteer names it: "FLAT 3" and "3" both as "3"."""
    plain = normal(text)
    unit, rest = _unit(plain)
    return unit if unit and not rest.strip() else re.sub(rf"^(?:{_UNIT_KINDS})\s+", "", plain)


def number_of(text: str) -> Number | None:
    """The number of a gazetteer's field: "14", "14B", "14-16"; None when the field is a name."""
    plain = normal(text)
    if match := _RANGE.fullmatch(plain):
        return Number(int(match[1]), match[2], max(int(match[1]), int(match[3])))
    if match := re.fullmatch(r"([0-9]{1,5})\s?([a-z]?)", plain):
        return Number(int(match[1]), match[2], int(match[1]))
    return None
