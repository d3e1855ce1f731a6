"""Rules of the reports without a database: days and periods, waits, small numbers, what stands out, spreadsheets, words."""

import os
import random
import re
from datetime import UTC, date, datetime

import pytest

from bot.reports.model import Counted, Promises, Tally, UnitCosts, Waits, step_of
from bot.reports.periods import Period, Step, UnusablePeriod, begins, day_of, hour_of
from bot.reports.pictures import Column, columns, nice
from bot.reports.scheduling import months_due
from bot.reports.summarising import is_due
from bot.reports.suppression import SMALL, Published, Sum, attack
from bot.reports.tables import guarded, plain
from bot.reports.watching import Standing, noticed
from bot.reports.wording import ReportWords, percentage
from tests.conftest import ROOT

MONDAY = date(2026, 11, 23)
WORDS = ReportWords.read(ROOT / "councils", {"ct_pay": "Pay council tax"})


# ---- days and periods


def test_a_day_begins_at_midnight_in_london_also_in_summer():
    assert begins(date(2026, 7, 1)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert day_of(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == date(2026, 7, 1)
    assert hour_of(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == 0


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (MONDAY, 24)])
def test_days_on_which_the_clocks_change_are_shorter_and_longer(day, hours):
    assert (begins(date.fromordinal(day.toordinal() + 1)) - begins(day)).total_seconds() == hours * 3600


def test_weeks_begin_on_mondays_and_months_on_the_first():
    period = Period(date(2026, 10, 29), date(2026, 11, 10))
    assert [part.first for part in period.parts(Step.WEEK)] == [date(2026, 10, 29), date(2026, 11, 2), date(2026, 11, 9)]
    assert [len(part) for part in period.parts(Step.MONTH)] == [3, 10]
    assert sum(len(part) for part in period.parts(Step.DAY)) == len(period)


def test_a_day_is_compared_with_the_same_weekday_and_a_period_with_the_one_before():
    assert Period(MONDAY, MONDAY).before == Period(date(2026, 11, 16), date(2026, 11, 16))
    assert Period(date(2026, 11, 1), date(2026, 11, 10)).before == Period(date(2026, 10, 22), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("first", "last", "reason"), [(MONDAY, date(2026, 11, 22), "backwards"), (date(1999, 1, 1), MONDAY, "too_long")]
)
def test_a_period_that_cannot_be_shown_says_why(first, last, reason):
    with pytest.raises(UnusablePeriod) as refused:
        Period(first, last)
    assert refused.value.reason == reason
    assert WORDS.say("page", "wrong", reason)


@pytest.mark.parametrize(
    ("summarised_at", "today", "due"),
    [
        (None, "2026-12-24", True),  # never yet
        ("2026-11-24 00:01", "2026-11-24", False),  # this morning
        ("2026-11-24 00:01", "2026-11-25", True),  # not since
        ("2026-12-01 00:01", "2026-12-24", False),  # final after eight days
        ("2026-11-30 23:59", "2026-12-24", True),
    ],
)
def test_a_day_is_counted_each_morning_until_it_is_final(summarised_at, today, due):
    moment = datetime.fromisoformat(summarised_at).replace(tzinfo=UTC) if summarised_at else None
    assert is_due(MONDAY, moment, date.fromisoformat(today)) is due


@pytest.mark.parametrize(
    ("every", "today", "months"),
    [
        ("month", "2026-12-01", ["2026-11"]),
        ("month", "2026-12-31", ["2026-11"]),
        ("day", "2026-12-01", ["2026-11"]),
        ("day", "2026-12-02", ["2026-11", "2026-12"]),
        ("day", "2026-12-08", ["2026-11", "2026-12"]),
        ("day", "2026-12-09", ["2026-12"]),
    ],
)
def test_a_month_is_published_anew_while_it_can_change(every, today, months):
    assert [f"{month.first:%Y-%m}" for month in months_due(every, date.fromisoformat(today))] == months


# ---- numbers


def test_half_of_the_waits_and_nine_of_ten_were_no_longer():
    waits = Waits({60: 5, 120: 4, 900: 1})
    assert (waits.number, waits.median, waits.p90) == (10, 60, 120)
    assert (Waits().median, Waits({30: 1}).p90) == (None, 30)


@pytest.mark.parametrize(("seconds", "kept"), [(0, 15), (15, 15), (61, 90), (300, 300), (1234, 1800), (1_000_000, 86400)])
def test_a_wait_is_kept_as_the_step_that_it_does_not_exceed(seconds, kept):
    assert step_of(seconds) == kept


def test_there_is_never_a_share_of_nothing():
    for name, figure in Counted().figures().items():
        assert WORDS.value(figure) == "Nothing yet", name
        assert WORDS.of(figure) == ""


@pytest.mark.parametrize(("share", "shown"), [(0, "0%"), (0.004, "under 1%"), (0.5, "50%"), (0.996, "over 99%"), (1, "100%")])
def test_nearly_nothing_and_nearly_all_are_not_rounded_away(share, shown):
    assert percentage(share) == shown


def test_unit_costs_that_lack_a_price_are_refused():
    with pytest.raises(ValueError, match="person"):
        UnitCosts.read({"assistant": 0.1, "checked": "2026-11-01"})


# ---- what stands out


def said(whole: Counted, before: Counted | None = None, standing: Standing | None = None) -> list[str]:
    """The names of what stands out."""
    return [one.name for one in noticed(WORDS, whole, before or Counted(), standing)]


def test_a_good_day_has_nothing_that_stands_out():
    good = Tally(conversations=100, answered=90, said_yes=40, said_no=2, passed_on=20, queued=20, abandoned=1, unanswered=5)
    assert said(Counted(good, Waits({60: 18, 120: 2}), Promises(10, 10)), Counted(good), Standing()) == []


def test_what_is_wrong_is_said_with_its_numbers():
    bad = Tally(conversations=40, queued=10, abandoned=4, said_yes=2, said_no=4, unanswered=15, troubled=1)
    found = noticed(
        WORDS, Counted(bad, Waits({900: 6}), Promises(4, 2)), Counted(Tally(conversations=200)), Standing(1, 2, 700)
    )
    assert [one.name for one in found] == [
        "overdue", "waiting", "troubled", "abandoned", "wait_p90", "promises_kept", "said_no", "unanswered", "fewer",
    ]  # fmt: skip
    assert "40% of those who joined the queue left it before a person answered (4 of 10" in " ".join(one.text for one in found)


def test_a_share_of_very_few_does_not_stand_out():
    assert said(Counted(Tally(conversations=3, queued=2, abandoned=2, said_no=1, unanswered=3), Waits({3000: 2}))) == []


# ---- small numbers


def month(days: list[int], services: list[int]) -> Published:
    """A count by day and by service with the same total."""
    assert sum(days) == sum(services)
    values = {"total": sum(days)}
    sums = []
    for kind, numbers in (("day", days), ("service", services)):
        cells = tuple((kind, place) for place in range(len(numbers)))
        values |= dict(zip(cells, numbers, strict=True))
        sums.append(Sum("total", cells))
    return Published(values, sums)


def test_a_small_number_cannot_be_had_by_taking_the_others_from_the_total():
    published = month([20, 3, 40], [63])
    published.left_out = {("day", 1)}
    assert attack(published)["day", 1] == (3, 3)
    published.protect()
    assert {("day", 0), ("day", 1)} <= published.left_out
    assert attack(published)["day", 1][1] >= SMALL


def test_two_ones_that_add_up_to_two_give_each_other_away():
    published = month([1, 1, 40, 50], [92])
    published.protect()
    assert not published.given_away()
    assert ("day", 2) in published.left_out


def test_nothing_small_means_nothing_left_out():
    published = month([20, 0, 40], [30, 30])
    published.protect()
    assert published.left_out == set()


def test_those_who_did_not_are_protected_too():
    published = Published(
        {"all": 50, "answered": 48, ("rest", "answered"): 2}, [Sum("all", ("answered", ("rest", "answered")))],
        frozenset({("rest", "answered")}),
    )  # fmt: skip
    published.protect()
    assert published.left_out == {"answered"}


@pytest.mark.parametrize("seed", range(12))
def test_no_table_gives_a_small_number_away(seed):
    chance = random.Random(seed)
    days = [chance.choice((0, 1, 2, 4, 7, 30)) for _ in range(20)]
    services, left = [], sum(days)
    for _ in range(5):
        services.append(chance.randint(0, left))
        left -= services[-1]
    published = month(days, [*services, left])
    published.protect()
    assert not published.given_away()
    assert not [cell for cell in published.values if published.small(cell) and cell not in published.left_out]


# ---- spreadsheets, pictures, words


@pytest.mark.parametrize(
    ("cell", "written"),
    [("=1+1", "'=1+1"), ("@cmd", "'@cmd"), ("-3", "'-3"), ("Bins", "Bins"), (None, ""), (0.25, "0.2500"), (12, "12")],
)
def test_no_cell_is_a_formula(cell, written):
    assert plain(cell) == written
    assert guarded("+44") == "'+44"


@pytest.mark.parametrize(("most", "top"), [(0, 4), (3, 4), (4, 4), (17, 20), (99, 100), (1234, 2000)])
def test_an_axis_ends_at_a_round_number(most, top):
    assert nice(most) == top


def test_a_picture_says_its_numbers_and_lets_nothing_in():
    drawn = columns('A "title" <b>', [Column("<i>", (1, 2, 0), "1 & 2")], ["a", "b", "c"])
    assert "<b>" not in drawn
    assert "<i>" not in drawn
    assert "1 &amp; 2" in drawn
    assert "style=" not in drawn


def test_the_page_defines_every_figure_as_the_product_does():
    page = ROOT / "docs" / "reports.md"
    rows = [
        f"| {one.label} | {one.of or '–'} | {f'{one.counted} {one.left_out}'.strip()} |" for one in WORDS.definitions.values()
    ]
    table = "\n".join(["| figure | of | how it is counted, and what is not in it |", "|---|---|---|", *rows]) + "\n"
    block = re.compile(r"(<!-- figures -->\n).*?(<!-- end -->)", re.S)
    text = page.read_text(encoding="utf-8")
    if os.environ.get("DESK_WRITE_DOCS") == "yes":
        text = block.sub(lambda found: found[1] + table + found[2], text)
        page.write_text(text, encoding="utf-8")
    assert f"<!-- figures -->\n{table}<!-- end -->" in text, "run this test with DESK_WRITE_DOCS=yes"
