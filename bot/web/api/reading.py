"""Reads requests of the API: bodies against their schema, bearer tokens, query numbers. Each fault is a Problem."""

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.conversations.model import Conversation
from bot.web import keys
from bot.web.problems import Problem

BODY_LIMIT = 64 * 1024


async def read_body[Shape: BaseModel](request: web.Request, shape: type[Shape]) -> Shape:
    """The request's JSON body; raises Problem with what is wrong with it."""
    if request.content_length is not None and request.content_length > BODY_LIMIT:
        raise Problem(413, "body_too_large", "The request is larger than 64 KiB.")
    if request.content_type != "application/json":
        raise Problem(415, "not_json", "Send the body as JSON, with Content-Type: application/json.")
    body = await request.read()
    try:
        return shape.model_validate_json(body)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise Problem(400, "broken_json", "The body is not JSON that can be read.") from None
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise Problem(422, "wrong_shape", f"{place}: {first['msg']}.") from None


async def access_conversation(request: web.Request) -> Conversation:
    """The conversation of the address, opened by the request's bearer token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        wanted = {"WWW-Authenticate": "Bearer"}
        raise Problem(401, "token_missing", "Send the conversation's token in the Authorization header.", wanted)
    return await request.app[keys.CONVERSATIONS].access(request.match_info["id"], token.strip())


def number_in_query(request: web.Request, name: str, default: float, most: float) -> float:
    """A number of the query string between 0 and `most`."""
    text = request.query.get(name)
    if text is None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= most:
        raise Problem(422, "wrong_number", f"{name} must be a number from 0 to {most:g}.")
    return number
