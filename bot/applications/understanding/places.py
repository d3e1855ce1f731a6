"""Where and when, as a longer message says it: "in the doorway of the old bank on Church Street", "at 7 this morning".

For questions whose answer is a text, such as where somebody sleeps outside: the resident's own words are taken from the first
message, so that what was said is not asked again. A place counts only when it names a street or a postcode; "in my road" is
asked about. Whatever is taken is read back, and can be changed.
"""

import re

from bot.addresses.writing import STREET_KINDS
from bot.applications.model import Answer, Field

_PREPOSITIONS = "outside|behind|opposite|under|underneath|beside|near|by|next to|in front of|at the back of|at|on|in|along|off|between|corner of|inside"
_START = re.compile(rf"\b(?:{_PREPOSITIONS})\s", re.IGNORECASE)
_KINDS = STREET_KINDS | {"rd", "st", "ave", "ln", "cl", "dr", "gdns", "cres", "pl", "sq", "ter", "side", "bridge", "station"}
_NO_NAMES = frozenset(
    ["a", "an", "the", "my", "our", "your", "his", "her", "their", "this", "that", "same", "main", "every", "any", "some", "bus", "train", "car", "and", "of", "in", "on", "at", "by", "to", "local", "back", "whole", "next", "last", "quiet", "busy", "other", "long"]
)  # fmt: skip
_TIME = r"(?:last night|tonight|this (?:morning|afternoon|evening)|yesterday(?: (?:morning|afternoon|evening|night))?|today|just now|right now|earlier)"
_CLOCK = r"(?:(?:at |about |around )*\d{1,2}(?:[:.]\d{2})? ?(?:am|pm|o'?clock)|(?:at |about |around )+\d{1,2}[:.]\d{2}|at (?:midnight|midday|noon))"
_HOUR = r"(?:at |about |around )+\d{1,2}"  # only a time beside a day: "at 12 Bath Street" is none
_WHEN = re.compile(rf"\b(?:{_TIME}(?:,? (?:{_CLOCK}|{_HOUR}))?|(?:{_CLOCK}|{_HOUR}),? {_TIME}|{_CLOCK})\b", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", re.IGNORECASE)
_ENDS = re.compile(
    rf"[.,;!?\n]|\s(?:since|for|who|which|because|please|can you|could you|and (?:he|she|they|it|there)|he|she|they|its?|it's|there|has|have|is|are|was|were|needs?|looks?)\s"
    rf"|\s{_WHEN.pattern}",
    re.IGNORECASE,
)


def place_in(field: Field, text: str) -> Answer | None:
    """The part of a message that says where, when it names a street or has a postcode."""
    for found in _START.finditer(text):
        rest = text[found.start() :]
        end = _ENDS.search(rest)
        words = " ".join(rest[: end.start() if end else None].split())
        if _is_named(words) and len(words) <= int(field.most or len(words)):
            return Answer(words, words, words)
    return None


def time_in(field: Field, text: str) -> Answer | None:
    """The part of a message that says when."""
    found = _WHEN.search(text)
    return Answer(found[0].strip(), found[0].strip(), found[0].strip()) if found else None


def _is_named(words: str) -> bool:
    if _POSTCODE.search(words):
        return True
    said = re.sub(r"[^\w\s']", " ", words.lower()).split()
    return any(word in _KINDS and said[place - 1] not in _NO_NAMES for place, word in enumerate(said) if place)
