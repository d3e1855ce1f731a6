"""The figures are what was counted by hand in conversations.yml, from days that were summarised and from days as they stand."""

from typing import Any

import pytest
from sqlalchemy import insert

from bot.learning.store import themes
from bot.reports.model import COUNTED
from bot.reports.periods import Period
from bot.reports.service import Asked, Report
from bot.staff.model import ROLES, Actor, NotAllowed, Role
from tests.reports.conftest import Managed
from tests.reports.told import BY_HAND, moment

ANALYST = Actor("1", "Ada Analyst", "enfield", frozenset(), ROLES[Role.ANALYST])


def spoken(managed: Managed, report: Report, name: str) -> str:
    """A figure as the file has it: "61% of 18"."""
    figure = report.whole.figures()[name]
    value = managed.room.words.value(figure)
    return value if figure.value is None or figure.kind == "count" else f"{value} of {figure.of}"


async def shown(managed: Managed, wanted: dict[str, Any], actor: Actor = ANALYST) -> Report:
    """The report of a part of the file."""
    asked = Asked(Period(*wanted["period"]), council="enfield", service=wanted.get("service", ""))
    return await managed.room.reports.report(actor, asked)


async def test_every_figure_is_as_it_was_counted_by_hand(managed):
    for wanted in BY_HAND["counted"]:
        for day in Period(*wanted["period"]).days if "hours" in wanted or "series" in wanted else ():
            await managed.room.days.summarise("enfield", day)
    for wanted in BY_HAND["counted"]:
        report = await shown(managed, wanted)
        found = {name: spoken(managed, report, name) for name in wanted["figures"]}
        assert found == wanted["figures"], wanted["period"]
        tally = {name: getattr(report.whole.tally, name) for name in wanted.get("tally", {})}
        assert tally == wanted.get("tally", {})
        for by, groups in (("hours", report.hours), ("services", report.services)):
            if by in wanted:
                assert {
                    one.name: one.counted.tally.conversations for one in groups if one.counted.tally.conversations
                } == wanted[by]
        if "promises" in wanted:
            kept = {one.name: one.counted.promises for one in report.services if one.counted.promises.due}
            assert {name: f"{one.kept} of {one.due}" for name, one in kept.items()} == wanted["promises"]
        if "questions" in wanted:
            assert dict(report.questions) == wanted["questions"]
        if "series" in wanted:
            assert {one.name.first: one.counted.tally.conversations for one in report.series} == wanted["series"]


def test_the_file_counts_everything_that_there_is_to_count():
    assert set(BY_HAND["counted"][0]["tally"]) == set(COUNTED)


async def test_a_day_that_is_going_on_is_counted_as_it_stands(managed):
    managed.clock.time = moment("2026-11-23 23:59")
    report = await shown(managed, BY_HAND["counted"][0])
    assert report.whole.tally.conversations == 18
    assert not report.missing


async def test_days_that_are_not_summarised_yet_are_named_and_not_shown_as_empty(managed):
    report = await shown(managed, BY_HAND["counted"][0])
    assert [str(day) for day in report.missing] == ["2026-11-23"]


async def test_themes_of_few_people_are_left_to_whoever_may_read_conversations(managed):
    times = {"first_at": moment("2026-11-20 09:00"), "last_at": moment("2026-11-23 12:00")}
    plain = {"council": "enfield", "example": "…", "messages": 9, "closed_by": "", "closed_reason": "", **times}
    async with managed.database.writing() as tx:
        for name, people in (("soft plastics", 31), ("my neighbour", 4)):
            await tx.execute(insert(themes).values(id=name, name=name, people=people, **plain))
    assert (await shown(managed, BY_HAND["counted"][0])).themes == (("soft plastics", 31),)
    assert (await shown(managed, BY_HAND["counted"][2])).themes == ()  # of one service: themes belong to none


async def test_another_councils_figures_are_refused(managed):
    with pytest.raises(NotAllowed):
        await managed.room.reports.report(ANALYST, Asked(Period(*BY_HAND["counted"][0]["period"]), council="buckinghamshire"))
    everything = await managed.room.reports.report(ANALYST, Asked(Period(*BY_HAND["counted"][0]["period"])))
    assert everything.councils == ("enfield",)


async def test_somebody_without_the_permission_sees_nothing(managed):
    adviser = Actor("2", "Asha Adviser", "enfield", frozenset("*"), ROLES[Role.ADVISER])
    with pytest.raises(NotAllowed):
        await shown(managed, BY_HAND["counted"][0], adviser)
