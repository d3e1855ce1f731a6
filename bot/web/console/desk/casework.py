"""Cases and promises as staff work on them: a list by due date with what is overdue in plain sight, and one case."""

from datetime import date

from aiohttp import web

from bot.cases.casework import Shown
from bot.cases.model import Case
from bot.cases.service import CaseHasEnded, CaseNotFound, ChangedMeanwhile, UnknownStatus
from bot.conversations.text import UnusableText
from bot.staff.model import ALL
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.desk.pages import WORDS
from bot.web.console.forms import read_form, see_other
from bot.web.console.shell import show

PAGE = "/console/cases"
AT_ONCE = 50


async def cases(request: web.Request) -> web.Response:
    """GET /console/cases."""
    query, actor, room = request.query, actor_of(request), request.app[keys.HANDOFF]
    start = int(query["from"]) if query.get("from", "").isdecimal() else 0
    shown = Shown(ended=query.get("ended") == "yes", team=query.get("team", ""), text=query.get("text", "")[:200])
    found = await request.app[keys.CASEWORK].due(actor, shown, AT_ONCE + 1, min(start, 1_000_000))
    council = actor.council if actor.council != ALL else room.wording.councils[0]
    return show(
        request,
        "desk/cases.html",
        says=request.app[WORDS],
        cases=found[:AT_ONCE],
        more=start + AT_ONCE if len(found) > AT_ONCE else 0,
        wanted=query,
        teams=room.desks.teams(council),
        today=request.app[keys.CASES].today(),
        team_name=lambda case: room.wording.plan(case.council).team(case.team).name,
        status_label=lambda case: request.app[keys.CASES].status(case.council, case.status).label,
    )


async def case(request: web.Request) -> web.Response:
    """GET /console/cases/{reference}. Recorded as read."""
    try:
        return await _page(request, await request.app[keys.CASEWORK].read(actor_of(request), request.match_info["reference"]))
    except CaseNotFound:
        raise web.HTTPNotFound from None


async def change(request: web.Request) -> web.Response:
    """POST /console/cases/{reference}: another status, a note, another date or another team."""
    form, actor, reference = await read_form(request), actor_of(request), request.match_info["reference"]
    work, refusals = request.app[keys.CASEWORK], request.app[WORDS]["refusals"]
    seen = int(form["seen"]) if form.get("seen", "").isdecimal() else None
    try:
        match form.get("do"):
            case "status":
                await work.change_status(actor, reference, form.get("status", ""), form.get("text", ""), seen)
            case "note":
                await work.add_note(actor, reference, form.get("text", ""), for_resident=form.get("for") == "resident")
            case "due":
                await work.change_due(actor, reference, date.fromisoformat(form.get("due", "")), form.get("text", ""))
            case "team":
                await work.change_team(actor, reference, form.get("team", ""), form.get("text", ""))
            case _:
                return see_other(f"{PAGE}/{reference}")
    except CaseNotFound:
        raise web.HTTPNotFound from None
    except ChangedMeanwhile:
        return await _again(request, refusals["changed_meanwhile"])
    except CaseHasEnded:
        return await _again(request, refusals["case_ended"])
    except UnknownStatus:
        return await _again(request, refusals["choose_one"])
    except UnusableText as problem:
        return await _again(request, str(problem))
    except ValueError:
        return await _again(request, refusals["no_date"])
    return see_other(f"{PAGE}/{reference}")


async def _again(request: web.Request, fault: str) -> web.Response:
    found = await request.app[keys.CASEWORK].read(actor_of(request), request.match_info["reference"])
    return await _page(request, found, fault)


async def _page(request: web.Request, found: Case, fault: str = "") -> web.Response:
    service, room = request.app[keys.CASES], request.app[keys.HANDOFF]
    return show(
        request,
        "desk/case.html",
        status=409 if fault else 200,
        says=request.app[WORDS],
        fault=fault,
        case=found,
        today=service.today(),
        label=lambda status: service.status(found.council, status).label,
        statuses=service.statuses(found.council),
        teams=room.desks.teams(found.council),
    )
