"""The page on which a supervisor deletes a chat for good: how much goes, what stays, why, and that somebody has made sure.

No word of the chat is shown here, and none is kept as the reason: reasons are a closed list.
"""

from collections.abc import Mapping

from aiohttp import web

from bot.conversations.service import NotFound
from bot.handoff.erasing import Erasable, Why
from bot.handoff.refusals import StillOpen, UnknownReason
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.desk.pages import WORDS
from bot.web.console.forms import read_form, see_other
from bot.web.console.shell import show

HERE = "/console/history"
ID = "{conversation:[0-9a-f]{32}}"
PAGE = f"{HERE}/{ID}/delete"
FIND = f"{HERE}/delete"


async def find(request: web.Request) -> web.Response:
    """GET /console/history/delete?number=: leads to the page of the chat with this number."""
    number = request.query.get("number", "").strip().lower().replace("-", "")
    if len(number) == 32 and all(letter in "0123456789abcdef" for letter in number):
        return see_other(f"{HERE}/{number}/delete")
    return see_other(f"{HERE}?missing=yes")


async def erase_page(request: web.Request) -> web.Response:
    """GET /console/history/{conversation}/delete."""
    return await _page(request, {})


async def erase(request: web.Request) -> web.Response:
    """POST to the same address: deletes it."""
    form, says = await read_form(request), request.app[WORDS]["erasing"]
    if form.get("sure") != "yes":
        return await _page(request, {"sure": says["sure_needed"]}, form)
    try:
        await request.app[keys.HANDOFF].erasing.erase(
            actor_of(request), request.match_info["conversation"], form.get("why", ""), form.get("request", "")
        )
    except StillOpen:
        return await _page(request, {"": says["still_open"]}, form)
    except UnknownReason:
        field = "request" if form.get("why") in list(Why) else "why"
        return await _page(request, {field: says[f"{field}_needed"]}, form)
    except NotFound:
        return see_other(f"{HERE}?missing=yes")
    return see_other(f"{HERE}?deleted=yes")


async def _page(request: web.Request, wrong: Mapping[str, str], typed: Mapping[str, str] | None = None) -> web.Response:
    try:
        found: Erasable = await request.app[keys.HANDOFF].erasing.look(actor_of(request), request.match_info["conversation"])
    except NotFound:
        return see_other(f"{HERE}?missing=yes")
    return show(
        request,
        "desk/delete.html",
        status=422 if wrong else 200,
        wrong=wrong,
        says=request.app[WORDS],
        found=found,
        whys=list(Why),
        typed=typed or {},
    )
