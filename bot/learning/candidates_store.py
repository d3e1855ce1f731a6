"""The tables of candidates, of the answers that each would change, and of the models that were made live.

`running` is 1 while a candidate trains and null afterwards, and unique, so that the database itself refuses a second training.
A changed answer to a resident's message goes with its conversation. Store.py has signals, themes and suggestions.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.database import metadata
from bot.learning.model import Candidate, CandidateState, Change, Got, Group, Person, Promotion
from bot.learning.store import of_council, utc
from bot.staff.model import Actor

candidates = Table(
    "learning_candidates",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("running", Integer),
    Column("stage", String(20), nullable=False),
    Column("stage_at", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("started_by", String(32), nullable=False),
    Column("started_name", String(120), nullable=False),
    Column("model", String(64), nullable=False),
    Column("beside", String(64), nullable=False),
    Column("learnt", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("groups", JSON, nullable=False),
    Column("graded", Integer, nullable=False),
    Column("recent", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    UniqueConstraint("running"),
)

changes = Table(
    "learning_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("candidate_id", String(16), ForeignKey("learning_candidates.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("council", String(64), nullable=False),
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), index=True),
    Column("text", Text, nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("meant", JSON, nullable=False),
    Column("right_before", Boolean),
    Column("right_after", Boolean),
)

promotions = Table(
    "learning_promotions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("staff_id", String(32), nullable=False),
    Column("name", String(120), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("model", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("candidate_id", String(16), nullable=False),
)


async def add(tx: AsyncConnection, candidate_id: str, person: Person, now: datetime, beside: str) -> None:
    """A candidate that begins to train. The database refuses it while another one does."""
    await tx.execute(
        insert(candidates).values(
            id=candidate_id,
            state=str(CandidateState.TRAINING),
            running=1,
            stage="waiting",
            stage_at=now,
            started_at=now,
            started_by=person.id,
            started_name=person.name,
            model="",
            beside=beside,
            learnt=0,
            new=0,
            problem="",
            groups=[],
            graded=0,
            recent=0,
            changed=0,
        )
    )


async def training(tx: AsyncConnection) -> Candidate | None:
    """The one that trains now, if there is one."""
    row = (await tx.execute(select(candidates).where(candidates.c.running == 1))).one_or_none()
    return _candidate(row) if row else None


async def change(tx: AsyncConnection, candidate_id: str, **values: Any) -> bool:
    """Sets columns of a candidate that still trains; says whether it does."""
    where = (candidates.c.id == candidate_id, candidates.c.running == 1)
    return bool((await tx.execute(update(candidates).where(*where).values(**values))).rowcount)


async def one(tx: AsyncConnection, candidate_id: str) -> Candidate | None:
    """A candidate by its id, or by the beginning of it where that is enough."""
    query = select(candidates).where(candidates.c.id.startswith(candidate_id, autoescape=True)).limit(2)
    rows = (await tx.execute(query)).all()
    return _candidate(rows[0]) if len(rows) == 1 and len(candidate_id) >= 4 else None


async def newest(tx: AsyncConnection, limit: int = 20) -> list[Candidate]:
    """Candidates, the newest first."""
    return [
        _candidate(row) for row in await tx.execute(select(candidates).order_by(candidates.c.started_at.desc()).limit(limit))
    ]


async def add_changes(tx: AsyncConnection, candidate_id: str, found: Sequence[Change], there: set[str]) -> None:
    """Keeps which answers change; those to conversations that are not `there` any more are left out."""
    rows = [
        {
            "candidate_id": candidate_id,
            "council": one.council,
            "conversation_id": one.conversation_id or None,
            "text": one.text,
            "before": one.before.as_json(),
            "after": one.after.as_json(),
            "meant": list(one.meant),
            "right_before": one.right_before,
            "right_after": one.right_after,
        }
        for one in found
        if not one.conversation_id or one.conversation_id in there
    ]
    if rows:
        await tx.execute(insert(changes), rows)


async def changes_of(tx: AsyncConnection, actor: Actor, candidate_id: str) -> list[Change]:
    """Which answers change: all graded ones, and those to residents of the actor's councils."""
    mine = or_(changes.c.conversation_id.is_(None), of_council(actor, changes))
    query = select(changes).where(changes.c.candidate_id == candidate_id, mine).order_by(changes.c.id)
    return [
        Change(
            text=row.text,
            before=Got.from_json(row.before),
            after=Got.from_json(row.after),
            council=row.council,
            conversation_id=row.conversation_id or "",
            meant=tuple(row.meant),
            right_before=row.right_before,
            right_after=row.right_after,
        )
        for row in await tx.execute(query)
    ]


async def add_promotion(tx: AsyncConnection, one: Promotion) -> None:
    """Writes down that a model became the live one."""
    await tx.execute(
        insert(promotions).values(
            at=one.at,
            staff_id=one.person.id,
            name=one.person.name,
            kind=one.kind,
            model=one.model,
            previous=one.previous,
            candidate_id=one.candidate_id,
        )
    )


async def promotions_so_far(tx: AsyncConnection, limit: int = 50) -> list[Promotion]:
    """What was made live, the newest first."""
    rows = await tx.execute(select(promotions).order_by(promotions.c.id.desc()).limit(limit))
    return [
        Promotion(utc(row.at), Person(row.staff_id, row.name), row.kind, row.model, row.previous, row.candidate_id)
        for row in rows
    ]


async def promoted_last(tx: AsyncConnection, model: str) -> Promotion | None:
    """When this model was last promoted, which says what was live before it."""
    newest_id = select(func.max(promotions.c.id)).where(promotions.c.model == model, promotions.c.kind == "promoted")
    row = (await tx.execute(select(promotions).where(promotions.c.id == newest_id.scalar_subquery()))).one_or_none()
    if row is None:
        return None
    return Promotion(utc(row.at), Person(row.staff_id, row.name), row.kind, row.model, row.previous, row.candidate_id)


def _candidate(row: Row[Any]) -> Candidate:
    return Candidate(
        id=row.id,
        state=CandidateState(row.state),
        stage=row.stage,
        started_at=utc(row.started_at),
        stage_at=utc(row.stage_at),
        started_by=Person(row.started_by, row.started_name),
        model=row.model,
        beside=row.beside,
        learnt=row.learnt,
        new=row.new,
        problem=row.problem,
        groups=tuple(Group(**group) for group in row.groups),
        graded=row.graded,
        recent=row.recent,
        changed=row.changed,
        ended_at=utc(row.ended_at) if row.ended_at else None,
    )
