"""The workspace as a page, and as the part of it that the script swaps in when something has changed.

Both are the same templates. A fault of something that was asked for (taken by somebody else, too many chats) is a sentence
above the conversation, with whatever was typed kept in its field.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.foundation.packs import load_yaml
from bot.foundation.words import LONDON
from bot.handoff.model import Presence
from bot.handoff.views import Chat
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.desk.at_hand import at_hand
from bot.web.console.desk.gathering import OPENED, Opened, gather
from bot.web.console.shell import Words, show
from bot.web.resident.forms import new_message_id

WORDS = web.AppKey("desk_words", dict[str, Any])


def prepare_desk(app: web.Application, councils_folder: Path) -> None:
    """Hangs the words of the workspace on the application. Raises UnreadablePackFile."""
    app[WORDS] = load_yaml(councils_folder / "england" / "desk.yml")
    app[OPENED] = Opened()


@dataclass(frozen=True)
class Fault:
    """Why something was not done, and what had been typed."""

    sentence: str
    status: int = 409
    typed: dict[str, str] = field(default_factory=dict)


async def desk(request: web.Request) -> web.Response:
    """GET /console/desk and /console/desk/{conversation}."""
    return await draw(request, request.match_info.get("conversation", ""))


async def draw(request: web.Request, conversation_id: str, fault: Fault | None = None) -> web.Response:
    """The workspace; only its changing part when the request asks for `part`."""
    words: Words = request.app[WORDS]
    space = await gather(request, conversation_id)
    template = "desk/part.html" if request.query.get("part") else "desk/desk.html"
    return show(
        request,
        template,
        status=fault.status if fault else 200,
        space=space,
        says=words,
        fault=fault,
        typed=fault.typed if fault else {},
        hand=await at_hand(request, space.chat),
        wrap_up=await _wrap_up(request, space.chat),
        forms=_forms(request, space.chat),
        message_id=new_message_id(),
        presences=[one for one in Presence if one != Presence.OFFLINE],
        team_name=lambda council, team: _team_name(request, council, team),
        clock=lambda moment: f"{moment.astimezone(LONDON):%H:%M}",
        passed=lambda moment: passed_in_words(words, moment, space.now),
    )


def passed_in_words(words: Words, since: datetime, now: datetime) -> str:
    """How long ago, as staff read it at a glance: "40 s" under a minute, then "3 min", then "2 h 5 min"."""
    seconds = max(0, int((now - since).total_seconds()))
    times = words["times"]
    if seconds < 60:
        return str(times["seconds"].format(count=seconds // 5 * 5))
    if seconds < 3600:
        return str(times["minutes"].format(count=seconds // 60))
    if seconds < 86400:
        return str(times["hours"].format(hours=seconds // 3600, minutes=seconds % 3600 // 60))
    return str(times["days"].format(count=seconds // 86400))


def _team_name(request: web.Request, council: str, team: str) -> str:
    teams = {one.id: one.name for one in request.app[keys.HANDOFF].desks.teams(council)}
    return teams.get(team, team)


async def _wrap_up(request: web.Request, chat: Chat | None) -> str:
    """The drafted note for ending a chat of one's own."""
    if chat is None or not chat.mine:
        return ""
    return await request.app[keys.ASSIST].suggestions.wrap_up(actor_of(request), chat.conversation_id)


def _forms(request: web.Request, chat: Chat | None) -> list[tuple[str, str]]:
    """The forms of the council that a resident can be asked to fill in, as id and title."""
    if chat is None or not chat.mine:
        return []
    return sorted(request.app[keys.HANDOFF].requests.forms(chat.council).items(), key=lambda pair: pair[1])
