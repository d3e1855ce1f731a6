"""The three files that bin days come in, recognised by their columns: rounds, the homes on them, changes of days.

Each line becomes one record of model.py or a reason why not. Days are written 2026-12-24 or 24/12/2026. importing.py keeps what
comes of it; docs/addresses-and-bins.md explains the columns.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from bot.addresses.model import uprn_key
from bot.bins.model import EVERY, FURTHEST_MOVE, Change, Schedule, Season, weeks_of
from bot.foundation.csvfiles import UnusableFile

_SEASON_DAY = re.compile(r"(?:(\d{1,2})[-/](\d{1,2}))|(?:(\d{1,2}) ([a-z]{3})[a-z]*)", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONGEST_NAME = 40
LONGEST_REASON = 120


class Rejected(Exception):
    """A line that cannot be used; the message says why, for the report."""


class FileKind(StrEnum):
    """What a file holds."""

    ROUNDS = "rounds"
    HOMES = "homes on rounds"
    CHANGES = "changes of days"


NEEDED = {
    FileKind.ROUNDS: ("ROUND", "CONTAINER", "FREQUENCY", "FIRST_DAY"),
    FileKind.HOMES: ("UPRN", "ROUND"),
    FileKind.CHANGES: ("ROUND", "CONTAINER", "DAY", "NEW_DAY"),
}


def recognise(header: Sequence[str]) -> FileKind:
    """What a file holds, by its columns. Raises UnusableFile."""
    for kind, needed in NEEDED.items():
        if set(needed) <= set(header):
            return kind
    raise UnusableFile(
        "The first line names no columns that are known. Rounds need ROUND, CONTAINER, FREQUENCY and FIRST_DAY; homes need UPRN and "
        f"ROUND; changes need ROUND, CONTAINER, DAY and NEW_DAY. Found: {', '.join(header[:12])}."
    )


def read_schedule(row: Mapping[str, str], containers: Sequence[str]) -> Schedule:
    """A line of rounds. Raises Rejected."""
    weeks = weeks_of(row["FREQUENCY"])
    if weeks is None:
        raise Rejected("FREQUENCY is weekly, fortnightly, monthly or like: every 3 weeks")
    first = _day(row, "FIRST_DAY")
    if (day := row.get("DAY", "").strip()) and day.lower()[:3] != f"{first:%a}".lower():
        raise Rejected(f"FIRST_DAY is a {first:%A} and DAY says {day}")
    until = _day(row, "UNTIL") if row.get("UNTIL") else None
    if until and until < first:
        raise Rejected("UNTIL is before FIRST_DAY")
    return Schedule(_name(row, "ROUND"), _container(row, containers), weeks, first, until, _season(row))


def read_home(row: Mapping[str, str]) -> tuple[str, str]:
    """A line of homes: UPRN and round. Raises Rejected."""
    uprn = uprn_key(row["UPRN"])
    if uprn is None:
        raise Rejected("the UPRN is not a number of 1 to 12 digits")
    return uprn, _name(row, "ROUND")


def read_change(row: Mapping[str, str], containers: Sequence[str]) -> Change:
    """A line of changes; `*` stands for every round or container, an empty NEW_DAY for no collection. Raises Rejected."""
    day = _day(row, "DAY")
    new_day = _day(row, "NEW_DAY") if row["NEW_DAY"] else None
    if new_day and abs(new_day - day) > FURTHEST_MOVE:
        raise Rejected(f"NEW_DAY is more than {FURTHEST_MOVE.days} days from DAY")
    container = EVERY if row["CONTAINER"] == EVERY else _container(row, containers)
    reason = row.get("REASON", "")
    if len(reason) > LONGEST_REASON:
        raise Rejected(f"REASON is longer than {LONGEST_REASON} characters")
    return Change(EVERY if row["ROUND"] == EVERY else _name(row, "ROUND"), container, day, new_day, reason)


def read_day(text: str) -> date | None:
    """A day written 2026-12-24 or 24/12/2026; None for anything else."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None


def _day(row: Mapping[str, str], column: str) -> date:
    found = read_day(row[column])
    if found is None:
        raise Rejected(f"{column} is not a day like 2026-12-24 or 24/12/2026")
    if not date(2000, 1, 1) <= found <= date(2100, 1, 1):
        raise Rejected(f"{column} is in the year {found.year}")
    return found


def _name(row: Mapping[str, str], column: str) -> str:
    name = row[column].strip()
    if not name or len(name) > LONGEST_NAME:
        raise Rejected(f"{column} is empty" if not name else f"{column} is longer than {LONGEST_NAME} characters")
    return name


def _container(row: Mapping[str, str], containers: Sequence[str]) -> str:
    name = row["CONTAINER"].strip().lower()
    if name not in containers:
        raise Rejected(
            f"there is no container {name or 'without a name'} in bins.yml; there are {', '.join(containers) or 'none'}"
        )
    return name


def _season(row: Mapping[str, str]) -> Season | None:
    begins, ends = row.get("SEASON_FROM", "").strip(), row.get("SEASON_UNTIL", "").strip()
    if not begins and not ends:
        return None
    found = [_season_day(text) for text in (begins, ends)]
    if found[0] is None or found[1] is None:
        raise Rejected("SEASON_FROM and SEASON_UNTIL are written like 03-01 (month, day) or 1 March")
    return Season(found[0], found[1])


def _season_day(text: str) -> tuple[int, int] | None:
    """A month and a day of any year."""
    match = _SEASON_DAY.fullmatch(text)
    if not match:
        return None
    if match[3] and match[4].lower() not in _MONTHS:
        return None
    month, day = (int(match[1]), int(match[2])) if match[1] else (_MONTHS.index(match[4].lower()) + 1, int(match[3]))
    try:
        date(2024, month, day)  # a leap year, so that 29 February may be named
    except ValueError:
        return None
    return month, day
