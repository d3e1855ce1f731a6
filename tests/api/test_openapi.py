"""The product does what its OpenAPI document says: schemathesis drives every operation with what the document allows and more."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
import schemathesis
from aiohttp import web
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from bot.app import running
from bot.settings import Settings
from bot.web.api.openapi import openapi_document
from tests.conftest import ROOT
from tests.factories import ScriptedEngine
from tests.running import free_port

schema = schemathesis.openapi.from_dict(openapi_document())


@pytest.fixture(scope="module")
def address(knowledge, tmp_path_factory) -> Iterator[str]:
    """A gateway in a thread of its own, since schemathesis calls it from outside asyncio."""
    place = tmp_path_factory.mktemp("openapi") / "desk.sqlite3"
    configured = Settings(
        database_url=f"sqlite+aiosqlite:///{place}",
        councils_folder=ROOT / "councils",
        encoders_folder=ROOT / "var" / "encoders",
        rate_limits=False,
    )
    port, ready, loop = free_port(), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with running(configured, ScriptedEngine(), knowledge) as product:
            runner = web.AppRunner(product.public)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            ready.set()
            await stop.wait()
            await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(30)
    yield f"http://127.0.0.1:{port}"
    loop.call_soon_threadsafe(stop.set)
    thread.join(15)
    loop.close()


def test_the_document_is_valid():
    validate(openapi_document())


async def test_the_document_is_served(client):
    response = await client.get("/api/v1/openapi.json")
    assert (await response.json())["openapi"].startswith("3.1")


@schema.exclude(operation_id="events").parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_operation_keeps_to_the_document(case, address):
    if "wait" in (case.query or {}):
        case.query["wait"] = 0
    response = case.call(base_url=address)
    case.validate_response(response, checks=[not_a_server_error, status_code_conformance, response_schema_conformance])
