"""What staff see: the queue as a whole small snapshot, chats in a list, one chat with all that belongs to it.

Plain records; times are UTC moments and never "ago", so that a snapshot stays the same until something really changes and
its version with it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.conversations.model import Message
from bot.handoff.model import Line


@dataclass(frozen=True)
class QueueItem:
    """One resident who waits."""

    place: int
    conversation_id: str
    council: str
    team: str
    urgent: bool
    topic: str  # in words
    want: str  # the first line of what they need
    language: str
    waiting_since: datetime
    returns: int
    away: bool  # has left the page; the place is kept for some minutes
    was_mine: bool  # whoever looks had it until their console went silent or they signed out, so they go on best
    routed_from: str  # the team whose business it is, when nobody of it could be had


@dataclass(frozen=True)
class Alert:
    """A conversation of the assistant in which danger was recognised and nobody has asked for a person."""

    conversation_id: str
    council: str
    team: str
    matter: str
    at: datetime


@dataclass(frozen=True)
class QueueSnapshot:
    """The whole queue of somebody's teams. Send it again when the version is another one."""

    version: str
    items: tuple[QueueItem, ...]
    alerts: tuple[Alert, ...] = ()

    @property
    def longest_since(self) -> datetime | None:
        """Since when the one who has waited longest waits."""
        return min((item.waiting_since for item in self.items), default=None)


@dataclass(frozen=True)
class Summary:
    """One chat in a list of chats."""

    conversation_id: str
    council: str
    team: str
    urgent: bool
    topic: str
    want: str
    staff_id: str
    staff_name: str
    epoch: int
    last_seq: int
    last_text: str
    last_from: str
    waiting_since: datetime | None  # since when the resident waits for a reply; None while staff wait for them
    claimed_at: datetime | None
    answer_by: datetime | None  # without a first reply by then it goes back to the queue
    on_resident: bool  # takes up nobody's capacity
    away: bool  # the resident has left the page
    lent: bool  # the resident fills in a form with the assistant


@dataclass(frozen=True)
class Chat:
    """One chat as whoever may read it sees it."""

    conversation_id: str
    council: str
    team: str
    owner: str
    epoch: int
    mine: bool
    stage: str
    staff_name: str
    messages: Sequence[Message]
    card: Sequence[Line]
    topic: str
    urgent: bool
    matter: str
    waiting_since: datetime | None
    answer_by: datetime | None
    away: bool
    on_resident: bool
    supervised: bool  # a reply of the one who looks would wait for a second person
    notes: Sequence[dict[str, Any]]  # at, staff_name, kind, text
    log: Sequence[dict[str, Any]]  # at, what, team, staff_id, detail
    unsent: Sequence[dict[str, Any]]  # replies of the assistant that were kept back: at, kind, text
    drafts: Sequence[dict[str, Any]]  # replies that wait for a second person
    requests: Sequence[dict[str, Any]]  # typed questions: id, kind, at, state (open, answered, declined), answers
    outcome: str = ""


@dataclass(frozen=True)
class Draft:
    """A reply that waits for a second person."""

    id: str
    conversation_id: str
    council: str
    team: str
    author_id: str
    author_name: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Sent:
    """What came of a reply: its seq, or the draft that now waits for a second person."""

    seq: int
    repeat: bool = False
    draft: str = ""


def snapshot_version(items: Sequence[QueueItem], alerts: Sequence[Alert] = ()) -> str:
    """A short name for exactly these items."""
    plain = json.dumps([[asdict(one) for one in items], [asdict(one) for one in alerts]], default=str, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
