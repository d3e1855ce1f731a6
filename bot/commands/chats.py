"""`python -m bot chats erase-due`: deletes at once the chats that were kept long enough, or only says how many there are.

The running product does it by itself; this is for seeing what a changed `keep_days` would do, and for a machine that is seldom
on. The record names the command line.
"""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from bot.assist.memory import erased_topic
from bot.cases.service import Cases
from bot.cases.wording import read_case_words
from bot.commands.errors import CommandFailed
from bot.commands.importing import opened_database
from bot.conversations.model import Conversation
from bot.foundation.limits import Limits
from bot.foundation.logs import set_up_logs
from bot.foundation.metrics import Metrics
from bot.foundation.packs import UnreadablePackFile
from bot.handoff.erasing import Erasing
from bot.handoff.keeping import Keeping
from bot.hours.reading import read_hours
from bot.privacy.keeping import read_keep_days
from bot.privacy.masking import Masking
from bot.settings import Settings
from bot.staff.audit import Audit
from bot.staff.model import command_line_actor


def add(subparsers: Any) -> None:
    """Adds the command."""
    chats = subparsers.add_parser("chats", help="delete chats that were kept long enough")
    inner = chats.add_subparsers(dest="what", required=True, metavar="WHAT")
    erase = inner.add_parser("erase-due", help="delete every chat that was kept long enough; the product does so by itself")
    erase.add_argument("--dry-run", action="store_true", help="only say how many there are")
    erase.set_defaults(run=run_erase)


def run_erase(arguments: argparse.Namespace, settings: Settings) -> int:
    """Deletes, and prints how many of each council."""
    set_up_logs(settings.log_format, quiet=True)
    try:
        counted = asyncio.run(_erase(settings, only_count=arguments.dry_run))
    except UnreadablePackFile as problem:
        raise CommandFailed(str(problem)) from problem
    did = "due" if arguments.dry_run else "deleted"
    for council, count in sorted(counted.items()):
        if count:
            print(f"{council}: {count} {did}")
    total = sum(counted.values())
    print(f"{total} {'chat' if total == 1 else 'chats'} {did}.")
    return 0


async def _erase(settings: Settings, *, only_count: bool) -> dict[str, int]:
    from bot.app import COPIES, bus_of, clock_of

    folder, clock = settings.councils_folder, clock_of(settings)
    keep_days, masking = read_keep_days(folder), Masking.read(folder)
    limits = Limits(Metrics(), enforced=False)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened_database(settings))
        bus = await bus_of(settings)
        stack.push_async_callback(bus.close)
        cases = Cases(database, clock, read_hours(folder), read_case_words(folder), limits, masking.mask)
        erasing = Erasing(database, bus, clock, Audit(database, clock), cases)
        erasing.within.extend(COPIES)

        async def tell_gateways(gone: Sequence[Conversation]) -> None:
            for council in {one.council for one in gone}:
                await bus.wake(erased_topic(council))

        erasing.after.append(tell_gateways)
        keeping = Keeping(database, clock, erasing, keep_days)
        return await (keeping.count_due() if only_count else keeping.erase_due(command_line_actor()))
