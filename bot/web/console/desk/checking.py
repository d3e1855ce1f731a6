"""Replies that wait for a second person: a page of them, the decision about one, and whose replies wait at all."""

from aiohttp import web

from bot.conversations.service import NotFound
from bot.conversations.text import UnusableText
from bot.handoff.refusals import DraftDecided, NoteNeeded, OwnDraft
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.desk.pages import WORDS, passed_in_words
from bot.web.console.forms import read_form, see_other
from bot.web.console.shell import show

PAGE = "/console/drafts"
MOST_CHATS = 50


async def drafts(request: web.Request) -> web.Response:
    """GET /console/drafts."""
    return await _page(request)


async def decide(request: web.Request) -> web.Response:
    """POST /console/drafts/{draft}: sends it as it is or in other words, or refuses it with a reason."""
    form, draft, actor = await read_form(request), request.match_info["draft"], actor_of(request)
    checking, refusals = request.app[keys.HANDOFF].checking, request.app[WORDS]["refusals"]
    try:
        if form.get("do") == "refuse":
            await checking.refuse(actor, draft, form.get("reason", ""))
        else:
            await checking.approve(actor, draft, form.get("text") or None)
    except NoteNeeded:
        return await _page(request, refusals["reason_needed"])
    except OwnDraft:
        return await _page(request, refusals["own_draft"])
    except (DraftDecided, NotFound):
        return await _page(request, refusals["draft_decided"])
    except UnusableText as problem:
        return await _page(request, str(problem))
    return see_other(PAGE)


async def change_desk(request: web.Request) -> web.Response:
    """POST /console/drafts/desks/{staff}: whether somebody's replies are checked first, and how many chats they take."""
    form = await read_form(request)
    most = form.get("capacity", "").strip()
    if most and not (most.isascii() and most.isdigit() and 0 < int(most) <= MOST_CHATS):
        return await _page(request, request.app[WORDS]["refusals"]["no_capacity"].format(most=MOST_CHATS))
    await request.app[keys.HANDOFF].presences.supervise(
        actor_of(request),
        request.match_info["staff"],
        supervised=form.get("supervised") == "yes",
        capacity=int(most) if most else None,
    )
    return see_other(f"{PAGE}?done=desk#team")


async def _page(request: web.Request, fault: str = "") -> web.Response:
    room, actor = request.app[keys.HANDOFF], actor_of(request)
    waiting = await room.checking.drafts(actor)
    now, words = request.app[keys.CLOCK].now(), request.app[WORDS]
    return show(
        request,
        "desk/drafts.html",
        status=409 if fault else 200,
        says=words,
        fault=fault,
        drafts=waiting,
        colleagues=[one for one in await room.presences.colleagues(actor) if one.staff_id != actor.staff_id],
        done=request.query.get("done", ""),
        passed=lambda moment: passed_in_words(words, moment, now),
    )
