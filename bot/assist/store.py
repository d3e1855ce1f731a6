"""The tables of past replies and of what became of suggestions, and the queries on them.

A pair from a chat hangs on its conversation: erasing that erases it. A pair that was imported has the conversation's id in the
system that it came from, so that a second import replaces it. Vectors are kept as float16 beside the words they belong to.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.assist.index import Vector
from bot.assist.model import From, Used
from bot.foundation.database import metadata
from bot.handoff.store import handoffs

LEARN_WITHIN = timedelta(days=30)  # a chat that ended longer ago and was never looked at is left alone

past_replies = Table(
    "past_replies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("council", String(64), nullable=False),
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE")),  # a chat here
    Column("outside_id", String(120), nullable=False),  # a conversation that was imported; otherwise empty
    Column("seq", Integer, nullable=False),
    Column("first", Boolean, nullable=False),  # opens its conversation
    Column("at", DateTime(timezone=True), nullable=False),
    Column("asked", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("group_id", String(32), nullable=False),
    Column("intents", JSON, nullable=False),
    Column("encoder", String(64), nullable=False),  # the mark of the encoder that made the vectors
    Column("vector", LargeBinary, nullable=False),  # of what was asked
    Column("reply_vector", LargeBinary),  # of the reply, where it is the first of its group
    Index("ix_past_replies_council_group_id", "council", "group_id"),
    Index("ix_past_replies_council_outside_id", "council", "outside_id"),
    Index("ix_past_replies_conversation_id", "conversation_id"),
    Index("ix_past_replies_council_id", "council", "id"),
    sqlite_autoincrement=True,  # memory.py knows pairs by their ids, so none is given twice
)

learnt_chats = Table(
    "learnt_chats",
    metadata,
    Column("handoff_id", String(32), ForeignKey("handoffs.id", ondelete="CASCADE"), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)

suggestion_outcomes = Table(
    "suggestion_outcomes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("council", String(64), nullable=False),
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="SET NULL")),
    Column("reply_seq", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("source", String(16), nullable=False),  # article, canned, reply
    Column("source_id", String(120), nullable=False),
    Column("place", Integer, nullable=False),  # in the list, from 1
    Column("percent", Integer, nullable=False),  # as it was shown
    Column("outcome", String(16), nullable=False),  # used, edited, ignored
    UniqueConstraint("conversation_id", "reply_seq", "source", "source_id", name="uq_suggestion_outcomes_reply"),
    Index("ix_suggestion_outcomes_council_at", "council", "at"),
    Index("ix_suggestion_outcomes_council_id", "council", "id"),
)


@dataclass(frozen=True)
class Kept:
    """One pair as it is kept. `reply` is read only where it is asked for."""

    id: int
    council: str
    at: datetime
    asked: str
    reply: str
    group: str
    first: bool
    intents: Mapping[str, float]
    encoder: str
    vector: Vector
    reply_vector: Vector | None


@dataclass(frozen=True)
class NewPair:
    """One pair to keep, masked already."""

    seq: int
    first: bool
    at: datetime
    asked: str
    reply: str
    group: str
    intents: Mapping[str, float]
    encoder: str
    vector: Vector
    reply_vector: Vector | None


async def add_pairs(
    tx: AsyncConnection, council: str, pairs: Sequence[NewPair], *, conversation_id: str | None = None, outside_id: str = ""
) -> None:
    """Keeps the pairs of one conversation."""
    if pairs:
        rows = [
            {
                "council": council,
                "conversation_id": conversation_id,
                "outside_id": outside_id,
                "seq": one.seq,
                "first": one.first,
                "at": one.at,
                "asked": one.asked,
                "reply": one.reply,
                "group_id": one.group,
                "intents": {name: round(chance, 3) for name, chance in one.intents.items()},
                "encoder": one.encoder,
                "vector": packed(one.vector),
                "reply_vector": packed(one.reply_vector) if one.reply_vector is not None else None,
            }
            for one in pairs
        ]
        await tx.execute(insert(past_replies), rows)


async def delete_outside(tx: AsyncConnection, council: str, outside_ids: Collection[str]) -> int:
    """Forgets the pairs of conversations that were imported before; says how many pairs there were."""
    where = (past_replies.c.council == council, past_replies.c.outside_id.in_(list(outside_ids)))
    return int((await tx.execute(delete(past_replies).where(*where))).rowcount)


async def delete_before(tx: AsyncConnection, council: str, before: datetime) -> int:
    """Forgets pairs that are older; says how many."""
    where = (past_replies.c.council == council, past_replies.c.at < before)
    return int((await tx.execute(delete(past_replies).where(*where))).rowcount)


async def pairs_after(tx: AsyncConnection, council: str, after: int, limit: int) -> list[Kept]:
    """Pairs with a higher id, in order."""
    query = (
        select(past_replies)
        .where(past_replies.c.council == council, past_replies.c.id > after)
        .order_by(past_replies.c.id)
        .limit(limit)
    )
    return [_kept(row) for row in await tx.execute(query)]


async def start_of_newest(tx: AsyncConnection, council: str, most: int) -> int:
    """The id after which the newest `most` pairs of a council come; 0 when there are fewer."""
    query = (
        select(past_replies.c.id)
        .where(past_replies.c.council == council)
        .order_by(past_replies.c.id.desc())
        .offset(most)
        .limit(1)
    )
    return int(await tx.scalar(query) or 0)


async def ids_of(tx: AsyncConnection, council: str, after: int = 0) -> set[int]:
    """Every pair of a council with a higher id."""
    query = select(past_replies.c.id).where(past_replies.c.council == council, past_replies.c.id > after)
    return set((await tx.scalars(query)).all())


async def asked_of(tx: AsyncConnection, ids: Collection[int]) -> dict[int, str]:
    """What was asked in these pairs, of those that are still there."""
    query = select(past_replies.c.id, past_replies.c.asked).where(past_replies.c.id.in_(list(ids)))
    return {row.id: row.asked for row in await tx.execute(query)}


async def put_vectors(tx: AsyncConnection, encoder: str, vectors: Mapping[int, tuple[Vector, Vector | None]]) -> None:
    """Replaces the vectors of pairs by those of another encoder."""
    for pair, (asked, reply) in vectors.items():
        values = {"encoder": encoder, "vector": packed(asked), "reply_vector": packed(reply) if reply is not None else None}
        await tx.execute(update(past_replies).where(past_replies.c.id == pair).values(**values))


async def newest_of_groups(tx: AsyncConnection, council: str, groups: Collection[str]) -> dict[str, tuple[str, datetime]]:
    """For each group its newest wording, and when that was sent."""
    # Named in both parts and ordered by groups first: otherwise SQLite goes through every pair of the council for the outer one.
    of_groups = (past_replies.c.council == council, past_replies.c.group_id.in_(list(groups)))
    newest = (
        select(past_replies.c.group_id, func.max(past_replies.c.at).label("at"))
        .where(*of_groups)
        .group_by(past_replies.c.group_id)
        .subquery()
    )
    query = (
        select(past_replies.c.group_id, past_replies.c.reply, past_replies.c.at)
        .join(newest, (past_replies.c.group_id == newest.c.group_id) & (past_replies.c.at == newest.c.at))
        .where(*of_groups)
        .order_by(past_replies.c.group_id, past_replies.c.id)
    )
    return {row.group_id: (row.reply, utc(row.at)) for row in await tx.execute(query)}


# ---- chats that have ended


async def chats_to_learn(tx: AsyncConnection, until: datetime, limit: int) -> list[Any]:
    """Chats with a person that ended until then and were not looked at yet: id, conversation_id, council, oldest first."""
    query = (
        select(handoffs.c.id, handoffs.c.conversation_id, handoffs.c.council)
        .outerjoin(learnt_chats, learnt_chats.c.handoff_id == handoffs.c.id)
        .where(
            handoffs.c.ended_at <= until,
            handoffs.c.ended_at > until - LEARN_WITHIN,
            handoffs.c.first_reply_at.is_not(None),
            learnt_chats.c.handoff_id.is_(None),
        )
        .order_by(handoffs.c.ended_at)
        .limit(limit)
    )
    return list(await tx.execute(query))


async def claim_chat(tx: AsyncConnection, handoff_id: str, now: datetime) -> bool:
    """Marks a chat as looked at; says whether it was not before."""
    insert_here = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    result = await tx.execute(insert_here(learnt_chats).values(handoff_id=handoff_id, at=now).on_conflict_do_nothing())
    return bool(result.rowcount == 1)


async def seqs_of(tx: AsyncConnection, conversation_id: str) -> set[int]:
    """The seqs of a chat's replies that are kept already."""
    query = select(past_replies.c.seq).where(past_replies.c.conversation_id == conversation_id)
    return set((await tx.scalars(query)).all())


# ---- what became of suggestions


async def add_outcomes(
    tx: AsyncConnection,
    council: str,
    conversation_id: str,
    reply_seq: int,
    at: datetime,
    outcomes: Iterable[tuple[From, str, int, int, Used]],
) -> None:
    """Keeps what became of suggestions (source, id, place, percent, outcome), once for each reply."""
    insert_here = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    for source, source_id, place, percent, outcome in outcomes:
        await tx.execute(
            insert_here(suggestion_outcomes)
            .values(
                council=council,
                conversation_id=conversation_id,
                reply_seq=reply_seq,
                at=at,
                source=str(source),
                source_id=source_id,
                place=place,
                percent=percent,
                outcome=str(outcome),
            )
            .on_conflict_do_nothing()
        )


async def outcomes_after(tx: AsyncConnection, council: str, after: int) -> list[tuple[int, From, str, Used]]:
    """What became of suggestions of a council, those with a higher id: id, source, its id, outcome."""
    table = suggestion_outcomes.c
    query = (
        select(table.id, table.source, table.source_id, table.outcome)
        .where(table.council == council, table.id > after)
        .order_by(table.id)
    )
    return [(row[0], From(row[1]), row[2], Used(row[3])) for row in await tx.execute(query)]


async def outcome_bands(tx: AsyncConnection, council: str, since: datetime) -> list[tuple[str, int, str, int]]:
    """How many suggestions came to what since a moment: source, percent as it was shown, outcome, count."""
    table = suggestion_outcomes.c
    query = (
        select(table.source, table.percent, table.outcome, func.count())
        .where(table.council == council, table.at >= since)
        .group_by(table.source, table.percent, table.outcome)
    )
    return [tuple(row) for row in await tx.execute(query)]


def packed(vector: Vector) -> bytes:
    """A vector as it is kept."""
    return np.asarray(vector, np.float16).tobytes()


def utc(moment: datetime) -> datetime:
    """SQLite gives times back without their zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        row.id,
        row.council,
        utc(row.at),
        row.asked,
        row.reply,
        row.group_id,
        row.first,
        row.intents,
        row.encoder,
        _unpacked(row.vector),
        _unpacked(row.reply_vector) if row.reply_vector is not None else None,
    )


def _unpacked(stored: bytes) -> Vector:
    return np.frombuffer(stored, np.float16).astype(np.float32)
