"""What a suggestion is, in plain Python: past replies as pairs, what became of a suggestion, holes in masked words.

A **pair** is what a resident asked and what staff replied to it. Pairs are kept masked, so a past reply may hold words like
[name]; `filled` puts the resident's own name where it greets, and what is left over is a hole that must not be sent.
ranking.py says how likely a suggestion is the reply, service.py has the use cases.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from rapidfuzz.fuzz import ratio, token_set_ratio

from bot.conversations.model import Kind, Message, Sender, Source

SHOWN = 3  # suggestions that have a key; more stand under a fold
LONGEST_ASKED = 1000  # characters of a resident's words that are compared
FEWEST_WORDS = 2  # a shorter reply ("ok") teaches nothing
EDITED_INSERTED = 60.0  # of 100: an inserted suggestion that is changed beyond this was not used
EDITED_TYPED = 75.0  # of 100: words this near to a suggestion were taken from it, however they came into the field
SAME_WORDING = 85.0  # of 100: two replies this near say nearly the same
HOLES = ("[name]", "[address]", "[postcode]", "[email]", "[telephone]", "[reference]")

_HOLE = re.compile("|".join(re.escape(hole) for hole in HOLES))
_GREETED = re.compile(
    r"(?P<greeting>\b(?:hi|hiya|hello|dear|good (?:morning|afternoon|evening)|thanks|thank you|sorry)(?: there)?)(?P<gap>,? )\[name\]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,.:]*\d|\d")


class From(StrEnum):
    """What a suggestion comes from."""

    ARTICLE = "article"  # an approved answer of the library
    CANNED = "canned"  # a ready reply of the council
    REPLY = "reply"  # what staff wrote to residents before


class Used(StrEnum):
    """What became of a suggestion when a reply was sent."""

    AS_IT_IS = "used"
    EDITED = "edited"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Pair:
    """What was asked and what was replied to it. `seq` orders the pairs of a conversation, the `first` opens it."""

    asked: str
    reply: str
    at: datetime
    seq: int = 0
    first: bool = True


@dataclass(frozen=True)
class Suggestion:
    """One reply that could be sent: how likely it is the one (0 to 1), why, and where it comes from."""

    source: From
    id: str
    title: str
    text: str
    chance: float
    matched: tuple[str, ...]  # words of the resident that led to it
    day: date | None  # when it was last sent, or last checked
    times: int = 0  # how often such a reply was sent
    sources: tuple[Source, ...] = ()

    @property
    def percent(self) -> int:
        """The chance as it is shown."""
        return round(100 * self.chance)

    @property
    def key(self) -> str:
        """Names it in forms and in the API."""
        return f"{self.source}:{self.id}"


@dataclass(frozen=True)
class Suggestions:
    """What could be replied, the likeliest first, and the message that it was worked out for."""

    items: tuple[Suggestion, ...] = ()
    seq: int = 0
    searched: str = ""  # words of staff that they were looked up for instead
    newest: bool = True  # whether it is the resident's newest message

    @property
    def best(self) -> float:
        """The chance of the likeliest; 0 where there is none."""
        return max((one.chance for one in self.items), default=0.0)


@dataclass(frozen=True)
class Band:
    """What became of the suggestions of one kind whose stated percentage lay between two numbers."""

    source: str
    at_least: int  # percent
    below: int
    used: int = 0
    edited: int = 0
    ignored: int = 0


def bands(counts: Iterable[tuple[str, int, str, int]]) -> list[Band]:
    """Counts (source, percent, outcome, number) in bands of ten percent, lowest first."""
    found: dict[tuple[str, int], Band] = {}
    for source, percent, outcome, number in counts:
        low = min(percent // 10 * 10, 90)
        band = found.setdefault((source, low), Band(source, low, low + 10))
        found[source, low] = replace(band, **{outcome: getattr(band, outcome) + number})
    return [found[key] for key in sorted(found)]


def asked_in(messages: Sequence[Message], until: int | None = None) -> tuple[str, int]:
    """What the resident asked last, and the seq of their newest typed message in it; empty when they typed nothing.

    That is what they typed since anybody answered them; when they only pressed buttons since, what they typed before.
    `until` is the message to go by instead of the newest.
    """
    run: list[Message] = []
    for one in reversed(messages):
        if until is not None and one.seq > until:
            continue
        if one.sender == Sender.RESIDENT and _typed(one):
            run.append(one)
        elif run and (one.sender in (Sender.STAFF, Sender.ASSISTANT) or one.sender == Sender.RESIDENT):
            break
    text = "\n".join(one.text for one in reversed(run))
    return text[-LONGEST_ASKED:], run[0].seq if run else 0


def pairs_of(messages: Sequence[Message]) -> list[Pair]:
    """Every reply that staff typed, with what the resident had asked; replies that follow each other belong together."""
    pairs: list[Pair] = []
    asked_at = 0
    for place, one in enumerate(messages):
        if one.sender != Sender.STAFF or one.kind != Kind.TEXT or len(one.text.split()) < FEWEST_WORDS:
            continue
        asked, seq = asked_in(messages[:place])
        if not asked:
            continue
        if pairs and seq == asked_at:
            before = pairs.pop()
            pairs.append(replace(before, reply=f"{before.reply}\n\n{one.text}", at=one.at))
        else:
            pairs.append(Pair(asked, one.text, one.at, one.seq, not pairs))
        asked_at = seq
    return pairs


def became(suggested: str, sent: str, *, inserted: bool) -> Used:
    """What became of a suggestion, from the words that were sent. `inserted`: somebody put it into the field."""
    before, after = _plain(suggested), _plain(sent)
    if before == after:
        return Used.AS_IT_IS
    near = max(ratio(before, after), token_set_ratio(before, after) if inserted else 0.0)
    return Used.EDITED if near >= (EDITED_INSERTED if inserted else EDITED_TYPED) else Used.IGNORED


def nearly_same(one: str, other: str) -> bool:
    """Whether two replies say nearly the same: alike in wording, and with the same numbers."""
    return sorted(_NUMBER.findall(one)) == sorted(_NUMBER.findall(other)) and ratio(_plain(one), _plain(other)) >= SAME_WORDING


def filled(text: str, name: str) -> str:
    """A past reply for this resident: greeted by name when it is known, without a name otherwise. Other holes stay."""

    def greet(found: re.Match[str]) -> str:
        return f"{found['greeting']}{found['gap']}{name}" if name else found["greeting"]

    return _GREETED.sub(greet, text)


def holes(text: str) -> list[str]:
    """Words like [address] that stand for something that was masked, in order; a reply with one must not be sent."""
    return list(dict.fromkeys(_HOLE.findall(text)))


def title_of(text: str) -> str:
    """The beginning of a reply, to name it by."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57].rsplit(' ', 1)[0]} …"


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(words))


def _typed(message: Message) -> bool:
    return message.kind == Kind.TEXT and not message.data.get("choice") and not message.data.get("answers")


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())
