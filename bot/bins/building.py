"""Builds the gazetteer and the bin days on one database, for app.py and for the command line."""

from dataclasses import dataclass
from pathlib import Path

from bot.addresses.service import Addresses
from bot.bins.reading import read_bins
from bot.bins.service import Bins
from bot.foundation.clock import Clock
from bot.foundation.database import Database


@dataclass(frozen=True)
class HomesAndBins:
    """The addresses of homes, and when their bins are collected."""

    addresses: Addresses
    bins: Bins


def bins_room(database: Database, clock: Clock, councils_folder: Path) -> HomesAndBins:
    """Both, with the containers and words of every pack. Raises UnreadablePackFile."""
    return HomesAndBins(Addresses(database), Bins.with_own_rounds(database, clock, read_bins(councils_folder)))
