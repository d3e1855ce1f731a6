"""The routes of the residents' pages and their files.

app.py puts `Pages` under PAGES; where it has not, the packs beside this code are read as in production, which shows less.
Everything else is found through the keys of bot/web/keys.py.
"""

from pathlib import Path

from aiohttp import web

from bot.web import keys
from bot.web.access import PUBLIC, add_route
from bot.web.resident import apply, bins, case, chat, demo
from bot.web.resident.assets import FOR_A_YEAR, FOR_AN_HOUR, LOADER
from bot.web.resident.chat import FOR_EVERY_SITE
from bot.web.resident.pages import PAGES, Pages

ROOT = Path(__file__).resolve().parents[3]


async def static_file(request: web.Request) -> web.Response:
    """GET /static/{version}/{name}: a file; one of another version is sent too, but not kept."""
    assets = request.app[PAGES].assets
    current = request.match_info["version"] == assets.version
    return assets.response(request, request.match_info["name"], FOR_A_YEAR if current else "no-cache")


async def loader(request: web.Request) -> web.Response:
    """GET /loader.js and /loader-{version}.js: the script that a council puts on its own pages."""
    assets = request.app[PAGES].assets
    exact = request.match_info.get("version") == assets.loader_version
    return assets.response(request, LOADER, FOR_A_YEAR if exact else FOR_AN_HOUR, FOR_EVERY_SITE)


async def icon(request: web.Request) -> web.Response:
    """GET /favicon.ico: what old browsers ask for by themselves."""
    return request.app[PAGES].assets.response(request, "icon.svg", FOR_AN_HOUR)


async def prepare(app: web.Application) -> None:
    """Reads words, templates and files once, when the application starts."""
    if PAGES not in app:
        app[PAGES] = Pages.read(ROOT / "councils", production=True)
    app[PAGES].prepare(app[keys.KNOWLEDGE], app[keys.STATIC_FOLDER], ROOT / "node_modules")


def add_resident_routes(app: web.Application) -> None:
    """The residents' pages on the public application."""
    app.on_startup.append(prepare)
    add_route(app, "GET", "/", demo.index, PUBLIC)
    add_route(app, "GET", "/demo/{council}", demo.demo, PUBLIC)
    for address in ("/chat/{council}", "/w/{council}"):
        add_route(app, "GET", address, chat.show, PUBLIC)
        add_route(app, "POST", address, chat.post, PUBLIC)
    add_route(app, "GET", "/apply/{council}", apply.index, PUBLIC)
    add_route(app, "GET", "/apply/{council}/{id}", apply.show, PUBLIC)
    add_route(app, "POST", "/apply/{council}/{id}", apply.post, PUBLIC)
    for address in ("/case", "/case/{council}"):
        add_route(app, "GET", address, case.show, PUBLIC)
        add_route(app, "POST", address, case.post, PUBLIC)
    add_route(app, "GET", "/w/{council}/state", chat.widget_state, PUBLIC)
    add_route(app, "GET", "/bins/{council}/{uprn:[0-9]{1,12}}", bins.calendar_page, PUBLIC)
    add_route(app, "GET", "/bins/{council}/{uprn:[0-9]{1,12}}.ics", bins.calendar_feed, PUBLIC)
    add_route(app, "GET", "/static/{version}/{name:.+}", static_file, PUBLIC)
    add_route(app, "GET", "/loader.js", loader, PUBLIC)
    add_route(app, "GET", "/loader-{version:[0-9a-f]+}.js", loader, PUBLIC)
    add_route(app, "GET", "/favicon.ico", icon, PUBLIC)
