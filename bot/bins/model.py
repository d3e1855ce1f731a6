"""When bins are collected: rounds with their rhythm, the changes of single days, and what a home is told.

A schedule says that one round collects one container every so many weeks (or every month) from a first day on, perhaps only
in a season. A change moves or cancels what falls on one day, as at Christmas. Everything here is plain dates in London.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.addresses.model import Address

EVERY = "*"  # in place of a round or a container: all of them
MONTHLY = 0  # as `weeks`: the same weekday of each month, like every second Tuesday
FURTHEST_MOVE = timedelta(days=31)  # a change moves a collection by no more than this
_EVERY_WEEKS = re.compile(r"every ([1-9][0-9]?) weeks?")
_RHYTHMS = {"weekly": 1, "every week": 1, "fortnightly": 2, "every other week": 2, "four weekly": 4, "monthly": MONTHLY}


@dataclass(frozen=True)
class Container:
    """One kind of bin of a council, in the council's words."""

    id: str
    name: str  # what it is for: "Food waste"
    bin: str  # what it looks like: "brown food bin"
    colour: str  # for the page, as #rrggbb
    materials: str
    without: str = ""  # what is said where a home has no such collection


@dataclass(frozen=True)
class Season:
    """A part of each year, from one (month, day) to another; it may go over the New Year."""

    begins: tuple[int, int]
    ends: tuple[int, int]

    def covers(self, day: date) -> bool:
        """Whether the day lies in it, both ends included."""
        this = (day.month, day.day)
        if self.begins <= self.ends:
            return self.begins <= this <= self.ends
        return this >= self.begins or this <= self.ends


@dataclass(frozen=True)
class Schedule:
    """What one round does with one container."""

    round: str
    container: str
    weeks: int
    first: date
    until: date | None = None  # the calendar is not made beyond this day
    season: Season | None = None

    def days(self, first: date, last: date) -> Iterator[date]:
        """The regular days from `first` to `last`, before any change."""
        end = min(last, self.until) if self.until else last
        days = _monthly(self.first, end) if self.weeks == MONTHLY else _weekly(self.first, self.weeks, first, end)
        return (day for day in days if day >= max(first, self.first) and (self.season is None or self.season.covers(day)))


@dataclass(frozen=True)
class Change:
    """What falls on one day is collected on another, or not at all (`new_day` None)."""

    round: str
    container: str
    day: date
    new_day: date | None
    reason: str = ""

    def about(self, schedule: Schedule) -> bool:
        """Whether it is about this schedule."""
        return self.round in (EVERY, schedule.round) and self.container in (EVERY, schedule.container)

    @property
    def exactness(self) -> tuple[bool, bool]:
        """A change that names the round counts more than one for all, then one that names the container."""
        return (self.round != EVERY, self.container != EVERY)


@dataclass(frozen=True)
class Collection:
    """One container on one day. `usual` is the day it would have been; `cancelled` means that nobody comes."""

    container: str
    day: date
    usual: date
    reason: str = ""
    cancelled: bool = False

    @property
    def moved(self) -> bool:
        """Whether it is not on its usual day."""
        return self.day != self.usual


@dataclass(frozen=True)
class Disruption:
    """Something that staff have to say about collections in a street, on a round or everywhere."""

    id: str
    council: str
    street: str  # key of the street; empty means every street
    round: str  # empty means every round
    text: str
    begins: date
    until: date  # the last day it is shown
    back_on: date | None
    posted_at: datetime
    posted_by: str

    def concerns(self, street: str, rounds: Iterable[str]) -> bool:
        """Whether a home in this street and on these rounds should be told."""
        return (not self.street or self.street == street) and (not self.round or self.round in rounds)


@dataclass(frozen=True)
class Gathered:
    """What a provider knows of one home: its collections in order, and when that was looked up (UTC)."""

    collections: tuple[Collection, ...]
    fetched_at: datetime
    source: str
    rounds: tuple[str, ...] = ()
    known_until: date | None = None  # nothing is known beyond this day
    seasons: tuple[tuple[str, date], ...] = ()  # containers that pause now, and when they begin again


@dataclass(frozen=True)
class HomeBins:
    """What one home is told: the next day of every container, disruptions first."""

    address: Address
    today: date
    next: tuple[Collection, ...]
    disruptions: tuple[Disruption, ...]
    cancelled: tuple[Collection, ...]  # days in the next weeks on which nobody comes
    gathered: Gathered


def collections(schedules: Sequence[Schedule], changes: Sequence[Change], first: date, last: date) -> tuple[Collection, ...]:
    """Every collection from `first` to `last`, with the changes applied, in order of day."""
    found = []
    for schedule in schedules:
        mine = sorted((one for one in changes if one.about(schedule)), key=lambda one: one.exactness)
        by_day = {one.day: one for one in mine}  # the most exact stays
        for day in schedule.days(first - FURTHEST_MOVE, last + FURTHEST_MOVE):
            change = by_day.get(day)
            if change is None:
                found.append(Collection(schedule.container, day, day))
            elif change.new_day is None:
                found.append(Collection(schedule.container, day, day, change.reason, cancelled=True))
            else:
                found.append(Collection(schedule.container, change.new_day, day, change.reason))
    inside = {one for one in found if first <= one.day <= last}
    return tuple(sorted(inside, key=lambda one: (one.day, one.container)))


def next_of_each(found: Sequence[Collection], today: date) -> tuple[Collection, ...]:
    """The next collection of every container, today included, in order of day."""
    first: dict[str, Collection] = {}
    for one in found:
        if one.day >= today and not one.cancelled:
            first.setdefault(one.container, one)
    return tuple(sorted(first.values(), key=lambda one: (one.day, one.container)))


def resting(schedules: Sequence[Schedule], today: date) -> tuple[tuple[str, date], ...]:
    """Containers whose season is over, with the day they begin again if that is known."""
    found = []
    for schedule in schedules:
        if schedule.season and not schedule.season.covers(today):
            begins = next(schedule.days(today, today + timedelta(days=366)), None)
            if begins:
                found.append((schedule.container, begins))
    return tuple(found)


def weeks_of(rhythm: str) -> int | None:
    """The weeks of "weekly", "fortnightly", "every 3 weeks"; MONTHLY for "monthly"; None for anything else."""
    plain = " ".join(rhythm.lower().replace("-", " ").split())
    if match := _EVERY_WEEKS.fullmatch(plain):
        return int(match[1])
    return _RHYTHMS.get(plain)


def _weekly(anchor: date, weeks: int, first: date, last: date) -> Iterator[date]:
    step = timedelta(weeks=weeks)
    day = anchor + step * max(0, -(-(first - anchor).days // step.days))
    while day <= last:
        yield day
        day += step


def _monthly(anchor: date, last: date) -> Iterator[date]:
    """The same weekday of each month as the anchor, like the second Tuesday; a fifth one is left out where there is none."""
    which = (anchor.day - 1) // 7
    month = anchor.replace(day=1)
    while month <= last:
        day = month + timedelta(days=(anchor.weekday() - month.weekday()) % 7 + 7 * which)
        if day.month == month.month and anchor <= day <= last:
            yield day
        month = (month + timedelta(days=32)).replace(day=1)
