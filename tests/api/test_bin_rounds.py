"""Importing rounds and posting disruptions on both databases: replaced whole or not at all, every bad line reported."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.bins import store
from bot.bins.building import bins_room
from bot.bins.providers import NoBinDays, OwnRounds
from bot.bins.service import NewDisruption, UnusableDisruption
from bot.foundation.csvfiles import UnusableFile
from bot.foundation.database import Database
from bot.foundation.migrations import migrate
from tests.conftest import ROOT
from tests.factories import FixedClock
from tests.factories_addresses import local_file, make_address
from tests.factories_bins import THURSDAY, import_rounds

ROUNDS = "ROUND,CONTAINER,FREQUENCY,FIRST_DAY"
WEEKLY = ["A,rubbish,weekly,2026-01-02", "A,food,weekly,2026-01-02", "B,rubbish,fortnightly,2026-01-05"]
HOME = replace(make_address(1), council="enfield")
TODAY = THURSDAY.date()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database in its newest form."""
    await asyncio.to_thread(migrate, database_url)
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def bins(database):
    """The bin days of the shipped councils, on Thursday 26 November 2026."""
    return bins_room(database, FixedClock(THURSDAY), ROOT / "councils").bins


async def bring(database, tmp_path, rows, header=ROUNDS):
    return await import_rounds(database, local_file(tmp_path / "file.csv", rows, header), "enfield")


async def set_up(database, tmp_path):
    await bring(database, tmp_path, WEEKLY)
    await bring(database, tmp_path, ["1,A", "2,B"], "UPRN,ROUND")


async def gathered(database, address=HOME):
    return await OwnRounds(database, FixedClock(THURSDAY)).gather(address, TODAY, TODAY + timedelta(days=14))


async def days(database, address=HOME):
    return [(one.container, one.day) for one in (await gathered(database, address)).collections]


async def test_a_home_has_the_days_of_its_rounds_and_no_others(database, tmp_path):
    await set_up(database, tmp_path)
    friday = date(2026, 11, 27)
    assert await days(database) == [
        ("food", friday),
        ("rubbish", friday),
        ("food", date(2026, 12, 4)),
        ("rubbish", date(2026, 12, 4)),
    ]
    assert await days(database, replace(HOME, uprn="2")) == [("rubbish", date(2026, 12, 7))]
    with pytest.raises(NoBinDays):
        await gathered(database, replace(HOME, uprn="3"))


async def test_a_second_import_replaces_what_was_there(database, tmp_path):
    await set_up(database, tmp_path)
    await bring(database, tmp_path, ["A,rubbish,weekly,2026-01-05"])
    assert await days(database) == [("rubbish", date(2026, 11, 30)), ("rubbish", date(2026, 12, 7))]
    summary, _ = await bring(database, tmp_path, ["1,A", "1,A", "9,Z"], "UPRN,ROUND")
    assert (summary.kept, summary.without_round) == (2, 1)
    with pytest.raises(NoBinDays):
        await gathered(database, replace(HOME, uprn="2"))
    async with database.reading() as tx:
        assert len((await tx.execute(store.homes.select())).all()) == 2


async def test_changes_come_from_their_own_file(database, tmp_path):
    await set_up(database, tmp_path)
    header = "ROUND,CONTAINER,DAY,NEW_DAY,REASON"
    await bring(database, tmp_path, ["*,*,2026-11-27,2026-11-28,Snow", "A,food,2026-12-04,,Strike"], header)
    found = (await gathered(database)).collections
    assert [(one.container, one.day, one.cancelled) for one in found][:2] == [
        ("food", date(2026, 11, 28), False),
        ("rubbish", date(2026, 11, 28), False),
    ]
    assert ("food", True) in [(one.container, one.cancelled) for one in found if one.day == date(2026, 12, 4)]


async def test_lines_that_cannot_be_used_are_reported_and_the_rest_is_used(database, tmp_path):
    rows = [*WEEKLY, "A,purple,weekly,2026-01-02", "A,food,weekly,2026-13-02", WEEKLY[0], "A,food"]
    summary, rejects = await bring(database, tmp_path, [*rows, *(f"R{n},food,weekly,2026-01-02" for n in range(5))])
    assert summary.kept == 8
    assert [one.line for one in rejects] == [5, 6, 7, 8]
    assert any("it says the same as line 2" in one.reason for one in rejects)


async def test_a_misread_file_changes_nothing(database, tmp_path):
    await set_up(database, tmp_path)
    before = await days(database)
    for rows, header in (
        ([f"x{n},A" for n in range(9)], "UPRN,ROUND"),
        (["A,purple,often,never"] * 3, ROUNDS),
        (["1"], "COLOUR"),
    ):
        with pytest.raises(UnusableFile):
            await bring(database, tmp_path, rows, header)
    assert await days(database) == before


async def test_an_import_of_homes_that_breaks_leaves_the_old_ones(database, tmp_path, monkeypatch):
    await set_up(database, tmp_path)
    monkeypatch.setattr("bot.bins.importing.BATCH", 1)
    real, calls = store.add_homes, []

    async def fails_the_second_time(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the disk is full")
        return await real(*arguments)

    monkeypatch.setattr(store, "add_homes", fails_the_second_time)
    with pytest.raises(OSError, match="disk is full"):
        await bring(database, tmp_path, ["1,B", "2,A"], "UPRN,ROUND")
    assert len(await days(database)) == 4
    async with database.reading() as tx:
        assert len((await tx.execute(store.homes.select())).all()) == 2


async def test_invented_rounds_never_replace_real_ones(database, tmp_path):
    await set_up(database, tmp_path)
    with pytest.raises(UnusableFile, match="invented rounds"):
        await bring(database, tmp_path, WEEKLY, f"# INVENTED\n{ROUNDS}")


async def test_what_should_have_been_collected_is_known_newest_first(database, tmp_path, bins):
    await set_up(database, tmp_path)
    found = await bins.last_collections(HOME, days=14)
    assert [(one.container, one.day) for one in found][:2] == [("rubbish", date(2026, 11, 20)), ("food", date(2026, 11, 20))]


async def post(database, bins, **values):
    async with database.writing() as tx:
        new = NewDisruption(**{"council": "enfield", "text": "Not collected", "until": TODAY} | values)
        return await bins.post_disruption(tx, new, "Asha")


async def test_a_disruption_reaches_its_street_or_round_or_everybody_until_its_last_day(database, tmp_path, bins):
    await set_up(database, tmp_path)
    await post(database, bins, text="The street", street="BATH ST.")
    await post(database, bins, text="The round", round="B")
    await post(database, bins, text="Everybody", until=TODAY + timedelta(days=3))
    await post(database, bins, text="Tomorrow", begins=TODAY + timedelta(days=1), until=TODAY + timedelta(days=1))
    await post(database, bins, text="Elsewhere", council="buckinghamshire")
    assert {one.text for one in await bins.disruptions_at(HOME)} == {"The street", "Everybody"}
    other = replace(HOME, uprn="2", street="high road")
    assert {one.text for one in await bins.disruptions_at(other)} == {"The round", "Everybody"}
    assert len(await bins.disruptions("enfield")) == 4


async def test_a_disruption_can_be_ended_and_only_by_its_council(database, bins):
    posted = await post(database, bins)
    async with database.writing() as tx:
        assert await bins.end_disruption(tx, "buckinghamshire", posted.id) is None
        assert await bins.end_disruption(tx, "enfield", posted.id) == posted
    assert await bins.disruptions_at(HOME) == ()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"text": "  "}, "Say in up to 500 characters"),
        ({"text": "x" * 501}, "Say in up to 500 characters"),
        ({"until": TODAY - timedelta(days=1)}, "over already"),
        ({"until": date(2029, 1, 1)}, "a year at the most"),
        ({"back_on": TODAY - timedelta(days=1)}, "before the first day"),
        ({"round": "Z"}, "There is no round Z"),
        ({"street": "🙂"}, "not the name of a street"),
    ],
)
async def test_a_disruption_that_makes_no_sense_is_refused(database, bins, values, says):
    with pytest.raises(UnusableDisruption, match=says):
        await post(database, bins, **values)
