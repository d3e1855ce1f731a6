"""`python -m bot cases erase-due` and `python -m bot outbox`: what is kept too long, and what could not be delivered.

Run the first every night. The second shows what waits and what was given up, each with its reason, and sends it again.
"""

import argparse
import asyncio
from typing import Any

from bot.cases.outbox import store
from bot.cases.outbox.model import Item, State
from bot.cases.retention import Retention
from bot.cases.wording import read_case_words
from bot.commands.errors import CommandFailed
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.migrations import migrate
from bot.foundation.packs import UnreadablePackFile
from bot.foundation.words import LONDON
from bot.settings import Settings


def add(subparsers: Any) -> None:
    """Adds the commands."""
    cases = subparsers.add_parser("cases", help="erase cases that were kept long enough")
    inner = cases.add_subparsers(dest="what", required=True, metavar="WHAT")
    erase = inner.add_parser("erase-due", help="erase every case whose time is over, with all that was to be told of it")
    erase.add_argument("--dry-run", action="store_true", help="only say how many there are")
    erase.set_defaults(run=run_erase)
    outbox = subparsers.add_parser(
        "outbox", help="show what is still to be told to residents and systems, and what was given up"
    )
    outbox.add_argument("--retry", metavar="ID", help="send what was given up again: its number, or all")
    outbox.set_defaults(run=run_outbox)


def run_erase(arguments: argparse.Namespace, settings: Settings) -> int:
    """Erases, and prints how many of each kind."""
    from bot.app import clock_of

    try:
        words = read_case_words(settings.councils_folder)
        erased = asyncio.run(_erase(settings, clock_of(settings), words, only_count=arguments.dry_run))
    except (UnreadablePackFile, ValueError) as problem:
        raise CommandFailed(str(problem)) from problem
    did = "due" if arguments.dry_run else "erased"
    for (council, kind), count in sorted(erased.items()):
        print(f"{council}: {kind}: {count} {did}")
    print(f"{sum(erased.values())} cases {did}.")
    return 0


async def _erase(settings: Settings, clock: Clock, words: Any, *, only_count: bool) -> dict[tuple[str, str], int]:
    await asyncio.to_thread(migrate, settings.database_url)
    database = Database(settings.database_url)
    try:
        return await Retention(database, clock, words).erase_due(only_count=only_count)
    finally:
        await database.close()


def run_outbox(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints what waits and what is dead; exit code 1 when something is dead."""
    from bot.app import clock_of

    ids = None
    if arguments.retry not in (None, "all"):
        if not arguments.retry.isdigit():
            raise CommandFailed(f"--retry {arguments.retry} is no number of an item: use a number of the list, or all.")
        ids = [int(arguments.retry)]
    again, counts, items = asyncio.run(_outbox(settings, clock_of(settings), ids, retry=arguments.retry is not None))
    for item in items:
        print(_line(item))
    print(", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "The outbox is empty.")
    if arguments.retry is not None:
        print(f"{again} will be sent again.")
        return 0
    return 1 if counts.get(State.DEAD) else 0


async def _outbox(
    settings: Settings, clock: Clock, ids: list[int] | None, *, retry: bool
) -> tuple[int, dict[str, int], list[Item]]:
    await asyncio.to_thread(migrate, settings.database_url)
    database = Database(settings.database_url)
    try:
        again = 0
        if retry:
            async with database.writing() as tx:
                again = await store.send_again(tx, ids, clock.now())
        async with database.reading() as tx:
            return again, await store.count_by_state(tx), await store.items_in(tx, [State.DEAD, State.WAITING])
    finally:
        await database.close()


def _line(item: Item) -> str:
    doubt = ", may have been accepted" if item.in_doubt else ""
    when = f"next try {item.next_at.astimezone(LONDON):%d %B %H:%M}" if item.state == State.WAITING else "given up"
    reason = f": {item.error}" if item.error else ""
    name = item.settings.get("name", "")
    return f"{item.id}  {item.state}  {item.target} {name}  {item.reference} entry {item.seq}  {item.attempts} attempts, {when}{doubt}{reason}"
