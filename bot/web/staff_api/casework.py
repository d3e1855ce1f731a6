"""Cases and promises for programs, on the use cases that the console calls."""

from aiohttp import web

from bot.cases.casework import Shown
from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import number_in_query, read_body
from bot.web.staff_api import schemas

MOST = 200  # cases in one answer


async def cases(request: web.Request) -> web.Response:
    """GET /cases: by their promised date, what is overdue first; `ended=yes` for those that have ended."""
    query = request.query
    shown = Shown(ended=query.get("ended") == "yes", team=query.get("team", ""), text=query.get("text", ""))
    limit, offset = int(number_in_query(request, "limit", 50, MOST)), int(number_in_query(request, "offset", 0, 1_000_000))
    found = await request.app[keys.CASEWORK].due(actor_of(request), shown, limit, offset)
    today = request.app[keys.CASES].today()
    return web.json_response({"cases": [schemas.case_shape(one, today) for one in found]})


async def case(request: web.Request) -> web.Response:
    """GET /cases/{reference}: one with its history. Recorded in the audit."""
    found = await request.app[keys.CASEWORK].read(actor_of(request), request.match_info["reference"])
    return web.json_response(schemas.case_shape(found, request.app[keys.CASES].today()))


async def change_status(request: web.Request) -> web.Response:
    """POST /cases/{reference}/status: moves it on, with a word for the resident."""
    body = await read_body(request, schemas.ChangeStatus)
    changed = await request.app[keys.CASEWORK].change_status(
        actor_of(request), request.match_info["reference"], body.status, body.text
    )
    return web.json_response(schemas.case_shape(changed, request.app[keys.CASES].today()))


async def change_due(request: web.Request) -> web.Response:
    """POST /cases/{reference}/due: promises another date; the resident is told why."""
    body = await read_body(request, schemas.ChangeDue)
    changed = await request.app[keys.CASEWORK].change_due(
        actor_of(request), request.match_info["reference"], body.due, body.text
    )
    return web.json_response(schemas.case_shape(changed, request.app[keys.CASES].today()))


async def change_team(request: web.Request) -> web.Response:
    """POST /cases/{reference}/team: passes it to another team."""
    body = await read_body(request, schemas.ChangeTeam)
    changed = await request.app[keys.CASEWORK].change_team(
        actor_of(request), request.match_info["reference"], body.team, body.text
    )
    return web.json_response(schemas.case_shape(changed, request.app[keys.CASES].today()))


async def add_note(request: web.Request) -> web.Response:
    """POST /cases/{reference}/notes: for staff, or for the resident too."""
    body = await read_body(request, schemas.CaseNote)
    changed = await request.app[keys.CASEWORK].add_note(
        actor_of(request), request.match_info["reference"], body.text, for_resident=body.for_resident
    )
    return web.json_response(schemas.case_shape(changed, request.app[keys.CASES].today()))
