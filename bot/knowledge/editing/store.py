"""The tables of drafts and versions, and the queries on them. Rows of versions are only ever added."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.database import metadata
from bot.knowledge.editing.model import OPEN, Change, Draft, Kind, Place, State, Version

_ONLY_OPEN = text("state IN ('writing', 'waiting')")

drafts = Table(
    "knowledge_drafts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("pack", String(64), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("name", String(80), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("version", Integer, nullable=False),
    Column("based_on", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", String(120), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", String(120), nullable=False),
    Column("writers", JSON, nullable=False),
    Column("names", JSON, nullable=False),
    Column("note", String(300), nullable=False),
    Column("comment", Text, nullable=False),
    Column("comment_by", String(120), nullable=False),
    Column("origin", String(80), nullable=False),
    Column("asked", JSON, nullable=False),
    Index(
        "uq_knowledge_drafts_open",
        "pack",
        "kind",
        "name",
        unique=True,
        sqlite_where=_ONLY_OPEN,
        postgresql_where=_ONLY_OPEN,
    ),
)

versions = Table(
    "knowledge_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("pack", String(64), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("name", String(80), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("change", String(12), nullable=False),
    Column("note", String(300), nullable=False),
    Column("author", String(250), nullable=False),
    Column("reviewer", String(120), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("pack", "kind", "name", "number", name="uq_knowledge_versions_place"),
)


# ---- drafts


async def add_draft(tx: AsyncConnection, new: Draft) -> bool:
    """Stores a draft; False when its place has an open one, which then stays the only one."""
    try:
        async with tx.begin_nested():
            await tx.execute(insert(drafts).values(id=new.id, **_place(new.place), **_draft_values(new)))
    except IntegrityError:
        return False
    return True


async def save_draft(tx: AsyncConnection, draft: Draft, seen: int) -> bool:
    """Stores what a draft has become; False when it is not at the version that was seen any more."""
    where = and_(drafts.c.id == draft.id, drafts.c.version == seen)
    values = {**_draft_values(draft), "name": draft.place.name, "version": seen + 1}
    return (await tx.execute(update(drafts).where(where).values(values))).rowcount == 1


async def draft(tx: AsyncConnection, draft_id: str) -> Draft | None:
    """One draft."""
    row = (await tx.execute(select(drafts).where(drafts.c.id == draft_id))).one_or_none()
    return _draft(row) if row else None


async def open_draft(tx: AsyncConnection, place: Place) -> Draft | None:
    """The open draft of a place."""
    query = select(drafts).where(_at(drafts, place), drafts.c.state.in_(OPEN))
    row = (await tx.execute(query)).one_or_none()
    return _draft(row) if row else None


async def open_drafts(tx: AsyncConnection, packs: Sequence[str]) -> list[Draft]:
    """The open drafts of some packs, those that wait for a check first, then the oldest."""
    query = select(drafts).where(drafts.c.pack.in_(packs), drafts.c.state.in_(OPEN))
    rows = (await tx.execute(query.order_by(drafts.c.state, drafts.c.changed_at, drafts.c.id))).all()
    return [_draft(row) for row in rows]


async def draft_of_origin(tx: AsyncConnection, pack: str, origin: str) -> Draft | None:
    """The open draft that something asked for."""
    query = select(drafts).where(drafts.c.pack == pack, drafts.c.origin == origin, drafts.c.state.in_(OPEN)).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return _draft(row) if row else None


# ---- versions


async def add_version(tx: AsyncConnection, new: Version) -> bool:
    """Stores a version; False when its number is taken, because somebody published at the same moment."""
    values = {name: getattr(new, name) for name in ("number", "text", "note", "author", "reviewer", "at")}
    try:
        async with tx.begin_nested():
            await tx.execute(insert(versions).values(**_place(new.place), change=new.change.value, **values))
    except IntegrityError:
        return False
    return True


async def history(tx: AsyncConnection, place: Place) -> list[Version]:
    """Every version of a place, the newest first."""
    query = select(versions).where(_at(versions, place)).order_by(versions.c.number.desc())
    return [_version(row) for row in (await tx.execute(query)).all()]


async def newest(tx: AsyncConnection, place: Place) -> Version | None:
    """The version that is live, or None while there is only the file, or nothing."""
    query = select(versions).where(_at(versions, place)).order_by(versions.c.number.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return _version(row) if row else None


async def count_versions(tx: AsyncConnection) -> int:
    """How many versions there are. Since rows are only added, another number says that something was published."""
    return int((await tx.execute(select(func.count()).select_from(versions))).scalar_one())


async def live_versions(tx: AsyncConnection) -> list[Version]:
    """The newest version of every place, in the order in which the places came to have one."""
    last = select(
        versions.c.pack, versions.c.kind, versions.c.name, func.max(versions.c.number).label("number"), func.min(versions.c.id).label("first")
    ).group_by(versions.c.pack, versions.c.kind, versions.c.name).subquery()  # fmt: skip
    same = and_(*(versions.c[name] == last.c[name] for name in ("pack", "kind", "name", "number")))
    rows = (await tx.execute(select(versions).join(last, same).order_by(last.c.first))).all()
    return [_version(row) for row in rows]


def _place(place: Place) -> dict[str, str]:
    return {"pack": place.pack, "kind": place.kind.value, "name": place.name}


def _at(table: Table, place: Place) -> Any:
    return and_(table.c.pack == place.pack, table.c.kind == place.kind.value, table.c.name == place.name)


_SAME = (
    "fields", "version", "based_on", "created_at", "created_by", "changed_at", "changed_by", "note", "comment", "comment_by", "origin",
)  # fmt: skip


def _draft_values(draft: Draft) -> dict[str, Any]:
    lists = {name: list(getattr(draft, name)) for name in ("writers", "names", "asked")}
    return {**{name: getattr(draft, name) for name in _SAME}, **lists, "state": draft.state.value}


def _draft(row: Row[Any]) -> Draft:
    values = dict(row._mapping)
    place = Place(values.pop("pack"), Kind(values.pop("kind")), values.pop("name"))
    values |= {name: tuple(values[name]) for name in ("writers", "names", "asked")}
    values |= {name: _utc(values[name]) for name in ("created_at", "changed_at")}
    return Draft(place=place, **values | {"state": State(values["state"])})


def _version(row: Row[Any]) -> Version:
    place = Place(row.pack, Kind(row.kind), row.name)
    return Version(place, row.number, row.text, Change(row.change), row.note, row.author, row.reviewer, _utc(row.at))


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
