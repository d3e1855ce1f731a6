"""Puts the public aiohttp application together: routes, error handling, common headers. app.py fills its keys.

The engine's actions endpoint is not here: it is another application on an internal port (bot/web/internal), so that
nothing public can reach it.
"""

from aiohttp import web

from bot.web import health
from bot.web.access import guard, prepare_access
from bot.web.api import conversations, openapi
from bot.web.api.reading import BODY_LIMIT
from bot.web.console.errors import console_errors
from bot.web.console.routes import add_console_routes
from bot.web.open311.routes import add_open311_routes
from bot.web.problems import problem_documents
from bot.web.proxies import behind_proxies
from bot.web.resident.routes import add_resident_routes
from bot.web.staff_api.routes import add_staff_api_routes

COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


async def add_common_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Safe headers for whatever has none of its own; answers of the API are never kept."""
    for name, value in COMMON_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")


def new_public_app() -> web.Application:
    """The public application, without its parts."""
    app = web.Application(middlewares=[behind_proxies, problem_documents, console_errors, guard], client_max_size=BODY_LIMIT)
    app.on_response_prepare.append(add_common_headers)
    prepare_access(app)
    health.add_routes(app)
    openapi.add_routes(app)
    conversations.add_routes(app)
    add_open311_routes(app)
    add_resident_routes(app)
    add_console_routes(app)
    add_staff_api_routes(app)
    return app
