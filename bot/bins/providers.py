"""Where bin days come from: a council's own rounds, or another system through the package uk_bin_collection.

Both answer the same question, "what is collected from this home between two days", and say when they looked. A provider that
cannot answer in time raises; it never makes a resident wait longer than LONGEST_WAIT. outside.py has the second one.
"""

from datetime import date
from typing import Protocol

from bot.addresses.model import Address
from bot.bins import store
from bot.bins.model import FURTHEST_MOVE, Gathered, collections, resting
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.words import LONDON

LONGEST_WAIT = 2.5  # seconds a resident waits for a provider; the whole reply stays within 3


class NoBinDays(Exception):
    """The provider answered, and it knows no collections of this home."""


class ProviderFailed(Exception):
    """The provider could not answer now. `reason` is a name for the log: slow, refused, broken, missing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Provider(Protocol):
    """Something that knows bin days."""

    async def knows(self, council: str) -> bool:
        """Whether there is anything to ask for this council at all."""

    async def gather(self, address: Address, first: date, last: date) -> Gathered:
        """The collections of a home. Raises NoBinDays and ProviderFailed."""


class OwnRounds:
    """The rounds that a council imported."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def knows(self, council: str) -> bool:
        """Whether rounds and homes are imported."""
        async with self._database.reading() as tx:
            found = await store.calendar(tx, council)
        return found is not None and found.rounds > 0 and found.homes > 0

    async def gather(self, address: Address, first: date, last: date) -> Gathered:
        """The collections of a home by its rounds. Raises NoBinDays."""
        now = self._clock.now()
        async with self._database.reading() as tx:
            rounds = await store.rounds_of_home(tx, address.council, address.uprn)
            schedules = await store.schedules(tx, address.council, rounds) if rounds else []
            changes = await store.changes_between(tx, address.council, first - 2 * FURTHEST_MOVE, last + 2 * FURTHEST_MOVE)
        if not schedules:
            raise NoBinDays
        today = now.astimezone(LONDON).date()
        ends = [one.until for one in schedules if one.until]
        return Gathered(
            collections=collections(schedules, changes, first, last),
            fetched_at=now,
            source="rounds",
            rounds=rounds,
            known_until=min(ends) if ends else None,
            seasons=resting(schedules, today),
        )
