"""The tables of cases and the queries on them, each with a name that says what it does.

Every function takes an open connection: the transaction belongs to the use case. Permission is the caller's: queries take
plain councils and teams.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import batched
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Date,
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
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.model import Case, Contact, Entry, EntryKind, NewCase, Seen, Wanted
from bot.foundation.database import metadata

cases = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("code", String(16), nullable=False),  # as it is, since it must be said again when a form is sent twice
    Column("council", String(64), nullable=False),
    Column("key", String(200), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("title", String(200), nullable=False),
    Column("team", String(64), nullable=False),
    Column("status", String(32), nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("due", Date),
    Column("first_due", Date),  # as it was promised when the case was opened, whatever date was promised later
    Column("next_step", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("answers", JSON, nullable=False),
    Column("data", JSON, nullable=False),
    Column("contact_name", String(300), nullable=False),
    Column("contact_email", String(320), nullable=False),
    Column("contact_phone", String(40), nullable=False),
    Column("conversation_id", String(32), index=True),  # without a key: a conversation may be erased before its case
    Column("uprn", String(12), nullable=False),
    Column("last_seq", Integer, nullable=False),
    UniqueConstraint("council", "key"),
    Index("ix_cases_council_ended_at_due", "council", "ended_at", "due"),
    Index("ix_cases_council_uprn", "council", "uprn"),
    Index("ix_cases_council_changed_at", "council", "changed_at"),
    Index("ix_cases_council_first_due", "council", "first_due"),
)

history = Table(
    "case_history",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("by", String(120), nullable=False),
    Column("seen_by", String(16), nullable=False),
)

visits = Table(  # somebody with its reference and code asked about a case in a conversation; the reports count who came back
    "case_visits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("conversation_id", String(32), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)


@dataclass(frozen=True)
class Kinds:
    """Kinds of case: only these, or all but those."""

    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()


async def add_case(tx: AsyncConnection, case_id: str, reference: str, code: str, new: NewCase, **values: Any) -> bool:
    """Stores a case unless its key or its reference is taken; says whether it was stored."""
    insert_here = insert_sqlite if tx.dialect.name == "sqlite" else insert_postgresql
    row = {
        "id": case_id,
        "reference": reference,
        "code": code,
        "council": new.council,
        "key": new.key,
        "kind": new.kind,
        "title": new.title,
        "team": new.team,
        "urgency": new.urgency,
        "next_step": new.next_step,
        "answers": [list(answer) for answer in new.answers],
        "data": dict(new.data),
        "contact_name": new.contact.name,
        "contact_email": new.contact.email,
        "contact_phone": new.contact.phone,
        "conversation_id": new.conversation_id,
        "uprn": new.uprn,
        "last_seq": 0,
        **values,
    }
    result = await tx.execute(insert_here(cases).values(row).on_conflict_do_nothing())
    return bool(result.rowcount == 1)


async def add_entry(
    tx: AsyncConnection, case: Case, kind: EntryKind, text: str, by: str, seen_by: Seen, at: datetime, **changes: Any
) -> None:
    """Adds to the history and sets columns of the case with it."""
    seq = case.last_seq + 1
    status = changes.get("status", case.status)
    await tx.execute(
        insert(history).values(case_id=case.id, seq=seq, at=at, kind=kind, status=status, text=text, by=by, seen_by=seen_by)
    )
    await tx.execute(update(cases).where(cases.c.id == case.id).values(last_seq=seq, changed_at=at, **changes))


async def add_visit(tx: AsyncConnection, case_id: str, conversation_id: str, at: datetime) -> None:
    """Somebody with the reference and the code asked about a case in a conversation."""
    await tx.execute(insert(visits).values(case_id=case_id, conversation_id=conversation_id, at=at))


async def case_by_key(tx: AsyncConnection, council: str, key: str) -> Case | None:
    """The case that was opened with this key, or None."""
    return await _one(tx, and_(cases.c.council == council, cases.c.key == key))


async def case_by_reference(tx: AsyncConnection, reference: str, *, lock: bool = False) -> Case | None:
    """The case with this reference and its history, or None. `lock` keeps others from changing it until the commit."""
    return await _one(tx, cases.c.reference == reference, lock=lock)


async def cases_of_conversation(tx: AsyncConnection, conversation_id: str) -> list[Case]:
    """The cases that were opened in a conversation, oldest first, without their history."""
    query = select(cases).where(cases.c.conversation_id == conversation_id).order_by(cases.c.opened_at, cases.c.id)
    return [_case(row) for row in await tx.execute(query)]


async def part_from_conversation(tx: AsyncConnection, conversation_id: str) -> None:
    """Leaves the cases that were opened in a conversation without the way back to it."""
    await tx.execute(update(cases).where(cases.c.conversation_id == conversation_id).values(conversation_id=None))


async def cases_by_due(tx: AsyncConnection, wanted: Wanted, limit: int, offset: int) -> list[Case]:
    """Cases with the earliest promise first, so that what is overdue leads; those without a date last. No history."""
    order = (cases.c.due.is_(None), cases.c.due, cases.c.urgency.desc(), cases.c.opened_at, cases.c.id)
    query = select(cases).where(*_where(wanted)).order_by(*order).limit(limit).offset(offset)
    return [_case(row) for row in await tx.execute(query)]


async def newest_cases(tx: AsyncConnection, wanted: Wanted, limit: int, offset: int) -> list[Case]:
    """Cases with the newest first. No history."""
    query = select(cases).where(*_where(wanted)).order_by(cases.c.opened_at.desc(), cases.c.id).limit(limit).offset(offset)
    return [_case(row) for row in await tx.execute(query)]


async def with_history(tx: AsyncConnection, found: Sequence[Case]) -> list[Case]:
    """The same cases, each with its history."""
    entries: dict[str, list[Entry]] = {}
    for ids in batched((case.id for case in found), 400):
        query = select(history).where(history.c.case_id.in_(ids)).order_by(history.c.case_id, history.c.seq)
        for row in await tx.execute(query):
            entries.setdefault(row.case_id, []).append(_entry(row))
    return [replace(case, history=tuple(entries.get(case.id, ()))) for case in found]


async def cases_to_erase(
    tx: AsyncConnection, council: str, kinds: Kinds, ended_before: datetime, opened_before: datetime, limit: int
) -> list[tuple[str, str]]:
    """Kind and reference of cases that ended before one moment, or were opened before another and never ended."""
    query = (
        select(cases.c.kind, cases.c.reference)
        .where(
            cases.c.council == council,
            cases.c.kind.in_(kinds.only) if kinds.only else cases.c.kind.not_in(kinds.but),
            or_(cases.c.ended_at < ended_before, and_(cases.c.ended_at.is_(None), cases.c.opened_at < opened_before)),
        )
        .order_by(cases.c.opened_at)
        .limit(limit)
    )
    return [(row.kind, row.reference) for row in await tx.execute(query)]


async def delete_cases(tx: AsyncConnection, references: Sequence[str]) -> None:
    """Removes cases and their history."""
    ids = select(cases.c.id).where(cases.c.reference.in_(list(references)))
    await tx.execute(delete(history).where(history.c.case_id.in_(ids)))
    await tx.execute(delete(visits).where(visits.c.case_id.in_(ids)))
    await tx.execute(delete(cases).where(cases.c.reference.in_(list(references))))


async def count_cases(tx: AsyncConnection, wanted: Wanted) -> int:
    """How many there are."""
    return int((await tx.execute(select(func.count()).select_from(cases).where(*_where(wanted)))).scalar_one())


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [cases.c.council.in_(list(wanted.councils))]
    lists = ((cases.c.kind, wanted.kinds), (cases.c.status, wanted.statuses), (cases.c.reference, wanted.references))
    for column, values in lists:
        if values:
            conditions.append(column.in_(list(values)))
    if wanted.teams is not None:
        conditions.append(cases.c.team.in_(list(wanted.teams)))
    if wanted.ended is not None:
        conditions.append(cases.c.ended_at.is_not(None) if wanted.ended else cases.c.ended_at.is_(None))
    if wanted.uprn:
        conditions.append(cases.c.uprn == wanted.uprn)
    if wanted.opened_from:
        conditions.append(cases.c.opened_at >= wanted.opened_from)
    if wanted.opened_before:
        conditions.append(cases.c.opened_at < wanted.opened_before)
    if wanted.due_before:
        conditions.append(cases.c.due < wanted.due_before)
    if wanted.text:
        columns = (cases.c.reference, cases.c.title, cases.c.contact_name, cases.c.contact_email, cases.c.contact_phone)
        conditions.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    return conditions


async def _one(tx: AsyncConnection, condition: ColumnElement[bool], *, lock: bool = False) -> Case | None:
    query = select(cases).where(condition)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        return None
    entries = await tx.execute(select(history).where(history.c.case_id == row.id).order_by(history.c.seq))
    return _case(row, tuple(_entry(entry) for entry in entries))


def _case(row: Row[Any], entries: tuple[Entry, ...] = ()) -> Case:
    return Case(
        id=row.id,
        reference=row.reference,
        code=row.code,
        council=row.council,
        kind=row.kind,
        title=row.title,
        team=row.team,
        status=row.status,
        urgency=row.urgency,
        due=row.due,
        next_step=row.next_step,
        opened_at=_utc(row.opened_at),
        changed_at=_utc(row.changed_at),
        ended_at=_utc(row.ended_at) if row.ended_at else None,
        answers=tuple((str(label), str(value)) for label, value in row.answers),
        data=row.data,
        contact=Contact(row.contact_name, row.contact_email, row.contact_phone),
        conversation_id=row.conversation_id,
        uprn=row.uprn,
        last_seq=row.last_seq,
        history=entries,
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.seq, _utc(row.at), EntryKind(row.kind), row.status, row.text, row.by, Seen(row.seen_by))


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
