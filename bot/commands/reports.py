"""`python -m bot reports rebuild` and `publish DIR`: count days anew, and write a month's figures as open data.

The gateway does both by itself: it counts each day for eight mornings, and publishes when DESK_OPEN_DATA names a folder. These
are for after a change of how something is counted, and for a month that somebody asks for.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

from bot.commands.errors import CommandFailed
from bot.foundation.database import Database
from bot.foundation.logs import set_up_logs
from bot.foundation.migrations import migrate
from bot.foundation.packs import UnreadablePackFile
from bot.reports.building import ReportsRoom, reports_room
from bot.reports.periods import DAY, Period, month_of
from bot.reports.publishing import NothingToPublish
from bot.settings import Settings
from bot.staff.model import command_line_actor

Deed = Callable[[argparse.Namespace, ReportsRoom, list[str]], Awaitable[None]]


def add(subparsers: Any) -> None:
    """Adds the commands."""
    parser = subparsers.add_parser("reports", help="figures for managers: count days anew, publish open data")
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")

    rebuild = deeds.add_parser("rebuild", help="count all days anew from the conversations that are held")
    rebuild.add_argument("--council", help="only this one")
    rebuild.add_argument("--since", type=_day, help="only from this day on, like 2026-11-24")
    rebuild.set_defaults(run=_running(_rebuild))

    publish = deeds.add_parser("publish", help="write a month's figures as CSV files that anybody may have")
    publish.add_argument("folder", type=Path, metavar="DIR", help="where to; it is made when it is not there")
    publish.add_argument("--council", help="only this one")
    publish.add_argument("--month", type=_month, help="like 2026-11; the last whole month without it")
    publish.set_defaults(run=_running(_publish))


def _running(deed: Deed) -> Callable[[argparse.Namespace, Settings], int]:
    """The command that does one deed on the product's database."""

    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        try:
            asyncio.run(_with_room(arguments, settings, deed))
        except (UnreadablePackFile, NothingToPublish) as problem:
            raise CommandFailed(str(problem)) from problem
        except OSError as problem:
            raise CommandFailed(
                f"{problem.filename} cannot be written: {(problem.strerror or 'unknown').lower()}."
            ) from problem
        return 0

    return run


async def _with_room(arguments: argparse.Namespace, settings: Settings, deed: Deed) -> None:
    from bot.app import clock_of

    set_up_logs(settings.log_format, quiet=True)
    await asyncio.to_thread(migrate, settings.database_url)
    database = Database(settings.database_url)
    try:
        room = reports_room(database, clock_of(settings), settings.councils_folder)
        councils = [arguments.council] if arguments.council else list(room.days.councils)
        if arguments.council and arguments.council not in room.days.councils:
            raise CommandFailed(f"There is no council {arguments.council!r} here: {', '.join(room.days.councils)} are.")
        await deed(arguments, room, councils)
    finally:
        await database.close()


async def _rebuild(arguments: argparse.Namespace, room: ReportsRoom, councils: list[str]) -> None:
    done = await room.days.rebuild(councils, arguments.since)
    print(f"{done.counted} days counted.")
    if done.kept:
        print(f"{len(done.kept)} days left as they were, since conversations of theirs have been erased: {_days(done.kept)}.")


def _days(days: tuple[date, ...]) -> str:
    return f"{min(days)} to {max(days)}" if len(days) > 1 else str(days[0])


async def _publish(arguments: argparse.Namespace, room: ReportsRoom, councils: list[str]) -> None:
    month = arguments.month or month_of(room.days.today().replace(day=1) - DAY)
    nothing: list[str] = []
    for council in councils:
        try:
            files = await room.open_data.publish(command_line_actor(), council, month, arguments.folder)
        except NothingToPublish as problem:
            nothing.append(str(problem))
            continue
        for path in files:
            print(f"Written: {path}")
    if len(nothing) == len(councils):
        raise NothingToPublish(" ".join(nothing))
    for sentence in nothing:
        print(sentence)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day: write it like 2026-11-24") from None


def _month(text: str) -> Period:
    try:
        return month_of(date.fromisoformat(f"{text}-01"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no month: write it like 2026-11") from None
