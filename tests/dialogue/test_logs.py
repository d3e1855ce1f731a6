"""What residents write is in no log, whichever path it takes."""

from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.api.desk import Resident
from tests.running import CLOCK, free_port, running_engine, running_gateway

MARKER = "zebrafish-marmalade"


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> tuple[str, Path]:
    """A product of its own, with its folder of logs."""
    folder = tmp_path_factory.mktemp("logs")
    engine_port, actions_port = free_port(), free_port()
    gateway = running_gateway(folder, engine_port, actions_port, clock=CLOCK)
    with running_engine(folder, engine_port, actions_port), gateway as address:
        yield address, folder


async def test_a_marker_sent_through_every_path_is_in_no_log(product):
    address, folder = product
    async with ClientSession(address) as session:
        resident = Resident(session)
        await resident.begin()
        for text in (
            f"when is my {MARKER} bin collected",
            f"/{MARKER}",
            f"i want to kill myself {MARKER}",
            f"my card is 4111 1111 1111 1111 {MARKER}",
            f"kiedy zabieracie śmieci {MARKER}",
            MARKER + "x" * 3000,
        ):
            await resident.post("messages", {"client_message_id": str(len(text)), "text": text})
        await resident.ask(f"talk to a person {MARKER}")
        await resident.post("messages", {"client_message_id": MARKER, "wrong": MARKER})
        await resident.post("feedback", {"seq": 1, "helpful": "no", "comment": MARKER})
        async with session.get(f"/api/v1/{MARKER}") as response:
            assert response.status == 404
    for log in folder.glob("*.log"):
        assert MARKER not in log.read_text(errors="replace"), log.name
