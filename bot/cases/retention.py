"""How long cases are kept: so many days after their end for each kind, as cases.yml says, then everything about them goes.

A case that nobody ended is kept, since somebody still owes an answer; after `longest_open_days` it goes as well, so that
nothing stays for ever by being forgotten. `python -m bot cases erase-due` does it, every night say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.cases import store
from bot.cases.outbox import store as outbox_store
from bot.cases.wording import CaseWords
from bot.foundation.clock import Clock
from bot.foundation.database import Database

AT_ONCE = 500
OUTBOX_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Kept:
    """How long one council keeps its cases, in days after their end."""

    usual: int
    by_kind: Mapping[str, int]
    longest_open: int


def kept(words: CaseWords) -> Kept:
    """What cases.yml says under `keep_days`. Raises ValueError with the reason."""
    said = words.words.get("keep_days")
    if not isinstance(said, dict) or not {"usual", "longest_open"} <= set(said):
        raise ValueError("keep_days must name usual and longest_open")
    days = {str(kind): value for kind, value in said.items()}
    for kind, value in days.items():
        if type(value) is not int or value < 1:
            raise ValueError(f"keep_days of {kind} must be a number of days")
    return Kept(days.pop("usual"), days, days.pop("longest_open"))


class Retention:
    """Erases what is due. Build one in the command."""

    def __init__(self, database: Database, clock: Clock, words: Mapping[str, CaseWords]) -> None:
        self._database = database
        self._clock = clock
        self._kept = {council: kept(one) for council, one in words.items()}

    async def erase_due(self, *, only_count: bool = False) -> dict[tuple[str, str], int]:
        """Erases cases whose time is over; returns how many of each council and kind. A few at a time, each lot at once."""
        erased: dict[tuple[str, str], int] = {}
        for council, rules in self._kept.items():
            for kinds, ended_before in self._groups(rules):
                await self._erase(council, kinds, ended_before, rules, erased, only_count=only_count)
        if not only_count:
            async with self._database.writing() as tx:
                await outbox_store.delete_settled_before(tx, self._clock.now() - OUTBOX_KEPT)
        return erased

    def _groups(self, rules: Kept) -> list[tuple[store.Kinds, datetime]]:
        now = self._clock.now()
        named = [(store.Kinds(only=(kind,)), now - timedelta(days=days)) for kind, days in rules.by_kind.items()]
        return [*named, (store.Kinds(but=tuple(rules.by_kind)), now - timedelta(days=rules.usual))]

    async def _erase(
        self, council: str, kinds: store.Kinds, ended_before: datetime, rules: Kept, erased: dict[Any, int], *, only_count: bool
    ) -> None:
        opened_before = self._clock.now() - timedelta(days=rules.longest_open)
        while True:
            async with self._database.writing() as tx:
                due = await store.cases_to_erase(tx, council, kinds, ended_before, opened_before, AT_ONCE)
                for kind, _ in due:
                    erased[council, kind] = erased.get((council, kind), 0) + 1
                if only_count or not due:
                    return
                references = [reference for _, reference in due]
                await outbox_store.delete_of(tx, references)
                await store.delete_cases(tx, references)
