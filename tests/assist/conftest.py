"""A council's office with suggestions beside the chats, on a fresh database of each kind."""

import pytest

from tests.assist.desk import AssistDesk
from tests.handoff.conftest import office, shared

__all__ = ["office", "shared"]


@pytest.fixture
async def desk(office) -> AssistDesk:
    """The office with suggestions, and nothing learnt yet."""
    return AssistDesk(office)
