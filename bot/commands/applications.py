"""`python -m bot applications check`: for editors, to find mistakes in the reports and applications of the packs.

The checks are in bot/applications/check.py; docs/applications.md says how to write one.
"""

import argparse
from typing import Any

from bot.applications.check import check_applications
from bot.commands.errors import CommandFailed
from bot.foundation.packs import UnreadablePackFile
from bot.foundation.words import LONDON
from bot.knowledge.reading import UnreadablePack
from bot.settings import Settings


def add(subparsers: Any) -> None:
    """Adds the command."""
    parser = subparsers.add_parser("applications", help="check the reports and applications of the packs")
    inner = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    check = inner.add_parser("check", help="find wrong names, missing facts and hard words")
    check.set_defaults(run=run_check)


def run_check(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints every mistake with its file, and what the council must confirm; exit code 1 when there is a mistake."""
    from bot.app import clock_of

    today = clock_of(settings).now().astimezone(LONDON).date()
    try:
        report = check_applications(settings.councils_folder, today)
    except (UnreadablePack, UnreadablePackFile) as problem:
        raise CommandFailed(str(problem)) from problem
    for mistake in report.mistakes:
        print(mistake)
    for setting in report.assumed:
        print(setting)
    print(report.summary)
    return 1 if report.mistakes else 0
