"""What every console page has: its words, the places somebody may go to, and how a page is drawn.

A page is a template of templates/console that extends base.html and is shown with `show`. A room that adds a page names its
place in PLACES and words for it in console.yml; the navigation and the start page then offer it to those who may use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.foundation.packs import load_yaml
from bot.foundation.words import LONDON
from bot.staff.model import ALL, Actor, Permission
from bot.web import keys
from bot.web.access import SIGNED_IN, Access, current_actor, form_token, session_token
from bot.web.resident.pages import PAGES

Words = dict[str, Any]
WORDS = web.AppKey("console_words", dict[str, Any])
TEAMS = web.AppKey("team_names", dict[str, dict[str, str]])  # by council and by the team's id


@dataclass(frozen=True)
class Place:
    """One entry of the navigation. `name` finds its words, `keys` are pressed one after the other."""

    name: str
    path: str
    access: Access
    keys: str = ""


PLACES = (
    Place("home", "/console", SIGNED_IN, "g h"),
    Place("desk", "/console/desk", Permission.ANSWER_CHATS, "g d"),
    Place("drafts", "/console/drafts", Permission.SUPERVISE_CHATS, "g r"),
    Place("cases", "/console/cases", Permission.WORK_CASES, "g c"),
    Place("disruptions", "/console/disruptions", Permission.WORK_CASES, "g b"),
    Place("history", "/console/history", Permission.READ_TRANSCRIPTS, "g p"),
    Place("knowledge", "/console/knowledge", Permission.EDIT_KNOWLEDGE, "g k"),
    Place("learning", "/console/learning", Permission.TRAIN_ASSISTANT, "g w"),
    Place("reports", "/console/reports", Permission.READ_REPORTS, "g f"),
    Place("switches", "/console/switches", Permission.CHANGE_SWITCHES, "g s"),
    Place("staff", "/console/staff", Permission.MANAGE_STAFF, "g m"),
    Place("tokens", "/console/tokens", Permission.MANAGE_STAFF, "g t"),
    Place("audit", "/console/audit", Permission.READ_AUDIT, "g l"),
    Place("account", "/console/account", SIGNED_IN, "g a"),
)


def read_console_words(councils_folder: Path) -> Words:
    """The words of the console, which are the same for every council. Raises UnreadablePackFile."""
    return load_yaml(councils_folder / "england" / "console.yml")


def places_for(actor: Actor) -> list[Place]:
    """Where somebody may go."""
    return [one for one in PLACES if not isinstance(one.access, Permission) or actor.may(one.access)]


def words_of(request: web.Request) -> Words:
    """The words of the console."""
    return request.app[WORDS]


def show(
    request: web.Request, template: str, *, status: int = 200, wrong: Mapping[str, str] | None = None, **values: Any
) -> web.Response:
    """A page of the console. `wrong` are the faults of a form by the name of their field; "" is for the whole form."""
    actor, outside = current_actor(request), request.app[keys.STAFF].outside
    knowledge = request.app[keys.KNOWLEDGE]

    def council_name(council: str) -> str:
        if council == ALL:
            return str(request.app[WORDS]["shell"]["all_councils"])
        return knowledge.council(council).name if council in knowledge.council_ids else council

    return request.app[PAGES].render(
        f"console/{template}",
        status=status,
        secret=True,
        words=words_of(request),
        actor=actor,
        places=places_for(actor) if actor else [],
        here=request.path,
        form_token=form_token(session_token(request)),
        council_name=council_name,
        when=lambda moment: f"{moment.astimezone(LONDON):%-d %b %Y, %H:%M}",
        wrong=dict(wrong or {}),
        outside=outside.settings.name if outside else "",
        **values,
    )
