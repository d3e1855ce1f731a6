"""An address of the gazetteer, and how what somebody wrote is compared with it.

A resident's "flat 3, 14 bath st" and the gazetteer's "FLAT 3, 14 BATH STREET, ENFIELD" both become a few plain keys (unit,
number, name, street), which an index can find. writing.py takes a written address apart, postcodes.py knows postcodes,
service.py searches.
"""

import re
from dataclasses import dataclass

from bot.addresses.postcodes import shown

_UPRN = re.compile(r"0*([1-9][0-9]{0,11})")


@dataclass(frozen=True)
class Number:
    """A house number with what may belong to it: 14, 14b, 14 to 16. `first` 0 means there is none."""

    first: int = 0
    suffix: str = ""
    last: int = 0  # the end of a range; the same as `first` when it is none

    def __str__(self) -> str:
        if not self.first:
            return ""
        end = f"-{self.last}" if self.last > self.first else ""
        return f"{self.first}{self.suffix}{end}"

    def covers(self, other: "Number") -> bool:
        """Whether a range takes in the other number, as 14 to 18 does 16."""
        return bool(other.first) and self.first <= other.first <= max(self.last, self.first)


@dataclass(frozen=True)
class Address:
    """One address of a council's gazetteer. `line` is the whole of it as people read it."""

    council: str
    uprn: str
    line: str
    unit: str  # key of the flat or unit: "3", "ground floor"
    name: str  # key of the building's name
    number: Number
    street: str  # key of the street
    town: str
    postcode: str  # key, without a space

    @property
    def short(self) -> str:
        """The line without the town and the postcode, for a list of addresses of one postcode."""
        parts = [part.strip() for part in self.line.split(",")]
        ends = {shown(self.postcode).lower(), self.town.lower()}
        while len(parts) > 1 and parts[-1].lower() in ends:
            parts.pop()
        return ", ".join(parts)

    @property
    def order(self) -> tuple[str, int, str, int, str, str]:
        """The order of a list: along the street, then by flat."""
        leading = re.match(r"[0-9]+", self.unit)
        return (
            self.street,
            self.number.first,
            self.number.suffix,
            int(leading[0]) if leading else 0,
            self.unit,
            self.name,
        )


@dataclass(frozen=True)
class Found:
    """What a search found: the one address that was meant, or the likeliest ones, best first."""

    exact: Address | None
    best: tuple[Address, ...]


def uprn_key(text: str) -> str | None:
    """A UPRN without the noughts that fill it up; None when the text is none (1 to 12 digits)."""
    match = _UPRN.fullmatch(text.strip())
    return match[1] if match else None


def in_case(words: str) -> str:
    """Capitals of a gazetteer as people write them: "14B BATH STREET" as "14B Bath Street". Mixed case stays as it is."""
    if words != words.upper():
        return words
    return re.sub(r"[A-Z][A-Z'’]*", _capitalised, words)


def _capitalised(match: re.Match[str]) -> str:
    before = match.string[match.start() - 1] if match.start() else " "
    return match[0] if before.isdigit() else match[0].capitalize()
