"""A day out of those that the council still has room for, such as a bulky collection.

The days come with `Asked`; they are offered as buttons, and people may name one of them in their own words. A day that is
named but has no room is said to be full, with what is left.
"""

from datetime import date

from bot.applications.model import Answer, Asked, Capacity, Field, Problem
from bot.applications.understanding import dates
from bot.applications.understanding.plain import plain
from bot.foundation.words import day_in_words

_FIRST = (
    "first",
    "the first",
    "first one",
    "the first one",
    "soonest",
    "the soonest",
    "earliest",
    "the earliest",
    "any",
    "any day",
    "whenever",
    "asap",
)


def understand(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """One of the days that have room."""
    if not asked.days:
        return Problem("no_days")
    if plain(text) in _FIRST:
        return dates.answer_of(asked.days[0])
    try:
        day = dates.read(text, asked.today, "future")
    except dates.NoSuchDate as said:
        return Problem("no_such_date", {"said": str(said)})
    except dates.WrongWeekday as said:
        return Problem("wrong_weekday", {"date": day_in_words(said.day), "day": f"{said.day:%A}"})
    if day is None:
        return Problem("one_of_days", like_an_answer=False)
    if day not in asked.days:
        return Problem("day_full", {"date": day_in_words(day)})
    return dates.answer_of(day)


def day_of(field: Field, raw: str, asked: Asked) -> Answer | None:
    """A day that was chosen before; whether it still has room is seen when it is sent."""
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        return None
    capacity = field.capacity
    return dates.answer_of(day) if capacity and day.weekday() in capacity.weekdays and day > asked.today else None


def days_with_room(capacity: Capacity, today: date, taken: dict[date, int], most: int = 6) -> tuple[date, ...]:
    """The next days that are offered: of the council's weekdays, with places left."""
    found = []
    for ahead in range(capacity.from_days, capacity.to_days + 1):
        day = date.fromordinal(today.toordinal() + ahead)
        if day.weekday() in capacity.weekdays and taken.get(day, 0) < capacity.places:
            found.append(day)
    return tuple(found[:most])
