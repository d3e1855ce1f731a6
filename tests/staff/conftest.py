"""The staff room on a fresh database of each kind."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.foundation.migrations import migrate
from tests.factories_staff import StaffRoom


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[StaffRoom]:
    """The staff room, with nobody in it."""
    await asyncio.to_thread(migrate, database_url)
    room = StaffRoom(database_url)
    yield room
    await room.database.close()
