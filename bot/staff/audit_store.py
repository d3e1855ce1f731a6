"""The table of the audit and its two queries. Rows are only ever added."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Index, Integer, String, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.database import metadata
from bot.staff.audit_model import Filter
from bot.staff.model import ALL, Actor
from bot.staff.store import accounts

audit_events = Table(
    "audit_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("staff_id", String(32), nullable=False),
    Column("name", String(120), nullable=False),  # as it was then
    Column("token_id", String(32), nullable=False),
    Column("council", String(64), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("detail", JSON, nullable=False),
    Index("ix_audit_events_staff_id", "staff_id"),
    Index("ix_audit_events_subject", "subject"),
    Index("ix_audit_events_action", "action"),
)

_ADD = insert(audit_events)  # put together once: every reply of staff needs it


async def add(
    tx: AsyncConnection, actor: Actor, action: str, subject: str, detail: dict[str, Any], council: str, now: datetime
) -> None:
    """Adds one event."""
    await tx.execute(
        _ADD,
        {
            "at": now,
            "staff_id": actor.staff_id,
            "name": actor.name,
            "token_id": actor.token_id,
            "council": council,
            "action": action,
            "subject": subject,
            "detail": detail,
        },
    )


async def events(tx: AsyncConnection, council: str, wanted: Filter, limit: int) -> list[dict[str, Any]]:
    """Events of one council, or of all for ALL, newest first."""
    query = select(audit_events).order_by(audit_events.c.id.desc()).limit(limit)
    if council != ALL:
        query = query.where(audit_events.c.council == council)
    for column in ("staff_id", "action", "subject"):
        if value := getattr(wanted, column):
            query = query.where(audit_events.c[column] == value)
    if wanted.since:
        query = query.where(audit_events.c.at >= wanted.since.astimezone(UTC))
    if wanted.until:
        query = query.where(audit_events.c.at < wanted.until.astimezone(UTC))
    if wanted.before:
        query = query.where(audit_events.c.id < wanted.before)
    rows = (await tx.execute(query)).mappings().all()
    return [{**row, "at": _utc(row["at"])} for row in rows]


async def names_of(tx: AsyncConnection, ids: Collection[str]) -> dict[str, str]:
    """The names of those ids that are accounts."""
    if not ids:
        return {}
    rows = await tx.execute(select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(sorted(ids))))
    return {row.id: row.name for row in rows}


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
