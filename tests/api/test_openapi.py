"""The product does what its OpenAPI document says: schemathesis drives every operation with what the document allows and more."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import schemathesis
from aiohttp import web
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from bot.app import Product, running
from bot.conversations.model import Context
from bot.conversations.service import Together
from bot.handoff.model import Card, Presence
from bot.settings import Settings
from bot.staff.model import NewAccount, Permission, Role, command_line_actor
from bot.web import keys
from bot.web.api.openapi import openapi_document
from tests.api.conftest import OPEN
from tests.conftest import ROOT
from tests.factories import ScriptedEngine
from tests.running import free_port

ENDLESS = ("events", "staffEvents")
schema = schemathesis.openapi.from_dict(openapi_document())


@dataclass
class Site:
    """The gateway, a token of somebody who may do everything, and a chat that they have."""

    address: str = ""
    token: str = ""
    chat: str = ""


async def _staff(product: Product, site: Site) -> None:
    """Somebody with every role and a token, and a resident's chat in their hands."""
    staff, room = product.public[keys.STAFF], product.public[keys.HANDOFF]
    new = NewAccount("Ada Allroles", "ada@example.gov.uk", "enfield", ("*",), tuple(Role))
    account = await staff.accounts.add(command_line_actor(), new, "three random words", keep_password=True)
    site.token = await staff.tokens.issue(command_line_actor(), account.id, "a program", frozenset(Permission), 30)
    await room.presences.set(account.actor(), Presence.AVAILABLE)
    conversations = product.public[keys.CONVERSATIONS]
    conversation, _, _ = await conversations.begin("enfield", [product.public[keys.COMPOSER].greeting("enfield")])

    async def within(tx, current):
        return await room.residents.enter(tx, current, Card(want="help with my bill", topic="ct_pay"), "asked")

    await conversations.replies_ready(conversation, [], Context(), 0, [Together(within)])
    site.chat = (await room.desks.claim(account.actor(), conversation.id)).conversation_id


@pytest.fixture(scope="module")
def site(knowledge, tmp_path_factory) -> Iterator["Site"]:
    """A gateway in a thread of its own, since schemathesis calls it from outside asyncio."""
    place = tmp_path_factory.mktemp("openapi") / "desk.sqlite3"
    configured = Settings(
        database_url=f"sqlite+aiosqlite:///{place}",
        councils_folder=ROOT / "councils",
        encoders_folder=ROOT / "var" / "encoders",
        model=place.with_name("none"),  # so that nothing is trained here
        clock=OPEN,  # so that somebody can be asked for at any hour of the day
        rate_limits=False,
    )
    port, ready, loop = free_port(), threading.Event(), asyncio.new_event_loop()
    stop, site = asyncio.Event(), Site()

    async def serve() -> None:
        async with running(configured, ScriptedEngine(), knowledge) as product:
            runner = web.AppRunner(product.public)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            site.address = f"http://127.0.0.1:{port}"
            await _staff(product, site)
            ready.set()
            await stop.wait()
            await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(30)
    yield site
    loop.call_soon_threadsafe(stop.set)
    thread.join(15)
    loop.close()


def test_the_document_is_valid():
    validate(openapi_document())


async def test_the_document_is_served(client):
    response = await client.get("/api/v1/openapi.json")
    assert (await response.json())["openapi"].startswith("3.1")


@schema.exclude(operation_id=list(ENDLESS)).parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_operation_keeps_to_the_document(case, site):
    if "wait" in (case.query or {}):
        case.query["wait"] = 0
    response = case.call(base_url=site.address, headers=_as_staff(case, site))
    case.validate_response(response, checks=[not_a_server_error, status_code_conformance, response_schema_conformance])


def _as_staff(case, site: Site) -> dict[str, str]:
    """Operations of staff are called by somebody who may use them, every second time with the chat that they have."""
    if not case.path.startswith("/api/v1/staff"):
        return {}
    if case.path.startswith("/api/v1/staff/chats/") and len(str(case.path_parameters["id"])) % 2:
        case.path_parameters["id"] = site.chat
    return {"Authorization": f"Bearer {site.token}"}
