"""Judges candidates against what was written: the one that was meant, or the likeliest few.

Candidates come from an index (store.py); here they are only compared. An address is meant when everything that was written
fits it and fits no other: "14 Bath Street" is not meant as long as 14 has flats or there are two Bath Streets.
"""

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from bot.addresses.model import Address, Found
from bot.addresses.postcodes import outward
from bot.addresses.writing import STREET_KINDS, Written, normal

LIKELY_ENOUGH = 55  # of 100; below this an address is not offered
STREET_LIKE = 72  # of 100; a street this near in spelling may be what was meant
WITHOUT_KIND = 10  # so much less counts a name whose kind of street was not written
NEAR_MOST = 8  # streets that are looked at for one run of words
MOST_WORDS = 12  # of a message that are looked through for a misspelt street
LONGEST_NAME = 6  # words of a street's or a building's name


def spans(words: Sequence[str]) -> list[str]:
    """Every run of words that may be a name, the longest first."""
    found = []
    for length in range(min(LONGEST_NAME, len(words)), 0, -1):
        found += [" ".join(words[start : start + length]) for start in range(len(words) - length + 1)]
    return found


class StreetNames:
    """The streets of one council, laid out so that what is spelt like one is found among twenty thousand in a few milliseconds."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_length: dict[int, list[str]] = {}
        self._with_kinds: dict[int, dict[str, list[str]]] = {}  # "bath" → "bath street", "bath road"
        for name in names:
            length = len(name.split())
            self._by_length.setdefault(length, []).append(name)
            if length > 1:
                self._with_kinds.setdefault(length, {}).setdefault(_without_kind(name), []).append(name)

    def like(self, words: Sequence[str], limit: int = 4) -> list[str]:
        """The streets that are spelt most like some run of the words, the likeliest first.

        A run is held against names of as many words, or of one more; without its kind of street ("14 bath") a name counts less.
        """
        found: dict[str, float] = {}
        for run in spans(words[:MOST_WORDS]):
            length = len(run.split())
            for longer in (length, length + 1):
                for name, score in _near(run, self._by_length.get(longer, ()), STREET_LIKE):
                    found[name] = max(found.get(name, 0), score)
                short = self._with_kinds.get(longer, {})
                for bare, score in _near(run, list(short), STREET_LIKE + WITHOUT_KIND):
                    for name in short[bare]:
                        found[name] = max(found.get(name, 0), score - WITHOUT_KIND)
        return sorted(found, key=lambda name: (-found[name], name))[:limit]


def _near(run: str, names: Sequence[str], least: float) -> list[tuple[str, float]]:
    """The names that are spelt at least so much like a run of words, with how much, of 100."""
    near = process.extract(run, names, scorer=fuzz.ratio, score_cutoff=least, limit=NEAR_MOST)
    return [(name, score) for name, score, _ in near]


def judged(written: Written, candidates: Sequence[Address], limit: int) -> Found:
    """The one address that fits, or the best ones."""
    several = {address.uprn: address for address in candidates}.values()
    fitting = [address for address in several if _fits(written, address)]
    closest = _closest(written, fitting)
    if len(closest) == 1:
        return Found(closest[0], (closest[0],))
    ranked = sorted(several, key=lambda address: (-_likeness(written, address), address.order))
    likely = [address for address in ranked if _likeness(written, address) >= LIKELY_ENOUGH]
    return Found(None, tuple(likely[:limit]))


def _fits(written: Written, address: Address) -> bool:
    """Whether it is one particular address that was written, and nothing speaks against this one."""
    if written.postcode and written.postcode != address.postcode:
        return False
    if written.outward and written.outward != outward(address.postcode):
        return False
    if not (written.number.first or written.unit or _named_in(written, address.name)):
        return False
    if written.number.first and not _same_number(written, address):
        return False
    return _same_unit(written, address) and _same_place(written, address)


def _closest(written: Written, fitting: list[Address]) -> list[Address]:
    """A name or a town that was written too decides between those that fit."""
    named = [address for address in fitting if _named_in(written, address.name)]
    best = named or fitting
    return [address for address in best if _same_town(written, address)] or best


def _same_number(written: Written, address: Address) -> bool:
    wanted, there = written.number, address.number
    if wanted.last > wanted.first:
        return (wanted.first, wanted.last) == (there.first, there.last)
    if there.last > there.first:
        return there.covers(wanted)
    if _suffix_is_flat(written, address):
        return wanted.first == there.first
    return (wanted.first, wanted.suffix) == (there.first, there.suffix)


def _same_unit(written: Written, address: Address) -> bool:
    return written.unit == address.unit or (not written.unit and _suffix_is_flat(written, address))


def _suffix_is_flat(written: Written, address: Address) -> bool:
    """Whether "14b" was written for what the gazetteer calls flat B of 14."""
    return bool(written.number.suffix) and not address.number.suffix and address.unit == written.number.suffix


def _same_place(written: Written, address: Address) -> bool:
    """Whether the street (or the building) was written; with a postcode nothing more is needed, but nothing else either."""
    said = " ".join(written.words)
    if not written.postcode:
        return any(name and _occurs(name, said) for name in (address.street, address.name))
    left = [word for word in written.words if word not in STREET_KINDS] or list(written.words)
    known = normal(address.line).split()
    return not left or any(word in known for word in left) or fuzz.token_set_ratio(" ".join(left), " ".join(known)) >= 80


def _named_in(written: Written, name: str) -> bool:
    return bool(name) and _occurs(name, " ".join(written.words))


def _same_town(written: Written, address: Address) -> bool:
    return bool(address.town) and _occurs(normal(address.town), " ".join(written.words))


def _occurs(name: str, said: str) -> bool:
    return f" {name} " in f" {said} "


def _without_kind(name: str) -> str:
    words = name.split()
    return " ".join(words[:-1]) if len(words) > 1 and words[-1] in STREET_KINDS else name


def _likeness(written: Written, address: Address) -> float:
    """How much an address is like what was written, of 100: mostly by its words, then by its number."""
    said = " ".join(filter(None, [written.unit and f"flat {written.unit}", str(written.number), *written.words]))
    there = " ".join(filter(None, [address.unit and f"flat {address.unit}", address.name, str(address.number), address.street]))
    score = fuzz.token_set_ratio(said, there) if said else 100.0
    if written.number.first:
        score += 10 if address.number.covers(written.number) else -min(20, abs(address.number.first - written.number.first))
    if written.unit and written.unit == address.unit:
        score += 10
    if (written.postcode and written.postcode == address.postcode) or (
        written.outward and written.outward == outward(address.postcode)
    ):
        score += 15
    return score
