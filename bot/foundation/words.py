"""Dates and times as residents read them, in Europe/London.

"Tuesday 24 November" and "5pm" are the forms that the council's pages use; one place makes them all.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def day_in_words(day: date) -> str:
    """A date as "Tuesday 24 November 2026"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def time_in_words(moment: datetime) -> str:
    """A time of day as "5pm" or "4:30pm", in London."""
    local = moment.astimezone(LONDON)
    if (local.hour, local.minute) == (12, 0):
        return "midday"
    if (local.hour, local.minute) == (0, 0):
        return "midnight"
    half = "am" if local.hour < 12 else "pm"
    hour = local.hour % 12 or 12
    return f"{hour}:{local.minute:02}{half}" if local.minute else f"{hour}{half}"
