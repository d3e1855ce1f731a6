"""`python -m bot disruption post|list|end`: says that bins are not collected somewhere, from the command line.

Staff do the same in the console; both go through bot/bins/service.py, and both are in the audit.
"""

import argparse
import asyncio
from datetime import date
from typing import Any

from bot.commands.errors import CommandFailed
from bot.commands.importing import council_settings, opened_database
from bot.settings import Settings


def add(subparsers: Any) -> None:
    """Adds the command."""
    parser = subparsers.add_parser("disruption", help="say that bins are not collected somewhere")
    inner = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    post = inner.add_parser("post", help="post a disruption; without a street and a round it is for everybody")
    post.add_argument("text", help='what residents need to know: "Bath Street was not collected today"')
    post.add_argument("--council", required=True)
    post.add_argument("--street", default="", help="only this street")
    post.add_argument("--round", default="", help="only this round")
    post.add_argument("--from", dest="begins", type=_day, help="its first day, 2026-11-26; today when not given")
    post.add_argument("--until", type=_day, required=True, help="its last day")
    post.add_argument("--back-on", type=_day, help="the day the crew comes again")
    post.set_defaults(run=run_post)
    for name, run, text in (("list", run_list, "what is posted"), ("end", run_end, "end one before its last day")):
        other = inner.add_parser(name, help=text)
        other.add_argument("--council", required=True)
        other.set_defaults(run=run)
        if name == "end":
            other.add_argument("id", help="as `list` shows it")


def run_post(arguments: argparse.Namespace, settings: Settings) -> int:
    """Posts one; prints its id."""
    from bot.bins.service import NewDisruption, UnusableDisruption

    council_settings(settings, arguments.council)
    new = NewDisruption(
        council=arguments.council,
        text=arguments.text,
        until=arguments.until,
        begins=arguments.begins,
        back_on=arguments.back_on,
        street=arguments.street,
        round=arguments.round,
    )
    try:
        posted = asyncio.run(_post(settings, new))
    except UnusableDisruption as problem:
        raise CommandFailed(str(problem)) from problem
    print(f"Posted {posted.id[:8]}: {_told(posted)}")
    return 0


def run_list(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints what is posted for a council."""
    council_settings(settings, arguments.council)
    found = asyncio.run(_list(settings, arguments.council))
    for one in found:
        print(f"{one.id[:8]}  {_told(one)}")
    if not found:
        print("Nothing is posted.")
    return 0


def run_end(arguments: argparse.Namespace, settings: Settings) -> int:
    """Ends one."""
    council_settings(settings, arguments.council)
    ended = asyncio.run(_end(settings, arguments.council, arguments.id))
    if ended is None:
        raise CommandFailed(f"There is no disruption {arguments.id} of {arguments.council}: see `disruption list`.")
    print(f"Ended {ended.id[:8]}.")
    return 0


async def _post(settings: Settings, new: Any) -> Any:
    from bot.staff.audit import Action
    from bot.staff.model import command_line_actor

    async with opened_database(settings) as database:
        bins, audit = _rooms(settings, database)
        actor = command_line_actor()
        async with database.writing() as tx:
            posted = await bins.post_disruption(tx, new, actor.name)
            await audit.record(tx, actor, Action.DISRUPTION_POSTED, f"disruption:{posted.id}", council=new.council)
    return posted


async def _list(settings: Settings, council: str) -> list[Any]:
    async with opened_database(settings) as database:
        bins, _ = _rooms(settings, database)
        return list(await bins.disruptions(council))


async def _end(settings: Settings, council: str, short_id: str) -> Any:
    from bot.staff.audit import Action
    from bot.staff.model import command_line_actor

    async with opened_database(settings) as database:
        bins, audit = _rooms(settings, database)
        meant = [one.id for one in await bins.disruptions(council) if one.id.startswith(short_id)]
        if len(meant) != 1:
            return None
        async with database.writing() as tx:
            ended = await bins.end_disruption(tx, council, meant[0])
            if ended:
                await audit.record(tx, command_line_actor(), Action.DISRUPTION_ENDED, f"disruption:{ended.id}", council=council)
    return ended


def _rooms(settings: Settings, database: Any) -> tuple[Any, Any]:
    from bot.app import clock_of
    from bot.bins.building import bins_room
    from bot.staff.audit import Audit

    clock = clock_of(settings)
    return bins_room(database, clock, settings.councils_folder).bins, Audit(database, clock)


def _told(one: Any) -> str:
    """One disruption in a line."""
    where = one.street or (f"round {one.round}" if one.round else "everywhere")
    back = f", back on {one.back_on}" if one.back_on else ""
    return f"{where}, {one.begins} to {one.until}{back}: {one.text}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a day like 2026-11-26") from None
