"""`python -m bot knowledge check` and `knowledge search`: for editors, to find mistakes and to see what is found and why.

The checks are in bot/knowledge/check.py; search is the very one that residents' questions go through.
"""

import argparse
from typing import Any

from bot.commands.errors import CommandFailed
from bot.foundation.words import LONDON
from bot.knowledge.check import check_packs
from bot.knowledge.reading import UnreadablePack
from bot.knowledge.service import UnknownCouncil
from bot.settings import Settings


def add(subparsers: Any) -> None:
    """Adds the two commands."""
    parser = subparsers.add_parser("knowledge", help="check the knowledge packs, or search one")
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
    from bot.app import clock_of, knowledge_of

    try:
        knowledge = knowledge_of(settings, clock_of(settings))
        found = knowledge.search(arguments.council, arguments.question, limit=arguments.limit)
    except (UnreadablePack, UnknownCouncil) as problem:
        raise CommandFailed(
            f"There is no council {arguments.council!r} here, or its pack cannot be read: {problem}"
        ) from problem
    for place, one in enumerate(found, 1):
        print(f"{place}. {one.score:.0%}  {one.article.id}  {one.article.title}")
        print(f"   {one.why}")
    return 0
