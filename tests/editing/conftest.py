"""A newsroom, and the whole product, on a fresh database of each kind; the packs are read once."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import running
from bot.foundation.database import Database
from bot.knowledge.service import Knowledge
from bot.settings import Settings
from tests.api.conftest import OPEN
from tests.api.staffed import Floor
from tests.conftest import ROOT
from tests.factories import ScriptedEngine
from tests.factories_editing import Newsroom


@pytest.fixture
async def newsroom(database_url: str, knowledge: Knowledge) -> AsyncIterator[Newsroom]:
    """Editing with the shipped packs and nothing published."""
    database = Database(database_url)
    yield Newsroom(database, knowledge)
    await database.close()


@pytest.fixture
def engine() -> ScriptedEngine:
    """The scripted engine of this test."""
    return ScriptedEngine()


@pytest.fixture
async def floor(database_url: str, engine: ScriptedEngine, knowledge: Knowledge) -> AsyncIterator[Floor]:
    """The whole product on a working day, for tests with editors and residents in them."""
    places = {"councils_folder": ROOT / "councils", "encoders_folder": ROOT / "var" / "encoders"}
    settings = Settings(database_url=database_url, clock=OPEN, rate_limits=False, **places)
    async with running(settings, engine, knowledge) as product, TestClient(TestServer(product.public)) as client:
        floor = Floor(product, client)
        yield floor
        await floor.close()
