"""The page where a resident follows a report: /case, or /case/{council} in that council's look.

Reference and code are sent in the body of a form and the answer is the page itself, so neither ever stands in an address or
a log. A wrong code and an unknown reference get the same answer. It all works without JavaScript.
"""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.cases.model import Case, Entry, EntryKind
from bot.cases.service import CaseHasEnded, CaseNotFound, Cases
from bot.conversations.model import TEXT_LIMIT
from bot.conversations.text import UnusableText
from bot.foundation.limits import TooOften
from bot.foundation.words import LONDON, day_in_words, time_in_words
from bot.web import keys
from bot.web.resident.demo import not_found_page
from bot.web.resident.forms import UnreadableForm, read_fields
from bot.web.resident.pages import PAGES, CouncilPage

LONGEST_TYPED = 60  # characters of a reference or code that are shown again


@dataclass(frozen=True)
class Shown:
    """What the page shows beside the form."""

    reference: str = ""
    code: str = ""
    text: str = ""
    errors: dict[str, str] = field(default_factory=dict)  # field and the name of the sentence in cases.yml
    case: Case | None = None
    sent: bool = False
    status: int = 200


@dataclass(frozen=True)
class EntryView:
    """One entry of the history for the template."""

    title: str
    when: str
    text: str


async def show(request: web.Request) -> web.Response:
    """GET /case and /case/{council}: the form. Nothing in the address fills it in."""
    council = _council(request)
    return not_found_page(request) if council is None else _page(request, council, Shown())


async def post(request: web.Request) -> web.Response:
    """POST to the same address: the case, or the form with what is wrong."""
    council = _council(request)
    if council is None:
        return not_found_page(request)
    try:
        fields = await read_fields(request)
    except (UnreadableForm, web.HTTPRequestEntityTooLarge):
        return _page(request, council, Shown(errors={"reference": "unreadable"}, status=400))
    shown = await _looked_up(request, fields)
    if shown.case:
        council = request.app[PAGES].councils[shown.case.council]
    return _page(request, council, shown)


async def _looked_up(request: web.Request, fields: dict[str, str]) -> Shown:
    cases, who = request.app[keys.CASES], request.remote or "unknown"
    reference, code = fields.get("reference", "").strip(), fields.get("code", "").strip()
    missing = {name: f"no_{name}" for name, value in (("reference", reference), ("code", code)) if not value}
    typed = Shown(reference[:LONGEST_TYPED], code[:LONGEST_TYPED], fields.get("text", ""))
    if missing:
        return _with(typed, errors=missing, status=422)
    try:
        if fields.get("do") != "more":
            return _with(typed, text="", case=await cases.find(reference, code, who))
        return await _told_more(cases, typed, who)
    except CaseNotFound:
        return _with(typed, errors={"reference": "not_found"}, status=404)
    except TooOften:
        return _with(typed, errors={"reference": "too_often"}, status=429)


async def _told_more(cases: Cases, typed: Shown, who: str) -> Shown:
    try:
        case = await cases.tell_more(typed.reference, typed.code, typed.text, who)
        return _with(typed, text="", case=case, sent=True)
    except UnusableText as problem:
        name = "too_long" if problem.code == "message_too_long" else "no_text"
        return _with(typed, errors={"text": name}, status=422, case=await cases.find(typed.reference, typed.code, who))
    except CaseHasEnded:
        return _with(typed, errors={"text": "ended"}, status=409, case=await cases.find(typed.reference, typed.code, who))


def _with(shown: Shown, **changes: Any) -> Shown:
    return Shown(**{**vars(shown), **changes})


def _council(request: web.Request) -> CouncilPage | None:
    """The council of the address; without one the first, whose words do not name it."""
    councils = request.app[PAGES].councils
    name = request.match_info.get("council")
    return next(iter(councils.values()), None) if name is None else councils.get(name)


def _page(request: web.Request, council: CouncilPage, shown: Shown) -> web.Response:
    cases, case = request.app[keys.CASES], shown.case
    words: dict[str, Any] = {
        name: value.replace("{council}", council.name) if isinstance(value, str) else value
        for name, value in cases.words(council.id)["page"].items()
    }
    named = "council" in request.match_info or case is not None
    errors = {name: words["errors"][error].format(limit=f"{TEXT_LIMIT:,}") for name, error in shown.errors.items()}
    view = _view(cases, case, words) if case else {}
    return request.app[PAGES].render(
        "case.html",
        status=shown.status,
        secret=request.method == "POST",
        council=council,
        named=named,
        words=words,
        page_words=council.words["page"],
        action=f"/case/{council.id}" if named else "/case",
        shown=shown,
        errors=errors,
        case=case,
        **view,
    )


def _view(cases: Cases, case: Case, words: dict[str, Any]) -> dict[str, Any]:
    """What the template says of a case, in words."""
    status = cases.status(case.council, case.residents_status)
    if case.ended_at:
        promise = words["kept"].format(day=day_in_words(case.ended_at.astimezone(LONDON).date()))
    elif case.due:
        name = "promised_late" if case.overdue(cases.today()) else "promised_by"
        promise = words[name].format(day=day_in_words(case.due))
    else:
        promise = words["promised_nothing"]
    return {
        "state": status,
        "promise": promise,
        "overdue": case.overdue(cases.today()),
        "sent_on": _when(case.opened_at, words),
        "history": [_entry(cases, case, entry, words) for entry in reversed(case.residents_history)],
    }


def _entry(cases: Cases, case: Case, entry: Entry, words: dict[str, Any]) -> EntryView:
    match entry.kind:
        case EntryKind.OPENED:
            title = words["history_opened"]
        case EntryKind.STATUS:
            title = cases.status(case.council, entry.status).label
        case EntryKind.DUE:
            title = words["history_due"]
        case EntryKind.UPDATE:
            title = words["history_update"]
        case EntryKind.NOTE:
            title = words["history_note"]
    return EntryView(title, _when(entry.at, words), entry.text)


def _when(at: Any, words: dict[str, Any]) -> str:
    return str(words["when"].format(day=day_in_words(at.astimezone(LONDON).date()), time=time_in_words(at)))
