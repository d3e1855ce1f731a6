"""An office on a fresh database of each kind; what takes a while to read is read once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.foundation.database import Database
from bot.foundation.migrations import migrate
from bot.knowledge.service import Knowledge
from bot.languages.service import Languages
from bot.privacy.masking import Masking
from bot.safety.reading import read_screens
from bot.safety.service import UrgentScreens
from tests.handoff.office import COUNCILS, Office, Shared


@pytest.fixture(scope="session")
def shared(knowledge: Knowledge) -> Shared:
    """The shipped packs, read once."""
    return Shared(knowledge, UrgentScreens(read_screens(COUNCILS)), Languages.read(COUNCILS), Masking.read(COUNCILS))


@pytest.fixture
async def office(database_url: str, shared: Shared) -> AsyncIterator[Office]:
    """An office on a Tuesday at 11am with nobody in it."""
    await asyncio.to_thread(migrate, database_url)
    database = Database(database_url)
    office = Office(database, shared)
    yield office
    await office.turns.close()
    await database.close()
