"""Transactions on SQLite, ordinary ones and brief ones, which run without changing threads; the line on PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.foundation.database import Database, TooBusy

COUNT = text("SELECT count(*) FROM noted")
NOTE = text("INSERT INTO noted VALUES (:what)")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with one empty table."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}")
    async with database.writing() as tx:
        await tx.execute(text("CREATE TABLE noted (what TEXT PRIMARY KEY)"))
    yield database
    await database.close()


async def notes(database: Database, *, brief: bool) -> int:
    """How many rows there are."""
    async with database.reading(brief=brief) as tx:
        return int((await tx.execute(COUNT)).scalar_one())


async def test_brief_and_ordinary_transactions_see_each_others_work(database: Database) -> None:
    async with database.writing(brief=True) as tx:
        await tx.execute(NOTE, {"what": "briefly"})
    async with database.writing() as tx:
        await tx.execute(NOTE, {"what": "at length"})
    assert await notes(database, brief=True) == await notes(database, brief=False) == 2


async def test_a_brief_transaction_that_fails_changes_nothing_and_harms_no_later_one(database: Database) -> None:
    with suppress(LookupError):
        async with database.writing(brief=True) as tx:
            await tx.execute(NOTE, {"what": "never"})
            raise LookupError
    async with database.writing(brief=True) as tx:
        await tx.execute(NOTE, {"what": "afterwards"})
    assert await notes(database, brief=True) == 1


async def test_a_part_of_a_brief_transaction_can_fail_by_itself(database: Database) -> None:
    async with database.writing(brief=True) as tx:
        await tx.execute(NOTE, {"what": "first"})
        with suppress(LookupError):
            async with tx.begin_nested():
                await tx.execute(NOTE, {"what": "second"})
                raise LookupError
    assert await notes(database, brief=True) == 1


async def test_looking_briefly_from_within_another_look_is_possible(database: Database) -> None:
    async with database.reading(brief=True) as tx:
        assert await notes(database, brief=True) == (await tx.execute(COUNT)).scalar_one() == 0


async def test_a_brief_write_waits_for_another_process_and_the_loop_goes_on_meanwhile(
    database: Database, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "desk.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with database.writing(brief=True) as tx:
            await tx.execute(NOTE, {"what": "after the other"})

    writing = asyncio.create_task(write())
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert not writing.done()
    assert await notes(database, brief=True) == 0
    other.execute("INSERT INTO noted VALUES ('the other')")
    other.execute("COMMIT")
    other.close()
    await writing
    assert await notes(database, brief=True) == 2
    async with database.writing(brief=True) as tx:
        await tx.execute(NOTE, {"what": "once more"})
    assert await notes(database, brief=True) == 3


# ---- the line in front of PostgreSQL


@pytest.fixture
def postgres(postgres_server: str) -> str:
    """The address of a PostgreSQL database that is only looked at."""
    return postgres_server.replace("postgresql://", "postgresql+asyncpg://")


async def test_whoever_has_waited_longest_for_a_connection_gets_the_next_one(postgres: str) -> None:
    database, served = Database(postgres, connections=1), []

    async def wants_it(name: str, times: int) -> None:
        for _ in range(times):
            async with database.writing() as tx:
                await tx.execute(text("SELECT 1"))
                served.append(name)

    greedy = asyncio.create_task(wants_it("greedy", 4))  # asks again at once, each time
    await asyncio.sleep(0)
    await asyncio.gather(greedy, *(wants_it(str(number), 1) for number in range(3)))
    await database.close()
    assert served == ["greedy", "0", "1", "2", "greedy", "greedy", "greedy"]


async def test_a_line_that_does_not_move_ends_with_a_clear_word(postgres: str) -> None:
    database = Database(postgres, connections=1, line_seconds=0.05)
    async with database.writing():
        with pytest.raises(TooBusy):
            async with database.reading():
                pass
    async with database.reading() as tx:  # the one who gave up left no gap in the line
        assert await tx.scalar(text("SELECT 1")) == 1
    await database.close()


async def test_a_connection_that_the_server_closed_is_not_given_to_anybody(postgres: str) -> None:
    database = Database(postgres, connections=1)
    async with database.reading() as tx:
        process = await tx.scalar(text("SELECT pg_backend_pid()"))
    other = Database(postgres, connections=1)
    async with other.writing() as tx:
        await tx.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    await asyncio.sleep(0.2)
    async with database.reading() as tx:
        assert await tx.scalar(text("SELECT pg_backend_pid()")) != process
    await database.close()
    await other.close()
