"""The tables of rounds, homes, changes, disruptions and of what other systems answered, with named queries.

Which home is on which round may be a million lines, so these are kept in editions: an import writes the next one unseen, and
one update shows it. Rounds and changes are few and replaced in one transaction. importing.py writes, service.py reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bins.model import Change, Disruption, Schedule, Season
from bot.foundation.database import look_at, metadata

calendars = Table(
    "bin_calendars",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("edition", Integer, nullable=False),  # of the homes
    Column("homes", Integer, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("invented", Boolean, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("import_until", DateTime(timezone=True)),
)

rounds = Table(
    "bin_rounds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("council", String(64), nullable=False),
    Column("round", String(40), nullable=False),
    Column("container", String(40), nullable=False),
    Column("weeks", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("until", Date),
    Column("season", String(11), nullable=False),  # "03-01 11-30", empty for the whole year
    Index("ix_bin_rounds_council_round", "council", "round"),
)

changes = Table(
    "bin_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("council", String(64), nullable=False),
    Column("round", String(40), nullable=False),
    Column("container", String(40), nullable=False),
    Column("day", Date, nullable=False),
    Column("new_day", Date),
    Column("reason", String(120), nullable=False),
    Index("ix_bin_changes_council_day", "council", "day"),
)

homes = Table(
    "bin_homes",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("uprn", BigInteger, primary_key=True, autoincrement=False),
    Column("round", String(40), primary_key=True),
)

disruptions = Table(
    "bin_disruptions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("council", String(64), nullable=False),
    Column("street", String(120), nullable=False),
    Column("round", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("begins", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("back_on", Date),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("posted_by", String(120), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Index("ix_bin_disruptions_council_until", "council", "until"),
)

answers = Table(
    "bin_answers",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("uprn", BigInteger, primary_key=True, autoincrement=False),
    Column("fetched_at", DateTime(timezone=True), nullable=False),
    Column("bins", JSON, nullable=False),
)


@dataclass(frozen=True)
class Calendar:
    """What is imported for a council."""

    edition: int
    homes: int
    rounds: int
    invented: bool
    importing: bool


# ---- reading


async def calendar(tx: AsyncConnection, council: str) -> Calendar | None:
    """What is imported for a council, or None."""
    row = (await tx.execute(select(calendars).where(calendars.c.council == council))).one_or_none()
    return Calendar(row.edition, row.homes, row.rounds, row.invented, row.import_until is not None) if row else None


async def rounds_of_home(tx: AsyncConnection, council: str, uprn: str) -> tuple[str, ...]:
    """The rounds of one home."""
    edition = select(calendars.c.edition).where(calendars.c.council == council).scalar_subquery()
    query = select(homes.c.round).where(homes.c.council == council, homes.c.edition == edition, homes.c.uprn == int(uprn))
    return tuple(sorted((await tx.execute(query)).scalars()))


async def schedules(tx: AsyncConnection, council: str, names: Sequence[str]) -> list[Schedule]:
    """What these rounds do."""
    query = select(rounds).where(rounds.c.council == council, rounds.c.round.in_(names))
    return [_schedule(row) for row in await tx.execute(query)]


async def changes_between(tx: AsyncConnection, council: str, first: date, last: date) -> list[Change]:
    """The changes of days in this time."""
    query = select(changes).where(changes.c.council == council, changes.c.day.between(first, last))
    return [Change(row.round, row.container, row.day, row.new_day, row.reason) for row in await tx.execute(query)]


async def current_disruptions(tx: AsyncConnection, council: str, today: date) -> list[Disruption]:
    """The disruptions that are shown today, the newest first."""
    query = (
        select(disruptions)
        .where(
            disruptions.c.council == council,
            disruptions.c.begins <= today,
            disruptions.c.until >= today,
            disruptions.c.ended_at.is_(None),
        )
        .order_by(disruptions.c.posted_at.desc())
    )
    return [_disruption(row) for row in await tx.execute(query)]


async def disruptions_to_come(tx: AsyncConnection, council: str, today: date) -> list[Disruption]:
    """Those shown today and those that begin later, by their first day."""
    query = (
        select(disruptions)
        .where(disruptions.c.council == council, disruptions.c.until >= today, disruptions.c.ended_at.is_(None))
        .order_by(disruptions.c.begins, disruptions.c.posted_at)
    )
    return [_disruption(row) for row in await tx.execute(query)]


async def disruption(tx: AsyncConnection, disruption_id: str) -> Disruption | None:
    """One disruption that has not been ended, or None."""
    query = select(disruptions).where(disruptions.c.id == disruption_id, disruptions.c.ended_at.is_(None))
    row = (await tx.execute(query)).one_or_none()
    return _disruption(row) if row else None


async def known_rounds(tx: AsyncConnection, council: str) -> set[str]:
    """The names of a council's rounds."""
    return set((await tx.execute(select(rounds.c.round).where(rounds.c.council == council).distinct())).scalars())


# ---- writing


async def add_disruption(tx: AsyncConnection, new: Disruption) -> None:
    """Adds one."""
    await tx.execute(insert(disruptions).values(**vars(new)))


async def end_disruption(tx: AsyncConnection, disruption_id: str, now: datetime) -> None:
    """It is not shown any more."""
    await tx.execute(update(disruptions).where(disruptions.c.id == disruption_id).values(ended_at=now))


async def claim_import(tx: AsyncConnection, council: str, now: datetime, until: datetime) -> bool:
    """Takes the right to import for a council unless an import is running; says whether it was taken."""
    if await calendar(tx, council) is None:
        values = {"council": council, "edition": 0, "homes": 0, "rounds": 0, "invented": False, "changed_at": now}
        await tx.execute(insert(calendars).values(**values, import_until=until))
        return True
    free = or_(calendars.c.import_until.is_(None), calendars.c.import_until < now)
    claimed = await tx.execute(update(calendars).where(calendars.c.council == council, free).values(import_until=until))
    return bool(claimed.rowcount == 1)


async def change_calendar(tx: AsyncConnection, council: str, **values: Any) -> None:
    """Sets columns of a council's row."""
    await tx.execute(update(calendars).where(calendars.c.council == council).values(**values))


async def replace_rounds(tx: AsyncConnection, council: str, found: Sequence[Schedule]) -> None:
    """All rounds of a council at once."""
    await tx.execute(delete(rounds).where(rounds.c.council == council))
    if found:
        await tx.execute(insert(rounds), [_round_row(council, one) for one in found])


async def replace_changes(tx: AsyncConnection, council: str, found: Sequence[Change]) -> None:
    """All changes of a council at once."""
    await tx.execute(delete(changes).where(changes.c.council == council))
    if found:
        await tx.execute(insert(changes), [{"council": council, **vars(one)} for one in found])


async def add_homes(tx: AsyncConnection, council: str, edition: int, pairs: Sequence[tuple[str, str]]) -> int:
    """Homes and their rounds, as part of an edition; those that are there already count once. Returns how many are new."""
    if not pairs:
        return 0
    query = select(homes.c.uprn, homes.c.round).where(
        homes.c.council == council, homes.c.edition == edition, homes.c.uprn.in_([int(uprn) for uprn, _ in pairs])
    )
    there = {(str(row.uprn), row.round) for row in await tx.execute(query)}
    rows = [
        {"council": council, "edition": edition, "uprn": int(uprn), "round": name}
        for uprn, name in pairs
        if (uprn, name) not in there
    ]
    if rows:
        await tx.execute(insert(homes), rows)
    return len(rows)


async def look_at_homes(tx: AsyncConnection) -> None:
    """Has the database plan by the homes that are there now."""
    await look_at(tx, homes)


async def forget_homes(tx: AsyncConnection, council: str, current: int, limit: int) -> bool:
    """Removes some homes of other editions than the current one; whether there may be more."""
    for other in (homes.c.edition < current, homes.c.edition > current):  # each is a range of the primary key
        query = select(homes.c.edition, homes.c.uprn).where(homes.c.council == council, other).limit(limit)
        found = (await tx.execute(query)).all()
        for edition in {row.edition for row in found}:
            uprns = {row.uprn for row in found if row.edition == edition}
            await tx.execute(
                delete(homes).where(homes.c.council == council, homes.c.edition == edition, homes.c.uprn.in_(uprns))
            )
        if found:
            return True
    return False


async def homes_without_round(tx: AsyncConnection, council: str) -> int:
    """Lines of homes whose round is not there."""
    there = select(rounds.c.round).where(rounds.c.council == council)
    edition = select(calendars.c.edition).where(calendars.c.council == council).scalar_subquery()
    query = select(func.count()).where(homes.c.council == council, homes.c.edition == edition, homes.c.round.not_in(there))
    return int((await tx.execute(query)).scalar_one())


# ---- what other systems answered


async def kept_answer(tx: AsyncConnection, council: str, uprn: str) -> tuple[datetime, list[dict[str, str]]] | None:
    """The last answer for a home and when it came, or None."""
    query = select(answers).where(answers.c.council == council, answers.c.uprn == int(uprn))
    row = (await tx.execute(query)).one_or_none()
    return (_utc(row.fetched_at), row.bins) if row else None


async def keep_answer(tx: AsyncConnection, council: str, uprn: str, now: datetime, bins: list[dict[str, str]]) -> None:
    """Keeps an answer in place of the last one."""
    await tx.execute(delete(answers).where(answers.c.council == council, answers.c.uprn == int(uprn)))
    await tx.execute(insert(answers).values(council=council, uprn=int(uprn), fetched_at=now, bins=bins))


def _round_row(council: str, one: Schedule) -> dict[str, Any]:
    season = ""
    if one.season:
        season = " ".join(f"{month:02}-{day:02}" for month, day in (one.season.begins, one.season.ends))
    return {
        "council": council,
        "round": one.round,
        "container": one.container,
        "weeks": one.weeks,
        "first_day": one.first,
        "until": one.until,
        "season": season,
    }


def _schedule(row: Row[Any]) -> Schedule:
    season = None
    if row.season:
        begins, ends = (tuple(int(part) for part in half.split("-")) for half in row.season.split())
        season = Season((begins[0], begins[1]), (ends[0], ends[1]))
    return Schedule(row.round, row.container, row.weeks, row.first_day, row.until, season)


def _disruption(row: Row[Any]) -> Disruption:
    names = ("id", "council", "street", "round", "text", "begins", "until", "back_on", "posted_by")
    return Disruption(**{name: getattr(row, name) for name in names}, posted_at=_utc(row.posted_at))


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
