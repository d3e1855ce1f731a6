"""The database, SQLite or PostgreSQL by one setting, and the two ways to use it: reading and writing.

A use case opens exactly one of them, at one indentation, and everything inside commits together or not at all. SQLite
takes its write lock at the start (BEGIN IMMEDIATE), since a lock that is upgraded later can fail half way; writers of
this process wait their turn on a lock of our own, which is fairer than SQLite's sleeping. A transaction of a few rows by
their keys may say that it is `brief`: on SQLite it then runs without changing threads (here.py). On PostgreSQL whoever
wants a connection stands in one line, first come, first served: see `_Line`. Tables are in each room's store.py.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing, nullcontext, suppress
from pathlib import Path
from threading import Thread
from typing import Any
from weakref import WeakSet

from sqlalchemy import MetaData, Table, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

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
CLOSE_SECONDS = 10
CONNECTIONS = 30  # to PostgreSQL at once, from one gateway
CONNECTIONS_KEPT = 20  # of them are kept open when there is less to do
LINE_SECONDS = 60  # that a use case waits for a connection at most; whoever asked has given up by then
QUIET_SECONDS = 30  # a connection that lay idle for longer is asked whether it still works before it is used


async def look_at(tx: AsyncConnection, *tables: Table) -> None:
    """Has PostgreSQL look at tables that have grown, so that it plans by what is in them; SQLite needs no such thing.

    A server does so by itself only a minute or more later, and while a large import runs that is too late: it was seen to read
    a whole gazetteer for each batch.
    """
    if tx.dialect.name == "postgresql":
        for table in tables:
            await tx.execute(text(f'ANALYZE "{table.name}"'))


class TooBusy(Exception):
    """No connection to the database came free in time. Nothing was changed."""


class _Line:
    """The line in front of the pool of connections: first come, first served.

    SQLAlchemy's pool alone is not fair: a connection that is given back may go to whoever asks next rather than to whoever
    has waited longest, so with 200 writers and 30 connections a few waited past any limit. asyncio's semaphore wakes
    those who wait in order and lets nobody pass them.
    """

    def __init__(self, places: int, seconds: float) -> None:
        self._places = asyncio.Semaphore(places)
        self._seconds = seconds

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place at the pool. Raises TooBusy."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._places.acquire()
        except TimeoutError:
            raise TooBusy from None
        try:
            yield
        finally:
            self._places.release()


class Database:
    """One pool of connections. Build it in app.py, close it on the way out.

    `connections` and `line_seconds` are for tests of a database that is too busy.
    """

    def __init__(self, url: str, *, connections: int = CONNECTIONS, line_seconds: float = LINE_SECONDS) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        ours = {"connect_args": {"timeout": BUSY_SECONDS, "isolation_level": None}}  # we say BEGIN ourselves
        kept = min(CONNECTIONS_KEPT, connections)
        pool = {"pool_size": kept, "max_overflow": connections - kept, "pool_timeout": line_seconds}
        options: dict[str, Any] = ours if self.is_sqlite else pool
        self.engine = create_async_engine(url, **options)
        self._writer: asyncio.Lock | None = asyncio.Lock() if self.is_sqlite else None
        self._line: _Line | None = None if self.is_sqlite else _Line(connections, line_seconds)
        self._threads: WeakSet[Thread] = WeakSet()  # of SQLite's driver, one a connection
        self._brief_writing: SQLiteHere | None = None
        self._brief_reading: SQLiteHere | None = None
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", prepare_sqlite)
            event.listen(self.engine.sync_engine, "connect", self._note_thread)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine.sync_engine, "checkin", _given_back)
            event.listen(self.engine.sync_engine, "checkout", _check_works)
        self._file = str(parsed.database) if self.is_sqlite and parsed.database not in (None, "", ":memory:") else ""
        if self._file:
            self._brief_writing = SQLiteHere(self._file, "BEGIN IMMEDIATE", busy_seconds=0)
            self._brief_reading = SQLiteHere(self._file, "BEGIN", BUSY_SECONDS_HERE)

    @asynccontextmanager
    async def writing(self, *, brief: bool = False) -> AsyncIterator[AsyncConnection]:
        """One transaction that changes things. Never await the engine or the internet inside it. Raises TooBusy.

        `brief`: everything inside reads and writes a few rows by their keys, so it takes well under a millisecond. While
        another process writes, it waits in a thread like any other.
        """
        async with self._turn(), AsyncExitStack() as stack:
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
        """One transaction that only looks. `brief` as in `writing`. Raises TooBusy."""
        if brief and self._brief_reading:
            with self._brief_reading.transaction() as tx:
                yield tx
        else:
            async with self._place(), self.engine.connect() as connection, connection.begin():
                yield connection

    def _note_thread(self, connection: Any, _record: ConnectionPoolEntry) -> None:
        self._threads.add(connection.driver_connection._thread)

    def _turn(self) -> AbstractAsyncContextManager[Any]:
        """The turn to write: the one lock on SQLite, a place in the line on PostgreSQL."""
        return self._writer or self._place()

    def _place(self) -> AbstractAsyncContextManager[Any]:
        """A place at the pool of connections; SQLite needs none."""
        return self._line.place() if self._line else nullcontext()

    async def check(self) -> None:
        """Raises when the database cannot be asked."""
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1"))

    async def empty_log(self) -> None:
        """Brings SQLite's log into its file and empties it, so that what was deleted is in neither; elsewhere it does nothing.

        While somebody reads an older state, their part of the log stays until the next time.
        """
        if self._file:
            await asyncio.to_thread(_empty_log, self._file)

    async def close(self) -> None:
        """Gives all connections back; whoever ends waits CLOSE_SECONDS at most for one that does not come to its end."""
        for here in (self._brief_writing, self._brief_reading):
            if here:
                here.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.engine.dispose()
        await asyncio.to_thread(_join, list(self._threads))


def _join(threads: Sequence[Thread]) -> None:
    """Waits until the threads have ended: one whose connection was dropped in the middle goes on for a moment, and would tell
    what came of it to an event loop that is closed.
    """
    ends = time.monotonic() + CLOSE_SECONDS
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))


def _empty_log(file: str) -> None:
    with closing(sqlite3.connect(file, timeout=BUSY_SECONDS_HERE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _begin_sqlite(connection: Any) -> None:
    writing = connection.get_execution_options().get("desk_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _given_back(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["desk_given_back"] = time.monotonic()


def _check_works(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Sees that a connection of the pool still works, and asks the server only when it lay idle for a while.

    Asking each time (SQLAlchemy's pre-ping) costs every transaction a journey to the server. A server that went away closes
    its connections, which the driver knows by itself; only what a firewall dropped has to be found out by asking.
    """
    driver = connection.driver_connection
    idle = time.monotonic() - record.info.get("desk_given_back", time.monotonic())
    if driver.is_closed() or (idle > QUIET_SECONDS and not _answers(connection)):
        raise InvalidatePoolError


def _answers(connection: Any) -> bool:
    try:
        connection.ping()
    except Exception:  # whatever it is, the connection is of no use
        return False
    return True
