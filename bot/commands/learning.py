"""`python -m bot learning export`: what was accepted, as a file of Rasa's format, the same for the same examples.

Training takes the accepted examples from the database by itself; the file is for a repository, or for another installation.
"""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.commands.errors import CommandFailed
from bot.commands.train import opened_room
from bot.settings import Settings

OUT = Path("data/nlu/learnt.yml")


def add(subparsers: Any) -> None:
    """Adds the command."""
    parser = subparsers.add_parser("learning", help="what the assistant has learnt from conversations")
    inner = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    export = inner.add_parser("export", help="write the accepted examples as training data")
    export.add_argument("--out", type=Path, default=OUT, help=f"the file; {OUT} when not given")
    export.set_defaults(run=run_export)


def run_export(arguments: argparse.Namespace, settings: Settings) -> int:
    """Writes the file; removes it when nothing is accepted."""
    text, count = asyncio.run(_training_file(settings))
    try:
        if text:
            arguments.out.write_text(text, encoding="utf-8")
        else:
            arguments.out.unlink(missing_ok=True)
    except OSError as problem:
        raise CommandFailed(f"{arguments.out} cannot be written: {problem.strerror}.") from problem
    print(f"{count} accepted examples are in {arguments.out}." if text else "No example is accepted, so there is no file.")
    return 0


async def _training_file(settings: Settings) -> tuple[str, int]:
    async with opened_room(settings) as room:
        return await room.reviewing.training_file()
