"""Learning for programs: themes, suggestions and their review, candidates and the live model. The same as the console's pages."""

from typing import Any

from aiohttp import web

from bot.learning.model import Candidate, Signal, Suggestion, SuggestionState, Theme
from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import read_body
from bot.web.problems import Problem
from bot.web.staff_api import learning_schemas as shapes


async def themes(request: web.Request) -> web.Response:
    """GET /learning/themes."""
    closed = request.query.get("closed") == "yes"
    found = await request.app[keys.LEARNING].theming.themes(actor_of(request), closed=closed)
    return web.json_response({"themes": [theme_shape(one) for one in found]})


async def theme(request: web.Request) -> web.Response:
    """GET /learning/themes/{id}: with its masked messages."""
    found, signals = await request.app[keys.LEARNING].theming.theme(actor_of(request), request.match_info["id"])
    return web.json_response({**theme_shape(found), "messages": [signal_shape(one) for one in signals]})


async def gather(request: web.Request) -> web.Response:
    """POST /learning/themes/gather: looks again now."""
    return web.json_response({"new": await request.app[keys.LEARNING].theming.gather()})


async def suggestions(request: web.Request) -> web.Response:
    """GET /learning/suggestions: those in a state; the ones that wait when none is given."""
    wanted = request.query.get("state", "waiting")
    if wanted not in list(SuggestionState):
        raise Problem(422, "unknown_state", f"state must be one of {', '.join(SuggestionState)}.")
    room, actor = request.app[keys.LEARNING], actor_of(request)
    if wanted == SuggestionState.WAITING:
        found = [one.suggestion for one in await room.reviewing.waiting(actor)]
    else:
        found = await room.reviewing.decided(actor, SuggestionState(wanted))
    return web.json_response({"suggestions": [suggestion_shape(one) for one in found]})


async def suggest(request: web.Request) -> web.Response:
    """POST /learning/suggestions: an example of an intent."""
    body = await read_body(request, shapes.NewExample)
    room = request.app[keys.LEARNING]
    made = await room.reviewing.suggest_example(actor_of(request), body.council, body.text, body.intent)
    return web.json_response(suggestion_shape(made), status=201)


async def accept(request: web.Request) -> web.Response:
    """POST /learning/suggestions/{id}/accept."""
    body = await read_body(request, shapes.AcceptSuggestion)
    reviewing = request.app[keys.LEARNING].reviewing
    one = await reviewing.accept(actor_of(request), request.match_info["id"], both_right=body.both_right)
    return web.json_response(suggestion_shape(one))


async def refuse(request: web.Request) -> web.Response:
    """POST /learning/suggestions/{id}/refuse."""
    body = await read_body(request, shapes.WithReason)
    one = await request.app[keys.LEARNING].reviewing.refuse(actor_of(request), request.match_info["id"], body.reason)
    return web.json_response(suggestion_shape(one))


async def models(request: web.Request) -> web.Response:
    """GET /learning/models: the live one, the one before, and the candidates."""
    room, actor = request.app[keys.LEARNING], actor_of(request)
    found, standing = await room.candidates.newest(actor), await room.standing()
    body = {"live": standing.live, "previous": standing.previous, "learnt": standing.learnt, "new": standing.new}
    return web.json_response(body | {"candidates": [candidate_shape(one) for one in found]})


async def train(request: web.Request) -> web.Response:
    """POST /learning/models/train: begins a training."""
    room = request.app[keys.LEARNING]
    begun = await room.candidates.begin(actor_of(request))
    await room.launch(begun.id)
    return web.json_response(candidate_shape(begun), status=202)


async def candidate(request: web.Request) -> web.Response:
    """GET /learning/models/{id}: a candidate, and which answers it would change."""
    room, actor = request.app[keys.LEARNING], actor_of(request)
    one = await room.candidates.one(actor, request.match_info["id"])
    changes = [
        {
            "text": change.text,
            "before": change.before.as_json(),
            "after": change.after.as_json(),
            "meant": list(change.meant),
            "right_before": change.right_before,
            "right_after": change.right_after,
        }
        for change in await room.candidates.changes(actor, one.id)
    ]
    return web.json_response({**candidate_shape(one), "changes": changes})


async def promote(request: web.Request) -> web.Response:
    """POST /learning/models/{id}/promote."""
    done = await request.app[keys.LEARNING].promoting.promote(actor_of(request), request.match_info["id"])
    return web.json_response({"live": done.model, "previous": done.previous})


async def roll_back(request: web.Request) -> web.Response:
    """POST /learning/models/rollback."""
    done = await request.app[keys.LEARNING].promoting.roll_back(actor_of(request))
    return web.json_response({"live": done.model, "previous": done.previous})


def theme_shape(one: Theme) -> dict[str, Any]:
    """A theme as JSON."""
    return shapes.ThemeShape(**{name: getattr(one, name) for name in shapes.ThemeShape.model_fields}).model_dump(mode="json")


def signal_shape(one: Signal) -> dict[str, Any]:
    """A masked message of a theme as JSON."""
    return shapes.MessageOfTheme(
        conversation_id=one.conversation_id, seq=one.seq, kind=str(one.kind), at=one.at, text=one.text
    ).model_dump(mode="json")


def suggestion_shape(one: Suggestion) -> dict[str, Any]:
    """A suggestion as JSON."""
    return shapes.SuggestionShape(
        id=one.id,
        council=one.council,
        kind=str(one.kind),
        state=str(one.state),
        text=one.text,
        intent=one.intent,
        questions=list(one.questions),
        body=one.body,
        suggested_by=one.suggested_by.name,
        suggested_at=one.suggested_at,
        decided_by=one.decided_by.name if one.decided_by else "",
        decided_at=one.decided_at,
        reason=one.reason,
    ).model_dump(mode="json")


def candidate_shape(one: Candidate) -> dict[str, Any]:
    """A candidate as JSON."""
    return shapes.CandidateShape(
        id=one.id,
        state=str(one.state),
        stage=one.stage,
        started_at=one.started_at,
        started_by=one.started_by.name,
        ended_at=one.ended_at,
        model=one.model,
        beside=one.beside,
        learnt=one.learnt,
        new=one.new,
        problem=one.problem,
        graded=one.graded,
        recent=one.recent,
        changed=one.changed,
        groups=[group.as_json() | {"points": round(group.points, 2), "worse": group.worse} for group in one.groups],
    ).model_dump(mode="json")
