"""The days that applications have taken, such as places of a bulky collection. Everything else of one that was sent is its case.

A place has a number and is a row of its own, so that two can never take the same one, whatever the database.
"""

from datetime import date

from sqlalchemy import Column, Date, Integer, String, Table, func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.database import metadata

days = Table(
    "application_days",
    metadata,
    Column("council", String(64), primary_key=True),
    Column("application", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("key", String(200), nullable=False),
)


async def days_taken(tx: AsyncConnection, council: str, application: str, since: date) -> dict[date, int]:
    """How many places of each day are taken, from a day on."""
    query = (
        select(days.c.day, func.count())
        .where(days.c.council == council, days.c.application == application, days.c.day >= since)
        .group_by(days.c.day)
    )
    return {row[0]: int(row[1]) for row in await tx.execute(query)}


async def take_day(tx: AsyncConnection, council: str, application: str, day: date, key: str, places: int) -> bool:
    """Takes a place of a day; False when none is left."""
    insert_here = insert_sqlite if tx.dialect.name == "sqlite" else insert_postgresql
    here = (days.c.council == council, days.c.application == application, days.c.day == day)
    while True:
        taken = set((await tx.execute(select(days.c.place).where(*here))).scalars())
        free = next((place for place in range(1, places + 1) if place not in taken), None)
        if free is None:
            return False
        row = {"council": council, "application": application, "day": day, "place": free, "key": key}
        result = await tx.execute(insert_here(days).values(row).on_conflict_do_nothing())
        if result.rowcount == 1:
            return True
