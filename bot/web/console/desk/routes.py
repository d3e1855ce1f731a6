"""The routes of the workspace, each with its permission."""

from aiohttp import web

from bot.staff.model import Permission
from bot.web.access import add_route
from bot.web.console.desk import casework, checking, erasing, events, helping, history, moves, pages
from bot.web.console.desk.moves import HERE, handler

CHATS = Permission.ANSWER_CHATS
ONE = HERE + "/{conversation:[0-9a-f]{32}}"


def add_desk_routes(app: web.Application) -> None:
    """The workspace on the public application."""
    add_route(app, "GET", HERE, pages.desk, CHATS)
    add_route(app, "GET", HERE + "/events", events.events, CHATS)
    add_route(app, "POST", HERE + "/presence", handler(moves.presence), CHATS)
    add_route(app, "POST", HERE + "/next", handler(moves.claim_next), CHATS)
    add_route(app, "GET", ONE, pages.desk, CHATS)
    for name, move in (
        ("claim", moves.claim),
        ("step-in", moves.step_in),
        ("reply", moves.reply),
        ("note", moves.note),
        ("transfer", moves.transfer),
        ("put-back", moves.put_back),
        ("to-assistant", moves.give_back),
        ("recall", moves.recall),
        ("end", moves.end),
        ("ask", helping.ask),
        ("send-article", helping.send_article),
        ("open-case", helping.open_case),
        ("promise", helping.promise),
    ):
        add_route(app, "POST", f"{ONE}/{name}", handler(move), CHATS)
    add_route(app, "POST", ONE + "/take-over", handler(moves.take_over), Permission.SUPERVISE_CHATS)
    add_route(app, "GET", checking.PAGE, checking.drafts, Permission.SUPERVISE_CHATS)
    add_route(app, "POST", checking.PAGE + "/desks/{staff:[0-9a-f]{32}}", checking.change_desk, Permission.SUPERVISE_CHATS)
    add_route(app, "POST", checking.PAGE + "/{draft:[0-9a-f]{32}}", checking.decide, Permission.SUPERVISE_CHATS)
    add_route(app, "GET", "/console/history", history.history, Permission.READ_TRANSCRIPTS)
    add_route(app, "GET", erasing.FIND, erasing.find, Permission.ERASE_CHATS)
    add_route(app, "GET", erasing.PAGE, erasing.erase_page, Permission.ERASE_CHATS)
    add_route(app, "POST", erasing.PAGE, erasing.erase, Permission.ERASE_CHATS)
    add_route(app, "GET", casework.PAGE, casework.cases, Permission.WORK_CASES)
    add_route(app, "GET", casework.PAGE + "/{reference:[A-Z0-9-]{6,24}}", casework.case, Permission.WORK_CASES)
    add_route(app, "POST", casework.PAGE + "/{reference:[A-Z0-9-]{6,24}}", casework.change, Permission.WORK_CASES)
