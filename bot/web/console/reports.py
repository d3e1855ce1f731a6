"""The page of figures for managers: how it went, whether anything is wrong, and everything behind it as pictures and tables."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from bot.reports import pictures
from bot.reports.model import SERVICES, UnitCosts
from bot.reports.periods import DAY, Period, Step, UnusablePeriod, day_of, month_of
from bot.reports.service import Asked, Group, Report
from bot.reports.tables import as_csv, tables_of
from bot.reports.watching import noticed
from bot.reports.wording import ReportWords, part_label, percentage, pounds
from bot.staff.model import Permission
from bot.web import keys
from bot.web.access import actor_of, add_route
from bot.web.console.shell import show

PAGE = "/console/reports"
TILES = (
    "conversations",
    "answered",
    "said_yes",
    "passed_on",
    "abandoned",
    "wait_median",
    "promises_kept",
    "unanswered",
)
QUESTIONS = 12  # questions in the picture


def add_reports_routes(app: web.Application) -> None:
    """The page and its tables as CSV."""
    add_route(app, "GET", PAGE, reports_page, Permission.READ_REPORTS)
    add_route(app, "GET", f"{PAGE}/{{table}}.csv", reports_csv, Permission.READ_REPORTS)


async def reports_page(request: web.Request) -> web.Response:
    """GET /console/reports?period=&first=&last=&council=&service=&step=."""
    room, actor, query = request.app[keys.REPORTS], actor_of(request), request.query
    words = room.words
    try:
        asked, wrong = asked_for(query, room.days.today()), {}
    except UnusablePeriod as problem:
        asked, wrong = asked_for({}, room.days.today()), {"first": words.say("page", "wrong", problem.reason)}
    report = await room.reports.report(actor, asked)
    said = {name: query.get(name, "") for name in ("period", "first", "last", "council", "service", "step")}
    return show(
        request,
        "reports.html",
        status=422 if wrong else 200,
        wrong=wrong,
        says=words.words,
        report=report,
        figures=report.whole.figures(),
        before=report.before.figures(),
        definitions=words.definitions,
        value=words.value,
        of=words.of,
        tiles=TILES,
        lead=words.period(asked.period, report.as_of),
        compared=_compared(words, report),
        drawn=_drawn(words, report),
        tables=tables_of(report, words, _names(request)),
        csv=lambda name: f"{PAGE}/{name}.csv?{urlencode({key: text for key, text in said.items() if text})}",
        noticed=noticed(words, report.whole, report.before, report.standing),
        few=report.whole.tally.conversations < words.words["watch"]["fewest"],
        costs=_costs(words, report, room.reports.unit_costs),
        said=said,
        periods=_links(words, said),
        councils=room.reports.councils_of(actor),
        council_choices=[
            ("", words.say("page", "all_councils")),
            *((one, _names(request)(one)) for one in room.reports.councils_of(actor)),
        ],
        services=[(one, words.named(one)) for one in SERVICES],
    )


async def reports_csv(request: web.Request) -> web.Response:
    """GET /console/reports/{table}.csv: one table of the same report."""
    room, name = request.app[keys.REPORTS], request.match_info["table"]
    try:
        asked = asked_for(request.query, room.days.today())
    except UnusablePeriod:
        raise web.HTTPNotFound from None
    report = await room.reports.report(actor_of(request), asked)
    table = tables_of(report, room.words, _names(request)).get(name)
    if table is None:
        raise web.HTTPNotFound
    period = f"{asked.period.first}" if len(asked.period) == 1 else f"{asked.period.first}-to-{asked.period.last}"
    headers = {"Content-Disposition": f'attachment; filename="reports-{name}-{period}.csv"', "Cache-Control": "no-store"}
    return web.Response(body=as_csv(table), content_type="text/csv", charset="utf-8", headers=headers)


def _names(request: web.Request) -> Callable[[str], str]:
    """What each council is called."""
    knowledge = request.app[keys.KNOWLEDGE]
    return lambda council: str(knowledge.council(council).name)


def _costs(words: ReportWords, report: Report, known: Mapping[str, UnitCosts]) -> list[str]:
    """Where the unit costs come from, and what the same conversations would cost by telephone; nothing where they differ."""
    unit, every = known.get(report.councils[0]), report.whole.tally.conversations
    if unit is None or report.whole.cost is None or not every:
        return []
    status = "example_costs" if unit.status == "example" else "current_costs"
    telephone, together = pounds(every * unit.telephone), pounds(report.whole.cost)
    return [words.say("page", "cost_of", telephone=telephone, together=together), words.say("page", status, source=unit.source)]


def asked_for(query: Mapping[str, str], today: date) -> Asked:
    """What the query of an address asks for; today when it says nothing. Raises UnusablePeriod."""
    period = _period(query, today)
    service, step = query.get("service", ""), query.get("step", "")
    return Asked(
        period,
        council=query.get("council", ""),
        service=service if service in SERVICES else "",
        step=Step(step) if step in list(Step) else None,
    )


def _period(query: Mapping[str, str], today: date) -> Period:
    if query.get("first") or query.get("last"):
        first = _day(query.get("first", "") or query.get("last", ""))
        last = _day(query.get("last", "")) if query.get("last") else max(first, today)
        return Period(first, last)
    match query.get("period", ""):
        case "yesterday":
            return Period(today - DAY, today - DAY)
        case "week":
            return Period(today - timedelta(days=6), today)
        case "four_weeks":
            return Period(today - timedelta(days=27), today)
        case "month":
            return Period(month_of(today).first, today)
        case "year":
            return Period(today - timedelta(days=364), today)
        case _:
            return Period(today, today)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnusablePeriod("no_day") from None


def _links(words: ReportWords, said: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """The usual periods: address, label, and whether it is the one that is shown."""
    kept = {name: said[name] for name in ("council", "service") if said[name]}
    own = bool(said["first"] or said["last"])
    found = []
    for name, label in words.words["page"]["periods"].items():
        here = not own and (said["period"] or "today") == name
        found.append((f"{PAGE}?{urlencode({'period': name, **kept})}", str(label), here))
    return found


def _compared(words: ReportWords, report: Report) -> str:
    """With what the figures are compared."""
    before = report.before_period
    if report.asked.period == Period(day_of(report.as_of), day_of(report.as_of)):
        return words.say("page", "compared_hours", day=words.period(before, report.as_of))
    return words.say("page", "compared", period=words.period(before, report.as_of))


def _drawn(words: ReportWords, report: Report) -> dict[str, Markup]:
    """The pictures by name; none where there is nothing to draw."""
    if not report.whole.tally.conversations:
        return {}
    legend = [words.say("pictures", name) for name in ("answered", "passed_on", "unanswered")]
    step = report.asked.step or report.asked.period.usual_step
    found = {
        "hours": pictures.columns(
            words.say("pictures", "hours"), [_column(legend, f"{one.name}", one) for one in report.hours], legend
        ),
        "services": pictures.bars(words.say("pictures", "services"), _bars(words, report)),
    }
    if len(report.series) > 1:
        drawn = [_column(legend, part_label(one.name, step), one) for one in report.series]
        found["series"] = pictures.columns(words.say("pictures", "series"), drawn, legend)
    if report.questions:
        rows = [(words.named(intent), number, f"{number:,}") for intent, number in report.questions[:QUESTIONS]]
        found["questions"] = pictures.bars(words.say("pictures", "questions"), rows)
    return {name: Markup(drawn) for name, drawn in found.items()}


def _column(legend: list[str], label: str, group: Group) -> pictures.Column:
    tally = group.counted.tally
    parts = (tally.conversations - tally.passed_on - tally.unanswered, tally.passed_on, tally.unanswered)
    numbers = ", ".join(f"{number:,} {words}" for number, words in zip(parts, legend, strict=True))
    return pictures.Column(label, parts, f"{label}: {tally.conversations:,} ({numbers})")


def _bars(words: ReportWords, report: Report) -> list[tuple[str, int, str]]:
    whole: Any = report.whole.tally.conversations
    found = [(words.named(one.name), one.counted.tally.conversations) for one in report.services]
    return [(label, number, f"{number:,} ({percentage(number / whole)})") for label, number in found if number]
