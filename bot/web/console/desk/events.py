"""One event stream for each open workspace. It says only that something changed; the page then fetches its part again.

It is also how the product knows that somebody is at their desk: an open stream reports every few seconds. Nothing of what a
resident types before sending is known here or anywhere.
"""

import asyncio
import json
import time
from contextlib import suppress

from aiohttp import web

from bot.conversations.service import NotFound
from bot.staff.model import NotAllowed, Permission
from bot.web import keys
from bot.web.access import actor_of, may_still
from bot.web.console.desk.gathering import Workspace, gather
from bot.web.streams import is_heard

SIGN_OF_LIFE = 12.0  # seconds; presence.py takes five missed ones for an empty chair


async def events(request: web.Request) -> web.StreamResponse:
    """GET /console/desk/events?chat=…: `change` whenever the workspace looks different, with what to sound an alert by."""
    actor, room, conversation_id = actor_of(request), request.app[keys.HANDOFF], request.query.get("chat", "")
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    stopping: asyncio.Event = request.app[keys.STOPPING]
    shown, checked_at = "", time.monotonic()
    with suppress(ConnectionResetError):
        async with room.desks.listen(actor, conversation_id) as news:
            while is_heard(request) and not stopping.is_set():
                if time.monotonic() - checked_at >= SIGN_OF_LIFE:
                    if not await may_still(request, Permission.ANSWER_CHATS):
                        await _send(response, "signed_out", {})
                        return response
                    checked_at = time.monotonic()
                await room.presences.here(actor)
                try:
                    space = await gather(request, conversation_id)
                except (NotFound, NotAllowed):
                    await _send(response, "gone", {})
                    return response
                if space.stamp != shown:
                    shown = space.stamp
                    await _send(response, "change", _alert(space))
                if not await news.wait(SIGN_OF_LIFE):
                    await response.write(b": here\n\n")
    return response


def _alert(space: Workspace) -> dict[str, object]:
    """What the page needs to decide whether to make a sound: who waits in the queue, and who waits for a reply."""
    return {
        "stamp": space.stamp,
        "waiting": len(space.queue.items),
        "urgent": sum(one.urgent for one in space.queue.items) + len(space.queue.alerts),
        "replies": sum(one.waiting_since is not None for one in space.chats),
    }


async def _send(response: web.StreamResponse, event: str, data: dict[str, object]) -> None:
    await response.write(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())
