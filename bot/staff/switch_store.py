"""The tables of switches and notices, and the queries on them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Row, String, Table, Text, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.database import metadata
from bot.staff.model import ALL
from bot.staff.switch_model import Feature, Notice, Switch

switches = Table(
    "switches",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("feature", String(16), primary_key=True),
    Column("on", Boolean, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", String(120), nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("council", String(64), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False, index=True),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    Column("posted_by", String(120), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
)


async def all_switches(tx: AsyncConnection) -> list[Switch]:
    """Every switch that was ever changed."""
    return [_switch(row) for row in (await tx.execute(select(switches))).all()]


async def set_switch(tx: AsyncConnection, switch: Switch) -> None:
    """Stores how a switch stands now."""
    values = {"on": switch.on, "reason": switch.reason, "changed_at": switch.changed_at, "changed_by": switch.changed_by}
    where = and_(switches.c.council == switch.council, switches.c.feature == switch.feature)
    if (await tx.execute(update(switches).where(where).values(values))).rowcount == 0:
        await tx.execute(insert(switches).values(council=switch.council, feature=switch.feature.value, **values))


async def notices_not_over(tx: AsyncConnection, now: datetime) -> list[Notice]:
    """Notices that are shown now or will be, the earliest first."""
    query = select(notices).where(notices.c.ends_at > now, notices.c.withdrawn_at.is_(None))
    return [_notice(row) for row in (await tx.execute(query.order_by(notices.c.starts_at, notices.c.id))).all()]


async def notices_of(tx: AsyncConnection, council: str, limit: int) -> list[Notice]:
    """The newest notices of a council, or of all for ALL."""
    query = select(notices).order_by(notices.c.posted_at.desc(), notices.c.id).limit(limit)
    if council != ALL:
        query = query.where(notices.c.council == council)
    return [_notice(row) for row in (await tx.execute(query)).all()]


async def notice(tx: AsyncConnection, notice_id: str) -> Notice | None:
    """One notice."""
    row = (await tx.execute(select(notices).where(notices.c.id == notice_id))).one_or_none()
    return _notice(row) if row else None


async def add_notice(tx: AsyncConnection, new: Notice) -> None:
    """Stores a notice."""
    await tx.execute(insert(notices).values(**vars(new)))


async def withdraw_notice(tx: AsyncConnection, notice_id: str, now: datetime) -> bool:
    """Withdraws a notice; False when it was withdrawn already."""
    where = and_(notices.c.id == notice_id, notices.c.withdrawn_at.is_(None))
    return (await tx.execute(update(notices).where(where).values(withdrawn_at=now))).rowcount == 1


def _switch(row: Row[Any]) -> Switch:
    return Switch(row.council, Feature(row.feature), row.on, row.reason, _utc(row.changed_at), row.changed_by)


def _notice(row: Row[Any]) -> Notice:
    withdrawn = _utc(row.withdrawn_at) if row.withdrawn_at else None
    return Notice(
        row.id,
        row.council,
        row.text,
        _utc(row.starts_at),
        _utc(row.ends_at),
        _utc(row.posted_at),
        row.posted_by,
        withdrawn,
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
