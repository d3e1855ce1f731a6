"""The routes of the pages for articles and facts, each with its permission."""

from aiohttp import web

from bot.staff.model import Permission
from bot.web.access import add_route
from bot.web.console.knowledge import library, writing
from bot.web.console.knowledge.shared import HERE

EDIT, PUBLISH = Permission.EDIT_KNOWLEDGE, Permission.PUBLISH_KNOWLEDGE


def add_knowledge_routes(app: web.Application) -> None:
    """The library, drafts and what the assistant would answer."""
    one, draft = f"{HERE}/library/{{pack}}/{{kind}}/{{name}}", f"{HERE}/drafts/{{id}}"
    add_route(app, "GET", HERE, library.listed, EDIT)
    add_route(app, "GET", f"{HERE}/try", writing.what_would_we_answer, EDIT)
    add_route(app, "GET", f"{HERE}/new", writing.new, EDIT)
    add_route(app, "POST", f"{HERE}/new", writing.create, EDIT)
    add_route(app, "GET", one, library.entry, EDIT)
    add_route(app, "GET", f"{one}/look", library.look, EDIT)
    add_route(app, "GET", f"{one}/versions/{{number}}", library.version, EDIT)
    add_route(app, "POST", f"{one}/change", writing.change, EDIT)
    add_route(app, "POST", f"{one}/withdraw", library.withdraw, PUBLISH)
    add_route(app, "POST", f"{one}/versions/{{number}}/put-back", library.put_back, PUBLISH)
    add_route(app, "POST", f"{one}/drop", library.drop, PUBLISH)
    add_route(app, "GET", draft, writing.draft_page, EDIT)
    add_route(app, "POST", draft, writing.save, EDIT)
    add_route(app, "GET", f"{draft}/look", writing.look, EDIT)
    add_route(app, "POST", f"{draft}/take-back", writing.take_back, EDIT)
    add_route(app, "POST", f"{draft}/discard", writing.discard, EDIT)
    add_route(app, "POST", f"{draft}/publish", writing.publish, PUBLISH)
    add_route(app, "POST", f"{draft}/send-back", writing.send_back, PUBLISH)
