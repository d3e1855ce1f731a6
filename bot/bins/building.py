"""Builds the gazetteer and the bin days on one database, for app.py and for the command line."""

from dataclasses import dataclass
from pathlib import Path

from bot.addresses.service import Addresses
from bot.bins.outside import OutsideBins
from bot.bins.providers import OwnRounds, Provider
from bot.bins.reading import UK_BIN_COLLECTION, read_bins
from bot.bins.service import Bins
from bot.foundation.clock import Clock
from bot.foundation.database import Database


@dataclass(frozen=True)
class HomesAndBins:
    """The addresses of homes, and when their bins are collected."""

    addresses: Addresses
    bins: Bins
    outside: OutsideBins

    async def close(self) -> None:
        """Ends what is still being looked up elsewhere."""
        await self.outside.close()


def bins_room(database: Database, clock: Clock, councils_folder: Path) -> HomesAndBins:
    """All of it, with the containers, words and provider of every pack. Raises UnreadablePackFile."""
    councils = read_bins(councils_folder)
    elsewhere = {
        council: bins.external for council, bins in councils.items() if bins.provider == UK_BIN_COLLECTION and bins.external
    }
    own, outside = OwnRounds(database, clock), OutsideBins(database, clock, elsewhere)
    providers: dict[str, Provider] = {council: outside if council in elsewhere else own for council in councils}
    return HomesAndBins(Addresses(database), Bins(database, clock, councils, providers), outside)
