"""The record of who did what, newest first, with filters by person, deed, thing and day."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from aiohttp import web

from bot.foundation.words import LONDON
from bot.staff.audit import Action, Filter
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.shell import show, words_of


async def audit_page(request: web.Request) -> web.Response:
    """GET /console/audit?who=&what=&subject=&from=&to=&before=."""
    asked = {name: request.query.get(name, "").strip()[:120] for name in ("who", "what", "subject", "from", "to")}
    words = words_of(request)["audit"]
    days = {name: _day(asked[name]) for name in ("from", "to")}
    wrong = {name: words["wrong_day"] for name, day in days.items() if asked[name] and day is None}
    before = request.query.get("before", "")
    wanted = Filter(
        staff_id=asked["who"],
        action=asked["what"],
        subject=asked["subject"],
        since=_midnight(days["from"]),
        until=_midnight(days["to"] + timedelta(days=1)) if days["to"] else None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else 0,
    )
    audit, actor = request.app[keys.STAFF].audit, actor_of(request)
    events, more = await audit.read(actor, wanted)
    further = {**{name: value for name, value in asked.items() if value}, "before": events[-1].id if events else 0}
    return show(
        request,
        "audit.html",
        status=422 if wrong else 200,
        wrong=wrong,
        asked=asked,
        events=events,
        names=await audit.names(actor, events),
        filtered=any(asked.values()) or wanted.before > 0,
        more=f"/console/audit?{urlencode(further)}" if more else "",
        actions=[("", words["any"]), *((one.value, one.meaning) for one in Action)],
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), LONDON) if day else None
