"""The whole gateway on a fresh database with a scripted engine, so that tests of the API take milliseconds."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import Product, running
from bot.knowledge.service import Knowledge
from bot.settings import Settings
from bot.staff.model import Role
from tests.api.staffed import AtDesk, Floor
from tests.conftest import ROOT
from tests.factories import ScriptedEngine

OPEN = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # a Tuesday at 11am


@pytest.fixture
def engine() -> ScriptedEngine:
    """The scripted engine of this test."""
    return ScriptedEngine()


@pytest.fixture
async def product(database_url: str, engine: ScriptedEngine, knowledge: Knowledge) -> AsyncIterator[Product]:
    """The whole gateway on a fresh database, with the scripted engine, at an hour when councils are open."""
    places = {"councils_folder": ROOT / "councils", "encoders_folder": ROOT / "var" / "encoders"}
    settings = Settings(database_url=database_url, clock=OPEN, **places)
    async with running(settings, engine, knowledge) as product:
        yield product


@pytest.fixture
async def client(product: Product) -> AsyncIterator[TestClient]:
    """A client of the gateway's public side."""
    async with TestClient(TestServer(product.public)) as client:
        yield client


@pytest.fixture
async def floor(database_url: str, engine: ScriptedEngine, knowledge: Knowledge) -> AsyncIterator[Floor]:
    """The whole product at a time when the council is open, for tests with staff in them."""
    places = {"councils_folder": ROOT / "councils", "encoders_folder": ROOT / "var" / "encoders"}
    settings = Settings(database_url=database_url, clock=OPEN, rate_limits=False, **places)
    async with running(settings, engine, knowledge) as product, TestClient(TestServer(product.public)) as client:
        floor = Floor(product, client)
        yield floor
        await floor.close()


@pytest.fixture
async def people(floor: Floor) -> tuple[AtDesk, AtDesk]:
    """An adviser and a supervisor at their desks."""
    return await floor.sit_down("Ada Adviser"), await floor.sit_down("Sue Supervisor", role=Role.SUPERVISOR)
