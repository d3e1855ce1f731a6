"""The tables of summarised days, and the queries that add them up for a period.

A day of a council is one row in `report_days` with the moment it was summarised, and what was counted by hour and service in
the others. They hold numbers alone, so they stay when the conversations they were counted from are erased.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, Row, Select, String, Table, case, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.database import metadata
from bot.reports.model import COUNTED, WAIT_STEPS, Counted, DaySummary, Promises, Tally, Waits
from bot.reports.periods import Period

WAITED = tuple(
    f"waited_{step}" for step in WAIT_STEPS
)  # how many waited at most so many seconds, and longer than the step before

report_days = Table(
    "report_days",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("conversations", Integer, nullable=False),
    Column("summarised_at", DateTime(timezone=True), nullable=False),
)

report_hours = Table(
    "report_hours",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("hour", Integer, primary_key=True),
    Column("service", String(32), primary_key=True),
    *(Column(name, Integer, nullable=False) for name in (*COUNTED, *WAITED)),
)

report_questions = Table(
    "report_questions",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("service", String(32), primary_key=True),
    Column("intent", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
)

report_promises = Table(
    "report_promises",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("service", String(32), primary_key=True),
    Column("due", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
)

_PARTS = (report_hours, report_questions, report_promises)


# ---- keeping a day


async def begin_day(tx: AsyncConnection, council: str, day: date, conversations: int, now: datetime) -> int | None:
    """Keeps others from summarising the same day until the commit; how many conversations it had, None for a new day."""
    insert_here = insert_sqlite if tx.dialect.name == "sqlite" else insert_postgresql
    row = {"council": council, "day": day, "conversations": conversations, "summarised_at": now}
    if (await tx.execute(insert_here(report_days).values(row).on_conflict_do_nothing())).rowcount == 1:
        return None
    query = select(report_days.c.conversations).where(report_days.c.council == council, report_days.c.day == day)
    return int((await tx.execute(query.with_for_update())).scalar_one())


async def clear_day(tx: AsyncConnection, council: str, day: date) -> None:
    """Forgets what was counted of a day. The caller has begun it."""
    for table in _PARTS:
        await tx.execute(delete(table).where(table.c.council == council, table.c.day == day))


async def put_day(tx: AsyncConnection, council: str, day: date, summary: DaySummary) -> None:
    """Keeps what was counted of a day. The caller has begun and cleared it."""
    for table, rows in _rows(summary):
        if rows:
            await tx.execute(insert(table), [{"council": council, "day": day, **row} for row in rows])


async def end_day(tx: AsyncConnection, council: str, day: date, now: datetime, **values: int) -> None:
    """Remembers that a day was counted, or looked at."""
    of_day = (report_days.c.council == council, report_days.c.day == day)
    await tx.execute(update(report_days).where(*of_day).values(summarised_at=now, **values))


def _rows(summary: DaySummary) -> list[tuple[Table, list[dict[str, Any]]]]:
    hours = [
        {"hour": hour, "service": service, **_numbers(tally, summary.waits.get((hour, service), Waits()))}
        for (hour, service), tally in summary.tallies.items()
    ]
    questions = [
        {"service": service, "intent": intent, "number": number} for (service, intent), number in summary.questions.items()
    ]
    promises = [{"service": service, "due": one.due, "kept": one.kept} for service, one in summary.promises.items()]
    return [(report_hours, hours), (report_questions, questions), (report_promises, promises)]


def _numbers(tally: Tally, waits: Waits) -> dict[str, int]:
    counted = dict(zip(COUNTED, map(int, tally.numbers()), strict=True))
    return counted | {column: waits[step] for column, step in zip(WAITED, WAIT_STEPS, strict=True)}


async def day_of(tx: AsyncConnection, council: str, day: date) -> DaySummary:
    """One day as it is kept."""
    summary = DaySummary()
    for row in await tx.execute(_of_day(report_hours, council, day)):
        tally, waits = _counted(row)
        summary.tallies[row.hour, row.service] = tally
        if waits:
            summary.waits[row.hour, row.service] = waits
    for row in await tx.execute(_of_day(report_questions, council, day)):
        summary.questions[row.service, row.intent] = row.number
    for row in await tx.execute(_of_day(report_promises, council, day)):
        summary.promises[row.service] = Promises(row.due, row.kept)
    return summary


def _of_day(table: Table, council: str, day: date) -> Select[Any]:
    return select(table).where(table.c.council == council, table.c.day == day)


async def summarised(tx: AsyncConnection, council: str, period: Period) -> dict[date, datetime]:
    """The days of a period that are kept, and when each was summarised last."""
    query = select(report_days.c.day, report_days.c.summarised_at).where(
        report_days.c.council == council, report_days.c.day.between(period.first, period.last)
    )
    return {row.day: _utc(row.summarised_at) for row in await tx.execute(query)}


# ---- adding days up

_SUMS = [func.sum(report_hours.c[name]).label(name) for name in (*COUNTED, *WAITED)]


def _counted(row: Row[Any]) -> tuple[Tally, Waits]:
    """The tally and the waits of a row of `report_hours`, or of a sum of such rows."""
    found = row._mapping
    waits = Waits({step: int(found[column]) for step, column in zip(WAIT_STEPS, WAITED, strict=True) if found[column]})
    return Tally(*(int(found[name]) for name in COUNTED)), waits


class Sums:
    """Sums over the kept days of a period, of some councils, of one service or all, and of the first hours of each day."""

    def __init__(self, councils: Sequence[str], period: Period, service: str = "", hours: int = 24) -> None:
        self._councils = list(councils)
        self._period = period
        self._service = service
        self._hours = hours

    async def by_day(self, tx: AsyncConnection) -> dict[tuple[str, date], Counted]:
        """What was counted of each council's days, without promises."""
        key = (report_hours.c.council, report_hours.c.day)
        query = self._within(select(*key, *_SUMS), report_hours).group_by(*key)
        return {(row.council, row.day): Counted(*_counted(row)) for row in await tx.execute(query)}

    async def by_hour_and_service(self, tx: AsyncConnection, settled_until: date) -> dict[tuple[str, int, str], Counted]:
        """The same by hour and service; of the days until one, how many came back and of how many."""
        key, settled = (
            (report_hours.c.council, report_hours.c.hour, report_hours.c.service),
            report_hours.c.day <= settled_until,
        )
        every, back = (func.sum(case((settled, report_hours.c[name]), else_=0)) for name in ("conversations", "came_back"))
        query = select(*key, *_SUMS, every.label("settled"), back.label("back")).group_by(*key)
        return {
            (row.council, row.hour, row.service): Counted(*_counted(row), settled=int(row.settled), came_back=int(row.back))
            for row in await tx.execute(self._within(query, report_hours))
        }

    async def questions(self, tx: AsyncConnection) -> Counter[str]:
        """In how many conversations each intent was recognised."""
        number = func.sum(report_questions.c.number)
        query = self._within(select(report_questions.c.intent, number), report_questions).group_by(report_questions.c.intent)
        return Counter({row[0]: int(row[1]) for row in await tx.execute(query)})

    async def promises(self, tx: AsyncConnection) -> dict[tuple[str, date, str], Promises]:
        """Promises by council, day and service."""
        columns = (report_promises.c.council, report_promises.c.day, report_promises.c.service)
        query = self._within(select(*columns, report_promises.c.due, report_promises.c.kept), report_promises)
        return {(row.council, row.day, row.service): Promises(row.due, row.kept) for row in await tx.execute(query)}

    def _within(self, query: Select[Any], table: Table) -> Select[Any]:
        query = query.where(table.c.council.in_(self._councils), table.c.day.between(self._period.first, self._period.last))
        query = query.where(table.c.service == self._service) if self._service else query
        return query.where(table.c.hour < self._hours) if self._hours < 24 and "hour" in table.c else query


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
