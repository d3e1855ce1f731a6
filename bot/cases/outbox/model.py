"""What the outbox is made of: things to tell somebody about a case, and what can come of telling them.

An item is written in the transaction of the change and never sent from there. A target delivers it; what is uncertain after
a crash or a broken connection is looked up before it is sent again, as far as the target lets itself be asked (docs/cases.md
says which guarantee each gives). Items hold ids alone: what is sent is made at delivery from the case, so erasing it is enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from bot.cases.model import Case, Entry

OPEN311 = "open311"  # the target that hands cases over to other systems
LEASE = timedelta(seconds=60)  # a worker that has said nothing for so long is taken for dead
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=6)
MOST_ATTEMPTS = 20  # a bit more than two days in all


class State(StrEnum):
    """How far an item is."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"  # given up; `python -m bot outbox` shows it and can send it again
    DROPPED = "dropped"  # no longer wanted: the case was erased, or nobody is to be told any more


@dataclass(frozen=True)
class NewItem:
    """Something to be told. The same `key` is never told twice."""

    key: str
    target: str
    council: str
    reference: str
    seq: int  # the entry of the case's history that it is about
    settings: Mapping[str, Any]  # which of the target's receivers, never a secret


@dataclass(frozen=True)
class Item:
    """One item of the outbox."""

    id: int
    key: str
    target: str
    council: str
    reference: str
    seq: int
    settings: dict[str, Any]
    state: State
    attempts: int
    in_doubt: bool  # an earlier attempt may have been accepted without our knowing
    next_at: datetime
    created_at: datetime
    remote_id: str
    error: str


@dataclass(frozen=True)
class HandedOver:
    """A delivery that another system has taken over: its number there, and the status last heard of it."""

    id: int
    council: str
    reference: str
    remote_id: str
    heard: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Delivery:
    """An item with the case and the entry that it is about."""

    item: Item
    case: Case
    entry: Entry


class TryLater(Exception):
    """Not accepted, and it may be accepted later; the message says why, without anything of the resident's."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class InDoubt(Exception):
    """It may or may not have been accepted: the connection broke, or no answer came."""


class Refused(Exception):
    """Not accepted, and trying again would be of no use; the message says why."""


class Unwanted(Exception):
    """There is nobody to tell (any more)."""


class NotFoundThere(Exception):
    """The target was asked and does not have it, so it can be sent without sending twice."""


class Target(Protocol):
    """Somewhere to deliver to."""

    name: str

    async def deliver(self, delivery: Delivery) -> str:
        """Sends it; returns the other side's id for it. Raises TryLater, InDoubt, Refused and Unwanted."""

    async def look_up(self, delivery: Delivery) -> str:
        """For an item in doubt: the other side's id when it has it already.

        Raises NotFoundThere when it can be sent safely, TryLater when it cannot be asked now, and Refused when it never can
        be asked and must not be sent blindly.
        """


def wait_after(attempts: int, item_id: int) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, up to some hours, spread a little by the id."""
    wait = min(FIRST_WAIT * int(2 ** min(attempts - 1, 16)), LONGEST_WAIT)
    return wait * (1 + (item_id * 7919 % 100) / 500)
