"""Search in past chats. What is found is of the person's own teams only; searching and opening are recorded."""

from datetime import UTC, date, datetime, time, timedelta

from aiohttp import web

from bot.foundation.words import LONDON
from bot.handoff.history import Wanted
from bot.staff.model import ALL
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.desk.pages import WORDS
from bot.web.console.shell import show


async def history(request: web.Request) -> web.Response:
    """GET /console/history: past chats, the newest first."""
    query, actor, room = request.query, actor_of(request), request.app[keys.HANDOFF]
    since, until = _day(query.get("since", "")), _day(query.get("until", ""))
    wanted = Wanted(
        text=query.get("text", "")[:200],
        team=query.get("team", ""),
        outcome=query.get("outcome", ""),
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
        before=_moment(query.get("before", "")),
    )
    found = await room.history.search(actor, wanted)
    council = actor.council if actor.council != ALL else room.wording.councils[0]
    return show(
        request,
        "desk/history.html",
        says=request.app[WORDS],
        found=found,
        wanted=query,
        teams=room.desks.teams(council),
        outcomes={one.name: one.label for one in room.desks.outcomes(council)},
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
