"""The queries for chats that were kept long enough. The tables are in bot/conversations and store.py."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.store import conversations
from bot.handoff.model import OPEN_STAGES
from bot.handoff.store import handoffs


async def due(tx: AsyncConnection, council: str, before: datetime, limit: int, but: Collection[str] = ()) -> Sequence[str]:
    """Some of the council's chats in which nobody has spoken since `before` and nobody waits or talks, the oldest first."""
    wanted = (*_due(council, before), conversations.c.id.not_in(but))
    query = select(conversations.c.id).where(*wanted).order_by(conversations.c.created_at).limit(limit)
    return (await tx.execute(query)).scalars().all()


async def count_due(tx: AsyncConnection, council: str, before: datetime) -> int:
    """How many there are."""
    query = select(func.count()).select_from(conversations).where(*_due(council, before))
    return int((await tx.execute(query)).scalar_one())


def _due(council: str, before: datetime) -> Sequence[ColumnElement[bool]]:
    open_stages = handoffs.c.stage.in_([str(one) for one in OPEN_STAGES])
    return (
        conversations.c.council == council,
        # A chat began before its last word, so this changes nothing. It lets the index on the beginning find them: one on the
        # last word would have to be written anew with every message.
        conversations.c.created_at < before,
        conversations.c.last_at < before,
        ~exists().where(handoffs.c.conversation_id == conversations.c.id, open_stages),
    )
