"""Pages around the chat: the list of councils, a demonstration of a council's website, and the plain 404.

The demonstration exists so that anyone can see the widget where it belongs; it is marked as no page of the council's and
is left out in production. Its links lead to the council's real pages.
"""

from collections import defaultdict

from aiohttp import web

from bot.knowledge.model import AREAS, Article
from bot.web import keys
from bot.web.resident.pages import PAGES

LINKS_OF_AN_AREA = 4


async def index(request: web.Request) -> web.Response:
    """GET /: the councils, each with its demonstration and its full page."""
    pages = request.app[PAGES]
    return pages.render(
        "index.html", cache="no-cache", words=pages.common_words(), councils=pages.councils.values(), demo=not pages.production
    )


async def demo(request: web.Request) -> web.Response:
    """GET /demo/{council}: how the widget looks on a council's page."""
    pages = request.app[PAGES]
    council = pages.councils.get(request.match_info["council"])
    if council is None or pages.production:
        return not_found_page(request)
    knowledge = request.app[keys.KNOWLEDGE]
    by_area: defaultdict[str, list[Article]] = defaultdict(list)
    for article in knowledge.council(council.id).available(knowledge.today()):
        if article.primary and len(by_area[article.area]) < LINKS_OF_AN_AREA:
            by_area[article.area].append(article)
    names = knowledge.words(council.id)["areas"]
    areas = [(names[area], by_area[area]) for area in AREAS[:4] if by_area[area]]
    wanted = knowledge.council(council.id).council.get("wanted", [])
    return pages.render("demo.html", cache="no-cache", council=council, words=council.words, areas=areas, wanted=wanted)


def not_found_page(request: web.Request) -> web.Response:
    """The plain 404 with the councils there are. It is the same whatever was asked for."""
    pages = request.app[PAGES]
    return pages.render("not-found.html", status=404, words=pages.common_words(), councils=pages.councils.values())
