"""Reports on a fresh database of each kind, with the conversations that were counted by hand in it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.foundation.database import Database
from bot.reports.building import ReportsRoom, reports_room
from tests.conftest import ROOT
from tests.factories import FixedClock
from tests.reports.told import BY_HAND, moment, tell


@dataclass
class Managed:
    """The reports, and what they stand on."""

    database: Database
    clock: FixedClock
    room: ReportsRoom


@pytest.fixture
async def managed(database_url: str) -> AsyncIterator[Managed]:
    """Nothing is summarised yet."""
    database, clock = Database(database_url), FixedClock(moment(BY_HAND["now"]))
    await tell(database)
    yield Managed(database, clock, reports_room(database, clock, ROOT / "councils"))
    await database.close()
