"""The tables of signals, themes and suggestions, and the queries on them, each with a name that says what it does.

Signals hang on their conversation and go with it. An accepted example stays, since it is masked and only says that somebody
once wrote so. Every function takes an open connection: the transaction belongs to the use case.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import Sender
from bot.conversations.store import conversations, messages
from bot.foundation.database import metadata
from bot.learning.model import (
    THEMED,
    Person,
    Signal,
    SignalKind,
    Suggestion,
    SuggestionKind,
    SuggestionState,
    Theme,
)
from bot.staff.model import ALL, Actor

_CONVERSATION = "conversations.id"

signals = Table(
    "learning_signals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("council", String(64), nullable=False),
    Column("conversation_id", String(32), ForeignKey(_CONVERSATION, ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("intent", String(64), nullable=False),
    Column("article", String(80), nullable=False),
    Column("confidence", Float),
    Column("reason", String(20), nullable=False),
    Column("text", Text),  # masked; null until that is done, empty when nothing but a name is left
    Column("vector", LargeBinary),  # of the masked text, made together with it
    Column("theme_id", String(16), nullable=False),
    UniqueConstraint("conversation_id", "seq", "kind"),
    Index("ix_learning_signals_council_at", "council", "at"),
    Index("ix_learning_signals_theme_id", "theme_id"),
)

themes = Table(
    "learning_themes",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("council", String(64), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("example", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("first_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_by", String(120), nullable=False),
    Column("closed_reason", String(200), nullable=False),
)

suggestions = Table(
    "learning_suggestions",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("council", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("intent", String(64), nullable=False),
    Column("questions", JSON, nullable=False),
    Column("body", Text, nullable=False),
    Column("conversation_id", String(32), ForeignKey(_CONVERSATION, ondelete="SET NULL")),
    Column("seq", Integer, nullable=False),
    Column("theme_id", String(16), nullable=False),
    Column("suggested_by", String(32), nullable=False),
    Column("suggested_name", String(120), nullable=False),
    Column("suggested_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", String(32), nullable=False),
    Column("decided_name", String(120), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("reason", String(300), nullable=False),
    Column("draft", String(80), nullable=False),
    Index("ix_learning_suggestions_state", "state"),
    Index("ix_learning_suggestions_conversation_id", "conversation_id"),
)


def utc(moment: datetime) -> datetime:
    """The moment with its zone, which SQLite leaves out."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def of_council(actor: Actor, table: Table) -> ColumnElement[bool]:
    """What is the actor's business."""
    return true() if actor.council == ALL else table.c.council == actor.council


# ---- signals


async def add_signal(
    tx: AsyncConnection, council: str, conversation_id: str, seq: int, kind: SignalKind, at: datetime, **also: Any
) -> None:
    """Adds a signal; the same message gives one of a kind, and a second one takes the place of the first."""
    key = and_(signals.c.conversation_id == conversation_id, signals.c.seq == seq, signals.c.kind == str(kind))
    await tx.execute(delete(signals).where(key))
    plain = {"intent": "", "article": "", "reason": "", "theme_id": ""} | also
    row = {"council": council, "conversation_id": conversation_id, "seq": seq, "kind": str(kind), "at": at, **plain}
    await tx.execute(insert(signals).values(**row))


async def unmasked(tx: AsyncConnection, limit: int) -> list[tuple[int, str]]:
    """Signals whose words are not masked yet, with the words, the oldest first."""
    query = (
        select(signals.c.id, messages.c.text)
        .join(messages, and_(messages.c.conversation_id == signals.c.conversation_id, messages.c.seq == signals.c.seq))
        .where(signals.c.text.is_(None))
        .order_by(signals.c.id)
        .limit(limit)
    )
    return [(row.id, row.text) for row in await tx.execute(query)]


async def keep_masked(tx: AsyncConnection, masked: Iterable[tuple[int, str, bytes]]) -> None:
    """Keeps the masked words of signals, with their vectors."""
    for signal_id, text, vector in masked:
        await tx.execute(update(signals).where(signals.c.id == signal_id).values(text=text, vector=vector))


async def for_themes(tx: AsyncConnection, council: str, since: datetime, limit: int) -> list[tuple[Signal, bytes]]:
    """The newest signals that themes are made of, each with its vector, oldest of them first."""
    query = (
        select(signals)
        .where(
            signals.c.council == council,
            signals.c.at >= since,
            signals.c.text != "",
            signals.c.kind.in_([str(kind) for kind in THEMED]),
        )
        .order_by(signals.c.at.desc(), signals.c.id.desc())
        .limit(limit)
    )
    return [(_signal(row), bytes(row.vector or b"")) for row in await tx.execute(query)][::-1]


async def signals_of_theme(tx: AsyncConnection, theme_id: str, limit: int) -> list[Signal]:
    """The messages of a theme, the newest first."""
    query = select(signals).where(signals.c.theme_id == theme_id).order_by(signals.c.at.desc(), signals.c.id).limit(limit)
    return [_signal(row) for row in await tx.execute(query)]


async def without_theme(tx: AsyncConnection, actor: Actor, since: datetime, limit: int) -> list[Signal]:
    """The newest masked messages that belong to no theme."""
    kinds = signals.c.kind.in_([str(kind) for kind in THEMED])
    alone = (of_council(actor, signals), kinds, signals.c.theme_id == "", signals.c.text != "", signals.c.at >= since)
    query = select(signals).where(*alone).order_by(signals.c.at.desc(), signals.c.id.desc()).limit(limit)
    return [_signal(row) for row in await tx.execute(query)]


async def wrong_answers(tx: AsyncConnection, actor: Actor, since: datetime) -> list[tuple[str, str, str, str, int]]:
    """Answers that did not help: council, article, kind, reason and how often, the commonest first."""
    kinds = [str(kind) for kind in (SignalKind.SAID_NO, SignalKind.PASSED_ON, SignalKind.MARKED_WRONG)]
    columns = (signals.c.council, signals.c.article, signals.c.kind, signals.c.reason)
    query = (
        select(*columns, func.count().label("times"))
        .where(of_council(actor, signals), signals.c.kind.in_(kinds), signals.c.at >= since, signals.c.article != "")
        .group_by(*columns)
        .order_by(func.count().desc(), signals.c.article)
        .limit(100)
    )
    return [(row.council, row.article, row.kind, row.reason, row.times) for row in await tx.execute(query)]


async def marks_of(tx: AsyncConnection, conversation_id: str) -> list[Signal]:
    """Everything that was noticed or marked in a conversation."""
    query = select(signals).where(signals.c.conversation_id == conversation_id).order_by(signals.c.seq, signals.c.id)
    return [_signal(row) for row in await tx.execute(query)]


async def recent_questions(tx: AsyncConnection, since: datetime, limit: int) -> list[tuple[str, str, str]]:
    """What residents typed of late to the assistant: council, conversation and words, the newest first."""
    query = (
        select(conversations.c.council, messages.c.conversation_id, messages.c.text, messages.c.data)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(messages.c.sender == Sender.RESIDENT, messages.c.at >= since)
        .order_by(messages.c.at.desc())
        .limit(limit * 3)
    )
    found = [(row.council, row.conversation_id, row.text) for row in await tx.execute(query) if not row.data]
    return list({text: (council, conversation, text) for council, conversation, text in found[::-1]}.values())[::-1][:limit]


# ---- themes


async def themes_of(tx: AsyncConnection, actor: Actor, *, closed: bool = False) -> list[Theme]:
    """Themes, those of most people first."""
    there = themes.c.closed_at.is_not(None) if closed else themes.c.closed_at.is_(None)
    query = select(themes).where(of_council(actor, themes), there)
    rows = await tx.execute(query.order_by(themes.c.people.desc(), themes.c.messages.desc(), themes.c.id))
    return [_theme(row) for row in rows]


async def theme(tx: AsyncConnection, actor: Actor, theme_id: str) -> Theme | None:
    """One theme, or None when it is none of the actor's business."""
    row = (await tx.execute(select(themes).where(of_council(actor, themes), themes.c.id == theme_id))).one_or_none()
    return _theme(row) if row else None


async def set_themes(
    tx: AsyncConnection, council: str, found: Sequence[Mapping[str, Any]], members: Mapping[str, Sequence[int]]
) -> None:
    """Makes these the council's themes, with these signals in each. One that is closed stays closed."""
    known = set(await tx.scalars(select(themes.c.id).where(themes.c.council == council)))
    for one in found:
        if one["id"] in known:
            await tx.execute(update(themes).where(themes.c.id == one["id"]).values(**one))
        else:
            open_ = {"closed_at": None, "closed_by": "", "closed_reason": ""}
            await tx.execute(insert(themes).values(council=council, **open_, **one))
    gone = known - {one["id"] for one in found}
    if gone:
        await tx.execute(delete(themes).where(themes.c.id.in_(sorted(gone))))
    await tx.execute(update(signals).where(signals.c.council == council, signals.c.theme_id != "").values(theme_id=""))
    for theme_id, ids in members.items():
        for start in range(0, len(ids), 500):
            part = list(ids[start : start + 500])
            await tx.execute(update(signals).where(signals.c.id.in_(part)).values(theme_id=theme_id))


async def delete_theme(tx: AsyncConnection, theme_id: str) -> None:
    """Removes a theme; its messages belong to none."""
    await tx.execute(update(signals).where(signals.c.theme_id == theme_id).values(theme_id=""))
    await tx.execute(delete(themes).where(themes.c.id == theme_id))


async def change_theme(tx: AsyncConnection, theme_id: str, **values: Any) -> None:
    """Sets columns of one theme."""
    await tx.execute(update(themes).where(themes.c.id == theme_id).values(**values))


# ---- suggestions


async def add_suggestion(tx: AsyncConnection, one: Suggestion) -> None:
    """Stores a new suggestion."""
    await tx.execute(
        insert(suggestions).values(
            id=one.id,
            council=one.council,
            kind=str(one.kind),
            state=str(one.state),
            text=one.text,
            intent=one.intent,
            questions=list(one.questions),
            body=one.body,
            conversation_id=one.conversation_id or None,
            seq=one.seq,
            theme_id=one.theme_id,
            suggested_by=one.suggested_by.id,
            suggested_name=one.suggested_by.name,
            suggested_at=one.suggested_at,
            decided_by="",
            decided_name="",
            decided_at=None,
            reason="",
            draft="",
        )
    )


async def suggestion(tx: AsyncConnection, actor: Actor, suggestion_id: str, *, lock: bool = False) -> Suggestion | None:
    """One suggestion, or None when it is none of the actor's business; locked until the commit if asked for."""
    query = select(suggestions).where(of_council(actor, suggestions), suggestions.c.id == suggestion_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    return _suggestion(row) if row else None


async def suggestions_in(
    tx: AsyncConnection, actor: Actor, state: SuggestionState, limit: int = 200, *, newest: bool = False
) -> list[Suggestion]:
    """Suggestions in a state: the oldest first, or the newest decided."""
    order = suggestions.c.decided_at.desc() if newest else suggestions.c.suggested_at
    query = select(suggestions).where(of_council(actor, suggestions), suggestions.c.state == str(state))
    return [_suggestion(row) for row in await tx.execute(query.order_by(order, suggestions.c.id).limit(limit))]


async def count_in(tx: AsyncConnection, actor: Actor, state: SuggestionState) -> int:
    """How many suggestions are in a state."""
    query = select(func.count()).where(of_council(actor, suggestions), suggestions.c.state == str(state))
    return int(await tx.scalar(query) or 0)


async def suggestions_of(tx: AsyncConnection, conversation_id: str) -> list[Suggestion]:
    """What was suggested from a conversation."""
    query = select(suggestions).where(suggestions.c.conversation_id == conversation_id)
    return [_suggestion(row) for row in await tx.execute(query.order_by(suggestions.c.suggested_at))]


async def delete_undecided_of(tx: AsyncConnection, conversation_id: str) -> None:
    """Removes what was suggested from a conversation and is not accepted."""
    not_accepted = suggestions.c.state != str(SuggestionState.ACCEPTED)
    await tx.execute(delete(suggestions).where(suggestions.c.conversation_id == conversation_id, not_accepted))


async def accepted_examples(tx: AsyncConnection) -> list[Suggestion]:
    """Every example to learn from, of all councils, since they share one model."""
    query = select(suggestions).where(
        suggestions.c.kind == str(SuggestionKind.EXAMPLE), suggestions.c.state == str(SuggestionState.ACCEPTED)
    )
    return [_suggestion(row) for row in await tx.execute(query.order_by(suggestions.c.intent, suggestions.c.text))]


async def change_suggestion(tx: AsyncConnection, suggestion_id: str, **values: Any) -> None:
    """Sets columns of one suggestion."""
    await tx.execute(update(suggestions).where(suggestions.c.id == suggestion_id).values(**values))


def _signal(row: Row[Any]) -> Signal:
    return Signal(
        id=row.id,
        council=row.council,
        conversation_id=row.conversation_id,
        seq=row.seq,
        kind=SignalKind(row.kind),
        at=utc(row.at),
        intent=row.intent,
        article=row.article,
        reason=row.reason,
        text=row.text or "",
        theme_id=row.theme_id,
    )


def _theme(row: Row[Any]) -> Theme:
    return Theme(
        id=row.id,
        council=row.council,
        name=row.name,
        example=row.example,
        people=row.people,
        messages=row.messages,
        first_at=utc(row.first_at),
        last_at=utc(row.last_at),
        closed=row.closed_at is not None,
        closed_by=row.closed_by,
        closed_reason=row.closed_reason,
    )


def _suggestion(row: Row[Any]) -> Suggestion:
    return Suggestion(
        id=row.id,
        council=row.council,
        kind=SuggestionKind(row.kind),
        state=SuggestionState(row.state),
        text=row.text,
        intent=row.intent,
        suggested_by=Person(row.suggested_by, row.suggested_name),
        suggested_at=utc(row.suggested_at),
        questions=tuple(row.questions),
        body=row.body,
        conversation_id=row.conversation_id or "",
        seq=row.seq,
        theme_id=row.theme_id,
        decided_by=Person(row.decided_by, row.decided_name) if row.decided_at else None,
        decided_at=utc(row.decided_at) if row.decided_at else None,
        reason=row.reason,
        draft=row.draft,
    )
