"""The event stream for programs: the queue whole whenever it changes, and one chat's news by `seq`.

Resume a chat with Last-Event-ID or `after`; the queue needs no resuming, since each event has all of it.
"""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

from aiohttp import web

from bot.conversations.service import NotFound
from bot.handoff.desk import Desks
from bot.staff.model import Actor, NotAllowed, Permission
from bot.web import keys
from bot.web.access import actor_of, may_still
from bot.web.api.reading import number_in_query
from bot.web.staff_api import schemas
from bot.web.streams import is_heard

SIGN_OF_LIFE = 12.0  # seconds
LISTS_EVERY = 0.5  # seconds; the queue and the chats are told at most so often, since every word of anybody may change them
LARGEST_SEQ = 2_147_483_647


async def events(request: web.Request) -> web.StreamResponse:
    """GET /events?chat=…&after=…: events `queue`, `chats` and, for the chat that is named, `chat`.

    It ends with `gone` when that chat is no longer the actor's to see, and with `signed_out` when the actor may not listen.
    """
    actor, room = actor_of(request), request.app[keys.HANDOFF]
    conversation_id = request.query.get("chat", "")
    last = request.headers.get("Last-Event-ID", "")
    after = int(last) if last.isdecimal() else int(number_in_query(request, "after", 0, LARGEST_SEQ))
    if conversation_id:
        await room.desks.open(actor, conversation_id)
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    stopping: asyncio.Event = request.app[keys.STOPPING]
    shown = _Shown(room.desks, actor, conversation_id, after)
    heard, whole_at, checked_at = frozenset({conversation_id}), 0.0, time.monotonic()
    with suppress(ConnectionResetError):
        async with room.desks.listen(actor, conversation_id) as news:
            while is_heard(request) and not stopping.is_set():
                if time.monotonic() - checked_at >= SIGN_OF_LIFE:
                    if not await may_still(request, Permission.ANSWER_CHATS):
                        await _send(response, "signed_out", {})
                        break
                    checked_at = time.monotonic()
                await room.presences.here(actor)
                if conversation_id and (not heard or conversation_id in heard):
                    try:
                        await shown.chat(response)  # first what somebody waits for with their eyes on it
                    except (NotFound, NotAllowed):  # it went to another team, or was deleted
                        await _send(response, "gone", {})
                        break
                wait = whole_at - time.monotonic()
                if wait <= 0:
                    await shown.lists(response)
                    whole_at, wait = time.monotonic() + LISTS_EVERY, SIGN_OF_LIFE
                heard = await news.wait(wait)
                if not heard and wait == SIGN_OF_LIFE:
                    await response.write(b": here\n\n")
    return response


class _Shown:
    """What a program has been told so far, so that it is told only what is new."""

    def __init__(self, desks: Desks, actor: Actor, conversation_id: str, after: int) -> None:
        self._desks, self._actor = desks, actor
        self._conversation_id, self._after = conversation_id, after
        self._state = (0, "")
        self._queue = self._chats = ""

    async def chat(self, response: web.StreamResponse) -> None:
        """Tells what is new in the chat that is open."""
        chat = await self._desks.news(self._actor, self._conversation_id, self._after)
        if chat.messages or (chat.epoch, chat.stage) != self._state:
            self._state = (chat.epoch, chat.stage)
            self._after = max([self._after, *(one.seq for one in chat.messages)])
            await _send(response, "chat", schemas.chat_shape(chat), self._after)

    async def lists(self, response: web.StreamResponse) -> None:
        """Tells the queue and the actor's chats, each whole, when they are others than before."""
        snapshot = await self._desks.queue(self._actor)
        if snapshot.version != self._queue:
            self._queue = snapshot.version
            await _send(response, "queue", schemas.QUEUE.dump_python(snapshot, mode="json"))
        mine = schemas.CHATS.dump_python(schemas.Chats(await self._desks.my_chats(self._actor)), mode="json")
        if repr(mine) != self._chats:
            self._chats = repr(mine)
            await _send(response, "chats", mine)


async def _send(response: web.StreamResponse, event: str, data: dict[str, Any], seq: int | None = None) -> None:
    name = f"id: {seq}\n" if seq is not None else ""
    await response.write(f"{name}event: {event}\ndata: {json.dumps(data)}\n\n".encode())
