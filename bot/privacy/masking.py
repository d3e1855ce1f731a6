"""Hides what must never be stored: card numbers, National Insurance numbers and bank details.

It happens before a message is stored or read by anything else. What the council needs stays: its own account numbers,
postcodes, references, telephone numbers, dates and amounts, so a number is hidden only when its form or the words beside
it leave little doubt. The words are content (privacy.yml). pseudonyms.py is for texts that leave the conversation.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.foundation.packs import UnreadablePackFile, load_yaml
from bot.privacy.model import Masked

FILE = "privacy.yml"
BESIDE = 45  # characters on either side within which a word explains a number

_DIGITS = re.compile(r"\d+")
_BETWEEN = re.compile(r"[ \u00a0.\-\u2010-\u2015]{1,3}")
_CARD_LENGTHS = (16, 15, 19, 18, 17, 14, 13)  # the commonest first, since a longer run may end in an expiry date
_CARD_START = "23456"
_TYPED_GROUPS = (1, 4, 6, 8)  # how people break a card number; telephone numbers begin with 2, 3 or 5 digits
_SECURITY_CODE = re.compile(
    r"\b(?:cvv2?|cvc2?|csc|security code|3 digits on the back)(?: number)?(?: is|:|=)?[ :=]*(\d{3,4})\b", re.I
)
_NI = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})[ .\-]{0,2}\d{2}[ .\-]?\d{2}[ .\-]?\d{2}[ .\-]?([A-Da-d])?(?![A-Za-z0-9])")
_NI_PREFIX = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]|QQ")  # QQ: the one that examples use
_NI_WORDS = re.compile(r"\b(?:national insurance|nat(?:ional)? ins|nino|ni|n\.i\.?)\b", re.I)
_REFERENCE_WORDS = re.compile(r"\b(?:ref(?:erence)?|case|order|report|ticket)\b[^0-9]{0,15}$", re.I)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])")
_SORT_CODE = re.compile(r"(?<![\d\-/.])(\d{2})([ \-\u2013/.]?)(\d{2})\2(\d{2})(?![\d\-/]|\.\d)")
_ACCOUNT = re.compile(r"(?<![\d\-/.£])\d{4} ?\d{4}(?![\d\-/]|\.\d)")


@dataclass(frozen=True)
class Words:
    """The content of privacy.yml."""

    owner: str
    review_by: date
    hidden: Mapping[str, str]
    notice: str
    joined_by: str
    things: Mapping[str, str]
    councils_own: re.Pattern[str]
    banks_own: re.Pattern[str]
    account: re.Pattern[str]


@dataclass(frozen=True)
class _Found:
    start: int
    stop: int
    thing: str


class Masking:
    """Masks messages in the words of each council. Build it in app.py."""

    def __init__(self, words: Mapping[str, Words]) -> None:
        self._words = words

    @classmethod
    def read(cls, folder: Path) -> "Masking":
        """The words of every council of the folder councils/. Raises UnreadablePackFile."""
        packs = {path.parent.name: load_yaml(path) for path in sorted(folder.glob("*/council.yml"))}
        words = {}
        for council, pack in packs.items():
            if not pack.get("base"):
                continue
            base, own = folder / str(pack["base"]) / FILE, folder / council / FILE
            content = {**load_yaml(base), **(load_yaml(own) if own.exists() else {})}
            words[council] = words_from(content, own if own.exists() else base)
        return cls(words)

    def mask(self, text: str, council: str) -> Masked:
        """The message with what must not be stored replaced in place, and a notice if anything was."""
        return mask(text, self._words[council])


def mask(text: str, words: Words) -> Masked:
    """The message with what must not be stored replaced in place, and a notice if anything was."""
    hidden: list[str] = []
    for find in (_cards, _security_codes, _ibans, _national_insurance, _banks):
        text = _replaced(text, find(text, words), words, hidden)
    if not hidden:
        return Masked(text)
    things = [words.things[thing] for thing in words.hidden if thing in hidden]
    listed = things[0] if len(things) == 1 else f"{', '.join(things[:-1])} {words.joined_by} {things[-1]}"
    return Masked(text, words.notice.format(things=listed))


def words_from(content: Mapping[str, Any], path: Path) -> Words:
    """The words of content already read; `path` is for messages. Raises UnreadablePackFile."""
    try:
        return Words(
            owner=content["owner"],
            review_by=date.fromisoformat(str(content["review_by"])),
            hidden=content["hidden"],
            notice=content["notice"]["text"],
            joined_by=content["notice"]["and"],
            things=content["notice"]["things"],
            councils_own=_any_of(content["councils_own"]),
            banks_own=_any_of(content["banks_own"]),
            account=_any_of(content["account"]),
        )
    except KeyError as missing:
        raise UnreadablePackFile(f"{path}: {missing.args[0]} is missing.") from missing
    except (AttributeError, TypeError, ValueError) as problem:
        raise UnreadablePackFile(f"{path}: {problem}.") from problem


def _replaced(text: str, found: Iterable[_Found], words: Words, hidden: list[str]) -> str:
    for one in sorted(found, key=lambda one: -one.start):
        text = text[: one.start] + words.hidden[one.thing] + text[one.stop :]
        hidden.append(one.thing)
    return text


def _cards(text: str, words: Words) -> Iterator[_Found]:
    groups = list(_DIGITS.finditer(text))
    first = 0
    while first < len(groups):
        last = _card_from(text, groups, first, words)
        if last is not None:
            yield _Found(groups[first].start(), groups[last].end(), "card")
            first = last
        first += 1


def _card_from(text: str, groups: list[re.Match[str]], first: int, words: Words) -> int | None:
    """The last group of a card number that begins with this group of digits."""
    start = groups[first]
    if start[0][0] not in _CARD_START or (len(start[0]) not in _TYPED_GROUPS and len(start[0]) < min(_CARD_LENGTHS)):
        return None
    before = text[max(0, start.start() - BESIDE) : start.start()]
    if before.endswith("+") or _said_last(words.councils_own, words.banks_own, before):
        return None
    ends: dict[int, int] = {}
    digits = ""
    for number in range(first, len(groups)):
        if number > first and not _BETWEEN.fullmatch(text, groups[number - 1].end(), groups[number].start()):
            break
        digits += groups[number][0]
        if len(digits) > max(_CARD_LENGTHS):
            break
        if passes_luhn(digits):
            ends[len(digits)] = number
    return next((ends[length] for length in _CARD_LENGTHS if length in ends), None)


def passes_luhn(digits: str) -> bool:
    """Whether the digits carry the check digit that card numbers have."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0 and len(set(digits)) > 1


def _security_codes(text: str, _words: Words) -> Iterator[_Found]:
    return (_Found(found.start(1), found.end(1), "security_code") for found in _SECURITY_CODE.finditer(text))


def _ibans(text: str, _words: Words) -> Iterator[_Found]:
    for found in _IBAN.finditer(text):
        compact = found[0].replace(" ", "").upper()
        moved = "".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])
        if int(moved) % 97 == 1:
            yield _Found(found.start(), found.end(), "bank")


def _national_insurance(text: str, _words: Words) -> Iterator[_Found]:
    for found in _NI.finditer(text):
        before = text[max(0, found.start() - BESIDE) : found.start()]
        named = _NI_WORDS.search(before) or _NI_WORDS.search(text[found.end() : found.end() + BESIDE])
        # Without its last letter, or where a reference is named, the form alone says too little.
        formed = found[2] and _NI_PREFIX.fullmatch(found[1].upper()) and not _REFERENCE_WORDS.search(before)
        if named or formed:
            yield _Found(found.start(), found.end(), "national_insurance")


def _banks(text: str, words: Words) -> Iterator[_Found]:
    accounts = list(_ACCOUNT.finditer(text))
    sort_codes = [found for found in _SORT_CODE.finditer(text) if not any(_overlap(found, account) for account in accounts)]
    taken: set[int] = set()
    for code in sort_codes:
        near = [account for account in accounts if _apart(code, account) <= BESIDE]
        named = bool(words.banks_own.search(_beside(text, code)))
        if (named and (code[2] or near or "sort" in _beside(text, code).lower())) or (near and code[2] and not _is_date(code)):
            yield _Found(code.start(), code.end(), "bank")
            for account in near:
                taken.add(account.start())
                yield _Found(account.start(), account.end(), "bank")
    for account in accounts:
        if account.start() not in taken and _is_bank_account(text, account, words):
            yield _Found(account.start(), account.end(), "bank")


def _is_bank_account(text: str, number: re.Match[str], words: Words) -> bool:
    """Whether eight digits alone are a bank account: words beside them say so, and nothing says that they are the council's."""
    beside, before = _beside(text, number), text[max(0, number.start() - BESIDE) : number.start()]
    if words.banks_own.search(beside):
        return not _said_last(words.councils_own, words.banks_own, before)
    return bool(words.account.search(beside)) and not words.councils_own.search(text)


def _said_last(ours: re.Pattern[str], theirs: re.Pattern[str], before: str) -> bool:
    """Whether the council's words stand nearer before a number than a bank's or a card's."""
    last_ours = max((found.end() for found in ours.finditer(before)), default=-1)
    last_theirs = max((found.end() for found in theirs.finditer(before)), default=-1)
    return last_ours > max(last_theirs, before.lower().rfind("card"))


def _beside(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - BESIDE) : found.end() + BESIDE]


def _apart(one: re.Match[str], other: re.Match[str]) -> int:
    return max(other.start() - one.end(), one.start() - other.end())


def _overlap(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start() < other.end() and other.start() < one.end()


def _is_date(code: re.Match[str]) -> bool:
    return 1 <= int(code[1]) <= 31 and 1 <= int(code[3]) <= 12


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    options = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z])(?:{options})(?![A-Za-z])", re.I)
