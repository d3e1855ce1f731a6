"""Kill switches and notices, for supervisors and administrators: what residents meet, changed at once and with a reason."""

from datetime import datetime

from aiohttp import web

from bot.foundation.words import LONDON
from bot.staff.switch_model import Feature, UnusableSwitch
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.forms import read_form, see_other
from bot.web.console.shell import show, words_of

HERE = "/console/switches"


async def switches_page(request: web.Request) -> web.Response:
    """GET /console/switches."""
    return await _page(request)


async def turn(request: web.Request) -> web.Response:
    """POST /console/switches/{council}/{feature}: turns it off with a reason, or on."""
    form, switches = await read_form(request), request.app[keys.STAFF].switches
    council, name = request.match_info["council"], request.match_info["feature"]
    if name not in list(Feature) or council not in switches.councils:
        raise web.HTTPNotFound
    try:
        await switches.turn(actor_of(request), council, Feature(name), form.get("reason", ""), on=form.get("on") == "yes")
    except UnusableSwitch as problem:
        return await _page(request, 422, {f"reason-{council}-{name}": str(problem)})
    return see_other(f"{HERE}?done=switch")


async def post_notice(request: web.Request) -> web.Response:
    """POST /console/switches/notices."""
    form, switches, words = await read_form(request), request.app[keys.STAFF].switches, words_of(request)["switches"]
    said = {name: form.get(name, "") for name in ("council", "text", "starts", "ends")}
    starts, ends = _moment(said["starts"]), _moment(said["ends"])
    wrong = {name: words["wrong_moment"] for name, moment in (("starts", starts), ("ends", ends)) if moment is None}
    if starts is None or ends is None:
        return await _page(request, 422, wrong, said)
    try:
        await switches.post_notice(actor_of(request), said["council"], said["text"], starts, ends)
    except UnusableSwitch as problem:
        field = {"starts_at": "starts", "ends_at": "ends"}.get(problem.field, problem.field)
        return await _page(request, 422, {field: str(problem)}, said)
    return see_other(f"{HERE}?done=notice")


async def withdraw_notice(request: web.Request) -> web.Response:
    """POST /console/switches/notices/{id}/withdraw."""
    await request.app[keys.STAFF].switches.withdraw_notice(actor_of(request), request.match_info["id"])
    return see_other(f"{HERE}?done=withdrawn")


async def _page(
    request: web.Request, status: int = 200, wrong: dict[str, str] | None = None, said: dict[str, str] | None = None
) -> web.Response:
    switches, actor, knowledge = request.app[keys.STAFF].switches, actor_of(request), request.app[keys.KNOWLEDGE]
    now = request.app[keys.CLOCK].now()
    councils = [(one, knowledge.council(one).name) for one in switches.councils if actor.sees_council(one)]
    found = await switches.all(actor)
    fresh = {"council": councils[0][0] if councils else "", "text": "", "ends": ""}
    return show(
        request,
        "switches.html",
        status=status,
        wrong=wrong,
        councils=[(council, name, [one for one in found if one.council == council]) for council, name in councils],
        choices=councils,
        notices=await switches.all_notices(actor),
        now=now,
        said=said or fresh | {"starts": f"{now.astimezone(LONDON):%Y-%m-%dT%H:%M}"},
        done=request.query.get("done", ""),
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
