"""The handlers of the public API: each reads the request, calls one use case and sends its shape.

Speak with POST, listen with long-polling or server-sent events; both read the same query by `seq`, so a listener that
was away misses nothing. The rules are in bot/conversations/service.py.
"""

import json
from contextlib import suppress

from aiohttp import web

from bot.conversations.model import Kind, Sender
from bot.conversations.service import NotFound, State
from bot.web import keys
from bot.web.access import PUBLIC, add_route
from bot.web.api.reading import access_conversation, number_in_query, read_body
from bot.web.api.schemas import Answers, Feedback, NewConversation, NewMessage, message_shape, page_shape, state_shape
from bot.web.streams import is_heard

LONGEST_WAIT = 30  # seconds of one long-poll
STREAM_SECONDS = 15  # a stream is told that it lives at least this often
LARGEST_SEQ = 2_147_483_647


async def begin(request: web.Request) -> web.Response:
    """POST /conversations: starts a conversation with the council's greeting."""
    body = await read_body(request, NewConversation)
    await request.app[keys.LIMITS].count("new_conversations", request.remote or "unknown")
    request.app[keys.KNOWLEDGE].council(body.council)
    greeting = await request.app[keys.SWITCHED].greeting(body.council)
    conversation, token, messages = await request.app[keys.CONVERSATIONS].begin(body.council, greeting)
    state = state_shape(State(conversation.owner, conversation.epoch, False))
    shape = {"id": conversation.id, "token": token, "state": state, "messages": [message_shape(one) for one in messages]}
    return web.json_response(shape, status=201)


async def say(request: web.Request) -> web.Response:
    """POST /conversations/{id}/messages: stores what the resident says; a repeat gives the first seq."""
    conversation = await access_conversation(request)
    body = await read_body(request, NewMessage)
    await request.app[keys.LIMITS].count("messages", conversation.id)
    conversations = request.app[keys.CONVERSATIONS]
    if body.choice is not None:
        said = await conversations.choose(conversation, body.client_message_id, body.choice)
    else:
        said = await conversations.say(conversation, body.client_message_id, body.text or "")
    if not said.repeat:
        request.app[keys.METRICS].messages.labels(Sender.RESIDENT).inc()
    return web.json_response({"seq": said.seq}, status=200 if said.repeat else 201)


async def answer(request: web.Request) -> web.Response:
    """POST /conversations/{id}/answers: a form that staff sent, filled in; a repeat gives the first seq."""
    conversation = await access_conversation(request)
    body = await read_body(request, Answers)
    await request.app[keys.LIMITS].count("messages", conversation.id)
    conversations, requests = request.app[keys.CONVERSATIONS], request.app[keys.HANDOFF].requests
    earlier = await conversations.said_before(conversation, body.client_message_id)
    if earlier is not None:
        return web.json_response({"seq": earlier}, status=200)
    given, more = await requests.check(conversation, body.request, body.answers)
    answers = [(one.name, one.label, one.value) for one in given]
    said = await conversations.tell(conversation, body.client_message_id, answers, {"request": body.request, **more})
    return web.json_response({"seq": said.seq}, status=200 if said.repeat else 201)


async def read(request: web.Request) -> web.Response:
    """GET /conversations/{id}/messages: what is new after a seq; with `wait` it waits for news."""
    conversation = await access_conversation(request)
    after = int(number_in_query(request, "after", 0, LARGEST_SEQ))
    wait = number_in_query(request, "wait", 0, LONGEST_WAIT)
    await request.app[keys.LIMITS].count("reads", conversation.id)
    conversations = request.app[keys.CONVERSATIONS]
    page = await (
        conversations.read_or_wait(conversation.id, after, wait) if wait else conversations.read(conversation.id, after)
    )
    return web.json_response(page_shape(page))


async def events(request: web.Request) -> web.StreamResponse:
    """GET /conversations/{id}/events: messages and state as server-sent events, from Last-Event-ID on."""
    conversation = await access_conversation(request)
    await request.app[keys.LIMITS].count("reads", conversation.id)
    last = request.headers.get("Last-Event-ID", "0")
    seq = int(last) if last.isascii() and last.isdigit() and int(last) <= LARGEST_SEQ else 0
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    conversations = request.app[keys.CONVERSATIONS]
    stopping = request.app[keys.STOPPING]
    state = None
    with suppress(ConnectionResetError):  # the resident left; whatever comes next waits in the database
        async with conversations.listen(conversation.id) as news:
            while is_heard(request) and not stopping.is_set():
                try:
                    page = await conversations.read(conversation.id, seq)
                except NotFound:  # it was deleted meanwhile
                    await _send(response, "deleted", {})
                    break
                for message in page.messages:
                    seq = message.seq
                    await _send(response, "message", message_shape(message), seq)
                if page.messages or page.state != state:
                    state = page.state
                    await _send(response, "state", state_shape(state))
                if state.owner == "closed":
                    break
                if not await news.wait(STREAM_SECONDS):
                    await response.write(b": alive\n\n")
    return response


async def end(request: web.Request) -> web.Response:
    """POST /conversations/{id}/end: closes the conversation."""
    conversation = await access_conversation(request)
    await request.app[keys.LIMITS].count("other_writes", conversation.id)
    goodbye = request.app[keys.COMPOSER].say(conversation.council, "ended", kind=Kind.NOTICE, reason="ended")
    await request.app[keys.CONVERSATIONS].end(conversation, goodbye)
    return web.Response(status=204)


async def feedback(request: web.Request) -> web.Response:
    """POST /conversations/{id}/feedback: whether an answer helped."""
    conversation = await access_conversation(request)
    body = await read_body(request, Feedback)
    await request.app[keys.LIMITS].count("other_writes", conversation.id)
    await request.app[keys.CONVERSATIONS].give_feedback(conversation, body.seq, body.helpful, body.comment)
    return web.Response(status=204)


async def _send(response: web.StreamResponse, event: str, data: object, event_id: int | None = None) -> None:
    lines = [f"event: {event}", f"data: {json.dumps(data, ensure_ascii=False)}"]
    if event_id is not None:
        lines.insert(0, f"id: {event_id}")
    await response.write(("\n".join(lines) + "\n\n").encode("utf-8", "replace"))


def add_routes(app: web.Application) -> None:
    """The API's routes. Public, since each but the first asks for the conversation's own token."""
    here = "/api/v1/conversations"
    add_route(app, "POST", here, begin, PUBLIC)
    add_route(app, "POST", here + "/{id}/messages", say, PUBLIC)
    add_route(app, "POST", here + "/{id}/answers", answer, PUBLIC)
    add_route(app, "GET", here + "/{id}/messages", read, PUBLIC)
    add_route(app, "GET", here + "/{id}/events", events, PUBLIC)
    add_route(app, "POST", here + "/{id}/end", end, PUBLIC)
    add_route(app, "POST", here + "/{id}/feedback", feedback, PUBLIC)
