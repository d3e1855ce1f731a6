"""The client of the engine: what it asks, what it remembers, and which answers it does not take for one."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.dialogue.engine import EngineUnavailable, RasaEngine
from bot.foundation.metrics import Metrics

VECTOR = np.arange(4, dtype=np.float32)


class Channel:
    """The engine's channel with answers that a test sets."""

    def __init__(self) -> None:
        self.model = "first"
        self.lasting = True
        self.messages: list[dict[str, Any]] = [{"recipient_id": "c", "custom": {"kind": "answer"}}]
        self.reading: dict[str, Any] = {
            "ranking": [["ct_pay", 0.9], ["greet", 0.1]],
            "vectors": {"m": base64.b64encode(VECTOR.tobytes()).decode()},
            "known": True,
        }
        self.read: list[dict[str, Any]] = []
        self.responded: list[dict[str, Any]] = []

    def app(self) -> web.Application:
        """Both routes."""

        async def read(request: web.Request) -> web.Response:
            self.read.append(await request.json())
            return web.json_response({"model": self.model, "readings": [self.reading]})

        async def respond(request: web.Request) -> web.Response:
            self.responded.append(await request.json())
            return web.json_response({"model": self.model, "messages": self.messages, "lasting": self.lasting})

        app = web.Application()
        app.router.add_post("/webhooks/desk/read", read)
        app.router.add_post("/webhooks/desk/respond", respond)
        return app


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
async def engine(channel: Channel) -> AsyncIterator[RasaEngine]:
    """The client, connected to the channel."""
    async with (
        TestServer(channel.app()) as server,
        RasaEngine(str(server.make_url("")).rstrip("/"), 2, Metrics(), ["m", "n"]) as engine,
    ):
        yield engine


async def test_a_reading_brings_the_vectors_that_the_engine_has_made_of_those_that_are_of_use(
    engine: RasaEngine, channel: Channel
) -> None:
    reading = await engine.read("how do i pay")
    assert channel.read == [{"texts": ["how do i pay"], "vectors": ["m", "n"]}]
    assert reading.intent == "ct_pay"
    assert {mark: vector.tolist() for mark, vector in reading.vectors.items()} == {"m": VECTOR.tolist()}


async def test_a_text_without_a_known_word_is_said_to_be_unknown(engine: RasaEngine, channel: Channel) -> None:
    channel.reading |= {"known": False}
    assert not (await engine.read("jkhkjh")).known


async def test_a_leading_slash_is_taken_off_and_the_vector_is_then_of_another_text(
    engine: RasaEngine, channel: Channel
) -> None:
    reading = await engine.read("/restart")
    assert channel.read[0]["texts"] == ["restart"]
    assert reading.vectors == {}


@pytest.mark.parametrize(
    "broken", [{}, {"ranking": []}, {"ranking": [], "vectors": {}}, {"ranking": [["x", 1]], "vectors": {"m": "?"}}]
)
async def test_an_answer_without_a_reading_is_none(engine: RasaEngine, channel: Channel, broken: dict[str, Any]) -> None:
    channel.reading = broken
    with pytest.raises(EngineUnavailable):
        await engine.read("how do i pay")


async def test_what_lasts_is_asked_once_for_each_model(engine: RasaEngine, channel: Channel) -> None:
    for _ in range(3):
        assert await engine.respond("c", "ct_pay", {"council": "enfield"}) == [{"kind": "answer"}]
    assert channel.responded == [{"sender": "c", "intent": "ct_pay", "metadata": {"council": "enfield"}}]
    channel.model = "second"
    channel.messages = [{"custom": {"kind": "notice"}}]
    await engine.read("anything")
    assert await engine.respond("c", "ct_pay", {}) == [{"kind": "notice"}]


async def test_what_does_not_last_is_asked_every_time(engine: RasaEngine, channel: Channel) -> None:
    channel.lasting = False
    for _ in range(2):
        await engine.respond("c", "track_case", {})
    assert len(channel.responded) == 2


async def test_an_empty_reply_is_an_error_and_is_not_remembered(engine: RasaEngine, channel: Channel) -> None:
    channel.messages = []
    with pytest.raises(EngineUnavailable):
        await engine.respond("c", "ct_pay", {})
    channel.messages = [{"custom": {"kind": "answer"}}]
    assert await engine.respond("c", "ct_pay", {}) == [{"kind": "answer"}]
