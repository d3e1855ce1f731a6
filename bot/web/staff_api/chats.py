"""Queue and chats for programs: each handler reads its body, calls the use case that the console calls, sends its shape.

Refusals are problem documents with a code of their own (problems.py); a chat of another team or council does not exist.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.handoff.model import Presence
from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import number_in_query, read_body
from bot.web.staff_api import schemas

LARGEST_SEQ = 2_147_483_647


async def me(request: web.Request) -> web.Response:
    """GET /me."""
    actor = actor_of(request)
    shape = schemas.Me(
        staff_id=actor.staff_id,
        name=actor.name,
        council=actor.council,
        teams=sorted(actor.teams),
        permissions=sorted(actor.permissions),
    )
    return web.json_response(shape.model_dump())


async def queue(request: web.Request) -> web.Response:
    """GET /queue: everybody who waits, whole, with a version."""
    snapshot = await request.app[keys.HANDOFF].desks.queue(actor_of(request))
    return web.json_response(schemas.QUEUE.dump_python(snapshot, mode="json"))


async def claim_next(request: web.Request) -> web.Response:
    """POST /queue/next: takes the first of the queue; 204 when nobody waits."""
    chat = await request.app[keys.HANDOFF].desks.claim_next(actor_of(request))
    return web.json_response(schemas.chat_shape(chat)) if chat else web.Response(status=204)


async def chats(request: web.Request) -> web.Response:
    """GET /chats: one's own."""
    mine = await request.app[keys.HANDOFF].desks.my_chats(actor_of(request))
    return web.json_response(schemas.CHATS.dump_python(schemas.Chats(mine), mode="json"))


async def open_chat(request: web.Request) -> web.Response:
    """GET /chats/{id}: the transcript and all that belongs to it. Recorded in the audit."""
    chat = await request.app[keys.HANDOFF].desks.open(actor_of(request), request.match_info["id"])
    after = int(number_in_query(request, "after", 0, LARGEST_SEQ))
    shape = schemas.chat_shape(chat)
    shape["messages"] = [one for one in shape["messages"] if one["seq"] > after]
    return web.json_response(shape)


async def claim(request: web.Request) -> web.Response:
    """POST /chats/{id}/claim: exactly one of many who try wins."""
    chat = await request.app[keys.HANDOFF].desks.claim(actor_of(request), request.match_info["id"])
    return web.json_response(schemas.chat_shape(chat))


async def reply(request: web.Request) -> web.Response:
    """POST /chats/{id}/messages: says something to the resident, once."""
    body = await read_body(request, schemas.Reply)
    sent = await request.app[keys.ASSIST].suggestions.reply(
        actor_of(request),
        request.match_info["id"],
        body.client_message_id,
        body.text,
        body.epoch,
        suggested_for=body.suggested_for,
        inserted=body.inserted,
    )
    return web.json_response(vars(sent), status=200 if sent.repeat else 201)


async def note(request: web.Request) -> web.Response:
    """POST /chats/{id}/notes: keeps a note for colleagues, once."""
    body = await read_body(request, schemas.NewNote)
    await request.app[keys.HANDOFF].desks.note(actor_of(request), request.match_info["id"], body.client_message_id, body.text)
    return web.Response(status=204)


async def transfer(request: web.Request) -> web.Response:
    """POST /chats/{id}/transfer: passes it on with a note."""
    body = await read_body(request, schemas.Transfer)
    await request.app[keys.HANDOFF].passing.transfer(
        actor_of(request), request.match_info["id"], body.note, team=body.team, staff_id=body.staff_id
    )
    return web.Response(status=204)


async def end(request: web.Request) -> web.Response:
    """POST /chats/{id}/end: ends it with an outcome."""
    body = await read_body(request, schemas.End)
    await request.app[keys.ASSIST].suggestions.end(actor_of(request), request.match_info["id"], body.outcome, body.note)
    return web.Response(status=204)


async def take_over(request: web.Request) -> web.Response:
    """POST /chats/{id}/take-over: a supervisor takes a colleague's chat."""
    body = await read_body(request, schemas.Noted)
    chat = await request.app[keys.HANDOFF].passing.take_over(actor_of(request), request.match_info["id"], body.note)
    return web.json_response(schemas.chat_shape(chat))


def noted(name: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """POST /chats/{id}/put-back and /to-assistant: gives the chat away, with a note if there is one."""

    async def handle(request: web.Request) -> web.Response:
        body = await read_body(request, schemas.Noted)
        move = getattr(request.app[keys.HANDOFF].passing, name)
        await move(actor_of(request), request.match_info["id"], body.note)
        return web.Response(status=204)

    return handle


async def set_presence(request: web.Request) -> web.Response:
    """PUT /presence: available, busy, on a break, away or gone."""
    body = await read_body(request, schemas.SetPresence)
    desk = await request.app[keys.HANDOFF].presences.set(actor_of(request), Presence(body.presence), body.reason)
    return web.json_response(schemas.desk_shape(desk).model_dump())


async def drafts(request: web.Request) -> web.Response:
    """GET /drafts: replies that wait for a second person."""
    waiting = await request.app[keys.HANDOFF].checking.drafts(actor_of(request))
    return web.json_response(schemas.DRAFTS.dump_python(schemas.Drafts(waiting), mode="json"))


async def approve(request: web.Request) -> web.Response:
    """POST /drafts/{id}/approve."""
    body = await read_body(request, schemas.Approve)
    seq = await request.app[keys.HANDOFF].checking.approve(actor_of(request), request.match_info["id"], body.text)
    return web.json_response({"seq": seq})


async def refuse(request: web.Request) -> web.Response:
    """POST /drafts/{id}/refuse."""
    body = await read_body(request, schemas.Refuse)
    await request.app[keys.HANDOFF].checking.refuse(actor_of(request), request.match_info["id"], body.reason)
    return web.Response(status=204)
