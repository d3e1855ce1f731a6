"""The event stream for programs: the queue whole whenever it changes, and one chat's news by `seq`.

Resume a chat with Last-Event-ID or `after`; the queue needs no resuming, since each event has all of it.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import web

from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import number_in_query
from bot.web.staff_api import schemas
from bot.web.streams import is_heard

SIGN_OF_LIFE = 12.0
LARGEST_SEQ = 2_147_483_647


async def events(request: web.Request) -> web.StreamResponse:
    """GET /events?chat=…&after=…: events `queue`, `chats` and, for the chat that is named, `chat`."""
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
    queue, chats, state = "", "", (0, "")
    with suppress(ConnectionResetError):
        async with room.desks.listen(actor, conversation_id) as news:
            while is_heard(request) and not stopping.is_set():
                await room.presences.here(actor)
                snapshot = await room.desks.queue(actor)
                if snapshot.version != queue:
                    queue = snapshot.version
                    await _send(response, "queue", schemas.QUEUE.dump_python(snapshot, mode="json"))
                mine = schemas.CHATS.dump_python(schemas.Chats(await room.desks.my_chats(actor)), mode="json")
                if repr(mine) != chats:
                    chats = repr(mine)
                    await _send(response, "chats", mine)
                if conversation_id:
                    chat = await room.desks.news(actor, conversation_id, after)
                    if chat.messages or (chat.epoch, chat.stage) != state:
                        state = (chat.epoch, chat.stage)
                        after = max([after, *(one.seq for one in chat.messages)])
                        await _send(response, "chat", schemas.chat_shape(chat), after)
                if not await news.wait(SIGN_OF_LIFE):
                    await response.write(b": here\n\n")
    return response


async def _send(response: web.StreamResponse, event: str, data: dict[str, Any], seq: int | None = None) -> None:
    name = f"id: {seq}\n" if seq is not None else ""
    await response.write(f"{name}event: {event}\ndata: {json.dumps(data)}\n\n".encode())
