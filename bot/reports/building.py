"""Builds what the reports offer, for app.py and for commands that need figures without a gateway."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.applications.reading import read_definitions
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.packs import UnreadablePackFile, read_pack_file
from bot.reports.model import UnitCosts
from bot.reports.publishing import OpenData
from bot.reports.service import Reports
from bot.reports.summarising import Days
from bot.reports.wording import ReportWords
from bot.staff.audit import Audit


@dataclass(frozen=True)
class ReportsRoom:
    """The figures and the words for them."""

    reports: Reports
    days: Days
    words: ReportWords
    open_data: OpenData


def reports_room(database: Database, clock: Clock, councils_folder: Path) -> ReportsRoom:
    """The room on one database. Raises UnreadablePackFile."""
    councils = read_pack_file(councils_folder, "council.yml")
    services = {
        council: {name: str(said["area"]) for name, said in found.items()}
        for council, found in read_definitions(councils_folder).items()
    }
    days = Days(database, clock, services)
    words = read_pack_file(councils_folder, "words.yml")
    labels = {
        name: str(label) for said in words.values() for part in ("areas", "intents") for name, label in said[part].items()
    }
    reports = Reports(database, clock, days, _unit_costs(councils_folder, councils))
    said = ReportWords.read(councils_folder, labels)
    return ReportsRoom(
        reports,
        days,
        said,
        OpenData(database, Audit(database, clock), reports, said, {name: str(one["name"]) for name, one in councils.items()}),
    )


def _unit_costs(councils_folder: Path, councils: Mapping[str, Mapping[str, Any]]) -> dict[str, UnitCosts]:
    found = {}
    for council, said in councils.items():
        if "unit_costs" in said:
            try:
                found[council] = UnitCosts.read(said["unit_costs"])
            except ValueError as problem:
                raise UnreadablePackFile(f"{councils_folder / council / 'council.yml'}: {problem}.") from problem
    return found
