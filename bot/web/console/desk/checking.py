"""Replies that wait for a second person: a page of them, and the decision about one."""

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


async def _page(request: web.Request, fault: str = "") -> web.Response:
    waiting = await request.app[keys.HANDOFF].checking.drafts(actor_of(request))
    now, words = request.app[keys.CLOCK].now(), request.app[WORDS]
    return show(
        request,
        "desk/drafts.html",
        status=409 if fault else 200,
        says=words,
        fault=fault,
        drafts=waiting,
        passed=lambda moment: passed_in_words(words, moment, now),
    )
