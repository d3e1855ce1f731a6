"""What the gateway and the real engine agree on: readings with their vectors, and which replies last."""

from typing import Any

import numpy as np
import pytest
from aiohttp import ClientSession

from bot.assist.encoding import TUNED
from bot.dialogue.engine import REPAIRED, RasaEngine
from bot.foundation.metrics import Metrics
from bot.settings import Settings
from encoders import Encoder


async def ask(address: str, route: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    async with ClientSession(address) as http, http.post(f"/webhooks/desk/{route}", json=body) as response:
        return response.status, await response.json()


async def test_the_vectors_of_a_reading_are_those_that_search_and_suggestions_would_make(engine_site):
    encoders = [Encoder.load(folder) for folder in (Settings().encoders_folder / "minilm", TUNED)]
    text = "when is my bin collected"
    async with RasaEngine(engine_site[0], 30, Metrics(), [encoder.mark for encoder in encoders]) as engine:
        reading = await engine.read(text)
    assert reading.intent == "bin_day"
    for encoder in encoders:
        assert float(reading.vectors[encoder.mark] @ encoder.embed([text])[0]) > 0.99


async def test_a_vector_of_another_encoder_or_of_repaired_spelling_is_not_handed_out(engine_site):
    mark = Encoder.load(Settings().encoders_folder / "minilm").mark
    for text, wanted in (("when is my bin collected", "minilm-of-other-weights"), ("when is my bin colleccted", mark)):
        status, found = await ask(engine_site[0], "read", {"texts": [text], "vectors": [wanted]})
        assert status == 200
        assert found["readings"][0]["vectors"] == {}
    _, found = await ask(engine_site[0], "read", {"texts": ["when is my bin colleccted"], "vectors": [mark + REPAIRED]})
    assert list(found["readings"][0]["vectors"]) == [mark + REPAIRED]


async def test_several_texts_are_read_as_each_alone(engine_site):
    texts = ["when is my bin collected", "how do i pay my council tax"]
    _, together = await ask(engine_site[0], "read", {"texts": texts})
    for text, reading in zip(texts, together["readings"], strict=True):
        _, alone = await ask(engine_site[0], "read", {"texts": [text]})
        assert [one for one, _ in reading["ranking"]] == [one for one, _ in alone["readings"][0]["ranking"]]
        assert np.allclose([p for _, p in reading["ranking"]], [p for _, p in alone["readings"][0]["ranking"]], atol=1e-5)


@pytest.mark.parametrize("texts", [[], ["/restart"], ["ok", "/ct_pay"], "text", [1], ["x"] * 9, None])
async def test_commands_and_whatever_is_no_text_are_refused(engine_site, texts):
    status, _ = await ask(engine_site[0], "read", {"texts": texts})
    assert status == 400


async def test_a_fixed_response_lasts_and_a_custom_action_does_not(engine_site):
    for intent, lasting in (("ct_pay", True), ("greet", True), ("track_case", False)):
        _, found = await ask(
            engine_site[0], "respond", {"sender": "someone", "intent": intent, "metadata": {"council": "enfield"}}
        )
        assert found["lasting"] is lasting, intent
        assert found["messages"][0]["custom"]["intent"] == intent
