"""What a case is: something a resident told the council that can be followed until it ends, in plain Python.

A case has a reference and a code for its resident, a promise with a date, and a history that is only added to. The closed
list of statuses is data (wording.py reads councils/*/cases.yml), so that pages, the API and Open311 say the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Seen(StrEnum):
    """Who may read an entry of the history."""

    RESIDENT = "resident"  # and staff
    STAFF = "staff"


class EntryKind(StrEnum):
    """What an entry of the history is about."""

    OPENED = "opened"
    STATUS = "status"
    NOTE = "note"  # of staff
    UPDATE = "update"  # of the resident
    DUE = "due"  # the promised date changed


@dataclass(frozen=True)
class Contact:
    """How the resident wants to hear about the case; all of it may be left out."""

    name: str = ""
    email: str = ""
    phone: str = ""

    @property
    def given(self) -> bool:
        """Whether the resident can be told anything."""
        return bool(self.email or self.phone)


@dataclass(frozen=True)
class NewCase:
    """What is known of a case when it is opened. The same `key` never opens a second one."""

    council: str
    kind: str  # what it is about, like bin_missed; statuses, retention and Open311 go by it
    title: str
    team: str
    key: str  # made by whoever opens it from what makes the request one: conversation and application, say
    answers: Sequence[tuple[str, str]] = ()  # label and value, for people
    data: Mapping[str, Any] = field(default_factory=dict)  # for programs
    contact: Contact = Contact()
    due: date | None = None
    promise_days: int | None = None  # working days of the team, when no date is given
    next_step: str = ""  # one or two sentences: what happens next
    conversation_id: str | None = None
    urgency: int = 0  # higher comes first
    uprn: str = ""


@dataclass(frozen=True)
class Entry:
    """One entry of the history."""

    seq: int
    at: datetime
    kind: EntryKind
    status: str  # of the case after it
    text: str
    by: str  # "resident", "assistant", "system" or the name that a member of staff goes by
    seen_by: Seen


@dataclass(frozen=True)
class Case:
    """One case as it stands. `code` is for its resident alone: never show it to staff or send it to another system."""

    id: str
    reference: str
    code: str
    council: str
    kind: str
    title: str
    team: str
    status: str
    urgency: int
    due: date | None
    next_step: str
    opened_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    answers: tuple[tuple[str, str], ...]
    data: dict[str, Any]
    contact: Contact
    conversation_id: str | None
    uprn: str
    last_seq: int
    history: tuple[Entry, ...] = ()

    def overdue(self, today: date) -> bool:
        """Whether the promised date has passed and the case has not ended."""
        return self.ended_at is None and self.due is not None and self.due < today

    @property
    def place(self) -> str:
        """Where it is, as words: an application keeps an address with its UPRN, others keep words alone."""
        given = self.data.get("address") or self.data.get("place") or ""
        return str(given.get("address", "") if isinstance(given, dict) else given)

    @property
    def residents_status(self) -> str:
        """The status that the resident sees: of the newest change that was for them to see."""
        changes = (EntryKind.OPENED, EntryKind.STATUS)
        return next((one.status for one in reversed(self.residents_history) if one.kind in changes), self.status)

    @property
    def residents_history(self) -> tuple[Entry, ...]:
        """What the resident may read of it."""
        return tuple(entry for entry in self.history if entry.seen_by == Seen.RESIDENT)


@dataclass(frozen=True)
class Status:
    """One status of the closed list."""

    name: str
    label: str
    meaning: str  # one sentence for the resident
    seen_by: Seen = Seen.RESIDENT  # of a status for staff, the resident goes on seeing the one before
    ends: bool = False


@dataclass(frozen=True)
class Wanted:
    """Which cases are meant. Empty means all; teams None means of every team, an empty list of none."""

    councils: Sequence[str]
    teams: Sequence[str] | None = None
    kinds: Sequence[str] = ()
    statuses: Sequence[str] = ()
    references: Sequence[str] = ()
    ended: bool | None = None
    uprn: str = ""
    text: str = ""  # a reference, an e-mail address, a telephone number, a name or words of the title
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    due_before: date | None = None
