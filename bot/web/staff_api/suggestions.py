"""What belongs to suggested replies for programs: a drafted note for the end of a chat, and what became of suggestions.

The list beside a message is in helping.py. A program that shows it says so with the reply (`suggested_for`, `inserted`), so that
suggestions get better with use.
"""

from datetime import timedelta

from aiohttp import web

from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import number_in_query
from bot.web.staff_api.suggestion_schemas import SuggestionOutcomes


async def wrap_up(request: web.Request) -> web.Response:
    """GET /chats/{id}/wrap-up: a drafted note."""
    note = await request.app[keys.ASSIST].suggestions.wrap_up(actor_of(request), request.match_info["id"])
    return web.json_response({"note": note})


async def outcomes(request: web.Request) -> web.Response:
    """GET /suggestions/outcomes/{council}: what became of suggestions over the last days."""
    days, council = int(number_in_query(request, "days", 30, 730)), request.match_info["council"]
    since = request.app[keys.CLOCK].now() - timedelta(days=days)
    found = await request.app[keys.ASSIST].suggestions.outcomes(actor_of(request), council, since)
    shape = SuggestionOutcomes.model_validate({"council": council, "days": days, "bands": [vars(one) for one in found]})
    return web.json_response(shape.model_dump())
