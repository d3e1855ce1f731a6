"""Counts days and keeps them: each night those whose figures can still change, and at a first start all there are.

A day is counted anew on each of the eight mornings after it, since what residents say of an answer and whether they come back
may come later; then it is final. Days are kept as sums, so a year is drawn in a moment and outlives the conversations: a day
of which fewer conversations are left than were counted is never counted again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.background import Background
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.reports import sources, store
from bot.reports.counting import Counting, Happened, Promised
from bot.reports.model import FINAL, DaySummary
from bot.reports.periods import DAY, Period, day_of

log = structlog.get_logger()

ROUND_SECONDS = 60.0
LIVE_KEPT = timedelta(seconds=15)  # how old the figures of a day that is still going on may be


@dataclass(frozen=True)
class Done:
    """What came of counting days again."""

    counted: int = 0
    kept: tuple[date, ...] = field(default=())  # left as they were: some of their conversations have been erased


class Days(Background):
    """The summarised days of every council. Build one in app.py; `start` and `close` it there."""

    def __init__(self, database: Database, clock: Clock, services: Mapping[str, Mapping[str, str]]) -> None:
        self._database = database
        self._clock = clock
        self._services = services  # of each council: the service of each application by its name
        self._live: dict[tuple[str, date], tuple[datetime, DaySummary]] = {}

    @property
    def councils(self) -> Sequence[str]:
        """The councils that are counted."""
        return sorted(self._services)

    def today(self) -> date:
        """The date in London."""
        return day_of(self._clock.now())

    async def live(self, council: str, day: date) -> DaySummary:
        """A day as it stands now, a few seconds old at most."""
        now = self._clock.now()
        kept = self._live.get((council, day))
        if kept is None or not timedelta(0) <= now - kept[0] < LIVE_KEPT:
            kept = (now, await self._count(council, day))
            self._live = {key: one for key, one in self._live.items() if now - one[0] < LIVE_KEPT}
            self._live[council, day] = kept
        return kept[1]

    async def first_day(self, tx: AsyncConnection, council: str) -> date | None:
        """The first day of which there is anything to count."""
        return await sources.first_day(tx, council)

    async def due(self, council: str) -> list[date]:
        """The days that are to be counted now, the newest first."""
        today = self.today()
        async with self._database.reading() as tx:
            first = await sources.first_day(tx, council)
            if first is None or first >= today:
                return []
            period = Period(first, today - DAY) if (today - first).days < 1500 else Period(today - 1500 * DAY, today - DAY)
            known = await store.summarised(tx, council, period)
        return [day for day in reversed(list(period.days)) if is_due(day, known.get(day), today)]

    async def bring_up_to_date(self) -> int:
        """One round: counts every day that is due; says how many."""
        done = 0
        for council in self.councils:
            for day in await self.due(council):
                done += await self.summarise(council, day)
        if done:
            log.info("days_summarised", days=done)
        return done

    async def summarise(self, council: str, day: date) -> bool:
        """Counts a day and keeps it; False when it was left as it was, since some of its conversations have been erased."""
        summary, now = await self._count(council, day), self._clock.now()
        async with self._database.writing() as tx:
            before = await store.begin_day(tx, council, day, summary.conversations, now)
            if before is not None and summary.conversations < before:
                await store.end_day(tx, council, day, now)
                return False
            if before is not None:
                await store.clear_day(tx, council, day)
                await store.end_day(tx, council, day, now, conversations=summary.conversations)
            await store.put_day(tx, council, day, summary)
        return True

    async def rebuild(self, councils: Sequence[str], since: date | None = None) -> Done:
        """Counts all days anew from the conversations that are held, from a day on or from the first."""
        counted, kept, yesterday = 0, list[date](), self.today() - DAY
        for council in councils:
            async with self._database.reading() as tx:
                first = await sources.first_day(tx, council)
            begin = max(day for day in (since, first) if day) if first else None
            for day in Period(begin, yesterday).days if begin and begin <= yesterday else ():
                if await self.summarise(council, day):
                    counted += 1
                else:
                    kept.append(day)
        return Done(counted, tuple(kept))

    async def _count(self, council: str, day: date) -> DaySummary:
        async with self._database.reading() as tx:
            happened = await sources.happened_on(tx, council, day)
            promised = await sources.promised_for(tx, council, day) if day < self.today() else []
        return await asyncio.to_thread(counted, happened, promised, self._services[council])

    async def _work(self) -> None:
        while True:
            try:
                await self.bring_up_to_date()
            except Exception:
                log.exception("summarising_failed")
            await asyncio.sleep(ROUND_SECONDS)


def is_due(day: date, summarised_at: datetime | None, today: date) -> bool:
    """Whether a day that is over is to be counted: never yet, or not since this morning while it is not final."""
    return summarised_at is None or day_of(summarised_at) < min(today, day + FINAL)


def counted(happened: Sequence[Happened], promised: Sequence[Promised], services: Mapping[str, str]) -> DaySummary:
    """The summary of what happened in a day."""
    counting = Counting(services)
    for conversation in happened:
        counting.add(conversation)
    for promise in promised:
        counting.promised(promise)
    return counting.summary
