"""How long a message takes between a resident and a member of staff, beside a bare aiohttp echo of the same messages.

Both run in this process on free ports and take turns in the same run, so that a busy moment of the machine falls on both. A
delivery is timed from just before its POST until the words arrive on the other side's stream of server-sent events: at the
desk through the public API or the staff API, masking, the database, the owner's lock and the bus; at the echo straight
from one handler to the other.
"""

import asyncio
import json
import random
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import product as product_of
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, web

from bench.figures import milliseconds
from bot.app import running
from bot.conversations.model import Context, Conversation, Reply
from bot.conversations.service import Together
from bot.handoff.model import Card, Presence
from bot.knowledge.service import Knowledge
from bot.settings import Settings
from bot.staff.model import Actor, NewAccount, Permission, Role, command_line_actor
from bot.web import keys
from tests.api.desk import HERE, Resident
from tests.factories import ScriptedEngine
from tests.running import free_port

STAFF, CHATS_EACH, EXCHANGES, ROUNDS = 4, 4, 15, 4
PAUSES = {"": 0.0, ", with pauses": 0.6}  # seconds at most between two messages of a chat: a flood, and some hundred people
STAFF_API = "/api/v1/staff"
LETTERS = str.maketrans("0123456789", "ghijklmnop")  # a name with digits may look like a card's number, and be masked
TO_RESIDENT, TO_STAFF, ECHO = "desk, staff to resident", "desk, resident to staff", "bare aiohttp echo"


@dataclass
class Side:
    """One of the two who talk: where it posts, where it listens, with which headers and body."""

    post: str
    listen: str
    headers: dict[str, str]
    body: dict[str, Any]


async def measure_delivery(knowledge: Knowledge) -> dict[str, Any]:
    """Median and 95th percentile of each direction at the desk and of the echo, with and without pauses, in milliseconds."""
    taken: dict[str, list[float]] = {f"{name}{kind}": [] for kind in PAUSES for name in (TO_RESIDENT, TO_STAFF, ECHO)}
    async with _gateway(knowledge) as (desk, product), _echo() as echo:
        colleagues = [await colleague(product, number) for number in range(STAFF)]
        for number, (kind, pause) in product_of(range(ROUNDS // 2), PAUSES.items()):
            for name in ("desk", ECHO) if number % 2 == 0 else (ECHO, "desk"):
                address = desk if name == "desk" else echo
                async with ClientSession(address) as http:
                    chats = []
                    for actor, headers in colleagues * CHATS_EACH:
                        chats.append(_echo_chat() if name == ECHO else await _chat(http, product, actor, headers))
                    for to_resident, to_staff in await asyncio.gather(*(_talk(http, *chat, pause) for chat in chats)):
                        taken[(TO_RESIDENT if name == "desk" else ECHO) + kind] += to_resident
                        taken[(TO_STAFF if name == "desk" else ECHO) + kind] += to_staff
                    if name == "desk":
                        for chat in chats:
                            await _end(http, chat[1])
    return {name: milliseconds(samples) for name, samples in taken.items()}


async def _talk(http: ClientSession, resident: Side, staff: Side, pause: float) -> tuple[list[float], list[float]]:
    """The two take turns; how long each message was on its way, to the resident and to staff, in seconds."""
    to_resident, to_staff = [], []
    async with (
        http.get(resident.listen, headers=resident.headers) as at_home,
        http.get(staff.listen, headers=staff.headers) as at_work,
    ):
        for _ in range(EXCHANGES):
            await asyncio.sleep(random.uniform(0, pause))
            to_resident.append(await _delivered(http, staff, at_home))
            await asyncio.sleep(random.uniform(0, pause))
            to_staff.append(await _delivered(http, resident, at_work))
    return to_resident, to_staff


async def _delivered(http: ClientSession, side: Side, other: ClientResponse) -> float:
    text = f"message {uuid.uuid4().hex.translate(LETTERS)}"
    begun = time.perf_counter()
    hearing = asyncio.ensure_future(_hear(other, text))
    body = side.body | {"client_message_id": uuid.uuid4().hex, "text": text}
    async with http.post(side.post, json=body, headers=side.headers) as response:
        response.raise_for_status()
    return await hearing - begun


async def _hear(stream: ClientResponse, text: str) -> float:
    while line := await stream.content.readline():
        if text.encode() in line:
            return time.perf_counter()
    raise ConnectionError("the stream ended")


async def colleague(product: web.Application, number: int) -> tuple[Actor, dict[str, str]]:
    """A member of staff who is there, and the headers of a program of theirs."""
    staff = product[keys.STAFF]
    new = NewAccount("Bench Adviser", f"adviser{number}@example.gov.uk", "enfield", ("*",), (Role.ADVISER,))
    account = await staff.accounts.add(command_line_actor(), new, "three random words", keep_password=True)
    token = await staff.tokens.issue(command_line_actor(), account.id, "bench", [Permission.ANSWER_CHATS], 1)
    await product[keys.HANDOFF].presences.set(account.actor(), Presence.AVAILABLE)
    return account.actor(), {"Authorization": f"Bearer {token}"}


async def _chat(http: ClientSession, product: web.Application, actor: Actor, headers: dict[str, str]) -> tuple[Side, Side]:
    """A conversation that a member of staff has taken: the resident's side and theirs."""
    resident = Resident(http)
    await resident.begin()
    epoch = await taken_by(product, resident, actor)
    here, there = f"{HERE}/{resident.id}", f"{STAFF_API}/chats/{resident.id}"
    listening = f"{STAFF_API}/events?chat={resident.id}"
    return Side(f"{here}/messages", f"{here}/events", resident.headers, {}), Side(
        f"{there}/messages", listening, headers, {"epoch": epoch}
    )


async def _end(http: ClientSession, staff: Side) -> None:
    """Ends a chat, so that its member of staff has room for the next."""
    ending = staff.post.removesuffix("messages") + "end"
    async with http.post(ending, json={"outcome": "answered"}, headers=staff.headers) as response:
        response.raise_for_status()


def _echo_chat() -> tuple[Side, Side]:
    name = uuid.uuid4().hex
    ends = [f"{HERE}/{name}-{end}" for end in ("resident", "staff")]
    return Side(f"{ends[1]}/messages", f"{ends[0]}/events", {}, {}), Side(f"{ends[0]}/messages", f"{ends[1]}/events", {}, {})


async def taken_by(product: web.Application, resident: Resident, actor: Actor) -> int:
    """Brings the conversation to a member of staff without a word of the assistant's; returns its epoch."""
    room, conversations = product[keys.HANDOFF], product[keys.CONVERSATIONS]
    card = Card(want="a matter that is urgent, so that the hour does not count", matter="general")

    async def within(tx: Any, conversation: Conversation) -> Sequence[Reply]:
        return await room.residents.enter(tx, conversation, card, "asked")

    token = resident.headers["Authorization"].removeprefix("Bearer ")
    conversation = await conversations.access(resident.id, token)
    await conversations.replies_ready(conversation, [], Context(), 0, [Together(within)])
    return int((await room.desks.claim(actor, resident.id)).epoch)


@asynccontextmanager
async def _gateway(knowledge: Knowledge) -> AsyncIterator[tuple[str, web.Application]]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'desk.sqlite3'}"
        settings = Settings(database_url=url, rate_limits=False)
        async with running(settings, ScriptedEngine(), knowledge) as product, serving(product.public) as address:
            yield address, product.public


@asynccontextmanager
async def _echo() -> AsyncIterator[str]:
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
    async with serving(app) as address:
        yield address


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner, port = web.AppRunner(app, shutdown_timeout=0.1), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()
