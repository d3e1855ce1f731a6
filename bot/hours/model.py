"""When the teams of one council are open, and working days counted from that.

Everything is local time in Europe/London: a team opens at 9am by the clock on the wall, also on the days when the clocks
change. Bank holidays of England come from the package `holidays`, everything else from council.yml (reading.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

from bot.foundation.words import LONDON, day_in_words, time_in_words

DEFAULT_TEAM = "default"
MIDNIGHT = time(0, 0)
DAY = timedelta(days=1)
FURTHEST_DAYS = 60  # nobody is closed for longer; the longest run of closed days that is looked through
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class NeverOpen(Exception):
    """A team does not open within FURTHEST_DAYS, so nothing can be promised in its name."""


@dataclass(frozen=True)
class Span:
    """One stretch of opening on one day; an end of midnight is the end of that day."""

    opens: time
    closes: time


@dataclass(frozen=True)
class TeamHours:
    """The week of one team, Monday first, and what is known about where that comes from."""

    week: tuple[tuple[Span, ...], ...]
    open_on_bank_holidays: bool = False
    assumed: bool = True  # nobody of the council has confirmed it
    source: str = ""
    url: str = ""
    checked: date | None = None


@dataclass(frozen=True)
class Closure:
    """Days on which teams are closed, or open at other times than usual."""

    first: date
    last: date
    reason: str
    teams: frozenset[str] = frozenset()  # empty means all of them
    open: tuple[Span, ...] = ()

    def covers(self, team: str, day: date) -> bool:
        """Whether it changes this day of this team."""
        return self.first <= day <= self.last and (not self.teams or team in self.teams)


@dataclass(frozen=True)
class Hours:
    """The opening hours of one council. A team that is not named keeps the default hours."""

    teams: Mapping[str, TeamHours]
    closures: tuple[Closure, ...] = ()

    def of(self, team: str) -> TeamHours:
        """The hours of a team, or the default ones."""
        return self.teams.get(team) or self.teams[DEFAULT_TEAM]

    def is_open(self, team: str, at: datetime) -> bool:
        """Whether the team is open at this moment; at the closing time itself it is not."""
        return any(opens <= at < closes for opens, closes in self._stretches(team, _local_day(at) - DAY, 2))

    def closes(self, team: str, at: datetime) -> datetime | None:
        """When the present opening ends, in UTC; None while it is closed, or when it never closes."""
        end: datetime | None = None
        for opens, closes in self._stretches(team, _local_day(at) - DAY, FURTHEST_DAYS):
            if end is None and opens <= at < closes:
                end = closes
            elif end is not None and opens > end:
                return end
            elif end is not None:
                end = closes  # goes on over midnight
        return None

    def next_opening(self, team: str, at: datetime) -> datetime:
        """The first moment from now on at which the team is open, in UTC; `at` itself while it is. Raises NeverOpen."""
        for opens, closes in self._stretches(team, _local_day(at) - DAY, FURTHEST_DAYS):
            if closes > at:
                return max(opens, at.astimezone(UTC))
        raise NeverOpen(team)

    def is_working_day(self, team: str, day: date) -> bool:
        """Whether the team is open at any time of this day."""
        return bool(self._spans(team, day))

    def working_days_after(self, at: datetime, days: int, team: str = DEFAULT_TEAM) -> date:
        """The date so many working days after what came in at this moment. Raises NeverOpen.

        What comes in after closing time, or on a day that is no working day, counts as having come in on the next
        working day; so nothing sent at night is promised a day early.
        """
        day = _local_day(at)
        spans = self._spans(team, day)
        if not spans or at >= _moment(day, spans[-1].closes, end=True):
            day = self._next_working_day(team, day)
        for _ in range(days):
            day = self._next_working_day(team, day)
        return day

    def why_closed(self, team: str, day: date) -> str:
        """The closure's reason or the bank holiday's name; empty on an ordinary day."""
        for closure in self.closures:
            if closure.covers(team, day):
                return closure.reason
        if self.of(team).open_on_bank_holidays:
            return ""
        return bank_holiday(day)

    def opening_in_words(self, team: str = DEFAULT_TEAM) -> str:
        """The ordinary week as "Monday to Friday, 9am to 5pm"."""
        week = self.of(team).week
        groups: list[tuple[int, int]] = []
        for day, spans in enumerate(week):
            if not spans:
                continue
            if groups and groups[-1][1] == day - 1 and week[groups[-1][0]] == spans:
                groups[-1] = (groups[-1][0], day)
            else:
                groups.append((day, day))
        parts = [f"{_days_in_words(first, last)}, {_spans_in_words(week[first])}" for first, last in groups]
        return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]

    def next_opening_in_words(self, team: str, at: datetime) -> str:
        """When it opens next, as "now", "today at 9am", "tomorrow at 9am" or "on Monday 30 November at 9am"."""
        opens = self.next_opening(team, at)
        if opens <= at:
            return "now"
        day, today = _local_day(opens), _local_day(at)
        if day == today:
            return f"today at {time_in_words(opens)}"
        if day == today + DAY:
            return f"tomorrow at {time_in_words(opens)}"
        return f"on {day_in_words(day).rsplit(' ', 1)[0]} at {time_in_words(opens)}"

    def _next_working_day(self, team: str, day: date) -> date:
        for ahead in range(1, FURTHEST_DAYS + 1):
            if self.is_working_day(team, day + ahead * DAY):
                return day + ahead * DAY
        raise NeverOpen(team)

    def _spans(self, team: str, day: date) -> tuple[Span, ...]:
        """The stretches of one day: a closure's, none on a bank holiday, otherwise the week's."""
        for closure in self.closures:
            if closure.covers(team, day):
                return closure.open
        hours = self.of(team)
        if bank_holiday(day) and not hours.open_on_bank_holidays:
            return ()
        return hours.week[day.weekday()]

    def _stretches(self, team: str, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Opening and closing moments in UTC, in order."""
        for ahead in range(days):
            day = first + ahead * DAY
            for span in self._spans(team, day):
                yield _moment(day, span.opens), _moment(day, span.closes, end=True)


def working_days_from(day: date, number: int) -> date:
    """The day so many working days later, or earlier for a number below zero, by weekends and bank holidays alone."""
    step = DAY if number > 0 else -DAY
    for _ in range(abs(number)):
        day += step
        while day.weekday() > 4 or bank_holiday(day):
            day += step
    return day


def bank_holiday(day: date) -> str:
    """The name of England's bank holiday on this day, or nothing."""
    return _bank_holidays(day.year).get(day, "")


@lru_cache(maxsize=16)
def _bank_holidays(year: int) -> dict[date, str]:
    return {day: str(name) for day, name in holidays.country_holidays("GB", subdiv="ENG", years=year).items()}


def _local_day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def _moment(day: date, at: time, *, end: bool = False) -> datetime:
    """The moment in UTC; as an end, midnight belongs to the day before it."""
    if end and at == MIDNIGHT:
        day += DAY
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def _days_in_words(first: int, last: int) -> str:
    if (first, last) == (0, 6):
        return "every day"
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]} to {WEEKDAYS[last]}"


def _spans_in_words(spans: tuple[Span, ...]) -> str:
    if spans == (Span(MIDNIGHT, MIDNIGHT),):
        return "at any time"
    return " and ".join(f"{_clock_in_words(span.opens)} to {_clock_in_words(span.closes)}" for span in spans)


def _clock_in_words(at: time) -> str:
    return time_in_words(datetime.combine(date(2026, 1, 1), at, tzinfo=LONDON))
