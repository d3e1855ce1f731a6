"""Days and periods as managers mean them: a day runs from midnight to midnight in Europe/London.

So the day on which the clocks go forward has 23 hours and the one on which they go back has 25; the hour from one to two
then happens twice and is one hour here, as on the clock on the wall.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.foundation.words import LONDON

DAY = timedelta(days=1)
LONGEST = 5 * 366  # days of one period


class UnusablePeriod(Exception):
    """A period cannot be shown; `reason` names the sentence in reports.yml."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Step(StrEnum):
    """How finely a period is drawn."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """Days in London from the first to the last, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise UnusablePeriod("backwards")
        if len(self) > LONGEST:
            raise UnusablePeriod("too_long")

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> Iterator[date]:
        """Each day in turn."""
        return (self.first + timedelta(days=number) for number in range(len(self)))

    @property
    def before(self) -> "Period":
        """The period of the same length just before; of one day the same weekday a week earlier."""
        gap = timedelta(days=7 if len(self) == 1 else len(self))
        return Period(self.first - gap, self.last - gap)

    @property
    def usual_step(self) -> Step:
        """The step with a number of marks that can be read: 31 at most by day, some 30 by week."""
        return Step.DAY if len(self) <= 31 else Step.WEEK if len(self) <= 200 else Step.MONTH

    def parts(self, step: Step) -> Iterator["Period"]:
        """The period cut at the beginnings of weeks (Mondays) or months; the first and the last part may be shorter."""
        begins = self.first
        while begins <= self.last:
            ends = min(self.last, _end_of(begins, step))
            yield Period(begins, ends)
            begins = ends + DAY


def _end_of(day: date, step: Step) -> date:
    match step:
        case Step.DAY:
            return day
        case Step.WEEK:
            return day + timedelta(days=6 - day.weekday())
        case Step.MONTH:
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - DAY


def begins(day: date) -> datetime:
    """The moment at which a day begins in London, as UTC."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def ends(day: date) -> datetime:
    """The moment at which it is over."""
    return begins(day + DAY)


def day_of(moment: datetime) -> date:
    """The day in London."""
    return moment.astimezone(LONDON).date()


def hour_of(moment: datetime) -> int:
    """The hour on the clock in London, 0 to 23."""
    return moment.astimezone(LONDON).hour


def month_of(day: date) -> Period:
    """The month that a day lies in, whole."""
    first = day.replace(day=1)
    return Period(first, _end_of(first, Step.MONTH))
