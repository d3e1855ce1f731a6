"""Disruptions of bin collections for programs: what is posted, post one, end one. Residents of that place read it first.

The console's page does the same (bot/web/console/disruptions.py), and so does the command line: `python -m bot disruption`.
"""

from aiohttp import web

from bot.bins.service import NewDisruption, UnusableDisruption
from bot.staff.model import NotAllowed, Permission
from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import read_body
from bot.web.disrupting import end_recorded, post_recorded
from bot.web.problems import Problem
from bot.web.staff_api import schemas


async def disruptions(request: web.Request) -> web.Response:
    """GET /disruptions/{council}: everything posted that has not ended, by its first day."""
    council = _council(request)
    found = await request.app[keys.HOMES].bins.disruptions(council)
    return web.json_response({"disruptions": [schemas.disruption_shape(one) for one in found]})


async def post(request: web.Request) -> web.Response:
    """POST /disruptions/{council}: posts one."""
    council = _council(request)
    body = await read_body(request, schemas.PostDisruption)
    try:
        posted = await post_recorded(request, NewDisruption(council=council, **body.model_dump()))
    except UnusableDisruption as problem:
        raise Problem(422, "unusable_disruption", str(problem)) from problem
    return web.json_response(schemas.disruption_shape(posted), status=201)


async def end(request: web.Request) -> web.Response:
    """DELETE /disruptions/{council}/{id}: ends one before its last day."""
    council = _council(request)
    if not await end_recorded(request, council, request.match_info["id"]):
        raise Problem(404, "not_found", "There is no such disruption, or it has ended.")
    return web.Response(status=204)


def _council(request: web.Request) -> str:
    """The council of the address, if it is there and the actor's business. Raises NotAllowed and 404."""
    council = request.match_info["council"]
    if council not in request.app[keys.KNOWLEDGE].council_ids:
        raise Problem(404, "not_found", "There is no such council.")
    if not actor_of(request).sees_council(council):
        raise NotAllowed(Permission.WORK_CASES)
    return council
