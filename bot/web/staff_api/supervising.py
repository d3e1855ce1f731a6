"""For supervisors and for looking back, as JSON: chats of colleagues, who is checked and how much they take, past chats."""

from datetime import UTC, datetime

from aiohttp import web

from bot.handoff.history import Wanted
from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import read_body
from bot.web.problems import Problem
from bot.web.staff_api import schemas

LONGEST_SEARCH = 200


async def team_chats(request: web.Request) -> web.Response:
    """GET /team-chats: what people of one's teams have just now."""
    found = await request.app[keys.HANDOFF].desks.team_chats(actor_of(request))
    return web.json_response(schemas.CHATS.dump_python(schemas.Chats(found), mode="json"))


async def step_in(request: web.Request) -> web.Response:
    """POST /chats/{id}/step-in: joins a conversation in which danger was recognised, unasked."""
    chat = await request.app[keys.HANDOFF].desks.step_in(actor_of(request), request.match_info["id"])
    return web.json_response(schemas.chat_shape(chat))


async def change_desk(request: web.Request) -> web.Response:
    """PUT /desks/{id}: whether somebody's replies are checked first, and how many chats they take."""
    body = await read_body(request, schemas.ChangeDesk)
    await request.app[keys.HANDOFF].presences.supervise(
        actor_of(request), request.match_info["id"], supervised=body.supervised, capacity=body.capacity
    )
    return web.Response(status=204)


async def history(request: web.Request) -> web.Response:
    """GET /history: past chats of one's teams, the newest first. Recorded in the audit."""
    query = request.query
    wanted = Wanted(
        text=query.get("text", "")[:LONGEST_SEARCH],
        team=query.get("team", ""),
        outcome=query.get("outcome", ""),
        since=_moment(request, "since"),
        until=_moment(request, "until"),
        before=_moment(request, "before"),
    )
    found = await request.app[keys.HANDOFF].history.search(actor_of(request), wanted)
    return web.json_response(schemas.PAST.dump_python(schemas.PastChats(found), mode="json"))


def _moment(request: web.Request, name: str) -> datetime | None:
    """A moment with its zone from the address. Raises Problem."""
    text = request.query.get(name, "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Problem(422, "wrong_moment", f"{name} must be a moment with its zone, such as 2026-11-26T09:00:00Z.") from None
