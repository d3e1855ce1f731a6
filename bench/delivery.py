"""How long a message takes between a resident and a member of staff, beside a bare aiohttp echo of the same messages.

Both run in this process on free ports and take turns in the same run, so that a busy moment of the machine falls on both. A
delivery is timed from just before it is sent (a POST to the echo, a call of the service at the desk, which flatters the desk a little) until the words arrive on the other side's stream of server-sent events: here
through masking, the database, the owner's lock and the bus; there straight from one handler to the other.
"""

import asyncio
import json
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from bench.figures import milliseconds
from bot.app import running
from bot.conversations.model import Context, Conversation, Reply
from bot.conversations.service import Together
from bot.handoff.model import Card, Presence
from bot.knowledge.service import Knowledge
from bot.settings import Settings
from bot.staff.model import ROLES, Actor, Role
from bot.web import keys
from tests.api.desk import HERE, Resident
from tests.factories import ScriptedEngine
from tests.running import free_port

CHATS, MESSAGES, ROUNDS = 10, 10, 2
GATEWAY, ECHO = "desk", "bare aiohttp echo"


async def measure_delivery(knowledge: Knowledge) -> dict[str, Any]:
    """Median and 95th percentile of both, in milliseconds."""
    taken: dict[str, list[float]] = {GATEWAY: [], ECHO: []}
    async with _gateway(knowledge) as desk, _echo() as echo:
        for number in range(ROUNDS):
            pairs = [(GATEWAY, desk), (ECHO, echo)]
            for name, address in pairs if number % 2 == 0 else pairs[::-1]:
                listening = [_listen_and_say(name, *address, chat) for chat in range(CHATS)]
                for samples in await asyncio.gather(*listening):
                    taken[name] += samples
    return {name: milliseconds(samples) for name, samples in taken.items()}


async def _listen_and_say(name: str, address: str, product: web.Application | None, chat: int) -> list[float]:
    """One chat: staff say something, the resident's page hears it, and so on."""
    async with ClientSession(address) as http:
        resident = Resident(http)
        if product is None:
            resident.id, resident.headers = f"{chat}-{uuid.uuid4().hex}", {}
        else:
            await resident.begin()
            actor, epoch = await _taken(product, resident)
        samples = []
        async with http.get(f"{HERE}/{resident.id}/events", headers=resident.headers) as stream:
            for number in range(MESSAGES):
                text = f"message {number} {uuid.uuid4().hex}"
                begun = time.perf_counter()
                if product is None:
                    await http.post(f"{HERE}/{resident.id}/messages", json={"text": text})
                else:
                    desks = product[keys.HANDOFF].desks
                    await desks.reply(actor, resident.id, uuid.uuid4().hex, text, epoch)
                await _hear(stream.content, text)
                samples.append(time.perf_counter() - begun)
    return samples


async def _hear(lines: Any, text: str) -> None:
    while line := await lines.readline():
        if text.encode() in line:
            return
    raise ConnectionError("the stream ended")


async def _taken(product: web.Application, resident: Resident) -> tuple[Actor, int]:
    """The conversation with a member of staff, without a word of the assistant's."""
    room, conversations = product[keys.HANDOFF], product[keys.CONVERSATIONS]
    actor = Actor(uuid.uuid4().hex, "Bench Adviser", "enfield", frozenset({"*"}), ROLES[Role.ADVISER])
    await room.presences.set(actor, Presence.AVAILABLE)
    card = Card(want="a matter that is urgent, so that the hour does not count", matter="general")

    async def within(tx: Any, conversation: Conversation) -> Sequence[Reply]:
        return await room.residents.enter(tx, conversation, card, "asked")

    token = resident.headers["Authorization"].removeprefix("Bearer ")
    conversation = await conversations.access(resident.id, token)
    await conversations.replies_ready(conversation, [], Context(), 0, [Together(within)])
    return actor, (await room.desks.claim(actor, resident.id)).epoch


@asynccontextmanager
async def _gateway(knowledge: Knowledge) -> AsyncIterator[tuple[str, web.Application]]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'desk.sqlite3'}"
        settings = Settings(database_url=url, rate_limits=False)
        async with running(settings, ScriptedEngine(), knowledge) as product, _serving(product.public) as address:
            yield address, product.public


@asynccontextmanager
async def _echo() -> AsyncIterator[tuple[str, None]]:
    listening: dict[str, asyncio.Queue[str]] = {}

    async def say(request: web.Request) -> web.Response:
        text = (await request.json())["text"]
        listening.setdefault(request.match_info["id"], asyncio.Queue()).put_nowait(text)
        return web.json_response({"seq": 1}, status=201)

    async def events(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b": here\n\n")  # the headers go out with the first words
        queue = listening.setdefault(request.match_info["id"], asyncio.Queue())
        with suppress(ConnectionResetError):  # whoever listened has gone
            while True:
                await response.write(f"data: {json.dumps(await queue.get())}\n\n".encode())
        return response

    app = web.Application()
    app.router.add_post(HERE + "/{id}/messages", say)
    app.router.add_get(HERE + "/{id}/events", events)
    async with _serving(app) as address:
        yield address, None


@asynccontextmanager
async def _serving(app: web.Application) -> AsyncIterator[str]:
    runner, port = web.AppRunner(app, shutdown_timeout=0.1), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()
