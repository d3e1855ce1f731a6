"""A resident who talks to the whole product, with the real engine."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import ClientSession

from tests.api.desk import Resident

Begin = Callable[[str], Awaitable[Resident]]


@pytest.fixture
async def resident_of(site: str) -> AsyncIterator[Begin]:
    """Begins a conversation with a council."""
    async with ClientSession(site) as session:

        async def begin(council: str = "enfield") -> Resident:
            resident = Resident(session)
            await resident.begin(council)
            return resident

        yield begin


@pytest.fixture
async def resident(resident_of: Begin) -> Resident:
    """A conversation with Enfield."""
    return await resident_of("enfield")
