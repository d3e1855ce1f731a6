"""The engine's actions endpoint, called with what Rasa 3.6.21 really posts (tests/recorded/action_call.json)."""

import json
import zlib
from pathlib import Path

import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer
from rasa_sdk import Action

from actions import all_actions
from bot.web.internal.actions import new_actions_app
from tests.conftest import ROOT
from tests.factories_applications import make_definition

RECORDED = json.loads((Path(__file__).parents[1] / "recorded" / "action_call.json").read_text(encoding="utf-8"))


class Failing(Action):
    def name(self):
        return "action_failing"

    async def run(self, dispatcher, tracker, domain):
        raise ValueError("broken on purpose")


class SomeApplications:
    """Applications of which a missed bin is the only one that begins by itself."""

    def started_by(self, council, intent):
        return make_definition() if (council, intent) == ("enfield", "bin_missed") else None


@pytest.fixture
async def endpoint():
    applications = SomeApplications()
    async with TestClient(TestServer(new_actions_app([*all_actions(applications), Failing()]))) as client:
        yield client


async def test_a_recorded_call_gets_a_typed_message(endpoint):
    response = await endpoint.post("/actions", json=RECORDED)
    assert response.status == 200
    [message] = (await response.json())["responses"]
    assert message["custom"]["kind"] == "handoff"


async def test_every_action_of_the_domain_answers(endpoint):
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    for name in domain["actions"]:
        response = await endpoint.post("/actions", json=RECORDED | {"next_action": name})
        assert response.status == 200, name
        assert (await response.json())["responses"][0]["custom"]["kind"]


async def test_what_an_intent_starts_is_said_by_the_packs(endpoint):
    async def started(intent):
        call = json.loads(json.dumps(RECORDED)) | {"next_action": "action_start_application"}
        call["tracker"]["latest_message"]["intent"]["name"] = intent
        response = await endpoint.post("/actions", json=call)
        return (await response.json())["responses"][0]["custom"]

    begun = {"kind": "start", "task": "application", "what": "missed", "intent": "bin_missed"}
    assert await started("bin_missed") == begun
    assert await started("bin_replacement") == {"kind": "answer", "intent": "bin_replacement"}


async def test_a_compressed_call_is_understood(endpoint):
    body = zlib.compress(json.dumps(RECORDED).encode())
    headers = {"Content-Encoding": "deflate", "Content-Type": "application/json"}
    response = await endpoint.post("/actions", data=body, headers=headers)
    assert response.status == 200


async def test_a_failing_or_unknown_action_is_an_error_for_the_engine(endpoint):
    failing = await endpoint.post("/actions", json=RECORDED | {"next_action": "action_failing"})
    unknown = await endpoint.post("/actions", json=RECORDED | {"next_action": "action_unknown"})
    broken = await endpoint.post("/actions", data=b"{")
    assert (failing.status, unknown.status, broken.status) == (500, 404, 400)
    assert "broken on purpose" not in await failing.text()


async def test_the_public_side_has_no_route_to_actions(client):
    assert (await client.post("/actions", json=RECORDED)).status == 404
