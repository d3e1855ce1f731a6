"""What the pages of articles and facts share: their words, the packs somebody may edit, and an address as a place.

A pack is a council's own or the national base, which only staff of all councils may edit. Kinds stand in addresses in the
plural: /console/knowledge/library/enfield/articles/bin-day.
"""

from pathlib import Path
from typing import Any

from aiohttp import web

from bot.foundation.packs import load_yaml
from bot.knowledge.editing.building import Editing
from bot.knowledge.editing.model import Kind, NoSuchEntry, Place
from bot.knowledge.service import Knowledge
from bot.staff.model import Actor
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.shell import Words, show

HERE = "/console/knowledge"
WORDS = web.AppKey("knowledge_words", dict[str, Any])
LONGEST_TEXT = 20_000  # characters of one field of a form
KINDS = {"articles": Kind.ARTICLE, "facts": Kind.FACT}
PLURAL = {kind: name for name, kind in KINDS.items()}


def prepare_knowledge_pages(app: web.Application, councils_folder: Path) -> None:
    """Hangs the words of these pages on the application. Raises UnreadablePackFile."""
    app[WORDS] = load_yaml(councils_folder / "england" / "knowledge_pages.yml")


def says(request: web.Request) -> Words:
    """The words of these pages."""
    return request.app[WORDS]


def editing_of(request: web.Request) -> Editing:
    """The room behind these pages."""
    return request.app[keys.EDITING]


def packs_for(knowledge: Knowledge, actor: Actor) -> list[str]:
    """The packs that somebody may edit: councils first, then the national base."""
    seen = [pack for pack in knowledge.packs.values() if actor.sees_council(pack.id)]
    return [pack.id for pack in sorted(seen, key=lambda one: (not one.base, one.id))]


def pack_name(request: web.Request, pack: str) -> str:
    """What a pack is called in a list."""
    knowledge = request.app[keys.KNOWLEDGE]
    return knowledge.council(pack).name if pack in knowledge.council_ids else str(says(request)["national"])


def pack_wanted(request: web.Request, wanted: str) -> str:
    """The pack that a request asks for, or the first that its sender may edit. Raises NoSuchEntry."""
    allowed = packs_for(request.app[keys.KNOWLEDGE], actor_of(request))
    if not allowed or (wanted and wanted not in allowed):
        raise NoSuchEntry
    return wanted or allowed[0]


def place_of(request: web.Request) -> Place:
    """The article or fact of the address. Raises NoSuchEntry for a pack or kind that is not there or not the sender's."""
    info = request.match_info
    if info["kind"] not in KINDS:
        raise NoSuchEntry
    return Place(pack_wanted(request, info["pack"]), KINDS[info["kind"]], info["name"])


def address_of(place: Place) -> str:
    """The page of an article or fact."""
    return f"{HERE}/library/{place.pack}/{PLURAL[place.kind]}/{place.name}"


def draw(
    request: web.Request, template: str, *, status: int = 200, wrong: dict[str, str] | None = None, **values: Any
) -> web.Response:
    """One of these pages, with what all of them use."""
    knowledge = request.app[keys.KNOWLEDGE]
    packs = packs_for(knowledge, actor_of(request))
    return show(
        request,
        f"knowledge/{template}",
        status=status,
        wrong=wrong,
        says=says(request),
        packs=[(pack, pack_name(request, pack)) for pack in packs],
        pack_name=lambda pack: pack_name(request, pack),
        address_of=address_of,
        day=lambda one: f"{one.day} {one:%B %Y}" if one else "",
        plural=PLURAL,
        **values,
    )


def counted(words: dict[str, str], count: int) -> str:
    """A number of things in words: the form for one, or for many."""
    if count == 0 and "none" in words:
        return words["none"]
    return words["one"] if count == 1 else words["many"].replace("{count}", f"{count}")
