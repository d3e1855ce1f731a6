"""The table of replies that wait for a second person, and the queries on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, ForeignKey, Index, String, Table, Text, UniqueConstraint, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.database import metadata
from bot.handoff.store import handoffs, utc, visible_to
from bot.staff.model import Actor

drafts = Table(
    "reply_drafts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("handoff_id", String(32), ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
    Column("author_id", String(32), nullable=False),
    Column("author_name", String(120), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reply", JSON, nullable=False),  # what would be sent: kind, text, choices, sources, data
    Column("client_message_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, approved, changed, refused, dropped
    Column("decided_by", String(32), nullable=False),
    Column("decided_name", String(120), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("reason", Text, nullable=False),  # why it was refused
    UniqueConstraint("conversation_id", "client_message_id"),
    Index("ix_reply_drafts_state", "state"),
)


async def add(tx: AsyncConnection, **values: Any) -> None:
    """Keeps a draft."""
    fresh = {"state": "waiting", "decided_by": "", "decided_name": "", "decided_at": None, "reason": ""}
    await tx.execute(insert(drafts).values(**{**fresh, **values}))


async def by_client_id(tx: AsyncConnection, conversation_id: str, client_message_id: str) -> str | None:
    """The draft that was kept under this client's id, or None."""
    query = select(drafts.c.id).where(
        drafts.c.conversation_id == conversation_id, drafts.c.client_message_id == client_message_id
    )
    return (await tx.execute(query)).scalar_one_or_none()


async def find(tx: AsyncConnection, draft_id: str) -> dict[str, Any] | None:
    """A draft, or None."""
    row = (await tx.execute(select(drafts).where(drafts.c.id == draft_id))).mappings().one_or_none()
    return {**row, "at": utc(row["at"])} if row else None


async def waiting_for(tx: AsyncConnection, actor: Actor) -> list[dict[str, Any]]:
    """The drafts that wait in the actor's teams, oldest first."""
    query = (
        select(drafts, handoffs.c.council, handoffs.c.team)
        .join(handoffs, handoffs.c.id == drafts.c.handoff_id)
        .where(drafts.c.state == "waiting", visible_to(actor))
        .order_by(drafts.c.at)
    )
    return [{**row, "at": utc(row["at"])} for row in (await tx.execute(query)).mappings()]


async def of_conversation(tx: AsyncConnection, conversation_id: str) -> list[dict[str, Any]]:
    """The drafts of a chat that wait or were refused, oldest first."""
    query = (
        select(drafts)
        .where(drafts.c.conversation_id == conversation_id, drafts.c.state.in_(["waiting", "refused"]))
        .order_by(drafts.c.at)
    )
    return [{**row, "at": utc(row["at"])} for row in (await tx.execute(query)).mappings()]


async def decide(tx: AsyncConnection, draft_id: str, state: str, actor: Actor, now: datetime, reason: str = "") -> bool:
    """Decides about a draft once; says whether it was still open."""
    result = await tx.execute(
        update(drafts)
        .where(drafts.c.id == draft_id, drafts.c.state == "waiting")
        .values(state=state, decided_by=actor.staff_id, decided_name=actor.name, decided_at=now, reason=reason)
    )
    return bool(result.rowcount == 1)


async def drop_waiting(tx: AsyncConnection, conversation_id: str, now: datetime) -> None:
    """The chat has moved on: what waited for a second person is no longer sent."""
    await tx.execute(
        update(drafts)
        .where(drafts.c.conversation_id == conversation_id, drafts.c.state == "waiting")
        .values(state="dropped", decided_at=now)
    )
