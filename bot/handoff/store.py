"""The tables of handing over and the queries on them, each with a name that says what it does.

Every function takes an open connection; the transaction belongs to the use case. Whoever changes several rows locks them in
one order, so that nobody waits in a circle: the desk of a member of staff, then the conversation, then its handoff.
Councils and teams are part of the queries themselves: what an actor may not see does not leave the database.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Float,
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
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.database import metadata
from bot.handoff.model import OPEN_STAGES, Card, Desk, Handoff, Presence, Stage
from bot.staff.model import ALL, Actor

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("council", String(64), nullable=False),
    Column("team", String(64), nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("reason", String(24), nullable=False),
    Column("card", JSON, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("queued_at", DateTime(timezone=True), nullable=False),
    Column("returns", Integer, nullable=False),
    Column("routed", String(200), nullable=False),
    Column("staff_id", String(32), nullable=False),
    Column("staff_name", String(120), nullable=False),
    Column("claimed_at", DateTime(timezone=True)),
    Column("first_reply_at", DateTime(timezone=True)),
    Column("waited_seconds", Float),  # from joining the queue to the first reply of a person
    Column("resident_seen_at", DateTime(timezone=True)),
    Column("resident_spoke_at", DateTime(timezone=True)),
    Column("staff_spoke_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("outcome", String(32), nullable=False),
    Index("ix_handoffs_council_stage", "council", "stage"),
    Index("ix_handoffs_conversation_id", "conversation_id"),
    Index("ix_handoffs_ended_at", "ended_at"),
    Index("ix_handoffs_staff_id_stage", "staff_id", "stage"),
    Index("ix_handoffs_council_team_first_reply_at", "council", "team", "first_reply_at"),
)

handoff_events = Table(
    "handoff_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("handoff_id", String(32), ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("what", String(32), nullable=False),  # queued, claimed, claim_expired, vanished, transferred, …
    Column("team", String(64), nullable=False),
    Column("staff_id", String(32), nullable=False),
    Column("detail", String(200), nullable=False),
)

staff_desks = Table(
    "staff_desks",
    metadata,
    Column("staff_id", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("council", String(64), nullable=False),
    Column("teams", JSON, nullable=False),
    Column("presence", String(16), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True)),
    Column("capacity", Integer),
    Column("supervised", Boolean, nullable=False),
)

notes = Table(
    "handoff_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("staff_id", String(32), nullable=False),
    Column("staff_name", String(120), nullable=False),
    Column("kind", String(16), nullable=False),  # note, transfer, take_over, return, end
    Column("text", Text, nullable=False),
    Column("client_message_id", String(64)),
    UniqueConstraint("conversation_id", "client_message_id"),
)


LOST = ("vanished", "signed_out")  # how somebody loses a chat that they would go on with when they are back

# Statements that every message of a chat needs, put together once, as in bot/conversations/store.py. Of a conversation's
# handoffs the open one comes first (there is one at most), then the newest, also where two began in the same moment.
_OF_CONVERSATION = (
    select(handoffs)
    .where(handoffs.c.conversation_id == bindparam("conversation_id"))
    .order_by(handoffs.c.stage.in_([str(stage) for stage in OPEN_STAGES]).desc(), handoffs.c.queued_at.desc())
    .limit(1)
)
_OPEN_OF_CONVERSATION = _OF_CONVERSATION.where(handoffs.c.stage.in_([str(one) for one in OPEN_STAGES]))
_CHANGE = update(handoffs).where(handoffs.c.id == bindparam("handoff_id"))
_DESK = select(staff_desks).where(staff_desks.c.staff_id == bindparam("of_staff"))
_DESK_LOCKED = _DESK.with_for_update()


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The rows of `handoffs` that are an actor's business: its council's, and its teams' in it."""
    own_council = true() if actor.council == ALL else handoffs.c.council == actor.council
    return own_council if ALL in actor.teams else and_(own_council, handoffs.c.team.in_(sorted(actor.teams)))


async def add(tx: AsyncConnection, handoff: Handoff) -> None:
    """Stores a new handoff."""
    await tx.execute(insert(handoffs).values(**_row(handoff)))


async def change(tx: AsyncConnection, handoff_id: str, **values: Any) -> None:
    """Sets columns of one handoff."""
    await tx.execute(_CHANGE, {"handoff_id": handoff_id, **values})


async def seen(tx: AsyncConnection, conversation_id: str, at: datetime) -> None:
    """The resident's page looked in at this moment."""
    open_stages = handoffs.c.stage.in_([str(one) for one in OPEN_STAGES])
    where = and_(handoffs.c.conversation_id == conversation_id, open_stages)
    await tx.execute(update(handoffs).where(where).values(resident_seen_at=at))


async def open_of(tx: AsyncConnection, conversation_id: str) -> Handoff | None:
    """The handoff of a conversation that is still open, or None."""
    row = (await tx.execute(_OPEN_OF_CONVERSATION, {"conversation_id": conversation_id})).one_or_none()
    return _handoff(row) if row else None


async def latest_of(tx: AsyncConnection, conversation_id: str, actor: Actor) -> Handoff | None:
    """The latest handoff of a conversation if it is the actor's business, or None."""
    row = (await tx.execute(_OF_CONVERSATION, {"conversation_id": conversation_id})).one_or_none()
    if row is None or not actor.sees_council(row.council):
        return None
    return _handoff(row) if actor.sees_team(row.council, row.team) or row.staff_id == actor.staff_id else None


async def last_with_staff(tx: AsyncConnection, conversation_id: str) -> Handoff | None:
    """The latest handoff of a conversation in which a person answered the resident, or None."""
    answered = _OF_CONVERSATION.where(handoffs.c.staff_id != "", handoffs.c.first_reply_at.is_not(None))
    row = (await tx.execute(answered, {"conversation_id": conversation_id})).one_or_none()
    return _handoff(row) if row else None


async def alert_of(tx: AsyncConnection, conversation_id: str) -> Handoff | None:
    """The alert about a conversation, or None."""
    query = select(handoffs).where(handoffs.c.conversation_id == conversation_id, handoffs.c.stage == str(Stage.ALERT))
    row = (await tx.execute(query.limit(1))).one_or_none()
    return _handoff(row) if row else None


async def alerts_for(tx: AsyncConnection, actor: Actor, since: datetime) -> list[Handoff]:
    """The alerts of the actor's teams, the newest first."""
    query = select(handoffs).where(handoffs.c.stage == str(Stage.ALERT), handoffs.c.queued_at > since, visible_to(actor))
    return [_handoff(row) for row in await tx.execute(query.order_by(handoffs.c.queued_at.desc()).limit(50))]


async def settle_alert(tx: AsyncConnection, conversation_id: str, now: datetime) -> None:
    """A person is on the way, or there is nothing more to do: the alert is over."""
    where = and_(handoffs.c.conversation_id == conversation_id, handoffs.c.stage == str(Stage.ALERT))
    await tx.execute(update(handoffs).where(where).values(stage=str(Stage.RETURNED), ended_at=now, outcome="alert"))


async def waiting(tx: AsyncConnection, council: str, team: str = "") -> list[Handoff]:
    """Who waits in a council, or in one team of it; in no order."""
    query = select(handoffs).where(handoffs.c.council == council, handoffs.c.stage == str(Stage.WAITING))
    query = query.where(handoffs.c.team == team) if team else query
    return [_handoff(row) for row in await tx.execute(query)]


async def waiting_for(tx: AsyncConnection, actor: Actor) -> list[Handoff]:
    """Who waits for the actor's teams."""
    query = select(handoffs).where(handoffs.c.stage == str(Stage.WAITING), visible_to(actor))
    return [_handoff(row) for row in await tx.execute(query)]


async def with_staff(tx: AsyncConnection, staff_id: str) -> list[Handoff]:
    """The chats that a member of staff has."""
    query = select(handoffs).where(
        handoffs.c.staff_id == staff_id, handoffs.c.stage.in_([str(Stage.WITH_STAFF), str(Stage.LENT)])
    )
    return [_handoff(row) for row in await tx.execute(query.order_by(handoffs.c.claimed_at))]


async def with_colleagues(tx: AsyncConnection, actor: Actor) -> list[Handoff]:
    """The chats that people of the actor's teams have, the actor's own included."""
    query = select(handoffs).where(handoffs.c.stage.in_([str(Stage.WITH_STAFF), str(Stage.LENT)]), visible_to(actor))
    return [_handoff(row) for row in await tx.execute(query.order_by(handoffs.c.claimed_at))]


async def all_open(tx: AsyncConnection) -> list[Handoff]:
    """Every open handoff of every council, for upkeep."""
    query = select(handoffs).where(handoffs.c.stage.in_([str(one) for one in OPEN_STAGES]))
    return [_handoff(row) for row in await tx.execute(query)]


async def recent_waits(tx: AsyncConnection, council: str, team: str, since: datetime, limit: int) -> list[float]:
    """How long the last residents of a team waited until somebody answered them, in seconds."""
    query = (
        select(handoffs.c.waited_seconds)
        .where(
            handoffs.c.council == council,
            handoffs.c.team == team,
            handoffs.c.first_reply_at > since,
            handoffs.c.waited_seconds.is_not(None),
        )
        .order_by(handoffs.c.first_reply_at.desc())
        .limit(limit)
    )
    return [float(seconds) for seconds in (await tx.execute(query)).scalars()]


async def count_waiting(tx: AsyncConnection, council: str, team: str) -> int:
    """How many wait in one team."""
    query = select(func.count()).where(
        handoffs.c.council == council, handoffs.c.team == team, handoffs.c.stage == str(Stage.WAITING)
    )
    return int((await tx.execute(query)).scalar_one())


async def add_event(
    tx: AsyncConnection, handoff: Handoff, what: str, now: datetime, *, staff_id: str = "", detail: str = ""
) -> None:
    """Logs what happened to a handoff."""
    values = {"handoff_id": handoff.id, "at": now, "what": what, "team": handoff.team, "staff_id": staff_id}
    await tx.execute(insert(handoff_events).values(**values, detail=detail[:200]))


async def events_of(tx: AsyncConnection, handoff_id: str) -> list[dict[str, Any]]:
    """What happened to a handoff, in order."""
    query = select(handoff_events).where(handoff_events.c.handoff_id == handoff_id).order_by(handoff_events.c.id)
    return [{**row, "at": utc(row["at"])} for row in (await tx.execute(query)).mappings()]


async def last_had_by(tx: AsyncConnection, handoff_ids: Sequence[str], staff_id: str) -> set[str]:
    """Which of these handoffs this person had last and lost without wishing it: their console went silent, or they signed out."""
    if not handoff_ids:
        return set()
    table = handoff_events.c
    newest = select(func.max(table.id)).where(table.handoff_id.in_(list(handoff_ids))).group_by(table.handoff_id)
    lost = (table.id.in_(newest), table.staff_id == staff_id, table.what.in_(LOST))
    return set((await tx.execute(select(table.handoff_id).where(*lost))).scalars())


async def add_note(
    tx: AsyncConnection,
    conversation_id: str,
    actor: Actor,
    kind: str,
    text: str,
    now: datetime,
    client_message_id: str | None = None,
) -> None:
    """Keeps a note that residents never see."""
    values = {"conversation_id": conversation_id, "at": now, "staff_id": actor.staff_id, "staff_name": actor.name}
    await tx.execute(insert(notes).values(**values, kind=kind, text=text, client_message_id=client_message_id))


async def note_by_client_id(tx: AsyncConnection, conversation_id: str, client_message_id: str) -> int | None:
    """The note that was kept under this client's id, or None."""
    query = select(notes.c.id).where(notes.c.conversation_id == conversation_id, notes.c.client_message_id == client_message_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def notes_of(tx: AsyncConnection, conversation_id: str) -> list[dict[str, Any]]:
    """The notes of a conversation, oldest first."""
    query = select(notes).where(notes.c.conversation_id == conversation_id).order_by(notes.c.id)
    return [{**row, "at": utc(row["at"])} for row in (await tx.execute(query)).mappings()]


# ---- desks of staff


async def desk_of(tx: AsyncConnection, staff_id: str, *, lock: bool = False) -> Desk | None:
    """The desk of one member of staff; `lock` keeps others from counting its chats until the commit."""
    row = (await tx.execute(_DESK_LOCKED if lock else _DESK, {"of_staff": staff_id})).one_or_none()
    return _desk(row) if row else None


async def desks(tx: AsyncConnection, councils: Collection[str] = ()) -> list[Desk]:
    """The desks of these councils and of staff who serve every council; all desks when none is named."""
    query = select(staff_desks)
    if councils:
        query = query.where(or_(staff_desks.c.council.in_(list(councils)), staff_desks.c.council == ALL))
    return [_desk(row) for row in await tx.execute(query.order_by(staff_desks.c.name))]


async def put_desk(tx: AsyncConnection, actor: Actor, now: datetime, **values: Any) -> None:
    """Makes or changes the actor's desk; its name, council and teams are brought up to date as well."""
    known = {"name": actor.name, "council": actor.council, "teams": sorted(actor.teams), **values}
    if await change_desk(tx, actor.staff_id, **known):
        return
    fresh = {"presence": str(Presence.OFFLINE), "reason": "", "since": now, "seen_at": None, "supervised": False}
    try:
        async with tx.begin_nested():
            await tx.execute(insert(staff_desks).values(**{**fresh, **known}, staff_id=actor.staff_id))
    except IntegrityError:  # two tabs of the same person at their first moment
        await change_desk(tx, actor.staff_id, **known)


async def change_desk(tx: AsyncConnection, staff_id: str, **values: Any) -> bool:
    """Sets columns of a desk; says whether there is one."""
    result = await tx.execute(update(staff_desks).where(staff_desks.c.staff_id == staff_id).values(**values))
    return bool(result.rowcount == 1)


def _row(handoff: Handoff) -> dict[str, Any]:
    return {**vars(handoff), "card": handoff.card.as_json(), "stage": str(handoff.stage), "waited_seconds": None}


def _handoff(row: Row[Any]) -> Handoff:
    values = {name: row._mapping[name] for name in Handoff.__dataclass_fields__}
    values |= {name: utc(value) for name, value in values.items() if isinstance(value, datetime)}
    return Handoff(**{**values, "card": Card.from_json(values["card"]), "stage": Stage(values["stage"])})


def _desk(row: Row[Any]) -> Desk:
    values = {name: row._mapping[name] for name in Desk.__dataclass_fields__}
    values |= {name: utc(value) for name, value in values.items() if isinstance(value, datetime)}
    return Desk(**{**values, "teams": frozenset(values["teams"]), "presence": Presence(values["presence"])})


def utc(moment: datetime) -> datetime:
    """A moment from the database with its zone: SQLite leaves it out."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ids(handoffs_found: Sequence[Handoff]) -> list[str]:
    """The conversations of handoffs."""
    return [one.conversation_id for one in handoffs_found]
