"""When bins are collected: rhythms, seasons, changes, and how it is said."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from bot.bins.calendars import feed
from bot.bins.formats import FileKind, Rejected, read_change, read_day, read_home, read_schedule, recognise
from bot.bins.model import (
    Collection,
    Disruption,
    Gathered,
    HomeBins,
    Season,
    collections,
    next_of_each,
    resting,
    weeks_of,
)
from bot.bins.wording import chat_answer, left_out, months
from bot.foundation.csvfiles import UnusableFile
from tests.factories_addresses import make_address
from tests.factories_bins import CONTAINERS, THURSDAY, enfield_bins, make_change, make_schedule

TODAY = THURSDAY.date()
CHRISTMAS = date(2026, 12, 25)


def days(schedule, first, last, *changes):
    return [one.day for one in collections([schedule], changes, first, last) if not one.cancelled]


def test_a_fortnightly_round_keeps_its_rhythm_over_months_and_years():
    schedule = make_schedule(first=date(2026, 1, 6))
    found = days(schedule, date(2026, 12, 20), date(2027, 1, 31))
    assert found == [date(2026, 12, 22), date(2027, 1, 5), date(2027, 1, 19)]
    assert all((day - date(2026, 1, 6)).days % 14 == 0 for day in found)


def test_a_round_does_not_begin_before_its_first_day_nor_go_on_after_its_last():
    schedule = make_schedule(weeks=1, first=date(2026, 12, 1), until=date(2026, 12, 15))
    assert days(schedule, date(2026, 11, 1), date(2027, 1, 31)) == [date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 15)]


def test_monthly_is_the_same_weekday_of_each_month():
    schedule = make_schedule(weeks=0, first=date(2026, 9, 8))  # the second Tuesday
    assert days(schedule, date(2026, 9, 1), date(2026, 12, 31)) == [
        date(2026, 9, 8),
        date(2026, 10, 13),
        date(2026, 11, 10),
        date(2026, 12, 8),
    ]
    fifth = make_schedule(weeks=0, first=date(2026, 9, 29))
    assert days(fifth, date(2026, 9, 1), date(2027, 1, 31)) == [date(2026, 9, 29), date(2026, 12, 29)]


@pytest.mark.parametrize(
    ("day", "inside"),
    [(date(2026, 3, 1), True), (date(2026, 11, 30), True), (date(2026, 12, 1), False), (date(2026, 2, 28), False)],
)
def test_a_season_has_both_its_ends(day, inside):
    assert Season((3, 1), (11, 30)).covers(day) is inside
    assert Season((12, 1), (2, 28)).covers(day) is not inside


def test_a_season_stops_and_starts_again_in_the_old_rhythm():
    schedule = make_schedule("garden", first=date(2026, 1, 6), season=Season((3, 1), (11, 30)))
    found = days(schedule, date(2026, 11, 1), date(2027, 3, 31))
    assert found == [date(2026, 11, 10), date(2026, 11, 24), date(2027, 3, 2), date(2027, 3, 16), date(2027, 3, 30)]
    assert resting([schedule], date(2026, 12, 5)) == (("garden", date(2027, 3, 2)),)
    assert resting([schedule], date(2026, 7, 5)) == ()


def test_christmas_moves_a_day_and_the_more_exact_change_counts():
    friday = make_schedule(weeks=1, first=date(2026, 1, 2))
    everybody = make_change(CHRISTMAS, date(2026, 12, 28), reason="Christmas Day")
    ours = make_change(CHRISTMAS, date(2026, 12, 24), round="A")
    [moved] = collections([friday], [everybody], date(2026, 12, 23), date(2026, 12, 31))
    assert (moved.day, moved.usual, moved.reason, moved.moved) == (date(2026, 12, 28), CHRISTMAS, "Christmas Day", True)
    assert days(friday, date(2026, 12, 23), date(2026, 12, 31), everybody, ours) == [date(2026, 12, 24)]
    assert days(friday, date(2026, 12, 23), date(2026, 12, 31), everybody, make_change(CHRISTMAS, None, round="B")) == [
        date(2026, 12, 28)
    ]


def test_a_day_that_moves_into_view_or_out_of_it_is_counted_once():
    friday = make_schedule(weeks=1, first=date(2026, 1, 2))
    later = make_change(CHRISTMAS, date(2026, 12, 28))
    assert date(2026, 12, 28) in days(friday, date(2026, 12, 26), date(2026, 12, 31), later)
    assert days(friday, date(2026, 12, 19), date(2026, 12, 27), later) == []


def test_a_cancelled_day_is_no_next_day():
    friday = make_schedule(weeks=1, first=date(2026, 1, 2))
    found = collections([friday], [make_change(date(2026, 11, 27), None, reason="Snow")], TODAY, TODAY + timedelta(days=20))
    assert found[0].cancelled
    assert [one.day for one in next_of_each(found, TODAY)] == [date(2026, 12, 4)]


def test_today_counts_as_the_next_day():
    found = collections([make_schedule(weeks=1, first=TODAY)], [], TODAY, TODAY + timedelta(days=20))
    assert next_of_each(found, TODAY)[0].day == TODAY


@pytest.mark.parametrize(
    ("rhythm", "weeks"),
    [
        ("Weekly", 1),
        ("FORTNIGHTLY", 2),
        ("every other week", 2),
        ("every 3 weeks", 3),
        ("four-weekly", 4),
        ("monthly", 0),
        ("often", None),
    ],
)
def test_rhythms_are_known_by_their_usual_names(rhythm, weeks):
    assert weeks_of(rhythm) == weeks


ROUND = {"ROUND": "MON-A", "CONTAINER": "Food", "FREQUENCY": "weekly", "FIRST_DAY": "05/01/2026"}


def test_lines_of_the_three_files_are_read():
    schedule = read_schedule(
        ROUND | {"DAY": "Monday", "UNTIL": "2026-12-31", "SEASON_FROM": "1 March", "SEASON_UNTIL": "11-30"}, CONTAINERS
    )
    assert (schedule.container, schedule.first, schedule.season) == ("food", date(2026, 1, 5), Season((3, 1), (11, 30)))
    assert read_home({"UPRN": "000000000123", "ROUND": "MON-A"}) == ("123", "MON-A")
    change = read_change(
        {"ROUND": "*", "CONTAINER": "*", "DAY": "25/12/2026", "NEW_DAY": "", "REASON": "Christmas"}, CONTAINERS
    )
    assert (change.day, change.new_day, change.reason) == (CHRISTMAS, None, "Christmas")
    assert recognise(["UPRN", "ROUND"]) == FileKind.HOMES
    with pytest.raises(UnusableFile, match="names no columns that are known"):
        recognise(["STREET", "COLOUR"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"FREQUENCY": "sometimes"}, "FREQUENCY is weekly"),
        ({"FIRST_DAY": "31/02/2026"}, "FIRST_DAY is not a day"),
        ({"FIRST_DAY": "2226-01-01"}, "in the year 2226"),
        ({"DAY": "Tuesday"}, "FIRST_DAY is a Monday and DAY says Tuesday"),
        ({"CONTAINER": "purple"}, "there is no container purple"),
        ({"UNTIL": "2025-01-01"}, "UNTIL is before FIRST_DAY"),
        ({"SEASON_FROM": "spring"}, "SEASON_FROM and SEASON_UNTIL"),
        ({"ROUND": ""}, "ROUND is empty"),
        ({"ROUND": "x" * 41}, "ROUND is longer"),
    ],
)
def test_a_line_of_rounds_that_cannot_be_used_says_why(change, reason):
    with pytest.raises(Rejected, match=reason):
        read_schedule(ROUND | change, CONTAINERS)


def test_a_change_by_more_than_a_month_is_taken_for_a_slip():
    with pytest.raises(Rejected, match="more than 31 days"):
        read_change({"ROUND": "*", "CONTAINER": "*", "DAY": "2026-12-25", "NEW_DAY": "2027-12-28"}, CONTAINERS)


def test_days_are_read_as_councils_write_them():
    assert read_day("2026-12-24") == read_day("24/12/2026") == read_day("24.12.2026") == date(2026, 12, 24)
    assert read_day("12/24/2026") is None


def make_home(*found, disruptions=(), **gathered):
    values = {"collections": found, "fetched_at": THURSDAY, "source": "rounds"} | gathered
    cancelled = tuple(one for one in found if one.cancelled)
    return HomeBins(make_address(), TODAY, next_of_each(found, TODAY), disruptions, cancelled, Gathered(**values))


def on(container, day, usual=None, **values):
    return Collection(container, day, usual or day, **values)


def make_disruption(text, back_on=None):
    return Disruption("d1", "borchester", "", "", text, TODAY, TODAY, back_on, THURSDAY, "Command line")


def test_the_answer_says_disruption_first_then_every_container_then_what_is_left_out():
    home = make_home(
        on("food", TODAY),
        on("rubbish", date(2026, 11, 27)),
        on("recycling", date(2026, 12, 28), CHRISTMAS, reason="Christmas Day"),
        on("food", date(2026, 12, 3), cancelled=True, reason="Snow"),
        disruptions=(make_disruption("Bath Street was not collected", date(2026, 12, 2)),),
        seasons=(("garden", date(2027, 3, 2)),),
    )
    text = chat_answer(enfield_bins(), home)
    assert text.split("\n\n")[0] == "**Today: Bath Street was not collected.** We are back on Wednesday 2 December."
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert lines == [
        "- Food waste (brown food bin): **today, Thursday 26 November**",
        "- Rubbish (grey or black lid): **tomorrow, Friday 27 November**",
        "- Recycling (blue lid): **Monday 28 December** instead of Friday 25 December. Christmas Day.",
        "- Food waste (brown food bin): no collection on Thursday 3 December. Snow.",
    ]
    assert "Garden waste (green lid) starts again on Tuesday 2 March 2027." in text
    assert "Large items and clinical waste are booked one by one" in text
    assert "Looked up today at 10:15am." in text
    assert text.count("12 Bath Street") == 1


def test_a_home_without_a_collection_is_told_so():
    gathered = make_home(on("rubbish", TODAY), known_until=date(2026, 12, 31)).gathered
    sentences = left_out(enfield_bins(), gathered, TODAY)
    assert "Garden waste (green lid) is only for homes that pay for it." in sentences
    assert "Our calendar ends on Thursday 31 December." in sentences


def test_words_of_staff_cannot_make_links_or_marks():
    text = chat_answer(
        enfield_bins(), make_home(on("food", TODAY), disruptions=(make_disruption("[click](https://x.example) **now**"),))
    )
    assert "[click](https" not in text


def test_a_container_that_nobody_described_is_called_as_it_is():
    text = chat_answer(enfield_bins(), make_home(on("Clinical Sacks", TODAY)))
    assert "- Clinical Sacks: **today, Thursday 26 November**" in text


def test_the_calendar_groups_by_month_and_marks_what_is_different():
    gathered = make_home(
        on("food", CHRISTMAS, cancelled=True), on("food", date(2027, 1, 4), date(2027, 1, 1), reason="New Year")
    ).gathered
    december, january = months(enfield_bins(), gathered)
    assert december.name == "December 2026"
    assert december.days[0].bins[0][1] == "no collection"
    assert january.days[0].bins[0][1] == "instead of Friday 1 January (New Year)"


def test_the_feed_has_one_event_a_day_with_a_reminder_and_an_id_that_stays():
    found = (on("food", TODAY), on("rubbish", TODAY), on("food", date(2026, 12, 28), CHRISTMAS, reason="Christmas Day"))
    text = feed(enfield_bins(), make_address(), make_home(*found).gathered)
    calendar = Calendar.from_ical(text)
    first, second = calendar.walk("VEVENT")
    assert str(first["summary"]) == "Food waste, Rubbish"
    assert first["dtstart"].dt == TODAY
    assert first.walk("VALARM")[0]["trigger"].dt == timedelta(hours=-5)
    assert str(second["uid"]) == "bins-borchester-990100000001-20261225@resident-desk"
    assert "Christmas Day" in str(second["description"])
    assert first["dtstamp"].dt == datetime(2026, 11, 26, 10, 15, tzinfo=UTC)
    before = feed(enfield_bins(), make_address(), make_home(on("food", CHRISTMAS)).gathered)
    assert Calendar.from_ical(before).walk("VEVENT")[0]["uid"] == second["uid"]
