"""`python -m bot knowledge check`, `search`, `export` and `import`: for editors and for whoever keeps the packs.

The checks are in bot/knowledge/check.py; search is the very one that residents' questions go through, with what is published;
export and import are in bot/knowledge/editing/exchange.py. docs/knowledge-editing.md says when to use which.
"""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.commands.errors import CommandFailed
from bot.foundation.words import LONDON
from bot.knowledge.check import check_packs
from bot.knowledge.reading import UnreadablePack
from bot.knowledge.service import UnknownCouncil
from bot.settings import Settings

SHOWN_MISTAKES = 40


def add(subparsers: Any) -> None:
    """Adds the commands."""
    parser = subparsers.add_parser("knowledge", help="check, search, export or import articles and facts")
    inner = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    check = inner.add_parser(
        "check", help="find broken references, unknown facts, expired articles, missing intents, hard words"
    )
    check.set_defaults(run=run_check)
    search = inner.add_parser("search", help="show the passages found for a question, their scores and why")
    search.add_argument("council")
    search.add_argument("question")
    search.add_argument("--limit", type=int, default=5)
    search.set_defaults(run=run_search)
    export = inner.add_parser("export", help="write what is live to files in the form of the packs")
    export.add_argument("folder", type=Path, help="where to; councils writes it over the packs' own files")
    export.add_argument("--council", help="one pack only, by its folder's name")
    export.set_defaults(run=run_export)
    incoming = inner.add_parser("import", help="publish articles and facts from files in the form of the packs")
    incoming.add_argument("folder", type=Path)
    incoming.add_argument("--council", help="one pack only, by its folder's name")
    incoming.set_defaults(run=run_import)


def run_check(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints every mistake with its file; exit code 1 when there is one."""
    from bot.app import clock_of

    today = clock_of(settings).now().astimezone(LONDON).date()
    try:
        report = check_packs(settings.councils_folder, today)
    except UnreadablePack as problem:
        raise CommandFailed(str(problem)) from problem
    for mistake in report.mistakes:
        print(mistake)
    for note in report.notes:
        print(f"note: {note}")
    print(report.summary)
    return 1 if report.mistakes else 0


def run_search(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the best passages for a question."""
    try:
        knowledge = asyncio.run(_live_knowledge(settings))
        found = knowledge.search(arguments.council, arguments.question, limit=arguments.limit)
    except (UnreadablePack, UnknownCouncil) as problem:
        raise CommandFailed(
            f"There is no council {arguments.council!r} here, or its pack cannot be read: {problem}"
        ) from problem
    for place, one in enumerate(found, 1):
        print(f"{place}. {one.score:.0%}  {one.article.id}  {one.article.title}")
        print(f"   {one.why}")
    return 0


def run_export(arguments: argparse.Namespace, settings: Settings) -> int:
    """Writes files and says how many."""
    from bot.knowledge.editing.exchange import export

    files = _packs(settings, arguments.council)
    packs = asyncio.run(_live_packs(settings, files))
    try:
        done = export(packs, files, arguments.folder, [arguments.council] if arguments.council else [])
    except OSError as problem:
        raise CommandFailed(f"{problem.filename or arguments.folder} cannot be written: {problem.strerror}.") from problem
    print(f"{done.written} files written to {arguments.folder}, {done.same} were the same already, {done.removed} removed.")
    return 0


def run_import(arguments: argparse.Namespace, settings: Settings) -> int:
    """Publishes what differs and says how much; with any mistake it names them and changes nothing."""
    from bot.knowledge.editing.exchange import UnusableFiles

    files = _packs(settings, arguments.council)
    try:
        done = asyncio.run(_import(settings, files, arguments.folder, arguments.council or ""))
    except UnusableFiles as problem:
        for fault in problem.faults[:SHOWN_MISTAKES]:
            print(fault)
        more = len(problem.faults) - SHOWN_MISTAKES
        rest = f" {more} more are not shown." if more > 0 else ""
        raise CommandFailed(f"{len(problem.faults)} mistakes, so nothing was imported.{rest}") from problem
    for note in done.notes:
        print(f"note: {note}")
    print(f"{done.changed} articles and facts are live now, {done.same} were live already.")
    return 0


def _packs(settings: Settings, council: str | None) -> Any:
    from bot.knowledge.reading import read_packs

    try:
        packs = read_packs(settings.councils_folder)
    except UnreadablePack as problem:
        raise CommandFailed(str(problem)) from problem
    if council and council not in packs:
        raise CommandFailed(f"There is no pack {council}. There are {', '.join(sorted(packs))}.")
    return packs


async def _live_packs(settings: Settings, files: Any) -> Any:
    from bot.commands.importing import opened_database
    from bot.knowledge.editing.exchange import live_packs

    async with opened_database(settings) as database:
        return await live_packs(database, files)


async def _live_knowledge(settings: Settings) -> Any:
    from bot.app import clock_of, knowledge_of

    knowledge = knowledge_of(settings, clock_of(settings))
    knowledge.take(knowledge.prepare(await _live_packs(settings, knowledge.files)))
    knowledge.keep_vectors()
    return knowledge


async def _import(settings: Settings, files: Any, folder: Path, council: str) -> Any:
    from bot.app import clock_of
    from bot.commands.importing import opened_database
    from bot.knowledge.check import informational_intents
    from bot.knowledge.editing.building import DOMAIN
    from bot.knowledge.editing.exchange import Importing
    from bot.knowledge.editing.library import Rules
    from bot.staff.audit import Audit
    from bot.staff.model import command_line_actor

    clock = clock_of(settings)
    rules = Rules(informational_intents(DOMAIN), clock.now().astimezone(LONDON).date())
    async with opened_database(settings) as database:
        importing = Importing(database, clock, Audit(database, clock), files, rules)
        return await importing.run(command_line_actor(), folder, council)
