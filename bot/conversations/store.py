"""The tables of conversations and the queries on them, each with a name that says what it does.

Every function takes an open connection: the transaction belongs to the use case in service.py. Rows become the plain
records of model.py here, so nothing above knows about columns.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import (
    ASSISTANT,
    Choice,
    Context,
    Conversation,
    Kind,
    Message,
    Reply,
    Sender,
    Source,
)
from bot.foundation.database import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("council", String(64), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("owner", String(80), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("resident_seq", Integer, nullable=False),
    Column("answered_seq", Integer, nullable=False),
    Column("turn_until", DateTime(timezone=True)),  # a turn is being worked out until then at the latest
    Column("context", JSON, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Index("ix_conversations_owner_turn_until", "owner", "turn_until"),
    Index("ix_conversations_council_created_at", "council", "created_at"),
)

messages = Table(
    "messages",
    metadata,
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("sender", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("choices", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("data", JSON, nullable=False),
    Column("client_message_id", String(64)),
    UniqueConstraint("conversation_id", "client_message_id"),
)

unsent_replies = Table(
    "unsent_replies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("helpful", String(8), nullable=False),
    Column("comment", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

# Statements that every turn needs, put together once: making one takes longer than SQLite needs to answer it.
_CONVERSATION = select(conversations).where(conversations.c.id == bindparam("conversation_id"))
_CONVERSATION_LOCKED = _CONVERSATION.with_for_update()
_CHANGE = update(conversations).where(conversations.c.id == bindparam("conversation_id"))
_EARLIER = select(messages.c.seq).where(
    messages.c.conversation_id == bindparam("conversation_id"),
    messages.c.client_message_id == bindparam("client_message_id"),
)
_MESSAGES_AFTER = (
    select(messages)
    .where(messages.c.conversation_id == bindparam("conversation_id"), messages.c.seq > bindparam("after"))
    .order_by(messages.c.seq)
    .limit(bindparam("most"))
)
_NEXT_WAITING = _MESSAGES_AFTER.where(messages.c.sender == Sender.RESIDENT)
_CLAIM = (
    update(conversations)
    .where(
        conversations.c.id == bindparam("conversation_id"),
        conversations.c.owner == ASSISTANT,
        conversations.c.resident_seq > conversations.c.answered_seq,
        or_(conversations.c.turn_until.is_(None), conversations.c.turn_until < bindparam("now")),
    )
    .values(turn_until=bindparam("until"))
    .returning(conversations)
)


async def add_conversation(tx: AsyncConnection, conversation: Conversation, token_hash: str) -> None:
    """Stores a new conversation."""
    await tx.execute(
        insert(conversations).values(
            id=conversation.id,
            council=conversation.council,
            token_hash=token_hash,
            owner=conversation.owner,
            epoch=conversation.epoch,
            last_seq=conversation.last_seq,
            resident_seq=conversation.resident_seq,
            answered_seq=conversation.answered_seq,
            context=conversation.context.as_json(),
            created_at=conversation.created_at,
            last_at=conversation.last_at,
        )
    )


async def conversation_with_token(
    tx: AsyncConnection, conversation_id: str, *, lock: bool = False
) -> tuple[Conversation, str] | None:
    """The conversation and its token's hash, or None. `lock` keeps others from changing it until the commit."""
    query = _CONVERSATION_LOCKED if lock else _CONVERSATION
    row = (await tx.execute(query, {"conversation_id": conversation_id})).one_or_none()
    return (_conversation(row), row.token_hash) if row else None


async def message_by_client_id(tx: AsyncConnection, conversation_id: str, client_message_id: str) -> int | None:
    """The seq that this client message was stored under, or None."""
    key = {"conversation_id": conversation_id, "client_message_id": client_message_id}
    return (await tx.execute(_EARLIER, key)).scalar_one_or_none()


async def add_messages(
    tx: AsyncConnection,
    conversation: Conversation,
    replies: Sequence[Reply],
    now: datetime,
    client_message_id: str | None = None,
    **also: Any,
) -> list[int]:
    """Appends messages with the next seqs and moves the conversation's `last_seq`; returns the seqs.

    `also` are further columns of the conversation to set.
    """
    first = conversation.last_seq + 1
    rows = [_message_row(conversation.id, first + place, reply, now) for place, reply in enumerate(replies)]
    if client_message_id is not None:
        rows[0]["client_message_id"] = client_message_id
    await tx.execute(insert(messages), rows)
    changes = {"last_seq": first + len(rows) - 1, "last_at": now, **also}
    if any(reply.sender == Sender.RESIDENT for reply in replies):
        changes["resident_seq"] = changes["last_seq"]
    await change_conversation(tx, conversation.id, **changes)
    return [row["seq"] for row in rows]


async def change_conversation(tx: AsyncConnection, conversation_id: str, **values: Any) -> None:
    """Sets columns of one conversation."""
    await tx.execute(_CHANGE, {"conversation_id": conversation_id, **values})


async def messages_after(tx: AsyncConnection, conversation_id: str, after: int, limit: int = 200) -> list[Message]:
    """Messages with a higher seq, in order."""
    found = await tx.execute(_MESSAGES_AFTER, {"conversation_id": conversation_id, "after": after, "most": limit})
    return [_message(row) for row in found]


async def latest_messages(tx: AsyncConnection, conversation_id: str, limit: int) -> list[Message]:
    """The newest messages, oldest of them first."""
    query = select(messages).where(messages.c.conversation_id == conversation_id).order_by(messages.c.seq.desc()).limit(limit)
    return [_message(row) for row in await tx.execute(query)][::-1]


async def next_waiting(tx: AsyncConnection, conversation: Conversation) -> Message:
    """The oldest message of the resident that has no answer yet. There must be one."""
    key = {"conversation_id": conversation.id, "after": conversation.answered_seq, "most": 1}
    return _message((await tx.execute(_NEXT_WAITING, key)).one())


async def message_at(tx: AsyncConnection, conversation_id: str, seq: int) -> Message | None:
    """One message, or None."""
    query = select(messages).where(messages.c.conversation_id == conversation_id, messages.c.seq == seq)
    row = (await tx.execute(query)).one_or_none()
    return _message(row) if row else None


async def choices_offered(tx: AsyncConnection, conversation_id: str) -> dict[str, str]:
    """Every choice that was ever offered in the conversation, value to label."""
    query = (
        select(messages.c.choices)
        .where(messages.c.conversation_id == conversation_id, messages.c.sender != Sender.RESIDENT)
        .order_by(messages.c.seq)
    )
    return {choice["value"]: choice["label"] for row in await tx.execute(query) for choice in row.choices}


async def unfinished_turns(tx: AsyncConnection, now: datetime) -> list[str]:
    """Conversations whose resident waits for the assistant although nobody works on the turn."""
    query = select(conversations.c.id).where(
        conversations.c.owner == ASSISTANT,
        conversations.c.resident_seq > conversations.c.answered_seq,
        or_(conversations.c.turn_until.is_(None), conversations.c.turn_until < now),
        conversations.c.last_at > now - timedelta(days=1),
    )
    return list((await tx.execute(query)).scalars())


async def claim_turn(tx: AsyncConnection, conversation_id: str, now: datetime, until: datetime) -> Conversation | None:
    """Takes the conversation's turn for this process; None when somebody has it or nobody waits."""
    found = await tx.execute(_CLAIM, {"conversation_id": conversation_id, "now": now, "until": until})
    row = found.one_or_none()
    return _conversation(row) if row else None


async def release_turns(tx: AsyncConnection) -> None:
    """Forgets all claims of turns, for a process that knows it is the only one."""
    await tx.execute(update(conversations).where(conversations.c.turn_until.is_not(None)).values(turn_until=None))


async def add_unsent(tx: AsyncConnection, conversation_id: str, replies: Sequence[Reply], now: datetime) -> None:
    """Keeps replies that were not sent because somebody else had taken the conversation meanwhile."""
    rows = [{"conversation_id": conversation_id, "at": now, "kind": reply.kind, "text": reply.text} for reply in replies]
    if rows:
        await tx.execute(insert(unsent_replies), rows)


async def unsent_of(tx: AsyncConnection, conversation_id: str) -> list[dict[str, Any]]:
    """Replies of the assistant that were kept back, oldest first: at, kind, text."""
    columns = (unsent_replies.c.at, unsent_replies.c.kind, unsent_replies.c.text)
    query = select(*columns).where(unsent_replies.c.conversation_id == conversation_id).order_by(unsent_replies.c.id)
    return [{**row, "at": _utc(row["at"])} for row in (await tx.execute(query)).mappings()]


async def take(tx: AsyncConnection, conversation_id: str, owner: str, new_owner: str) -> bool:
    """Gives the conversation to a new owner if this one still has it; says whether it did. One of many can win."""
    result = await tx.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id, conversations.c.owner == owner)
        .values(owner=new_owner, epoch=conversations.c.epoch + 1, turn_until=None)
    )
    return bool(result.rowcount == 1)


async def with_last_message(
    tx: AsyncConnection, conversation_ids: Sequence[str]
) -> dict[str, tuple[Conversation, dict[str, str]]]:
    """Conversations by id, each with the text and sender of its newest message."""
    if not conversation_ids:
        return {}
    rows = await tx.execute(
        select(conversations, messages.c.text, messages.c.sender)
        .join(
            messages,
            and_(messages.c.conversation_id == conversations.c.id, messages.c.seq == conversations.c.last_seq),
        )
        .where(conversations.c.id.in_(list(conversation_ids)))
    )
    return {row.id: (_conversation(row), {"text": row.text, "sender": row.sender}) for row in rows}


async def set_feedback(tx: AsyncConnection, conversation_id: str, seq: int, helpful: str, comment: str, now: datetime) -> None:
    """Records, or changes, what the resident said of one answer."""
    values = {"helpful": helpful, "comment": comment, "at": now}
    where = and_(feedback.c.conversation_id == conversation_id, feedback.c.seq == seq)
    changed = await tx.execute(update(feedback).where(where).values(**values))
    if changed.rowcount == 0:
        await tx.execute(insert(feedback).values(conversation_id=conversation_id, seq=seq, **values))


def _message_row(conversation_id: str, seq: int, reply: Reply, now: datetime) -> dict[str, Any]:
    return {
        "conversation_id": conversation_id,
        "seq": seq,
        "at": now,
        "client_message_id": None,
        **reply_row(reply),
    }


def reply_row(reply: Reply) -> dict[str, Any]:
    """A reply in plain values, as a row or as JSON."""
    return {
        "sender": reply.sender.value,
        "kind": reply.kind.value,
        "text": reply.text,
        "choices": [{"value": choice.value, "label": choice.label} for choice in reply.choices],
        "sources": [
            {"title": source.title, "url": source.url, "checked": source.checked.isoformat()} for source in reply.sources
        ],
        "data": reply.data,
    }


def reply_from_row(row: Mapping[str, Any]) -> Reply:
    """The reply back from its plain values."""
    return Reply(
        kind=Kind(row["kind"]),
        text=row["text"],
        choices=tuple(Choice(**choice) for choice in row["choices"]),
        sources=tuple(
            Source(source["title"], source["url"], datetime.fromisoformat(source["checked"]).date())
            for source in row["sources"]
        ),
        data=dict(row["data"]),
        sender=Sender(row["sender"]),
    )


def _conversation(row: Row[Any]) -> Conversation:
    return Conversation(
        id=row.id,
        council=row.council,
        owner=row.owner,
        epoch=row.epoch,
        last_seq=row.last_seq,
        resident_seq=row.resident_seq,
        answered_seq=row.answered_seq,
        created_at=_utc(row.created_at),
        last_at=_utc(row.last_at),
        context=Context.from_json(row.context),
    )


def _message(row: Row[Any]) -> Message:
    said = reply_from_row(row._asdict())
    return Message(row.seq, _utc(row.at), said.sender, said.kind, said.text, said.choices, said.sources, said.data)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
