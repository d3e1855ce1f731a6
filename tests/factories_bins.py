"""Makes rounds and calendars for tests, and loads the samples that the packs ship. Everything is invented."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from bot.bins.importing import BinsImport, Summary
from bot.bins.model import Change, Schedule
from bot.bins.reading import CouncilBins, read_bins
from bot.foundation.csvfiles import Reject
from bot.foundation.database import Database
from tests.conftest import ROOT
from tests.factories import FixedClock

THURSDAY = datetime(2026, 11, 26, 10, 15, tzinfo=UTC)
CONTAINERS = ("food", "rubbish", "recycling", "garden")


def make_schedule(container: str = "rubbish", **changes: object) -> Schedule:
    """Every second Tuesday from 6 January 2026, on round A."""
    values: dict[str, object] = {"round": "A", "container": container, "weeks": 2, "first": date(2026, 1, 6)} | changes
    return Schedule(**values)  # type: ignore[arg-type]


def make_change(day: date, new_day: date | None, **changes: str) -> Change:
    """A change of one day for everything."""
    return Change(changes.get("round", "*"), changes.get("container", "*"), day, new_day, changes.get("reason", ""))


def enfield_bins() -> CouncilBins:
    """Containers and words as shipped."""
    return read_bins(ROOT / "councils")["enfield"]


async def import_rounds(
    database: Database, path: Path, council: str = "borchester", containers: Sequence[str] = CONTAINERS
) -> tuple[Summary, list[Reject]]:
    """Imports a file of bin days; the summary and the rejected lines."""
    rejects: list[Reject] = []
    summary = await BinsImport(database, FixedClock(), lambda lines: None, rejects.append).run(council, path, containers)
    return summary, rejects
