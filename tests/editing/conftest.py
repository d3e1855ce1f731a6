"""A newsroom on a fresh database of each kind; the packs are read once."""

from collections.abc import AsyncIterator

import pytest

from bot.foundation.database import Database
from bot.knowledge.service import Knowledge
from tests.factories_editing import Newsroom


@pytest.fixture
async def newsroom(database_url: str, knowledge: Knowledge) -> AsyncIterator[Newsroom]:
    """Editing with the shipped packs and nothing published."""
    database = Database(database_url)
    yield Newsroom(database, knowledge)
    await database.close()
