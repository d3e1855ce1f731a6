"""Puts the room together for app.py: the definitions of the packs, the checks they may name, and the asking for addresses."""

from collections.abc import Mapping
from pathlib import Path

from bot.addresses.asking import read_askings
from bot.applications.addressing import Addressing
from bot.applications.checks import BinCollection, Check, SameReport
from bot.applications.service import Applications, Packs
from bot.bins.building import HomesAndBins
from bot.cases.service import Cases
from bot.foundation.database import Database
from bot.hours.model import Hours
from bot.knowledge.service import Knowledge


def applications_of(
    councils_folder: Path,
    knowledge: Knowledge,
    cases: Cases,
    database: Database,
    homes: HomesAndBins,
    hours: Mapping[str, Hours],
) -> Applications:
    """The reports and applications of a folder of packs. Raises UnreadablePackFile."""
    packs = Packs.read(councils_folder)
    checks: dict[str, Check] = {
        "same_report": SameReport(cases, packs.words),
        "bin_collection": BinCollection(homes, packs.words, hours),
    }
    return Applications(packs, knowledge, cases, database, checks)


def addressing_of(councils_folder: Path, homes: HomesAndBins, applications: Applications) -> Addressing:
    """The asking for addresses of every council. Raises UnreadablePackFile."""
    return Addressing(homes.addresses, read_askings(councils_folder), applications.all_words())
