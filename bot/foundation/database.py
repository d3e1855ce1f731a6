"""The database, SQLite or PostgreSQL by one setting, and the two ways to use it: reading and writing.

A use case opens exactly one of them, at one indentation, and everything inside commits together or not at all. SQLite
takes its write lock at the start (BEGIN IMMEDIATE), since a lock that is upgraded later can fail half way; writers of
this process wait their turn on a lock of our own, which is fairer than SQLite's sleeping. A transaction of a few rows by
their keys may say that it is `brief`: on SQLite it then runs without changing threads (here.py). Tables are in each
room's store.py.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.foundation.here import LockedElsewhere, SQLiteHere, prepare_sqlite

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BUSY_SECONDS = 10
BUSY_SECONDS_HERE = 1  # a brief look waits at most so long; that it has to wait at all is an accident


class Database:
    """One pool of connections. Build it in app.py, close it on the way out."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        ours = {"connect_args": {"timeout": BUSY_SECONDS, "isolation_level": None}}  # we say BEGIN ourselves
        options: dict[str, Any] = ours if self.is_sqlite else {"pool_size": 10, "max_overflow": 20, "pool_pre_ping": True}
        self.engine = create_async_engine(url, **options)
        self._writer: asyncio.Lock | None = asyncio.Lock() if self.is_sqlite else None
        self._brief_writing: SQLiteHere | None = None
        self._brief_reading: SQLiteHere | None = None
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        if self.is_sqlite and parsed.database not in (None, "", ":memory:"):
            self._brief_writing = SQLiteHere(str(parsed.database), "BEGIN IMMEDIATE", busy_seconds=0)
            self._brief_reading = SQLiteHere(str(parsed.database), "BEGIN", BUSY_SECONDS_HERE)

    @asynccontextmanager
    async def writing(self, *, brief: bool = False) -> AsyncIterator[AsyncConnection]:
        """One transaction that changes things. Never await the engine or the internet inside it.

        `brief`: everything inside reads and writes a few rows by their keys, so it takes well under a millisecond. While
        another process writes, it waits in a thread like any other.
        """
        async with self._writer or nullcontext(), AsyncExitStack() as stack:
            tx = self._begun_here(stack) if brief else None
            if tx is None:
                tx = await stack.enter_async_context(self.engine.connect())
                await tx.execution_options(desk_writing=True)
                await stack.enter_async_context(tx.begin())
            yield tx

    def _begun_here(self, stack: AsyncExitStack) -> AsyncConnection | None:
        """A transaction on this thread, None where there are none or another process writes."""
        try:
            return stack.enter_context(self._brief_writing.transaction()) if self._brief_writing else None
        except LockedElsewhere:
            return None

    @asynccontextmanager
    async def reading(self, *, brief: bool = False) -> AsyncIterator[AsyncConnection]:
        """One transaction that only looks. `brief` as in `writing`."""
        if brief and self._brief_reading:
            with self._brief_reading.transaction() as tx:
                yield tx
        else:
            async with self.engine.connect() as connection, connection.begin():
                yield connection

    async def check(self) -> None:
        """Raises when the database cannot be asked."""
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Gives all connections back."""
        for here in (self._brief_writing, self._brief_reading):
            if here:
                here.close()
        await self.engine.dispose()


def _begin_sqlite(connection: Any) -> None:
    writing = connection.get_execution_options().get("desk_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
