"""The console with the real staff room on a fresh database of each kind."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.foundation.migrations import migrate
from bot.knowledge.service import Knowledge
from tests.console_desk import Staffer, console_app
from tests.factories_staff import StaffRoom


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[StaffRoom]:
    """The staff room, with nobody in it."""
    await asyncio.to_thread(migrate, database_url)
    room = StaffRoom(database_url)
    yield room
    await room.database.close()


@pytest.fixture
async def client(room: StaffRoom, knowledge: Knowledge) -> AsyncIterator[TestClient]:
    """A browser of its own on the console."""
    async with TestClient(TestServer(console_app(room.staff, knowledge, room.clock))) as client:
        yield client


@pytest.fixture
def ada(client: TestClient) -> Staffer:
    """Somebody at the console, not signed in."""
    return Staffer(client)


def cookie_of(client: TestClient, name: str = "desk-staff") -> str:
    """The value of a cookie in the jar."""
    found = client.session.cookie_jar.filter_cookies(URL(client.make_url("/")))
    return found[name].value if name in found else ""
