"""The tables of the gazetteer and the named queries on them.

An address is kept in versions: each row is valid from the import `since` until the import `until` (none: still valid), and a
council's row in `gazetteers` says which import is current. So an import of a million rows is written in small transactions
that nobody sees, and one update of one row makes all of it visible. importing.py writes, service.py reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.addresses.model import Address, Number
from bot.foundation.database import look_at, metadata

gazetteers = Table(
    "gazetteers",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("edition", Integer, nullable=False),  # the import that is current
    Column("addresses", Integer, nullable=False),
    Column("invented", Boolean, nullable=False),  # a sample, never to be mixed with real addresses
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("import_until", DateTime(timezone=True)),  # an import is running and will say so again before then
)

addresses = Table(
    "addresses",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("uprn", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Integer, primary_key=True, autoincrement=False),
    Column("until", Integer),
    Column("line", String(400), nullable=False),
    Column("unit", String(120), nullable=False),
    Column("name", String(120), nullable=False),
    Column("number", Integer, nullable=False),
    Column("suffix", String(4), nullable=False),
    Column("number_last", Integer, nullable=False),
    Column("street", String(120), nullable=False),
    Column("town", String(80), nullable=False),
    Column("postcode", String(8), nullable=False),
    Index("ix_addresses_council_postcode", "council", "postcode"),
    Index("ix_addresses_council_street_number", "council", "street", "number"),
    Index("ix_addresses_council_name", "council", "name"),
    Index(
        "ix_addresses_council_until",
        "council",
        "until",
        sqlite_where=text("until IS NOT NULL"),
        postgresql_where=text("until IS NOT NULL"),
    ),
)

streets = Table(
    "address_streets",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("street", String(120), primary_key=True),
)


@dataclass(frozen=True)
class Gazetteer:
    """Which import of a council's addresses is current."""

    edition: int
    addresses: int
    invented: bool
    importing: bool  # an import has begun and not ended; it may be dead


async def gazetteer(tx: AsyncConnection, council: str) -> Gazetteer | None:
    """A council's gazetteer, or None when nothing was ever imported."""
    row = (await tx.execute(select(gazetteers).where(gazetteers.c.council == council))).one_or_none()
    return Gazetteer(row.edition, row.addresses, row.invented, row.import_until is not None) if row else None


async def make_current(tx: AsyncConnection, council: str, edition: int, count: int, *, invented: bool, now: datetime) -> None:
    """Shows an edition with so many addresses to everybody, and ends the claim of its import."""
    await tx.execute(
        update(gazetteers)
        .where(gazetteers.c.council == council)
        .values(edition=edition, addresses=count, invented=invented, changed_at=now, import_until=None)
    )


# ---- searching


async def by_postcode(tx: AsyncConnection, council: str, postcode: str, limit: int = 500) -> list[Address]:
    """The addresses of a postcode, in no order."""
    return await _fetch(tx, _current(council).where(addresses.c.postcode == postcode).limit(limit))


async def by_uprn(tx: AsyncConnection, council: str, uprn: str) -> Address | None:
    """One address, or None."""
    found = await _fetch(tx, _current(council).where(addresses.c.uprn == int(uprn)))
    return found[0] if found else None


async def on_streets(
    tx: AsyncConnection, council: str, names: Sequence[str], number: Number | None = None, limit: int = 300
) -> list[Address]:
    """Addresses of these streets, with this number if one is given (or a range that covers it)."""
    query = _current(council).where(addresses.c.street.in_(names))
    if number is not None:
        reach = addresses.c.number.between(number.first - 20, number.first)
        query = query.where(reach, addresses.c.number_last >= number.first)
    return await _fetch(tx, query.order_by(addresses.c.number).limit(limit))


async def named(tx: AsyncConnection, council: str, names: Sequence[str], limit: int = 100) -> list[Address]:
    """Addresses whose building has one of these names."""
    return await _fetch(tx, _current(council).where(addresses.c.name.in_(names)).limit(limit))


async def known_streets(tx: AsyncConnection, council: str, names: Sequence[str]) -> list[str]:
    """Those of the names that are streets here."""
    query = select(streets.c.street).where(streets.c.council == council, streets.c.street.in_(names))
    return list((await tx.execute(query)).scalars())


async def all_streets(tx: AsyncConnection, council: str) -> list[str]:
    """Every street here, also those of an import that is not current yet."""
    return list((await tx.execute(select(streets.c.street).where(streets.c.council == council))).scalars())


async def has_district(tx: AsyncConnection, council: str, outward: str) -> bool:
    """Whether any address here has a postcode that begins with this half."""
    here = addresses.c.postcode.between(f"{outward}0AA", f"{outward}9ZZ")
    whole = func.length(addresses.c.postcode) == len(outward) + 3  # "EN1" is not the beginning of "EN11"
    return bool(await _fetch(tx, _current(council).where(here, whole).limit(1)))


# ---- importing


async def claim_import(tx: AsyncConnection, council: str, now: datetime, until: datetime) -> bool:
    """Takes the right to import for a council unless an import is running; says whether it was taken."""
    if await gazetteer(tx, council) is None:
        values = {"council": council, "edition": 0, "addresses": 0, "invented": False, "changed_at": now}
        await tx.execute(insert(gazetteers).values(**values, import_until=until))
        return True
    free = or_(gazetteers.c.import_until.is_(None), gazetteers.c.import_until < now)
    claimed = await tx.execute(update(gazetteers).where(gazetteers.c.council == council, free).values(import_until=until))
    return bool(claimed.rowcount == 1)


async def renew_import(tx: AsyncConnection, council: str, until: datetime) -> None:
    """Says that the import is still running."""
    await tx.execute(update(gazetteers).where(gazetteers.c.council == council).values(import_until=until))


async def release_import(tx: AsyncConnection, council: str) -> None:
    """Ends the claim of an import that came to nothing."""
    await tx.execute(update(gazetteers).where(gazetteers.c.council == council).values(import_until=None))


async def valid_now(tx: AsyncConnection, council: str, uprns: Sequence[str]) -> dict[str, Address]:
    """The newest rows of these UPRNs that nothing has replaced yet, for an import to compare with."""
    query = select(addresses).where(
        addresses.c.council == council, addresses.c.uprn.in_([int(uprn) for uprn in uprns]), addresses.c.until.is_(None)
    )
    return {found.uprn: found for found in await _fetch(tx, query)}


async def uprns_after(tx: AsyncConnection, council: str, uprn: int, limit: int) -> list[str]:
    """The UPRNs that are valid and come after this one, in order."""
    query = (
        select(addresses.c.uprn)
        .where(addresses.c.council == council, addresses.c.uprn > uprn, addresses.c.until.is_(None))
        .order_by(addresses.c.uprn)
        .limit(limit)
    )
    return [str(found) for found in (await tx.execute(query)).scalars()]


async def end_versions(tx: AsyncConnection, council: str, uprns: Sequence[str], edition: int) -> None:
    """The present rows of these UPRNs are valid until this edition."""
    if uprns:
        await tx.execute(
            update(addresses)
            .where(
                addresses.c.council == council,
                addresses.c.uprn.in_([int(uprn) for uprn in uprns]),
                addresses.c.until.is_(None),
                addresses.c.since < edition,
            )
            .values(until=edition)
        )


async def add_versions(tx: AsyncConnection, found: Sequence[Address], edition: int) -> None:
    """Adds rows that are valid from this edition, and their streets for searching."""
    if not found:
        return
    await tx.execute(insert(addresses), [_row(address, edition) for address in found])
    names = sorted({(address.council, address.street) for address in found if address.street})
    if names:
        other = postgres_insert if tx.dialect.name == "postgresql" else sqlite_insert
        rows = [{"council": council, "street": street} for council, street in names]
        await tx.execute(other(streets).on_conflict_do_nothing(), rows)


async def look_at_them(tx: AsyncConnection) -> None:
    """Has the database plan its searches by the addresses that are there now."""
    await look_at(tx, addresses, streets)


async def forget_unfinished(tx: AsyncConnection, council: str, current: int, limit: int) -> bool:
    """Takes back some of what an import wrote that never became current; whether there may be more."""
    written = await _some(tx, council, addresses.c.since > current, limit)
    if written:
        await tx.execute(delete(addresses).where(*written, addresses.c.since > current))
    ended = await _some(tx, council, addresses.c.until > current, limit)
    if ended:
        await tx.execute(update(addresses).where(*ended, addresses.c.until > current).values(until=None))
    return bool(written or ended)


async def forget_replaced(tx: AsyncConnection, council: str, current: int, limit: int) -> bool:
    """Removes some versions that no edition shows any more; whether there may be more."""
    replaced = await _some(tx, council, addresses.c.until <= current, limit)
    if replaced:
        await tx.execute(delete(addresses).where(*replaced, addresses.c.until <= current))
    return bool(replaced)


async def _some(tx: AsyncConnection, council: str, which: ColumnElement[bool], limit: int) -> tuple[ColumnElement[bool], ...]:
    """A condition for some of the rows that are so; empty when there are none."""
    query = select(addresses.c.uprn).where(addresses.c.council == council, which).limit(limit)
    uprns = list((await tx.execute(query)).scalars())
    return (addresses.c.council == council, addresses.c.uprn.in_(uprns)) if uprns else ()


def _current(council: str) -> Select[Any]:
    edition = select(gazetteers.c.edition).where(gazetteers.c.council == council).scalar_subquery()
    return select(addresses).where(
        addresses.c.council == council,
        addresses.c.since <= edition,
        or_(addresses.c.until.is_(None), addresses.c.until > edition),
    )


async def _fetch(tx: AsyncConnection, query: Select[Any]) -> list[Address]:
    return [_address(row) for row in await tx.execute(query)]


def _row(address: Address, edition: int) -> dict[str, Any]:
    return {
        "council": address.council,
        "uprn": int(address.uprn),
        "since": edition,
        "until": None,
        "line": address.line,
        "unit": address.unit,
        "name": address.name,
        "number": address.number.first,
        "suffix": address.number.suffix,
        "number_last": address.number.last,
        "street": address.street,
        "town": address.town,
        "postcode": address.postcode,
    }


def _address(row: Row[Any]) -> Address:
    return Address(
        council=row.council,
        uprn=str(row.uprn),
        line=row.line,
        unit=row.unit,
        name=row.name,
        number=Number(row.number, row.suffix, row.number_last),
        street=row.street,
        town=row.town,
        postcode=row.postcode,
    )
