"""Days are counted each morning while they can change, counted anew when asked, and outlive their conversations."""

from datetime import timedelta

from sqlalchemy import delete

from bot.conversations.store import conversations
from bot.reports import store
from bot.reports.periods import Period, begins, ends
from bot.reports.service import Asked
from tests.reports.conftest import Managed
from tests.reports.test_figures import ANALYST
from tests.reports.told import moment, tell

MONDAY = Period(moment("2026-11-23 12:00").date(), moment("2026-11-23 12:00").date())
LATE = {"conversations": [["2026-11-23 12:00 resident", "12:00 answer ct_pay"]]}


async def conversations_on_monday(managed: Managed) -> int:
    """As the reports have it."""
    report = await managed.room.reports.report(ANALYST, Asked(MONDAY, "enfield"))
    return report.whole.tally.conversations


async def test_a_day_is_counted_anew_each_morning_and_not_more_often(managed):
    managed.clock.time = moment("2026-11-24 00:05")
    day = MONDAY.first
    await managed.room.days.summarise("enfield", day)
    assert day not in await managed.room.days.due("enfield")
    await tell(managed.database, LATE)
    assert await conversations_on_monday(managed) == 18
    managed.clock.time += timedelta(days=1)
    assert day in await managed.room.days.due("enfield")
    await managed.room.days.summarise("enfield", day)
    assert await conversations_on_monday(managed) == 19


async def test_counting_anew_gives_the_same_and_takes_in_what_was_missing(managed):
    since = MONDAY.first - timedelta(days=1)
    first = await managed.room.days.rebuild(["enfield"], since)
    assert (first.counted, first.kept) == (10, ())
    await tell(managed.database, LATE)
    await managed.room.days.rebuild(["enfield"], since)
    await managed.room.days.rebuild(["enfield"], since)
    assert await conversations_on_monday(managed) == 19


async def test_figures_stay_when_their_conversations_are_erased(managed):
    day = MONDAY.first
    await managed.room.days.summarise("enfield", day)
    async with managed.database.writing() as tx:
        of_day = (conversations.c.created_at >= begins(day), conversations.c.created_at < ends(day))
        await tx.execute(delete(conversations).where(*of_day))
    done = await managed.room.days.rebuild(["enfield"], day)
    assert day in done.kept
    assert await conversations_on_monday(managed) == 18


async def test_a_day_comes_back_from_the_database_as_it_was_kept(managed):
    live = await managed.room.days.live("enfield", MONDAY.first)
    await managed.room.days.summarise("enfield", MONDAY.first)
    async with managed.database.reading() as tx:
        assert await store.day_of(tx, "enfield", MONDAY.first) == live


async def test_a_round_counts_what_is_due_in_every_council(managed):
    managed.clock.time = moment("2026-03-31 08:00")
    assert await managed.room.days.bring_up_to_date() == 3  # the 28th, the 29th and the 30th of March
    assert await managed.room.days.bring_up_to_date() == 0
