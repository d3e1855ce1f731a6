"""What residents ask and do not get: the list of themes, and one theme with its messages and what can be done about it."""

from collections.abc import Mapping

from aiohttp import web

from bot.learning.model import Signal
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.forms import read_form, see_other
from bot.web.console.learning.shown import HERE, WORDS, Meanings, counted, missing_as_404, or_again, show_page

MOST_MESSAGES = 60


async def themes_page(request: web.Request) -> web.Response:
    """GET /console/learning."""
    return await _list(request, 200, {})


async def _list(request: web.Request, status: int, wrong: Mapping[str, str]) -> web.Response:
    room, actor, knowledge = request.app[keys.LEARNING], actor_of(request), request.app[keys.KNOWLEDGE]

    def title(council: str, article: str) -> str:
        found = knowledge.council(council).articles.get(article) if council in knowledge.council_ids else None
        return found.title if found else article

    gathered, words = request.query.get("gathered", ""), request.app[WORDS]["themes"]
    return await show_page(
        request,
        "themes.html",
        status=status,
        wrong=wrong,
        themes=await room.theming.themes(actor),
        closed=await room.theming.themes(actor, closed=True),
        singles=await room.theming.singles(actor),
        wrong_answers=await room.theming.wrong_answers(actor),
        article_title=title,
        gathered=counted(words["gathered"], int(gathered)) if gathered.isdigit() else "",
        counted=counted,
    )


@or_again(_list)
async def gather(request: web.Request) -> web.StreamResponse:
    """POST /console/learning/gather: looks again now."""
    new = await request.app[keys.LEARNING].theming.gather()
    return see_other(f"{HERE}?gathered={new}")


async def _one(request: web.Request, status: int, wrong: Mapping[str, str]) -> web.Response:
    room, actor = request.app[keys.LEARNING], actor_of(request)
    theme, signals = await room.theming.theme(actor, request.match_info["id"])
    form = await read_form(request) if request.method == "POST" else None
    different: dict[str, Signal] = {}
    for signal in signals:
        different.setdefault(signal.text, signal)
    suggested, words = request.query.get("suggested", ""), request.app[WORDS]["theme"]
    return await show_page(
        request,
        "theme.html",
        status=status,
        wrong=wrong,
        theme=theme,
        signals=list(different.values())[:MOST_MESSAGES],
        ticked=form.getall("message", []) if form else [],
        typed=form or {},
        meanings=Meanings(request, theme.council),
        said=counted(words["done"], int(suggested)) if suggested.isdigit() else "",
        counted=counted,
    )


@missing_as_404
async def theme_page(request: web.Request) -> web.Response:
    """GET /console/learning/themes/{id}."""
    return await _one(request, 200, {})


@or_again(_one)
async def suggest(request: web.Request) -> web.StreamResponse:
    """POST /console/learning/themes/{id}/suggest: the ticked messages become suggestions."""
    room, actor, form = request.app[keys.LEARNING], actor_of(request), await read_form(request)
    theme, _ = await room.theming.theme(actor, request.match_info["id"])
    ticked = [int(one) for one in form.getall("message", []) if one.isdigit()]
    intent, words = Meanings(request, theme.council).intent(form.get("meaning", "")), request.app[WORDS]
    if not ticked:
        return await _one(request, 422, {"messages": words["theme"]["none_ticked"]})
    if not intent:
        return await _one(request, 422, {"meaning": words["unknown_meaning"]})
    made = await room.suggesting.from_theme(actor, theme.id, ticked, intent)
    return see_other(f"{HERE}/themes/{theme.id}?suggested={len(made)}")


@or_again(_one)
async def ask_for_article(request: web.Request) -> web.StreamResponse:
    """POST /console/learning/themes/{id}/article."""
    room, actor, form = request.app[keys.LEARNING], actor_of(request), await read_form(request)
    await room.suggesting.article_from_theme(actor, request.match_info["id"], form.get("title", ""))
    return see_other(f"{HERE}/themes/{request.match_info['id']}?done=article")


@or_again(_one)
async def close(request: web.Request) -> web.StreamResponse:
    """POST /console/learning/themes/{id}/close."""
    form = await read_form(request)
    await request.app[keys.LEARNING].theming.close(actor_of(request), request.match_info["id"], form.get("reason", ""))
    return see_other(HERE)


@or_again(_one)
async def reopen(request: web.Request) -> web.StreamResponse:
    """POST /console/learning/themes/{id}/reopen."""
    await request.app[keys.LEARNING].theming.reopen(actor_of(request), request.match_info["id"])
    return see_other(f"{HERE}/themes/{request.match_info['id']}")
