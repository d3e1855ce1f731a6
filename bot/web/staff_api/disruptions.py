"""Disruptions of bin collections for programs: what is posted, post one, end one. Residents of that place read it first.

Posting and ending are in the audit, in the same transaction. The same from the command line: `python -m bot disruption`.
"""

from aiohttp import web

from bot.bins.service import NewDisruption, UnusableDisruption
from bot.staff.audit import Action
from bot.staff.model import NotAllowed, Permission
from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import read_body
from bot.web.problems import Problem
from bot.web.staff_api import schemas


async def disruptions(request: web.Request) -> web.Response:
    """GET /disruptions/{council}: everything posted that has not ended, by its first day."""
    council = _council(request)
    found = await request.app[keys.HOMES].bins.disruptions(council)
    return web.json_response({"disruptions": [schemas.disruption_shape(one) for one in found]})


async def post(request: web.Request) -> web.Response:
    """POST /disruptions/{council}: posts one."""
    council, actor = _council(request), actor_of(request)
    body = await read_body(request, schemas.PostDisruption)
    new = NewDisruption(council=council, **body.model_dump())
    try:
        async with request.app[keys.DATABASE].writing() as tx:
            posted = await request.app[keys.HOMES].bins.post_disruption(tx, new, actor.name)
            subject = f"disruption:{posted.id}"
            await request.app[keys.STAFF].audit.record(tx, actor, Action.DISRUPTION_POSTED, subject, council=council)
    except UnusableDisruption as problem:
        raise Problem(422, "unusable_disruption", str(problem)) from problem
    return web.json_response(schemas.disruption_shape(posted), status=201)


async def end(request: web.Request) -> web.Response:
    """DELETE /disruptions/{council}/{id}: ends one before its last day."""
    council, actor = _council(request), actor_of(request)
    async with request.app[keys.DATABASE].writing() as tx:
        ended = await request.app[keys.HOMES].bins.end_disruption(tx, council, request.match_info["id"])
        if ended is None:
            raise Problem(404, "not_found", "There is no such disruption, or it has ended.")
        subject = f"disruption:{ended.id}"
        await request.app[keys.STAFF].audit.record(tx, actor, Action.DISRUPTION_ENDED, subject, council=council)
    return web.Response(status=204)


def _council(request: web.Request) -> str:
    """The council of the address, if it is there and the actor's business. Raises NotAllowed and 404."""
    council = request.match_info["council"]
    if council not in request.app[keys.KNOWLEDGE].council_ids:
        raise Problem(404, "not_found", "There is no such council.")
    if not actor_of(request).sees_council(council):
        raise NotAllowed(Permission.CHANGE_SWITCHES)
    return council
