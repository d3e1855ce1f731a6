"""SQLite without a thread: transactions whose statements run at once, where they are awaited.

The usual driver hands every step of every statement to a thread and waits for it: about 0.1 ms of processor time each for
statements that SQLite answers in 0.005 ms, and a turn has some thirty of them. Here a use case sees the same methods on
the same kind of transaction and nothing changes threads. The event loop stands still meanwhile, so database.py gives this
only to use cases that ask for it with `brief`.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Dialect, Executable, NullPool, ScalarResult, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection


class LockedElsewhere(Exception):
    """Another process holds SQLite's write lock."""


class SQLiteHere:
    """Connections to one SQLite file. `begin` is the statement that opens a transaction; it waits at most `busy_seconds`."""

    def __init__(self, file: str, begin: str, busy_seconds: float) -> None:
        options = {"isolation_level": None, "timeout": busy_seconds, "check_same_thread": False}
        self._engine = create_engine(f"sqlite:///{file}", poolclass=NullPool, connect_args=options)
        event.listen(self._engine, "connect", prepare_sqlite)
        event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        self._free: list[Connection] = []

    @contextmanager
    def transaction(self) -> Iterator[AsyncConnection]:
        """One transaction. Raises LockedElsewhere when it cannot be begun in time."""
        connection = self._free.pop() if self._free else self._engine.connect()
        try:
            try:
                begun = connection.begin()
            except OperationalError as problem:
                if getattr(problem.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                    raise LockedElsewhere from problem
                raise
            with begun:
                yield cast("AsyncConnection", _Transaction(connection))
        finally:
            self._free.append(connection)

    def close(self) -> None:
        """Lets go of the file."""
        while self._free:
            self._free.pop().close()


class _Transaction:
    """What our rooms use of SQLAlchemy's AsyncConnection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        """Which database it is, for statements that differ."""
        return self._connection.dialect

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Runs a statement."""
        return self._connection.execute(statement, parameters)

    async def scalar(self, statement: Executable, parameters: Any = None) -> Any:
        """The first column of the first row, None when there is none."""
        return self._connection.scalar(statement, parameters)

    async def scalars(self, statement: Executable, parameters: Any = None) -> ScalarResult[Any]:
        """The first column of each row."""
        return self._connection.scalars(statement, parameters)

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        """A part that can fail by itself."""
        with self._connection.begin_nested():
            yield


def prepare_sqlite(connection: Any, _record: Any) -> None:
    """What every connection to an SQLite file is told when it is opened."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # deleted words are written over; Debian's SQLite does so anyway, others do not
    cursor.close()
