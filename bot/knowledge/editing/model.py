"""Drafts and versions of articles and facts in plain Python: who may do what with a draft, and what differs between texts.

A draft is open from its first word until it is published or thrown away; there is one for each article or fact of a pack.
A version is a text that was live, in the form of the packs' files; versions are only ever added. The newest one lies over
the file of the same pack and name. service.py has the use cases of drafts, publishing.py those of versions.
"""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.knowledge.mistakes import Mistake

LONGEST_NOTE = 300
LONGEST_NAME = 80


class Kind(StrEnum):
    """What is edited."""

    ARTICLE = "article"
    FACT = "fact"


class State(StrEnum):
    """How far a draft has come."""

    WRITING = "writing"
    WAITING = "waiting"  # for a second person to check it
    PUBLISHED = "published"
    DISCARDED = "discarded"


OPEN = (State.WRITING, State.WAITING)


class Change(StrEnum):
    """How a version came to be live."""

    FILE = "file"  # the pack's file, written down when the first version was laid over it
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    PUT_BACK = "put_back"  # an earlier version again
    IMPORTED = "imported"
    DROPPED = "dropped"  # the council has none of its own any more: the national one counts again


class NoSuchEntry(Exception):
    """There is no such article, fact, draft or version for this actor."""


class NotPossible(Exception):
    """It cannot be done as things stand; the message says why and what to do. Nothing was changed."""

    code = "not_possible"


class OwnWriting(NotPossible):
    """Nobody checks what they wrote themselves."""

    code = "own_writing"


class HasMistakes(NotPossible):
    """The draft has mistakes and cannot go on."""

    code = "has_mistakes"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("Put the mistakes right first. The draft is kept.")
        self.mistakes = tuple(mistakes)


class SavedMeanwhile(NotPossible):
    """Somebody else saved the draft after the saver had opened it; `draft` is what they saved."""

    code = "saved_meanwhile"

    def __init__(self, draft: "Draft") -> None:
        super().__init__("Somebody else saved this draft while you were writing. Yours is not saved yet.")
        self.draft = draft


class UnusableEntry(NotPossible):
    """One field cannot be used; the message is for the person who filled it in."""

    code = "unusable"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Place:
    """Which article or fact: the pack's folder, the kind, and its id or key."""

    pack: str
    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.pack}/{self.name}"


@dataclass(frozen=True)
class Version:
    """A text that was live from `at` on, until the next one. An empty text says that the pack has none of its own."""

    place: Place
    number: int
    text: str
    change: Change
    note: str
    author: str  # names of those who wrote it
    reviewer: str  # who published it, withdrew it or put it back
    at: datetime


@dataclass(frozen=True)
class Draft:
    """A text that is being written or checked. `fields` are what was typed, as editing/fields.py knows them.

    `version` rises with every change; whoever saves says which one they saw. `based_on` is the number of the version that
    was live when it was begun, 0 for none.
    """

    id: str
    place: Place
    fields: dict[str, Any]
    state: State
    version: int
    based_on: int
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    writers: tuple[str, ...] = ()  # ids of staff whose words are in it
    names: tuple[str, ...] = ()  # their names
    note: str = ""  # why the change is made; stands in the history
    comment: str = ""  # what the person who checked it wants changed
    comment_by: str = ""
    origin: str = ""  # what asked for it, such as a theme of unanswered questions
    asked: tuple[str, ...] = field(default=())  # what residents asked, for a draft that was asked for

    @property
    def title(self) -> str:
        """What lists call it."""
        return str(self.fields.get("title") or self.fields.get("label") or self.place.name)

    @property
    def is_open(self) -> bool:
        """Whether it can still become anything."""
        return self.state in OPEN

    def must_be(self, state: State) -> None:
        """Raises NotPossible when it has moved on."""
        if self.state != state:
            raise NotPossible(_MOVED_ON[self.state])

    def may_be_checked_by(self, staff_id: str) -> bool:
        """Whether somebody may publish it or send it back: anybody but those who wrote it."""
        return bool(staff_id) and staff_id not in self.writers


_MOVED_ON = {
    State.WRITING: "This draft is being written again, so there is nothing to check now.",
    State.WAITING: "This draft waits for a check. Take it back first if you want to change it.",
    State.PUBLISHED: "This draft has been published already.",
    State.DISCARDED: "This draft was thrown away.",
}


def name_from(title: str, join: str = "-") -> str:
    """An id made of a title: "Can I park here?" is can-i-park-here."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    name = ""
    for word in words:
        longer = f"{name}{join}{word}" if name else word
        if len(longer) > LONGEST_NAME:
            break
        name = longer
    return name


@dataclass(frozen=True)
class Difference:
    """One line of a comparison: `sign` is "+" for a new line, "-" for an old one, " " for one that stays, "…" for a gap."""

    sign: str
    text: str
    line: int = 0  # in the new text, or in the old one for an old line


def differences(old: str, new: str, around: int = 2) -> list[Difference]:
    """What changed from one text to another, line by line, with a little of what stays around each change."""
    before, after = old.splitlines(), new.splitlines()
    found: list[Difference] = []
    for place, group in enumerate(difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(around)):
        if place or group[0][1] > 0:
            found.append(Difference("…", ""))
        for tag, start, end, new_start, new_end in group:
            if tag == "equal":
                found += [Difference(" ", line, new_start + n + 1) for n, line in enumerate(before[start:end])]
                continue
            found += [Difference("-", line, start + n + 1) for n, line in enumerate(before[start:end])]
            found += [Difference("+", line, new_start + n + 1) for n, line in enumerate(after[new_start:new_end])]
    return found
