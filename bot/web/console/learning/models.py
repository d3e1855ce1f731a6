"""The live model, its candidates and what each would change; train, make live, go back."""

from collections.abc import Mapping

from aiohttp import web

from bot.learning.model import CandidateState
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.forms import see_other
from bot.web.console.learning.shown import HERE, Meanings, counted, missing_as_404, or_again, show_page

PAGE = HERE + "/models"
SHOWN_CHANGES = 200


async def models_page(request: web.Request) -> web.Response:
    """GET /console/learning/models; only the part that changes by itself when the request asks for `part`."""
    return await _page(request, 200, {})


async def _page(request: web.Request, status: int, wrong: Mapping[str, str]) -> web.Response:
    room, actor = request.app[keys.LEARNING], actor_of(request)
    await room.candidates.give_up_lost()
    candidates = await room.candidates.newest(actor)
    standing = await room.standing()
    return await show_page(
        request,
        "models-part.html" if request.query.get("part") else "models.html",
        status=status,
        wrong=wrong,
        candidates=candidates,
        training=next((one for one in candidates if one.state == CandidateState.TRAINING), None),
        history=await room.candidates.history(actor),
        standing=standing,
        counted=counted,
    )


@or_again(_page)
async def train(request: web.Request) -> web.StreamResponse:
    """POST /console/learning/models/train: begins a training in a process of its own."""
    room = request.app[keys.LEARNING]
    begun = await room.candidates.begin(actor_of(request))
    await room.launch(begun.id)
    return see_other(PAGE)


@or_again(_page)
async def roll_back(request: web.Request) -> web.StreamResponse:
    """POST /console/learning/models/rollback."""
    await request.app[keys.LEARNING].promoting.roll_back(actor_of(request))
    return see_other(f"{PAGE}?done=rolled_back")


async def _candidate(request: web.Request, status: int, wrong: Mapping[str, str]) -> web.Response:
    room, actor = request.app[keys.LEARNING], actor_of(request)
    one = await room.candidates.one(actor, request.match_info["id"])
    changes = await room.candidates.changes(actor, one.id)
    knowledge, meanings = request.app[keys.KNOWLEDGE], Meanings(request)

    def article_title(council: str, article: str) -> str:
        found = knowledge.council(council or knowledge.council_ids[0]).articles.get(article)
        return found.title if found else article

    return await show_page(
        request,
        "candidate.html",
        status=status,
        wrong=wrong,
        one=one,
        changes=changes[:SHOWN_CHANGES],
        more=len(changes) > SHOWN_CHANGES,
        live=room.parts.shelf.live(),
        article_title=article_title,
        meanings=meanings,
        meant_labels=lambda change: ", ".join(meanings.label(intent) for intent in change.meant),
    )


@missing_as_404
async def candidate_page(request: web.Request) -> web.Response:
    """GET /console/learning/models/{id}."""
    return await _candidate(request, 200, {})


@or_again(_candidate)
async def promote(request: web.Request) -> web.StreamResponse:
    """POST /console/learning/models/{id}/promote."""
    await request.app[keys.LEARNING].promoting.promote(actor_of(request), request.match_info["id"])
    return see_other(f"{PAGE}?done=promoted")
