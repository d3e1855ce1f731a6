"""A chat to learn from: what a resident meant, a reply worth keeping, an answer that is wrong."""

from collections.abc import Mapping

from aiohttp import web

from bot.learning.model import WhyWrong
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.forms import read_form, see_other
from bot.web.console.learning.shown import HERE, WORDS, Meanings, missing_as_404, or_again, show_page


async def _page(request: web.Request, status: int, wrong: Mapping[str, str]) -> web.Response:
    room = request.app[keys.LEARNING]
    found = await room.marking.transcript(actor_of(request), request.match_info["conversation"])
    form = await read_form(request) if request.method == "POST" else {}
    return await show_page(
        request,
        "transcript.html",
        status=status,
        wrong=wrong,
        transcript=found,
        whys=list(WhyWrong),
        meanings=Meanings(request, found.conversation.council),
        failed=int(request.match_info.get("seq", "0")),
        typed=form,
    )


@missing_as_404
async def transcript_page(request: web.Request) -> web.Response:
    """GET /console/learning/chats/{conversation}."""
    return await _page(request, 200, {})


@or_again(_page)
async def meant(request: web.Request) -> web.StreamResponse:
    """POST …/{seq}/meant: what the resident meant."""
    form, (conversation, seq) = await read_form(request), _place(request)
    intent = Meanings(request).intent(form.get("meaning", ""))
    if not intent:
        return await _page(request, 422, {f"meaning-{seq}": request.app[WORDS]["unknown_meaning"]})
    await request.app[keys.LEARNING].marking.meant(actor_of(request), conversation, seq, intent, form.get("text", ""))
    return _done(conversation, "meant", seq)


@or_again(_page)
async def keep(request: web.Request) -> web.StreamResponse:
    """POST …/{seq}/keep: a reply of staff is worth keeping."""
    conversation, seq = _place(request)
    await request.app[keys.LEARNING].marking.worth_keeping(actor_of(request), conversation, seq)
    return _done(conversation, "keep", seq)


@or_again(_page)
async def wrong(request: web.Request) -> web.StreamResponse:
    """POST …/{seq}/wrong: an answer is wrong, and why."""
    form, (conversation, seq) = await read_form(request), _place(request)
    await request.app[keys.LEARNING].marking.wrong(actor_of(request), conversation, seq, form.get("why", ""))
    return _done(conversation, "wrong", seq)


def _place(request: web.Request) -> tuple[str, int]:
    return request.match_info["conversation"], int(request.match_info["seq"])


def _done(conversation: str, what: str, seq: int) -> web.Response:
    return see_other(f"{HERE}/chats/{conversation}?done={what}#message-{seq}")
