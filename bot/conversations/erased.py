"""Conversations that were deleted for good, and the words that are left of them: none.

Whatever hangs on a conversation goes with it, since every table that holds a resident's words names it with a foreign key that
cascades. What stays is one row without content, so that the resident's page can say that it was deleted instead of nothing.
bot/handoff/erasing.py has the use case.
"""

from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, String, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import same_token
from bot.conversations.store import conversations
from bot.foundation.database import metadata

erased_conversations = Table(
    "erased_conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("council", String(64), nullable=False),
    Column("token_hash", String(64), nullable=False),  # so that only its own resident is told
    Column("erased_at", DateTime(timezone=True), nullable=False),
)


async def erase(tx: AsyncConnection, conversation_id: str, now: datetime) -> None:
    """Deletes a conversation, which the caller has locked, with all that hangs on it."""
    columns = (conversations.c.id, conversations.c.council, conversations.c.token_hash)
    row = (await tx.execute(select(*columns).where(conversations.c.id == conversation_id))).one()
    await tx.execute(insert(erased_conversations).values(**row._asdict(), erased_at=now))
    await tx.execute(delete(conversations).where(conversations.c.id == conversation_id))


async def erased_at(tx: AsyncConnection, conversation_id: str, token: str | None = None) -> datetime | None:
    """When a conversation was deleted, None when it never was. With a token it must be that conversation's."""
    columns = (erased_conversations.c.token_hash, erased_conversations.c.erased_at)
    row = (await tx.execute(select(*columns).where(erased_conversations.c.id == conversation_id))).one_or_none()
    if row is None or (token is not None and not same_token(token, row.token_hash)):
        return None
    moment: datetime = row.erased_at
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
