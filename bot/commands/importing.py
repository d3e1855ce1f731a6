"""`python -m bot import addresses`, `rounds` and `conversations`: fill gazetteer, bin days and past replies from files.

Every line that is not imported stands in a file with its number and the reason; the summary says where. The work is in
importing.py of bot/addresses, bot/bins and bot/assist; docs/addresses-and-bins.md and docs/assist.md have the forms of files.
"""

import argparse
import asyncio
import csv
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.commands.errors import CommandFailed
from bot.foundation.csvfiles import Reject, UnusableFile
from bot.settings import Settings

REJECTS = Path("var/import")
PROGRESS_LINES = 20_000
SHOWN_REJECTS = 5


def add(subparsers: Any) -> None:
    """Adds the command."""
    parser = subparsers.add_parser("import", help="import addresses, bin days or past conversations from a file")
    inner = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    addresses = inner.add_parser("addresses", help="a gazetteer: AddressBase, Core, Plus or a local one, as CSV")
    addresses.add_argument("file", type=Path)
    addresses.add_argument("--council", required=True, help="the council's folder in councils/")
    addresses.add_argument("--columns", help="a local gazetteer's columns: uprn=UPRN,line=ADDRESS,postcode=POST_CODE")
    addresses.add_argument("--complete", action="store_true", help="withdraw the addresses that the file does not have")
    addresses.add_argument("--rejects", type=Path, help="where lines that cannot be used are listed")
    addresses.set_defaults(run=run_addresses)
    rounds = inner.add_parser("rounds", help="bin days: rounds, the homes on them, or changes of days, as CSV")
    rounds.add_argument("file", type=Path)
    rounds.add_argument("--council", required=True, help="the council's folder in councils/")
    rounds.add_argument("--rejects", type=Path, help="where lines that cannot be used are listed")
    rounds.set_defaults(run=run_rounds)
    conversations = inner.add_parser("conversations", help="past conversations of staff and residents, as CSV or JSON")
    conversations.add_argument("file", type=Path)
    conversations.add_argument("--council", default="", help="whose they are, where the file does not say")
    conversations.add_argument("--rejects", type=Path, help="where lines that cannot be used are listed")
    conversations.set_defaults(run=run_conversations)


def run_addresses(arguments: argparse.Namespace, settings: Settings) -> int:
    """Imports and prints a summary."""
    from bot.addresses.importing import Request

    council = council_settings(settings, arguments.council)
    codes = frozenset(str(code) for code in council.get("address_codes", ()))
    request = Request(arguments.council, arguments.file, columns_given(arguments.columns), codes, arguments.complete)
    with Rejects(arguments.rejects or REJECTS / f"{arguments.council}-addresses-rejects.csv") as rejects:
        try:
            summary = asyncio.run(_import_addresses(settings, request, rejects.add))
        except UnusableFile as problem:
            raise CommandFailed(f"{problem}{rejects.where()}") from problem
    print(f"{arguments.file} is {summary.format}, {summary.lines:,} lines.")
    print(
        f"{summary.added:,} addresses added, {summary.changed:,} changed, {summary.same:,} as they were, "
        f"{summary.withdrawn:,} withdrawn. {arguments.council} now has {summary.addresses:,}."
    )
    if summary.left_out:
        print(f"{summary.left_out:,} lines left out: another council's, or neither a home nor a business.")
    if summary.old_lines:
        print(f"{summary.old_lines:,} lines were not in UTF-8 and were read as Windows-1252.")
    print(f"{summary.rejected:,} lines could not be used.{rejects.where()}")
    return 0


def run_rounds(arguments: argparse.Namespace, settings: Settings) -> int:
    """Imports one file of bin days and prints a summary."""
    from bot.bins.reading import read_bins

    council_settings(settings, arguments.council)
    containers = list(read_bins(settings.councils_folder)[arguments.council].containers)
    with Rejects(arguments.rejects or REJECTS / f"{arguments.council}-rounds-rejects.csv") as rejects:
        try:
            summary = asyncio.run(_import_rounds(settings, arguments.council, arguments.file, containers, rejects.add))
        except UnusableFile as problem:
            raise CommandFailed(f"{problem}{rejects.where()}") from problem
    print(f"{arguments.file} has {summary.kind.value}, {summary.lines:,} lines. {summary.kept:,} are in use now.")
    if summary.old_lines:
        print(f"{summary.old_lines:,} lines were not in UTF-8 and were read as Windows-1252.")
    if summary.without_round:
        print(f"{summary.without_round:,} homes are on a round that is not there: import the file of rounds too.")
    print(f"{summary.rejected:,} lines could not be used.{rejects.where()}")
    return 0


def run_conversations(arguments: argparse.Namespace, settings: Settings) -> int:
    """Imports past conversations and prints a summary."""
    if arguments.council:
        council_settings(settings, arguments.council)
    with Rejects(arguments.rejects or REJECTS / "conversations-rejects.csv") as rejects:
        try:
            summary = asyncio.run(_import_conversations(settings, arguments.council, arguments.file, rejects.add))
        except UnusableFile as problem:
            raise CommandFailed(f"{problem}{rejects.where()}") from problem
    print(
        f"{arguments.file} has {summary.lines:,} lines. {summary.conversations:,} conversations gave {summary.pairs:,} past "
        f"replies; {summary.empty:,} gave none."
    )
    if summary.unread:
        print(
            f"The engine did not answer, so {summary.unread:,} messages were compared with articles instead of being read. "
            "Import the file again while it runs to rank them better."
        )
    if summary.replaced:
        print(f"{summary.replaced:,} past replies of an earlier import were replaced.")
    if summary.old_lines:
        print(f"{summary.old_lines:,} lines were not in UTF-8 and were read as Windows-1252.")
    print(f"{summary.rejected:,} lines could not be used.{rejects.where()}")
    return 0


async def _import_conversations(settings: Settings, council: str, path: Path, reject: Callable[[Reject], None]) -> Any:
    from contextlib import AsyncExitStack

    from bot.app import clock_of, knowledge_of, reads
    from bot.assist.encoding import Encoding
    from bot.assist.formats import ConversationFile
    from bot.assist.importing import ConversationImport, spread
    from bot.assist.memory import Memory
    from bot.assist.ranking import Weights
    from bot.assist.taking_in import TakingIn
    from bot.dialogue.engine import RasaEngine
    from bot.foundation.bus import Bus
    from bot.foundation.metrics import Metrics
    from bot.privacy.masking import Masking
    from bot.privacy.pseudonyms_process import PseudonymsProcess
    from bot.staff.audit import Audit
    from bot.staff.model import command_line_actor

    clock = clock_of(settings)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened_database(settings))
        processes = [PseudonymsProcess() for _ in range(max(1, min(8, os.cpu_count() or 1)))]
        for process in processes:
            stack.push_async_callback(process.close)
        knowledge = await asyncio.to_thread(knowledge_of, settings, clock)
        encoding = Encoding(settings.cache_folder)
        memory = Memory(database, Bus(), clock, knowledge.council_ids, encoding, Weights.read())
        masking = Masking.read(settings.councils_folder)
        engine = await stack.enter_async_context(RasaEngine(settings.engine, settings.engine_timeout, Metrics()))
        pseudonymise = spread([process.replace_all for process in processes])
        taking_in = TakingIn(knowledge, encoding, masking.mask, pseudonymise, reads(engine, encoding, knowledge.encoder))
        importing = ConversationImport(database, memory, taking_in, Audit(database, clock), progress(), reject)
        return await importing.run(command_line_actor(), ConversationFile(path), council)


async def _import_addresses(settings: Settings, request: Any, reject: Callable[[Reject], None]) -> Any:
    from bot.addresses.importing import AddressImport
    from bot.app import clock_of

    async with opened_database(settings) as database:
        return await AddressImport(database, clock_of(settings), progress(), reject).run(request)


async def _import_rounds(
    settings: Settings, council: str, path: Path, containers: list[str], reject: Callable[[Reject], None]
) -> Any:
    from bot.app import clock_of
    from bot.bins.importing import BinsImport

    async with opened_database(settings) as database:
        return await BinsImport(database, clock_of(settings), progress(), reject).run(council, path, containers)


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[Any]:
    """The database in its newest form, for one command."""
    from bot.foundation.database import Database
    from bot.foundation.migrations import migrate

    await asyncio.to_thread(migrate, settings.database_url)
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        await database.close()


def council_settings(settings: Settings, council: str) -> dict[str, Any]:
    """A council's council.yml. Raises CommandFailed when there is no such council."""
    from bot.foundation.packs import UnreadablePackFile, read_pack_file

    try:
        found = read_pack_file(settings.councils_folder, "council.yml")
    except UnreadablePackFile as problem:
        raise CommandFailed(str(problem)) from problem
    if council not in found:
        raise CommandFailed(f"There is no council {council}. There are {', '.join(sorted(found))}.")
    return found[council]


def columns_given(text: str | None) -> dict[str, str] | None:
    """What --columns says. Raises CommandFailed."""
    if not text:
        return None
    pairs = [pair.partition("=") for pair in text.split(",")]
    if not all(part.strip() and equals and name.strip() for part, equals, name in pairs):
        raise CommandFailed("Write --columns like uprn=UPRN,line=ADDRESS,postcode=POST_CODE.")
    return {part.strip(): name.strip() for part, _, name in pairs}


def progress() -> Callable[[int], None]:
    """Says now and then how many lines have been read."""
    told = 0

    def say(lines: int) -> None:
        nonlocal told
        if lines - told >= PROGRESS_LINES:
            told = lines
            print(f"  … {lines:,} lines", file=sys.stderr, flush=True)

    return say


class Rejects:
    """The lines that could not be used, in a file that is written only when there is one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.first: list[Reject] = []
        self._file: Any = None

    def __enter__(self) -> "Rejects":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def add(self, reject: Reject) -> None:
        """One more."""
        if self._file is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self.path.open("w", encoding="utf-8", newline="")
            except OSError as problem:
                raise CommandFailed(
                    f"{self.path} cannot be written: {problem.strerror}. Choose another with --rejects."
                ) from problem
            self._writer = csv.writer(self._file)
            self._writer.writerow(["line", "reason"])
        if len(self.first) < SHOWN_REJECTS:
            self.first.append(reject)
        self._writer.writerow([reject.line, reject.reason])

    def where(self) -> str:
        """The first few, and where all of them stand; nothing when there are none."""
        if not self.first:
            return ""
        lines = "".join(f"\n  line {one.line}: {one.reason}" for one in self.first)
        return f" They are in {self.path}; the first:{lines}"
