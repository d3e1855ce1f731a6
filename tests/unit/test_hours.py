"""Opening hours, bank holidays, closures, changes of the clock, and working days counted from them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.foundation.packs import UnreadablePackFile
from bot.hours.model import Hours, NeverOpen
from bot.hours.reading import hours_from, read_hours
from tests.conftest import ROOT

LONDON = ZoneInfo("Europe/London")
OFFICE = {"monday_to_friday": "09:00-17:00"}


def local(text: str) -> datetime:
    """A moment by the clock on the wall in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def make_hours(closures=(), **teams) -> Hours:
    return hours_from({"hours": {"default": OFFICE, **teams}, "closures": list(closures)})


def test_a_team_is_open_from_its_opening_until_just_before_its_closing():
    hours = make_hours()
    monday = "2026-11-23T"
    assert [hours.is_open("bins", local(monday + at)) for at in ("08:59", "09:00", "16:59", "17:00")] == [
        False,
        True,
        True,
        False,
    ]


def test_a_moment_in_utc_is_read_by_the_clock_on_the_wall():
    summer = datetime(2026, 7, 6, 8, 30, tzinfo=UTC)  # half past nine in London
    winter = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert make_hours().is_open("bins", summer)
    assert not make_hours().is_open("bins", winter)


def test_a_named_team_has_its_own_hours_and_any_other_the_default():
    hours = make_hours(benefits={"monday": "10:00-12:30, 13:30-16:00"})
    assert not hours.is_open("benefits", local("2026-11-23T13:00"))
    assert hours.is_open("council_tax", local("2026-11-23T13:00"))
    assert hours.closes("benefits", local("2026-11-23T11:00")) == local("2026-11-23T12:30")


def test_the_next_opening_is_now_while_open_and_monday_at_the_weekend():
    hours = make_hours()
    assert hours.next_opening("bins", local("2026-11-23T10:00")) == local("2026-11-23T10:00")
    assert hours.next_opening("bins", local("2026-11-21T21:00")) == local("2026-11-23T09:00")
    assert hours.next_opening_in_words("bins", local("2026-11-21T21:00")) == "on Monday 23 November at 9am"
    assert hours.next_opening_in_words("bins", local("2026-11-22T21:00")) == "tomorrow at 9am"
    assert hours.next_opening_in_words("bins", local("2026-11-23T07:00")) == "today at 9am"
    assert hours.next_opening_in_words("bins", local("2026-11-23T10:00")) == "now"


def test_nobody_is_in_over_christmas_and_a_substitute_day_counts():
    hours = make_hours()  # 26 December 2026 is a Saturday, so Monday 28 is a bank holiday
    assert hours.next_opening("bins", local("2026-12-24T17:00")) == local("2026-12-29T09:00")
    assert hours.why_closed("bins", date(2026, 12, 25)) == "Christmas Day"
    assert hours.why_closed("bins", date(2026, 12, 29)) == ""


def test_a_team_that_works_on_bank_holidays_is_open_at_christmas():
    hours = make_hours(emergency={"every_day": "00:00-24:00", "bank_holidays": "open"})
    assert hours.is_open("emergency", local("2026-12-25T03:00"))
    assert hours.closes("emergency", local("2026-12-25T03:00")) is None
    assert hours.opening_in_words("emergency") == "every day, at any time"


def test_a_night_shift_goes_on_over_midnight():
    hours = make_hours(night={"monday": "20:00-24:00", "tuesday": "00:00-06:00"})
    assert hours.is_open("night", local("2026-11-23T23:59"))
    assert hours.is_open("night", local("2026-11-24T00:00"))
    assert hours.closes("night", local("2026-11-23T22:00")) == local("2026-11-24T06:00")
    assert not hours.is_open("night", local("2026-11-25T00:00"))


def test_a_closure_closes_its_teams_with_its_reason_and_can_shorten_a_day():
    hours = make_hours(
        closures=[
            {"from": date(2026, 11, 24), "reason": "Staff training", "teams": ["benefits"]},
            {"from": date(2026, 12, 24), "reason": "Christmas Eve", "open": "09:00-12:00"},
        ]
    )
    assert not hours.is_open("benefits", local("2026-11-24T10:00"))
    assert hours.why_closed("benefits", date(2026, 11, 24)) == "Staff training"
    assert hours.is_open("bins", local("2026-11-24T10:00"))
    assert hours.closes("bins", local("2026-12-24T10:00")) == local("2026-12-24T12:00")


@pytest.mark.parametrize(
    ("day", "opens_in_utc"),
    [("2026-03-29", 8), ("2026-03-28", 9), ("2026-10-25", 9), ("2026-10-24", 8)],
    ids=["clocks go forward", "the day before", "clocks go back", "the day before it"],
)
def test_opening_stays_at_nine_by_the_wall_when_the_clocks_change(day, opens_in_utc):
    hours = make_hours(weekend={"saturday": "09:00-17:00", "sunday": "09:00-17:00"})
    opening = hours.next_opening("weekend", local(f"{day}T00:30"))
    assert (opening.astimezone(UTC).hour, opening.utcoffset().total_seconds()) == (opens_in_utc, 0)
    assert hours.is_open("weekend", local(f"{day}T16:59"))
    assert not hours.is_open("weekend", local(f"{day}T17:00"))


def test_the_hour_that_comes_twice_is_within_one_long_night():
    hours = make_hours(night={"every_day": "00:00-03:00"})
    opening = hours.next_opening("night", local("2026-10-24T12:00"))
    closing = hours.closes("night", opening)
    assert closing is not None
    assert (closing - opening).total_seconds() == 4 * 3600


@pytest.mark.parametrize(
    ("came_in", "days", "due"),
    [
        ("2026-11-23T10:00", 1, date(2026, 11, 24)),
        ("2026-11-23T07:00", 1, date(2026, 11, 24)),
        ("2026-11-23T16:59", 1, date(2026, 11, 24)),
        ("2026-11-23T17:00", 1, date(2026, 11, 25)),
        ("2026-11-27T17:30", 1, date(2026, 12, 1)),
        ("2026-11-28T10:00", 1, date(2026, 12, 1)),
        ("2026-11-23T10:00", 0, date(2026, 11, 23)),
        ("2026-11-23T18:00", 0, date(2026, 11, 24)),
        ("2026-12-23T10:00", 3, date(2026, 12, 30)),
        ("2026-12-31T10:00", 1, date(2027, 1, 4)),
        ("2026-03-27T10:00", 1, date(2026, 3, 30)),
        ("2026-06-30T23:30", 1, date(2026, 7, 2)),
    ],
)
def test_working_days_skip_weekends_and_bank_holidays_and_stop_counting_at_closing_time(came_in, days, due):
    assert make_hours().working_days_after(local(came_in), days) == due


def test_a_moment_just_before_midnight_in_utc_is_the_next_day_in_summer():
    almost = datetime(2026, 7, 5, 23, 30, tzinfo=UTC)  # Monday 00:30 in London
    assert make_hours().working_days_after(almost, 1) == date(2026, 7, 7)


def test_the_week_in_words():
    hours = make_hours(
        benefits={"monday_to_thursday": "08:30-17:00", "friday": "08:30-16:30"},
        library={"monday": "09:00-12:30, 13:30-17:00", "saturday": "10:00-12:00"},
    )
    assert hours.opening_in_words() == "Monday to Friday, 9am to 5pm"
    assert hours.opening_in_words("benefits") == "Monday to Thursday, 8:30am to 5pm and Friday, 8:30am to 4:30pm"
    assert hours.opening_in_words("library") == "Monday, 9am to 12:30pm and 1:30pm to 5pm and Saturday, 10am to midday"


def test_a_team_that_is_closed_for_months_can_promise_nothing():
    hours = make_hours(closures=[{"from": date(2026, 11, 1), "to": date(2027, 6, 1), "reason": "Closed"}])
    with pytest.raises(NeverOpen):
        hours.next_opening("bins", local("2026-11-23T10:00"))
    with pytest.raises(NeverOpen):
        hours.working_days_after(local("2026-11-23T10:00"), 1)


@pytest.mark.parametrize(
    ("pack", "reason"),
    [
        ({}, "default"),
        ({"hours": {"default": "always"}}, "list of days"),
        ({"hours": {"default": {"monday": "9-5"}}}, "09:00-17:00"),
        ({"hours": {"default": {"monday": "17:00-09:00"}}}, "ends before it begins"),
        ({"hours": {"default": {"monday": "25:00-26:00"}}}, "no time like"),
        ({"hours": {"default": {"monday": "09:00-12:00, 11:00-13:00"}}}, "overlap"),
        ({"hours": {"default": {"mondays": "09:00-12:00"}}}, "no day like"),
        ({"hours": {"default": {"friday_to_monday": "09:00-12:00"}}}, "no day like"),
        ({"hours": {"default": {}}}, "never open"),
        ({"hours": {"default": {**OFFICE, "checked": "soon"}}}, "date like"),
        ({"hours": {"default": {**OFFICE, "status": "sure"}}}, "assumed or current"),
        ({"hours": {"default": {**OFFICE, "bank_holidays": "maybe"}}}, "closed or open"),
        ({"hours": {"default": OFFICE}, "closures": "christmas"}, "must be a list"),
        ({"hours": {"default": OFFICE}, "closures": [{"reason": "x"}]}, "needs from"),
        ({"hours": {"default": OFFICE}, "closures": [{"from": date(2026, 1, 2)}]}, "reason"),
        (
            {"hours": {"default": OFFICE}, "closures": [{"from": date(2026, 1, 2), "to": date(2026, 1, 1), "reason": "x"}]},
            "before",
        ),
        ({"hours": {"default": OFFICE}, "closures": [{"from": date(2026, 1, 2), "reason": "x", "teams": "all"}]}, "list"),
    ],
)
def test_hours_that_cannot_be_used_say_why(pack, reason):
    with pytest.raises(ValueError, match=reason):
        hours_from(pack)


def test_a_pack_with_unusable_hours_is_named(tmp_path):
    for name, text in {
        "england": "name: England\nhours: {default: {monday: 'all day'}}",
        "borchester": "name: Borchester\nbase: england",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "council.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadablePackFile, match=r"borchester/council\.yml: hours of default, monday"):
        read_hours(tmp_path)


def test_every_served_council_has_hours_with_a_source_and_a_date():
    found = read_hours(ROOT / "councils")
    assert {"enfield", "buckinghamshire"} <= set(found)
    for council, hours in found.items():
        for team, one in hours.teams.items():
            assert one.source, f"{council}, {team}"
            assert one.checked, f"{council}, {team}"
    assert found["enfield"].opening_in_words("overpayments") == "Monday to Friday, 8:30am to 4:30pm"
    assert found["buckinghamshire"].of("default").assumed
