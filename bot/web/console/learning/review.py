"""Suggestions that wait for a second person, and what became of earlier ones."""

from collections.abc import Mapping

from aiohttp import web

from bot.learning.examples import examples_of
from bot.learning.model import SuggestionKind, SuggestionState
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.forms import read_form, see_other
from bot.web.console.learning.shown import HERE, or_again, show_page

PAGE = HERE + "/review"


async def review_page(request: web.Request) -> web.Response:
    """GET /console/learning/review."""
    return await _page(request, 200, {})


async def _page(request: web.Request, status: int, wrong: Mapping[str, str]) -> web.Response:
    room, actor = request.app[keys.LEARNING], actor_of(request)
    accepted = await room.reviewing.decided(actor, SuggestionState.ACCEPTED)
    return await show_page(
        request,
        "review.html",
        status=status,
        wrong=wrong,
        reviews=await room.reviewing.waiting(actor),
        examples=[one for one in accepted if one.kind == SuggestionKind.EXAMPLE],
        articles=[one for one in accepted if one.kind == SuggestionKind.ARTICLE],
        refused=await room.reviewing.decided(actor, SuggestionState.REFUSED),
        in_live=frozenset(examples_of(room.parts.shelf.learnt())),
        failed=request.match_info.get("id", ""),
    )


@or_again(_page)
async def accept(request: web.Request) -> web.StreamResponse:
    """POST /console/learning/review/{id}/accept."""
    form = await read_form(request)
    both_right = form.get("both_right") == "yes"
    one = await request.app[keys.LEARNING].reviewing.accept(actor_of(request), request.match_info["id"], both_right=both_right)
    return see_other(f"{PAGE}?done={'article' if one.kind == SuggestionKind.ARTICLE else 'accepted'}")


@or_again(_page)
async def refuse(request: web.Request) -> web.StreamResponse:
    """POST /console/learning/review/{id}/refuse."""
    form = await read_form(request)
    await request.app[keys.LEARNING].reviewing.refuse(actor_of(request), request.match_info["id"], form.get("reason", ""))
    return see_other(f"{PAGE}?done=refused")


@or_again(_page)
async def withdraw(request: web.Request) -> web.StreamResponse:
    """POST /console/learning/review/{id}/withdraw."""
    form = await read_form(request)
    await request.app[keys.LEARNING].reviewing.withdraw(actor_of(request), request.match_info["id"], form.get("reason", ""))
    return see_other(f"{PAGE}?done=withdrawn")
