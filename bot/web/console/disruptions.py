"""Disruptions of bin collections: what is posted, post one with its days and its street or round, end one.

Residents of that place read it before their bin days, at once. docs/addresses-and-bins.md says who is told what.
"""

from datetime import date
from typing import Any

from aiohttp import web

from bot.bins.service import NewDisruption, UnusableDisruption
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.forms import read_form, see_other
from bot.web.console.shell import show, words_of
from bot.web.disrupting import end_recorded, post_recorded

HERE = "/console/disruptions"
FIELDS = ("council", "text", "street", "round", "begins", "until", "back_on")
DAYS = ("begins", "until", "back_on")
NEEDED = ("begins", "until")


async def disruptions_page(request: web.Request) -> web.Response:
    """GET /console/disruptions?council=."""
    return await _page(request, request.query.get("council", ""))


async def post(request: web.Request) -> web.Response:
    """POST /console/disruptions: posts one."""
    form, words = await read_form(request), words_of(request)["disruptions"]
    said = {name: form.get(name, "").strip() for name in FIELDS}
    if said["council"] not in _councils(request):
        raise web.HTTPNotFound
    days = {name: _day(said[name]) for name in DAYS}
    wrong = {name: words["wrong_day"] for name, day in days.items() if day is None and (said[name] or name in NEEDED)}
    until = days["until"]
    if wrong or until is None:
        return await _page(request, said["council"], wrong, said)
    new = NewDisruption(said["council"], said["text"], until, days["begins"], days["back_on"], said["street"], said["round"])
    try:
        await post_recorded(request, new)
    except UnusableDisruption as problem:
        return await _page(request, said["council"], {problem.field: str(problem)}, said)
    return see_other(f"{HERE}?council={said['council']}&done=posted")


async def end(request: web.Request) -> web.Response:
    """POST /console/disruptions/{council}/{id}/end: ends one now; doing it twice changes nothing."""
    council = request.match_info["council"]
    if council not in _councils(request):
        raise web.HTTPNotFound
    await end_recorded(request, council, request.match_info["id"])
    return see_other(f"{HERE}?council={council}&done=ended")


async def _page(
    request: web.Request, wanted: str, wrong: dict[str, str] | None = None, said: dict[str, str] | None = None
) -> web.Response:
    bins, councils = request.app[keys.HOMES].bins, _councils(request)
    council = wanted if wanted in councils else next(iter(councils))
    today = bins.today()
    fresh = dict.fromkeys(FIELDS, "") | {"begins": today.isoformat(), "until": today.isoformat()}
    values: dict[str, Any] = {"council": council, "councils": list(councils.items()), "today": today}
    return show(
        request,
        "disruptions.html",
        status=422 if wrong else 200,
        wrong=wrong,
        **values,
        posted=await bins.disruptions(council),
        rounds=await bins.rounds(council),
        said=said or fresh,
        done=request.query.get("done", ""),
        day=lambda one: f"{one:%a %-d %b %Y}",
    )


def _councils(request: web.Request) -> dict[str, str]:
    """The councils that are the actor's business, by their names."""
    knowledge, actor = request.app[keys.KNOWLEDGE], actor_of(request)
    return {one: knowledge.council(one).name for one in knowledge.council_ids if actor.sees_council(one)}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
