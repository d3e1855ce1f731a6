"""Makes one address of the parts that a line of a file has, or says in plain words why it cannot.

Parts may be missing or lie in the wrong column (the Royal Mail writes "14A" as a building's name), and a local gazetteer may
have nothing but one line of text. formats.py reads the columns, importing.py keeps what comes of it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.addresses.model import Address, Number, in_case, uprn_key
from bot.addresses.postcodes import postcode_in, postcode_key, shown
from bot.addresses.writing import STREET_KINDS, normal, number_of, read_address, unit_key

KEPT = 20_000  # forms of names and postcodes that a file repeats from line to line
LONGEST_LINE = 400
LONGEST_PART = 120
_HOMES_AND_BUSINESSES = ("R", "C", "X")  # classes of AddressBase: residential, commercial, both


class Rejected(Exception):
    """A line that cannot be used; the message says why, for the report."""


@dataclass(frozen=True)
class Parts:
    """The parts of a line, as text. `change` is I, U or D where the file says; `kind` and `authority` are AddressBase's."""

    uprn: str = ""
    line: str = ""
    organisation: str = ""
    unit: str = ""
    name: str = ""
    number: str = ""
    street: str = ""
    locality: str = ""
    town: str = ""
    postcode: str = ""
    change: str = ""
    kind: str = ""
    authority: str = ""

    @property
    def deleted(self) -> bool:
        """Whether the line says that the address is no more."""
        return self.change.strip().upper() == "D"

    @property
    def home_or_business(self) -> bool:
        """Whether people live or work there; AddressBase has bus stops and fields too."""
        return not self.kind or self.kind.strip().upper().startswith(_HOMES_AND_BUSINESSES)


def uprn_of(parts: Parts) -> str:
    """The UPRN of a line. Raises Rejected."""
    key = uprn_key(re.sub(r"\.0+$", "", parts.uprn.strip()))
    if key is None:
        raise Rejected("there is no UPRN" if not parts.uprn.strip() else "the UPRN is not a number of 1 to 12 digits")
    return key


# A file names a street or a postcode many times. Residents' own words never come through here, so nothing of them is kept.
_normal = lru_cache(KEPT)(normal)
_postcode = lru_cache(KEPT)(postcode_key)
_unit = lru_cache(KEPT)(unit_key)
_number = lru_cache(KEPT)(number_of)
_in_case = lru_cache(KEPT)(in_case)


def build(council: str, parts: Parts) -> Address:
    """The address of a line. Raises Rejected."""
    uprn = uprn_of(parts)
    postcode = _postcode(parts.postcode)
    if parts.postcode.strip() and postcode is None:
        raise Rejected("the postcode is not one")
    if not parts.street.strip():
        return _from_line(council, uprn, parts, postcode)
    if postcode is None:
        raise Rejected("there is no postcode")
    name, number = parts.name.strip(), _number(parts.number) if parts.number.strip() else None
    if number is None and parts.number.strip():
        name = name or parts.number.strip()  # a column for numbers or names
    if number is None and (in_name := _number(name)):
        name, number = "", in_name
    first = " ".join(filter(None, [str(number or "").upper(), _in_case(parts.street.strip())]))
    pieces = [parts.organisation, parts.unit, name, first, parts.locality, parts.town]
    line = ", ".join([*dict.fromkeys(_in_case(piece.strip()) for piece in pieces if piece.strip()), shown(postcode)])
    return _checked(
        Address(
            council=council,
            uprn=uprn,
            line=line,
            unit=_unit(parts.unit),
            name=_normal(name or parts.organisation),
            number=number or Number(),
            street=_normal(parts.street),
            town=_in_case(parts.town.strip()),
            postcode=postcode,
        )
    )


def _from_line(council: str, uprn: str, parts: Parts, postcode: str | None) -> Address:
    """An address that is given as one line of text."""
    text = " ".join(parts.line.split())
    if not text:
        raise Rejected("there is no address")
    if found := postcode_in(text):
        text = found.rest
        postcode = postcode or found.key
    if postcode is None:
        raise Rejected("there is no postcode")
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    written = read_address(", ".join(pieces))
    name, street = _name_and_street(pieces, written.words)
    town = parts.town.strip() or (pieces[-1] if len(pieces) > 1 and normal(pieces[-1]) not in (name, street) else "")
    town = "" if any(letter.isdigit() for letter in town) else in_case(town)
    line = ", ".join([*(in_case(piece) for piece in pieces), shown(postcode)])
    return _checked(Address(council, uprn, line, written.unit, name, written.number, street, town, postcode))


def _name_and_street(pieces: list[str], words: tuple[str, ...]) -> tuple[str, str]:
    """The keys of the building's name and of the street, from pieces between commas or from the words alone."""
    for place, piece in enumerate(pieces):
        plain = list(read_address(piece).words)
        if len(pieces) > 1 and plain and plain[-1] in STREET_KINDS:
            before = [" ".join(read_address(one).words) for one in pieces[:place]]
            return next((one for one in before if one), ""), " ".join(plain)
    for place, word in enumerate(words):  # no commas: up to the first word that is a kind of street
        if place and word in STREET_KINDS:
            return "", " ".join(words[: place + 1])
    return (" ".join(words[:-1]), words[-1]) if len(words) > 1 else (" ".join(words), "")


def _checked(address: Address) -> Address:
    if len(address.line) > LONGEST_LINE or max(map(len, (address.unit, address.name, address.street))) > LONGEST_PART:
        raise Rejected("the address is too long to be one")
    if len(address.town) > 80:
        raise Rejected("the town is too long to be one")
    return address
