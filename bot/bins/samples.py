"""Loads the invented addresses and rounds that the packs ship, so that the product can be tried at once.

`python -m bot up` asks for it in development only. A council that has addresses or rounds of its own is left alone, and the
first real import removes what was invented.
"""

from pathlib import Path

import structlog

from bot.addresses.importing import AddressImport, Request
from bot.bins import store
from bot.bins.importing import BinsImport
from bot.bins.reading import read_bins
from bot.foundation.clock import Clock
from bot.foundation.csvfiles import Reject, UnusableFile
from bot.foundation.database import Database

log = structlog.get_logger()

FILES = ("rounds.csv", "round-homes.csv", "round-changes.csv")


async def load_samples(database: Database, clock: Clock, councils_folder: Path) -> None:
    """Imports the samples of every council that has no bin days yet. A sample that cannot be used is logged and left out."""
    for council, bins in read_bins(councils_folder).items():
        folder = councils_folder / council / "sample"
        async with database.reading() as tx:
            there = await store.calendar(tx, council)
        if (there and (there.rounds or there.homes)) or not folder.is_dir():
            continue
        try:
            addresses = AddressImport(database, clock, _say_nothing, _log_reject)
            await addresses.run(Request(council, folder / "addresses.csv"))
            rounds = BinsImport(database, clock, _say_nothing, _log_reject)
            for name in FILES:
                await rounds.run(council, folder / name, list(bins.containers))
        except UnusableFile as problem:
            log.warning("sample_left_out", council=council, reason=str(problem))


def _say_nothing(lines: int) -> None:
    """Samples are small."""


def _log_reject(reject: Reject) -> None:
    log.warning("sample_line_left_out", line=reject.line, reason=reject.reason)
