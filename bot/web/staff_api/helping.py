"""The typed actions of staff for programs, and the answers at hand: what the console has beside a chat, as JSON.

A question of staff reaches the resident as a real one, with fields or buttons; an article, a case and a promise go out once
for each `client_message_id`. What can be chosen from (kinds, forms, teams, outcomes, colleagues) is under /choices.
"""

from aiohttp import web

from bot.handoff.forms import RequestKind
from bot.handoff.views import Sent
from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import number_in_query, read_body
from bot.web.staff_api import schemas

LARGEST_SEQ = 2_147_483_647
LONGEST_SEARCH = 200


async def choices(request: web.Request) -> web.Response:
    """GET /chats/{id}/choices: whatever an action in this chat can be told."""
    room, actor = request.app[keys.HANDOFF], actor_of(request)
    chat = await room.desks.news(actor, request.match_info["id"], LARGEST_SEQ)
    council = chat.council
    colleagues = await room.presences.colleagues(actor)
    shape = schemas.Choices(
        requests=[schemas.Named(id=str(kind), name=label) for kind, label in room.requests.kinds(council)],
        forms=[schemas.Named(id=form, name=title) for form, title in room.requests.forms(council).items()],
        teams=[schemas.Named(id=team.id, name=team.name) for team in room.desks.teams(council)],
        outcomes=[schemas.Named(id=one.name, name=one.label) for one in room.desks.outcomes(council)],
        colleagues=[schemas.desk_shape(one) for one in colleagues if one.staff_id != actor.staff_id],
    )
    return web.json_response(shape.model_dump())


async def ask(request: web.Request) -> web.Response:
    """POST /chats/{id}/requests: asks for contact details, an address or a time to call, or sends a form."""
    body = await read_body(request, schemas.AskResident)
    return _sent(
        await request.app[keys.HANDOFF].requests.ask(
            actor_of(request),
            request.match_info["id"],
            body.client_message_id,
            RequestKind(body.kind),
            body.epoch,
            application=body.form,
        )
    )


async def recall(request: web.Request) -> web.Response:
    """POST /chats/{id}/recall: takes a chat back from the assistant before its form is done."""
    await request.app[keys.HANDOFF].requests.recall(actor_of(request), request.match_info["id"])
    return web.Response(status=204)


async def send_article(request: web.Request) -> web.Response:
    """POST /chats/{id}/articles: sends an article with its source and date."""
    body = await read_body(request, schemas.SendArticle)
    return _sent(
        await request.app[keys.ASSIST].suggestions.send_article(
            actor_of(request),
            request.match_info["id"],
            body.client_message_id,
            body.article,
            body.epoch,
            suggested_for=body.suggested_for,
        )
    )


async def open_case(request: web.Request) -> web.Response:
    """POST /chats/{id}/cases: opens a case; the resident gets its reference."""
    body = await read_body(request, schemas.OpenCase)
    return _sent(
        await request.app[keys.HANDOFF].sending.open_case(
            actor_of(request),
            request.match_info["id"],
            body.client_message_id,
            body.epoch,
            title=body.title,
            team=body.team,
            days=body.days,
        )
    )


async def promise(request: web.Request) -> web.Response:
    """POST /chats/{id}/promises: promises a call, or an answer by e-mail, with a reference and a date."""
    body = await read_body(request, schemas.Promise)
    return _sent(
        await request.app[keys.HANDOFF].sending.promise(
            actor_of(request),
            request.match_info["id"],
            body.client_message_id,
            body.epoch,
            contact=body.contact,
            time=body.time,
        )
    )


async def suggestions(request: web.Request) -> web.Response:
    """GET /chats/{id}/suggestions?for=&find=: replies for the resident's newest message, for another one, or for words."""
    room, actor, chat = request.app[keys.ASSIST].suggestions, actor_of(request), request.match_info["id"]
    words = request.query.get("find", "")[:LONGEST_SEARCH]
    seq = int(number_in_query(request, "for", 0, LARGEST_SEQ)) or None
    found = await (room.search(actor, chat, words) if words.strip() else room.suggest(actor, chat, seq))
    return web.json_response(schemas.suggestions_shape(found))


async def ready_replies(request: web.Request) -> web.Response:
    """GET /chats/{id}/replies?text=: the team's ready replies, filled in; those that fit words, or all without."""
    words = request.query.get("text", "")[:LONGEST_SEARCH]
    limit = int(number_in_query(request, "limit", 8, 50))
    found = await request.app[keys.HANDOFF].answers.search(actor_of(request), request.match_info["id"], words, limit)
    return web.json_response(schemas.READY.dump_python(schemas.AtHand(found), mode="json"))


def _sent(sent: Sent) -> web.Response:
    return web.json_response(vars(sent), status=200 if sent.repeat else 201)
