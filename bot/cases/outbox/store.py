"""The table of the outbox and its queries. Items are taken with a lease, so that a worker that dies holds up nothing for long.

Of one case and one target only the oldest waiting item can be taken, so that what happened first is told first.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.outbox.model import OPEN311, HandedOver, Item, NewItem, State
from bot.foundation.database import metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("target", String(32), nullable=False),
    Column("council", String(64), nullable=False),
    Column("reference", String(16), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("in_doubt", Boolean, nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("leased_until", DateTime(timezone=True)),
    Column("leased_by", String(64)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("remote_id", String(200), nullable=False),
    Column("error", Text, nullable=False),
    Index("ix_outbox_state_next_at", "state", "next_at"),
)


async def add_items(tx: AsyncConnection, items: Sequence[NewItem], now: datetime) -> None:
    """Writes items; those whose key is there already are left as they are."""
    insert_here = insert_sqlite if tx.dialect.name == "sqlite" else insert_postgresql
    for item in items:
        row = {
            **vars(item),
            "settings": dict(item.settings),
            "state": State.WAITING,
            "attempts": 0,
            "in_doubt": False,
            "next_at": now,
            "created_at": now,
            "remote_id": "",
            "error": "",
        }
        await tx.execute(insert_here(outbox).values(row).on_conflict_do_nothing())


async def take(tx: AsyncConnection, worker: str, now: datetime, until: datetime, limit: int) -> list[Item]:
    """Leases items that are due, oldest first. An item comes back as it was before: `in_doubt` tells of earlier attempts.

    From here on it counts as in doubt, until the worker says what came of it.
    """
    earlier = outbox.alias()
    blocked = (
        select(earlier.c.id)
        .where(
            earlier.c.state == State.WAITING,
            earlier.c.target == outbox.c.target,
            earlier.c.reference == outbox.c.reference,
            earlier.c.id < outbox.c.id,
            func.coalesce(earlier.c.settings["name"].as_string(), "")
            == func.coalesce(outbox.c.settings["name"].as_string(), ""),
        )
        .exists()
    )
    query = (
        select(outbox)
        .where(
            outbox.c.state == State.WAITING,
            outbox.c.next_at <= now,
            or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < now),
            ~blocked,
        )
        .order_by(outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=outbox)
    )
    items = [_item(row) for row in await tx.execute(query)]
    if items:
        ids = [item.id for item in items]
        values = {"leased_until": until, "leased_by": worker, "in_doubt": True, "attempts": outbox.c.attempts + 1}
        await tx.execute(update(outbox).where(outbox.c.id.in_(ids)).values(values))
    return items


async def anything_due(tx: AsyncConnection, now: datetime) -> bool:
    """Whether a look is worth a lock."""
    query = select(outbox.c.id).where(outbox.c.state == State.WAITING, outbox.c.next_at <= now).limit(1)
    return (await tx.execute(query)).first() is not None


async def settle(tx: AsyncConnection, worker: str, item_id: int, **values: Any) -> bool:
    """Records what came of an item and gives it back; False when the lease had gone to another worker."""
    mine = and_(outbox.c.id == item_id, outbox.c.leased_by == worker)
    result = await tx.execute(update(outbox).where(mine).values(leased_until=None, leased_by=None, **values))
    return bool(result.rowcount == 1)


async def items_in(tx: AsyncConnection, states: Sequence[State], limit: int = 200) -> list[Item]:
    """Items in these states, oldest first."""
    query = select(outbox).where(outbox.c.state.in_(list(states))).order_by(outbox.c.id).limit(limit)
    return [_item(row) for row in await tx.execute(query)]


async def handed_over(tx: AsyncConnection, council: str, receiver: str) -> list[HandedOver]:
    """The deliveries to an Open311 receiver that it has a number for, oldest first; old ones are forgotten (retention.py)."""
    query = (
        select(outbox)
        .where(
            outbox.c.target == OPEN311,
            outbox.c.council == council,
            outbox.c.state == State.SENT,
            outbox.c.settings["name"].as_string() == receiver,
            outbox.c.remote_id != "",
            ~outbox.c.remote_id.startswith("token:"),
        )
        .order_by(outbox.c.id)
    )
    return [
        HandedOver(row.id, row.council, row.reference, row.remote_id, str(row.settings.get("heard", "")), row.settings)
        for row in await tx.execute(query)
    ]


async def was_heard(tx: AsyncConnection, handed: HandedOver, status: str) -> None:
    """Keeps the other side's status with its delivery."""
    settings = {**handed.settings, "heard": status}
    await tx.execute(update(outbox).where(outbox.c.id == handed.id).values(settings=settings))


async def items_of(tx: AsyncConnection, reference: str) -> list[Item]:
    """Everything that was to be told of one case, oldest first."""
    return [_item(row) for row in await tx.execute(select(outbox).where(outbox.c.reference == reference).order_by(outbox.c.id))]


async def count_by_state(tx: AsyncConnection) -> dict[str, int]:
    """How many items are in each state."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {state: int(count) for state, count in await tx.execute(query)}


async def send_again(tx: AsyncConnection, ids: Sequence[int] | None, now: datetime) -> int:
    """Makes dead items wait again, all of them or these; returns how many. What was in doubt stays so."""
    where = [outbox.c.state == State.DEAD, *([] if ids is None else [outbox.c.id.in_(list(ids))])]
    result = await tx.execute(update(outbox).where(*where).values(state=State.WAITING, attempts=0, next_at=now))
    return int(result.rowcount)


async def delete_of(tx: AsyncConnection, references: Sequence[str]) -> None:
    """Removes everything about these cases."""
    await tx.execute(delete(outbox).where(outbox.c.reference.in_(list(references))))


async def delete_settled_before(tx: AsyncConnection, moment: datetime) -> int:
    """Removes what was sent or dropped and was written before this; returns how many."""
    where = and_(outbox.c.state.in_([State.SENT, State.DROPPED]), outbox.c.created_at < moment)
    return int((await tx.execute(delete(outbox).where(where))).rowcount)


def _item(row: Row[Any]) -> Item:
    return Item(
        id=row.id,
        key=row.key,
        target=row.target,
        council=row.council,
        reference=row.reference,
        seq=row.seq,
        settings=row.settings,
        state=State(row.state),
        attempts=row.attempts,
        in_doubt=row.in_doubt,
        next_at=_utc(row.next_at),
        created_at=_utc(row.created_at),
        remote_id=row.remote_id,
        error=row.error,
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
