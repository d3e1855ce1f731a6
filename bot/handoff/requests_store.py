"""The table of what staff have asked residents for, and the queries on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, ForeignKey, String, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.database import metadata
from bot.handoff.store import utc

staff_requests = Table(
    "staff_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("handoff_id", String(32), ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("asked_by", String(32), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("details", JSON, nullable=False),  # what exactly, such as the application and its form's fields
    Column("state", String(16), nullable=False),  # open, answered, declined
    Column("answers", JSON, nullable=False),  # name to value, for programs
    Column("answered_at", DateTime(timezone=True)),
)


async def add(tx: AsyncConnection, **values: Any) -> None:
    """Keeps a request that is open."""
    await tx.execute(insert(staff_requests).values(**{"state": "open", "answers": {}, "answered_at": None, **values}))


async def find(tx: AsyncConnection, conversation_id: str, request_id: str) -> dict[str, Any] | None:
    """A request of a conversation, or None."""
    query = select(staff_requests).where(staff_requests.c.id == request_id, staff_requests.c.conversation_id == conversation_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return {**row, "at": utc(row["at"])} if row else None


async def of_conversation(tx: AsyncConnection, conversation_id: str) -> list[dict[str, Any]]:
    """Everything that was asked for in a conversation, oldest first."""
    query = select(staff_requests).where(staff_requests.c.conversation_id == conversation_id).order_by(staff_requests.c.at)
    return [{**row, "at": utc(row["at"])} for row in (await tx.execute(query)).mappings()]


async def close(tx: AsyncConnection, request_id: str, state: str, answers: dict[str, Any], now: datetime) -> bool:
    """Marks a request answered or declined, once; says whether it was still open."""
    result = await tx.execute(
        update(staff_requests)
        .where(staff_requests.c.id == request_id, staff_requests.c.state == "open")
        .values(state=state, answers=answers, answered_at=now)
    )
    return bool(result.rowcount == 1)
