"""Figures for programs: the same report that managers see, as numbers with what each is of and how it is counted."""

from dataclasses import dataclass
from datetime import date, datetime

from aiohttp import web
from pydantic import TypeAdapter

from bot.reports.model import Counted
from bot.reports.periods import Period, UnusablePeriod
from bot.reports.service import Report
from bot.reports.tables import COLUMNS
from bot.reports.wording import ReportWords
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.reports import asked_for
from bot.web.problems import Problem


@dataclass(frozen=True)
class FigureShape:
    """One figure. `value` is null where there is nothing to say yet; a share is `value` of `of`."""

    name: str
    label: str
    kind: str
    value: float | None
    of: int
    share: float | None
    of_what: str
    how_counted: str
    not_counted: str


@dataclass(frozen=True)
class GroupShape:
    """The main figures of a part of the period; their definitions are those of the report's own."""

    name: str
    figures: dict[str, float | None]
    of: dict[str, int]


@dataclass(frozen=True)
class QuestionShape:
    """What was asked about, and in how many conversations."""

    intent: str
    label: str
    conversations: int


@dataclass(frozen=True)
class ThemeShape:
    """What at least 5 people asked for and did not get."""

    name: str
    people: int


@dataclass(frozen=True)
class ReportShape:
    """The report of a period; days run from midnight to midnight in Europe/London."""

    councils: list[str]
    service: str
    first: date
    last: date
    as_of: datetime
    figures: list[FigureShape]
    before: GroupShape
    series: list[GroupShape]
    hours: list[GroupShape]
    services: list[GroupShape]
    by_council: list[GroupShape]
    questions: list[QuestionShape]
    themes: list[ThemeShape]
    days_not_counted_yet: list[date]


REPORT = TypeAdapter(ReportShape)


async def report(request: web.Request) -> web.Response:
    """GET /reports?period=&first=&last=&council=&service=&step=: figures of today when nothing is asked for."""
    room = request.app[keys.REPORTS]
    try:
        asked = asked_for(request.query, room.days.today())
    except UnusablePeriod as problem:
        raise Problem(422, f"period_{problem.reason}", room.words.say("page", "wrong", problem.reason)) from None
    found = await room.reports.report(actor_of(request), asked)
    return web.json_response(body=REPORT.dump_json(_shape(found, room.words)))


def _shape(found: Report, words: ReportWords) -> ReportShape:
    figures = [
        FigureShape(
            one.name,
            words.definitions[one.name].label,
            one.kind,
            one.value,
            one.of,
            one.share,
            words.definitions[one.name].of,
            words.definitions[one.name].counted,
            words.definitions[one.name].left_out,
        )
        for one in found.whole.figures().values()
    ]
    return ReportShape(
        councils=list(found.councils),
        service=found.asked.service,
        first=found.asked.period.first,
        last=found.asked.period.last,
        as_of=found.as_of,
        figures=figures,
        before=_group(_days(found.before_period), found.before),
        series=[_group(_days(one.name), one.counted) for one in found.series],
        hours=[_group(f"{one.name:02}", one.counted) for one in found.hours],
        services=[_group(one.name, one.counted) for one in found.services],
        by_council=[_group(one.name, one.counted) for one in found.by_council],
        questions=[QuestionShape(intent, words.named(intent), number) for intent, number in found.questions],
        themes=[ThemeShape(name, people) for name, people in found.themes],
        days_not_counted_yet=list(found.missing),
    )


def _group(name: str, counted: Counted) -> GroupShape:
    figures = counted.figures()
    return GroupShape(name, {one: figures[one].value for one in COLUMNS}, {one: figures[one].of for one in COLUMNS})


def _days(period: Period) -> str:
    """A period as ISO 8601 writes one."""
    return f"{period.first}/{period.last}"
