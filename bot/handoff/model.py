"""The rules of handing over, in plain Python: the queue's order, a place in it and its wait, capacity, presence.

A handoff is one wait for a person and what came of it; a conversation may have several one after the other. Who may speak
is the conversation's owner (bot/conversations); a handoff says the rest. plan.py reads teams and words from handoff.yml,
store.py keeps the records, and the use cases stand in service.py (the resident's side) and desk.py (the staff's).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

STAFF = "staff:"  # how the owner of a conversation names a member of staff: "staff:<id>"
URGENT, NORMAL = 1, 0

PRESENCE_LOST = timedelta(seconds=75)  # a console reports every 15 seconds; after five misses its person is gone
RESIDENT_AWAY = timedelta(seconds=60)  # an open page asks at least every 30 seconds
RECENT_WAITS = 40  # waits that the honest range is worked out from
FEWEST_WAITS = 5  # with fewer nothing can be said
WAITS_AGE = timedelta(days=14)
ALERT_AGE = timedelta(minutes=30)  # a conversation in which danger was recognised is shown to staff for so long


def staff_owner(staff_id: str) -> str:
    """The owner of a conversation that this member of staff has."""
    return STAFF + staff_id


def staff_of(owner: str) -> str:
    """The member of staff who owns the conversation, or nothing."""
    return owner.removeprefix(STAFF) if owner.startswith(STAFF) else ""


class Reason(StrEnum):
    """Why a person was offered or asked for."""

    ASKED = "asked"  # in words
    CHOSEN = "chosen"  # by a button
    NOT_UNDERSTOOD = "not_understood"  # the third miss
    URGENT = "urgent"  # after the urgent screen
    DEGRADED = "degraded"  # the engine was away and search found nothing


class Stage(StrEnum):
    """Where a handoff stands."""

    ALERT = "alert"  # danger was recognised and nobody has asked for a person: staff may step in
    WAITING = "waiting"
    WITH_STAFF = "with_staff"
    LENT = "lent"  # the resident fills in a form with the assistant and comes back to the same person
    ENDED = "ended"  # staff ended it with an outcome
    RETURNED = "returned"  # staff gave the conversation back to the assistant
    LEFT = "left"  # the resident left the queue by choice
    ABANDONED = "abandoned"  # the resident left the page and did not come back in time
    PROMISED = "promised"  # it became a promise instead of a wait


OPEN_STAGES = (Stage.WAITING, Stage.WITH_STAFF, Stage.LENT)


class Presence(StrEnum):
    """What a member of staff says of themselves. Only those available or busy count as somebody being there."""

    AVAILABLE = "available"
    BUSY = "busy"
    BREAK = "break"
    AWAY = "away"
    OFFLINE = "offline"


THERE = (Presence.AVAILABLE, Presence.BUSY)


class Way(StrEnum):
    """How the resident wants to be helped."""

    QUEUE = "queue"
    CALL_BACK = "call_back"
    MESSAGE = "message"


class Offer(StrEnum):
    """What can be offered now; each has wording of its own."""

    OPEN = "open"
    CLOSED = "closed"  # outside the opening hours
    HOLIDAY = "holiday"  # a bank holiday or another closure
    NOBODY = "nobody"  # open, but nobody is signed in
    FULL = "full"  # as many wait as can be seen to
    SWITCHED_OFF = "switched_off"  # by the council, for now


@dataclass(frozen=True)
class Line:
    """One line of the card: its name for programs, label and value for people, whether the resident can change it."""

    name: str
    label: str
    value: str
    changeable: bool = True


@dataclass(frozen=True)
class Card:
    """What is handed over, so that nobody has to be asked again. card.py draws it up."""

    want: str = ""  # in the resident's own words
    topic: str = ""  # the intent it is about, or an area when only that is known
    tried: tuple[str, ...] = ()  # titles of the articles that were shown
    address: str = ""
    details: tuple[tuple[str, str], ...] = ()  # facts given, as label and value
    references: tuple[str, ...] = ()  # all but their ends hidden
    language: str = ""  # its English name, when the resident does not write English
    matter: str = ""  # the urgent matter that was recognised
    contact: str = ""  # for a call-back or a reply to a message
    time: str = ""  # when to call back

    @property
    def urgency(self) -> int:
        """URGENT when danger was recognised."""
        return URGENT if self.matter else NORMAL

    def as_json(self) -> dict[str, Any]:
        """A plain form for the database and the conversation's context."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Card":
        """The card back from its plain form."""
        pairs = tuple((str(label), str(value)) for label, value in stored.get("details", ()))
        lists = {name: tuple(stored.get(name, ())) for name in ("tried", "references")}
        plain = {name: value for name, value in stored.items() if name in cls.__dataclass_fields__}
        return cls(**{**plain, **lists, "details": pairs})

    def changed(self, line: str, words: str) -> "Card":
        """The card with one line in other words; an unknown line adds to what they want."""
        if line.startswith("detail:"):
            place = int(line.removeprefix("detail:"))
            pairs = [(label, words if here == place else value) for here, (label, value) in enumerate(self.details)]
            return replace(self, details=tuple(pair for pair in pairs if pair[1]))
        if line in ("want", "topic", "address", "contact", "time"):
            return replace(self, **{line: words})  # type: ignore[arg-type]
        return replace(self, want=f"{self.want}\n{words}".strip())


@dataclass(frozen=True)
class Handoff:
    """One wait for a person, and what came of it. Times are UTC."""

    id: str
    conversation_id: str
    council: str
    team: str
    urgency: int
    reason: str
    card: Card
    stage: Stage
    queued_at: datetime
    returns: int = 0  # how often it came back to the queue; such a one goes to the front
    routed: str = ""  # why this team: empty for the first choice
    staff_id: str = ""
    staff_name: str = ""
    claimed_at: datetime | None = None
    first_reply_at: datetime | None = None
    resident_seen_at: datetime | None = None
    resident_spoke_at: datetime | None = None
    staff_spoke_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""

    @property
    def open(self) -> bool:
        """Whether a person still has to do with it."""
        return self.stage in OPEN_STAGES

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the resident waits for staff now; None while staff wait for the resident.

        In the queue that is since they joined it. With a person it is since their oldest word without a reply.
        """
        if self.stage == Stage.WAITING:
            return self.queued_at
        if self.stage != Stage.WITH_STAFF:
            return None
        if self.first_reply_at is None or self.staff_spoke_at is None:
            return self.queued_at
        spoke = self.resident_spoke_at
        return spoke if spoke and spoke > self.staff_spoke_at else None

    def away(self, now: datetime) -> bool:
        """Whether the resident has left the page."""
        return self.resident_seen_at is None or now - self.resident_seen_at > RESIDENT_AWAY

    def on_resident(self, now: datetime, hold: timedelta) -> bool:
        """Whether it waits on the resident and so takes up nobody's capacity.

        The last word is the staff's, and the resident has been silent for `hold` or left the page.
        """
        if self.stage == Stage.LENT:
            return True
        if self.stage != Stage.WITH_STAFF or self.waiting_since is not None or self.staff_spoke_at is None:
            return False
        return self.away(now) or now - self.staff_spoke_at > hold


def in_order(waiting: Sequence[Handoff]) -> list[Handoff]:
    """The queue: urgent first, then what came back, then who has waited longest."""
    return sorted(waiting, key=lambda one: (-one.urgency, one.returns == 0, one.queued_at, one.id))


def place_of(conversation_id: str, waiting: Sequence[Handoff]) -> int:
    """The place in the queue of one team, from 1; 0 when it is not in it."""
    for place, one in enumerate(in_order(waiting), 1):
        if one.conversation_id == conversation_id:
            return place
    return 0


@dataclass(frozen=True)
class Wait:
    """An honest wait: half of the recent waits were within it. Whole minutes, at least 1."""

    least: int
    most: int


def likely_wait(seconds: Sequence[float]) -> Wait | None:
    """The range from the first to the third quartile of recent waits; None with too few of them."""
    if len(seconds) < FEWEST_WAITS:
        return None
    ordered = sorted(seconds)
    low, high = (ordered[round(share * (len(ordered) - 1))] for share in (0.25, 0.75))
    least = max(1, math.floor(low / 60))
    return Wait(least, max(least, math.ceil(high / 60)))


@dataclass(frozen=True)
class Desk:
    """How one member of staff works just now: presence with its reason, and what they may take."""

    staff_id: str
    name: str
    council: str
    teams: frozenset[str]
    presence: Presence = Presence.OFFLINE
    reason: str = ""
    since: datetime | None = None
    seen_at: datetime | None = None
    capacity: int | None = None  # None: as many as the council says
    supervised: bool = False  # every reply waits for a second person

    def there(self, now: datetime) -> bool:
        """Whether residents can be told that somebody is there."""
        return self.presence in THERE and self.seen(now)

    def seen(self, now: datetime) -> bool:
        """Whether their console has reported lately."""
        return self.seen_at is not None and now - self.seen_at <= PRESENCE_LOST

    def serves(self, council: str, team: str) -> bool:
        """Whether chats of this team come to them."""
        return self.council in ("*", council) and ("*" in self.teams or team in self.teams)


@dataclass(frozen=True)
class Team:
    """One team of a council, from handoff.yml."""

    id: str
    name: str
    areas: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    fallback: str = ""
    hours: str = ""  # the name of its hours in council.yml; its own id when empty
    capacity: int | None = None
    queue_limit: int | None = None
    staff_name: str = ""  # what residents see of a person: first_name, full_name or team
    promise_days: int | None = None

    @property
    def hours_name(self) -> str:
        """Whose hours it keeps."""
        return self.hours or self.id


@dataclass(frozen=True)
class Routed:
    """Which team a resident goes to, what can be offered there, and why when it is not the first choice."""

    team: Team
    offer: Offer
    why: str = ""


@dataclass(frozen=True)
class Outcome:
    """One way in which staff end a chat, with its meaning beside it."""

    name: str
    label: str
    meaning: str


@dataclass(frozen=True)
class Settings:
    """The numbers of one council's handoff.yml. Seconds and minutes as named there."""

    claim_seconds: int = 120
    leave_minutes: int = 5
    hold_minutes: int = 3
    gone_minutes: int = 20
    capacity: int = 4
    queue_limit: int = 20
    promise_days: int = 1
    staff_name: str = "first_name"
    default_team: str = "customer_services"
    supervised_topics: tuple[str, ...] = field(default=())

    @property
    def claim_life(self) -> timedelta:
        """How long somebody may hold a chat without a first reply."""
        return timedelta(seconds=self.claim_seconds)

    @property
    def hold(self) -> timedelta:
        """How long a resident may be silent before their chat takes up nobody's capacity."""
        return timedelta(minutes=self.hold_minutes)
