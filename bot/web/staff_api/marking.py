"""Marks in a transcript for programs: what a resident meant, a reply worth keeping, an answer that is wrong.

The same services as the console's page of a chat to learn from (bot/learning/marking.py): what was meant and what is worth keeping
become suggestions that a second person reviews, a wrong answer is a signal, and that a transcript was read is recorded.
"""

from typing import Any

from aiohttp import web

from bot.learning.marking import Transcript
from bot.learning.model import NothingHere
from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import read_body
from bot.web.api.schemas import message_shape
from bot.web.staff_api import learning_schemas as shapes
from bot.web.staff_api.learning import suggestion_shape

LARGEST_SEQ = 2_147_483_647


async def transcript(request: web.Request) -> web.Response:
    """GET /learning/chats/{id}: a conversation to mark, with what was noticed and suggested in it already."""
    found = await request.app[keys.LEARNING].marking.transcript(actor_of(request), request.match_info["id"])
    return web.json_response(transcript_shape(found))


async def meant(request: web.Request) -> web.Response:
    """POST …/messages/{seq}/meant: what a message of the resident meant."""
    body = await read_body(request, shapes.Meant)
    marking, (conversation, seq) = request.app[keys.LEARNING].marking, _place(request)
    made = await marking.meant(actor_of(request), conversation, seq, body.intent, body.text)
    return web.json_response(suggestion_shape(made), status=201)


async def keep(request: web.Request) -> web.Response:
    """POST …/messages/{seq}/keep: a reply of staff is worth keeping as an article."""
    conversation, seq = _place(request)
    made = await request.app[keys.LEARNING].marking.worth_keeping(actor_of(request), conversation, seq)
    return web.json_response(suggestion_shape(made), status=201)


async def wrong(request: web.Request) -> web.Response:
    """POST …/messages/{seq}/wrong: an answer of the assistant is wrong, and why."""
    body = await read_body(request, shapes.Wrong)
    conversation, seq = _place(request)
    await request.app[keys.LEARNING].marking.wrong(actor_of(request), conversation, seq, body.why)
    return web.Response(status=204)


def transcript_shape(found: Transcript) -> dict[str, Any]:
    """A conversation to mark as JSON."""
    return {
        "conversation_id": found.conversation.id,
        "council": found.conversation.council,
        "messages": [message_shape(one) for one in found.messages],
        "signals": [
            {"seq": one.seq, "kind": str(one.kind), "at": one.at.isoformat(), "intent": one.intent, "reason": one.reason}
            for one in found.signals
        ],
        "suggestions": [suggestion_shape(one) for one in found.suggestions],
    }


def _place(request: web.Request) -> tuple[str, int]:
    """The conversation and the message of the address. Raises NothingHere for what no message can be."""
    said = request.match_info["seq"]
    if not said.isascii() or not said.isdecimal() or int(said[:12]) > LARGEST_SEQ:
        raise NothingHere
    return request.match_info["id"], int(said)
