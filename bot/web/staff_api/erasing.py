"""Deleting a chat for good, for programs: what would go and what would stay, and the deletion itself.

The console's page (bot/web/console/desk/erasing.py) says the same in words; both call bot/handoff/erasing.py.
"""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, StringConstraints

from bot.handoff.erasing import Why
from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import read_body
from bot.web.api.schemas import Strict


class EraseChat(Strict):
    """Body of deleting a chat: why, and the number under which the council keeps the request, if it has one."""

    why: Annotated[Why, Field(description="; ".join(f"{one.value}: {one.meaning}" for one in Why))]
    request: Annotated[str, StringConstraints(max_length=40)] = ""


class ErasableChat(BaseModel):
    """How much would be deleted, and the references of the cases that would stay."""

    conversation_id: str
    council: str
    begun_at: datetime
    last_at: datetime
    messages: int
    cases: list[str]
    still_open: bool


class ErasedChat(BaseModel):
    """What stays of a chat that is deleted: its cases."""

    cases: list[str]


async def look(request: web.Request) -> web.Response:
    """GET /chats/{id}/deletion: what would go and what would stay."""
    found = await request.app[keys.HANDOFF].erasing.look(actor_of(request), request.match_info["id"])
    return web.json_response(ErasableChat.model_validate(vars(found)).model_dump(mode="json"))


async def erase(request: web.Request) -> web.Response:
    """POST /chats/{id}/deletion: deletes it for good."""
    body = await read_body(request, EraseChat)
    erasing = request.app[keys.HANDOFF].erasing
    cases = await erasing.erase(actor_of(request), request.match_info["id"], body.why, body.request)
    return web.json_response(ErasedChat(cases=cases).model_dump())
