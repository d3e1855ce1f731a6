"""The routes of the console, each with what it asks for. Rooms of the console that grow have an add_…_routes of their own."""

from aiohttp import web

from bot.staff.model import Step
from bot.web.access import PUBLIC, SIGNED_IN, add_route
from bot.web.console import home, signing_in
from bot.web.console.desk.routes import add_desk_routes


def add_console_routes(app: web.Application) -> None:
    """The console on the public application."""
    add_route(app, "GET", "/console", home.home, SIGNED_IN)
    add_route(app, "GET", "/console/sign-in", signing_in.sign_in_page, PUBLIC)
    add_route(app, "POST", "/console/sign-in", signing_in.sign_in, PUBLIC)
    add_route(app, "POST", "/console/sign-out", signing_in.sign_out, SIGNED_IN)
    add_route(app, "GET", "/console/new-password", signing_in.new_password_page, Step.NEW_PASSWORD)
    add_route(app, "POST", "/console/new-password", signing_in.new_password, Step.NEW_PASSWORD)
    add_desk_routes(app)
