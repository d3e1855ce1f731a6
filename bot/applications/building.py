"""Puts the room together for app.py: the definitions of the packs, the checks they may name, and the asking for addresses."""

from pathlib import Path

from bot.addresses.asking import Asking
from bot.addresses.service import Addresses
from bot.applications.addressing import Addressing
from bot.applications.checks import Check, SameReport
from bot.applications.service import Applications, Packs
from bot.cases.service import Cases
from bot.foundation.database import Database
from bot.foundation.packs import read_pack_file
from bot.knowledge.service import Knowledge


def applications_of(councils_folder: Path, knowledge: Knowledge, cases: Cases, database: Database) -> Applications:
    """The reports and applications of a folder of packs. Raises UnreadablePackFile."""
    packs = Packs.read(councils_folder)
    checks: dict[str, Check] = {"same_report": SameReport(cases, packs.words)}
    return Applications(packs, knowledge, cases, database, checks)


def addressing_of(councils_folder: Path, database: Database, knowledge: Knowledge, applications: Applications) -> Addressing:
    """The asking for addresses of every council. Raises UnreadablePackFile."""
    askings = {}
    for council, words in read_pack_file(councils_folder, "addresses.yml").items():
        settings = knowledge.council(council).council
        askings[council] = Asking(words, str(settings.get("place", settings["name"])))
    return Addressing(Addresses(database), askings, applications.all_words())
