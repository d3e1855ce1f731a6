"""The start page of the console: who one is here, and what one may do."""

from aiohttp import web

from bot.web.access import signed_of
from bot.web.console.shell import places_for, show


async def home(request: web.Request) -> web.Response:
    """GET /console."""
    signed = signed_of(request)
    offered = [one for one in places_for(signed.actor) if one.name != "home"]
    return show(request, "home.html", account=signed.account, offered=offered)
