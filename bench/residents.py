"""Residents who ask, in the three ways that are measured: long-polling, server-sent events, and Rasa's REST channel.

A resident begins a conversation, asks, waits until the turn is complete, asks the next thing at once, and begins
another conversation after a few turns. A turn is timed from just before the question is sent until the assistant is done.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any, Protocol

import aiohttp

from bench.figures import Round
from bench.serving import Servers
from tests.api.desk import HERE, Resident

TURNS_IN_A_CONVERSATION = 5
COUNCILS = ("enfield", "buckinghamshire")
LONGEST_TURN = 30  # seconds


class Way(Protocol):
    """One way to ask. An object is one resident, who may begin several conversations."""

    async def begin(self) -> None:
        """Begins a conversation."""

    async def ask(self, text: str) -> list[str]:
        """Asks and waits for the whole reply; gives the kinds of its messages."""

    async def leave(self) -> None:
        """Lets go of what the conversation holds open."""


class LongPoll:
    """Through the public API with POST and long-polling, as the tests do it."""

    def __init__(self, http: aiohttp.ClientSession, council: str) -> None:
        self._council = council
        self._resident = Resident(http)

    async def begin(self) -> None:
        await self._resident.begin(self._council)

    async def ask(self, text: str) -> list[str]:
        return [_kind(message) for message in await self._resident.ask(text)]

    async def leave(self) -> None:
        """Nothing is open."""


class Events:
    """Through the public API with POST and one stream of server-sent events a conversation."""

    def __init__(self, http: aiohttp.ClientSession, council: str) -> None:
        self._council = council
        self._resident = Resident(http)
        self._stream: aiohttp.ClientResponse | None = None
        self._thinking = False

    async def begin(self) -> None:
        await self._resident.begin(self._council)
        headers = self._resident.headers | {"Last-Event-ID": str(self._resident.seq)}
        self._stream = await self._resident.http.get(f"{HERE}/{self._resident.id}/events", headers=headers)
        assert self._stream.status == 200, await self._stream.text()
        self._thinking = False

    async def ask(self, text: str) -> list[str]:
        mine = await self._resident.send(text)
        kinds: list[str] = []
        while not kinds or self._thinking:
            event, data = await self._next_event()
            if event == "state":
                self._thinking = bool(data["thinking"])
            elif data["seq"] > mine and data["from"] != "resident":
                kinds.append(_kind(data))
        return kinds

    async def leave(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    async def _next_event(self) -> tuple[str, dict[str, Any]]:
        assert self._stream is not None
        event = data = ""
        while line := (await self._stream.content.readline()).decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                data = value
            elif not line.strip() and data:
                return event, json.loads(data)
        raise ConnectionError("the stream ended")


class Stock:
    """Through the REST channel of Rasa; a new sender is a new conversation."""

    def __init__(self, http: aiohttp.ClientSession, council: str) -> None:
        self._http = http
        self._council = council
        self._sender = ""

    async def begin(self) -> None:
        self._sender = uuid.uuid4().hex

    async def ask(self, text: str) -> list[str]:
        body = {"sender": self._sender, "message": text, "metadata": {"council": self._council}}
        async with self._http.post("/webhooks/rest/webhook", json=body) as response:
            assert response.status == 200, await response.text()
            return ["text" if "text" in message else "other" for message in await response.json()]

    async def leave(self) -> None:
        """Nothing is open."""


WAYS: dict[str, type[LongPoll] | type[Events] | type[Stock]] = {"desk": LongPoll, "desk, events": Events, "stock Rasa": Stock}


async def ask_all(servers: Servers, way: str, questions: list[str], residents: int, longest: float) -> Round:
    """One round: so many residents ask these questions between them; nobody begins a turn after `longest` seconds."""
    made = Round()
    waiting = iter(questions)
    address = servers.stock if way == "stock Rasa" else servers.gateway
    timeout = aiohttp.ClientTimeout(total=None, sock_read=LONGEST_TURN)
    async with aiohttp.ClientSession(address, connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http:
        before, begun = servers.processor_seconds(), time.perf_counter()
        people = [WAYS[way](http, COUNCILS[number % len(COUNCILS)]) for number in range(residents)]
        await asyncio.gather(*(_one_resident(person, waiting, made, begun + longest) for person in people))
        made.seconds = time.perf_counter() - begun
        made.processor = {name: used - before[name] for name, used in servers.processor_seconds().items()}
    return made


def _kind(message: dict[str, Any]) -> str:
    """The kind of a message; a reply that was made without the engine is no turn to be proud of, so it fails."""
    if message["data"].get("reason") in ("degraded", "failed"):
        raise ValueError(f"the reply was {message['data']['reason']}")
    return str(message["kind"])


async def _one_resident(person: Way, waiting: Iterator[str], made: Round, ends: float) -> None:
    asked = 0
    for text in waiting:
        if time.perf_counter() > ends:
            break
        try:
            if asked % TURNS_IN_A_CONVERSATION == 0:
                await person.leave()
                begun = time.perf_counter()
                await person.begin()
                made.begins.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            async with asyncio.timeout(LONGEST_TURN):
                kinds = await person.ask(text)
            if not kinds:
                raise ValueError("no reply")
            made.turns.append(time.perf_counter() - begun)
            made.kinds.update(kinds)
            asked += 1
        except (AssertionError, OSError, TimeoutError, ValueError, aiohttp.ClientError) as problem:
            made.failures.append(f"{type(problem).__name__}: {problem}"[:200])
            asked = 0
    await person.leave()


async def read_all(address: str, texts: list[str]) -> list[float]:
    """How long `/model/parse` takes for each text, one at a time."""
    taken = []
    async with aiohttp.ClientSession(address) as http:
        for text in texts:
            begun = time.perf_counter()
            async with http.post("/model/parse", json={"text": text}) as response:
                assert response.status == 200, await response.text()
                await response.read()
            taken.append(time.perf_counter() - begun)
    return taken
