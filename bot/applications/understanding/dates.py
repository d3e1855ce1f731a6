"""Dates as people give them: "last tuesday", "the 3rd", "3/5/26", "2 weeks ago", and what is wrong with the others.

A day of the week or of the month leans to the past or to the future as the question does, and is always read back as a whole
date. What cannot be (31 February), what is too vague ("a while ago") and a weekday that does not fit its date are told apart,
which a library of date formats does not do: dateparser was tried, takes 2 s to load in the middle of a turn, and reads none of them.
"""

import re
from datetime import date, timedelta
from typing import Literal

from rapidfuzz import fuzz, process

from bot.applications.model import Answer, Asked, Field, Problem
from bot.applications.understanding.plain import plain, with_digits
from bot.foundation.words import day_in_words
from bot.hours.model import working_days_from

Lean = Literal["past", "future"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]  # positions are numbers of months
_SHORT = {"tue": "tuesday", "tues": "tuesday", "wed": "wednesday", "weds": "wednesday", "thu": "thursday", "thur": "thursday"}
_SHORT |= {"thurs": "thursday", "mon": "monday", "fri": "friday", "sat": "saturday", "sun": "sunday", "sept": "september"}
_SHORT |= {month[:3]: month for month in MONTHS if month != "may"}
_SHORT |= {
    "yday": "yesterday",
    "yest": "yesterday",
    "2day": "today",
    "2moro": "tomorrow",
    "tmrw": "tomorrow",
    "tomoz": "tomorrow",
}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last day": 31}
_LONG = (*WEEKDAYS, *MONTHS, "yesterday", "tomorrow")

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_NUMERIC = re.compile(r"\b(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4}|\d{2})\b|\b(\d{1,2}) (\d{1,2}) (\d{4})\b")
_NO_YEAR = re.compile(r"\b(\d{1,2})\s?[/]\s?(\d{1,2})\b")
_MONTH = "(" + "|".join(MONTHS) + ")"
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?: (\d{{4}}|\d{{2}})\b)?")
_MONTH_DAY = re.compile(rf"\b{_MONTH} (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b(?: (\d{{4}})\b)?")
_DAY_OF_MONTH = re.compile(r"\b(?:the )?(\d{1,2})(?:st|nd|rd|th)\b|\bthe (\d{1,2})\b")
_WEEKDAY = re.compile(
    r"\b(?:(last|this|next|coming|past) )?(" + "|".join(WEEKDAYS) + r")\b( (?:gone|just gone|last week|next week|week))?"
)
_AGO = re.compile(
    r"\b(\d{1,3}|a|an) (day|week|month|year)s? (ago|back|before|from now|time)\b|\bin (?:about )?(\d{1,3}|a|an) (day|week|month)s?\b"
)
_JOINED = re.compile(rf"(?<=\d)-?(?={'|'.join(month[:3] for month in MONTHS)})|(?<=[a-z])-(?=\d)")  # 24nov, 24-nov-2026
_VAGUE = re.compile(
    r"\b(?:last|next|this) (?:week|month|year)\b|\b(?:a while|ages|a few|few|some|several|weeks|months|years)\b.*\b(?:ago|back)\b"
    rf"|\brecently\b|\bthe other day\b|^(?:in |since )?{_MONTH}(?: \d{{4}})?$|\b(?:every|each|most|all the)\b.*\b(?:week|day|time)s?\b|\bsoon\b"
)
_NEAR_DAYS = (
    (re.compile(r"\bday before yesterday\b"), -2),
    (re.compile(r"\bday after tomorrow\b"), 2),
    (re.compile(r"\byesterday\b|\blast night\b"), -1),
    (re.compile(r"\btomorrow\b"), 1),
    (
        re.compile(
            r"\btoday\b|\btonight\b|\bthis (?:morning|afternoon|evening)\b|\bjust now\b|^now$|\bright now\b|\bstraight away\b"
        ),
        0,
    ),
)
_STREET = "road|rd|street|st|lane|ln|avenue|ave|close|cl|drive|dr|way|gardens|gdns|court|ct|place|pl|terrace|grove|walk|house"
_SAID_DATE = re.compile(
    rf"\b(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{'|'.join(month[:3] for month in MONTHS)})[a-z]*\b(?! (?:{_STREET})\b)(?: \d{{4}}\b)?"
    r"|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\b(?:on )?the \d{1,2}(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)
_WILL = re.compile(
    r"\b(?:will|ill|well be|going to|gonna|(?:am|is|are|im|were|hes|shes|theyre) (?:moving|leaving|coming|starting)|moving (?:in|out|on))\b"
)
_HAS = re.compile(r"\b(?:moved|left|went|came|since|was|did|last|already|started|ended)\b")
_PERIOD = re.compile(r"([+-]?)\s*(\d+)\s+(working day|day|week|month|year)s?")


class NoSuchDate(Exception):
    """Said like a date, but there is none; the text is what was said."""


class WrongWeekday(Exception):
    """The weekday does not fit the date, which is carried along."""

    def __init__(self, day: date) -> None:
        super().__init__(str(day))
        self.day = day


def understand(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """The date that was meant, within the field's first and last day."""
    lean = _lean(field, text)
    try:
        day = read(text, asked.today, lean)
    except NoSuchDate as said:
        return Problem("no_such_date", {"said": str(said)})
    except WrongWeekday as said:
        return Problem("wrong_weekday", {"date": day_in_words(said.day), "day": f"{said.day:%A}"})
    if day is None:
        vague = bool(_VAGUE.search(_levelled(text)))
        return Problem("vague_date" if vague else "no_date", {"example": _example(asked.today, lean)}, like_an_answer=vague)
    return out_of_window(field, day, asked.today) or answer_of(day)


def answer_of(day: date) -> Answer:
    """A day as an answer."""
    return Answer(day.isoformat(), day_in_words(day), day.isoformat())


def out_of_window(field: Field, day: date, today: date) -> Problem | None:
    """What is wrong with a day that the field does not allow."""
    values = {"date": day_in_words(day)}
    if field.earliest and day < (first := shifted(today, field.earliest)):
        return Problem("too_early", values | {"limit": day_in_words(first)}, field.too_early)
    if field.latest and day > (last := shifted(today, field.latest)):
        return Problem(
            "too_late" if field.latest != "today" else "in_the_future", values | {"limit": day_in_words(last)}, field.too_late
        )
    return None


def shifted(today: date, limit: str) -> date:
    """The day that "today", "-7 days", "-2 working days" or "+2 weeks" names. Raises ValueError."""
    if limit == "today":
        return today
    found = _PERIOD.fullmatch(limit.strip())
    if not found:
        raise ValueError(f"{limit!r} is no limit such as today, -7 days, -2 working days or +2 weeks")
    return _moved(today, int(found[2]) * (-1 if found[1] == "-" else 1), found[3])


def read(text: str, today: date, lean: Lean) -> date | None:
    """The date in a message, or None. Raises NoSuchDate and WrongWeekday."""
    said = _levelled(text)
    weekday = _WEEKDAY.search(said)
    exact = _exact(said, today, lean)
    if exact:
        if weekday and WEEKDAYS.index(weekday[2]) != exact.weekday():
            raise WrongWeekday(exact)
        return exact
    for pattern, days in _NEAR_DAYS:
        if pattern.search(said):
            return today + timedelta(days)
    if ago := _AGO.search(said):
        count, unit = ago[1] or ago[4], ago[2] or ago[5]
        number = 1 if count in ("a", "an") else int(count)
        return _moved(today, -number if ago[3] in ("ago", "back", "before") else number, unit)
    if weekday:
        return _of_week(weekday, today, lean)
    return None


def without_dates(text: str) -> str:
    """A message without the dates in it, so that "on 23 November" is not read as the number of a house."""
    return _SAID_DATE.sub(" ", text)


def _levelled(text: str) -> str:
    """The message with short and misspelt names of days and months in full."""
    said = _JOINED.sub(" ", with_digits(text))
    for word, number in _ORDINALS.items():
        said = re.sub(rf"\b{word} (of )?(?={'|'.join(MONTHS)})", f"{number} ", said)
    return " ".join(_whole_name(word) for word in said.split())


def _whole_name(word: str) -> str:
    if word in _SHORT:
        return _SHORT[word]
    if len(word) < 6 or not word.isalpha() or word in _LONG:
        return word
    near = process.extractOne(word, _LONG, scorer=fuzz.ratio, score_cutoff=82)
    return str(near[0]) if near else word


def _exact(said: str, today: date, lean: Lean) -> date | None:
    """A date with a day of the month."""
    if found := _ISO.search(said):
        return _date(found[0], int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMERIC.search(said):
        day, month, year = (found[1], found[2], found[3]) if found[1] else (found[4], found[5], found[6])
        return _date(found[0], _year(year), int(month), int(day))
    if found := _DAY_MONTH.search(said):
        return _with_or_without_year(found[0], int(found[1]), MONTHS.index(found[2]) + 1, found[3], today, lean)
    if (found := _MONTH_DAY.search(said)) and int(found[2]) <= 31:
        return _with_or_without_year(found[0], int(found[2]), MONTHS.index(found[1]) + 1, found[3], today, lean)
    if found := _NO_YEAR.search(said):
        return _with_or_without_year(found[0], int(found[1]), int(found[2]), None, today, lean)
    if found := _DAY_OF_MONTH.search(said):
        return _in_this_or_next_month(found[0], int(found[1] or found[2]), today, lean)
    return None


def _with_or_without_year(said: str, day: int, month: int, year: str | None, today: date, lean: Lean) -> date:
    if year:
        return _date(said, _year(year), month, day)
    steps = (0, -1, -2, -3, -4) if lean == "past" else (0, 1, 2, 3, 4)
    for step in steps:  # a 29 February needs up to four years
        try:
            found = date(today.year + step, month, day)
        except ValueError:
            continue
        if found <= today if lean == "past" else found >= today:
            return found
    raise NoSuchDate(said)


def _in_this_or_next_month(said: str, day: int, today: date, lean: Lean) -> date:
    if not 1 <= day <= 31:
        raise NoSuchDate(said)
    month = today.replace(day=1)
    for _ in range(3):
        try:
            found = month.replace(day=day)
        except ValueError:
            found = None
        if found and (found <= today if lean == "past" else found >= today):
            return found
        month = _moved(month, -1 if lean == "past" else 1, "month")
    raise NoSuchDate(said)


def _of_week(found: re.Match[str], today: date, lean: Lean) -> date:
    which, wanted, after = found[1], WEEKDAYS.index(found[2]), (found[3] or "").strip()
    if after == "next week" or which == "next":
        return today - timedelta(today.weekday()) + timedelta(7 + wanted)
    if after == "last week":
        return today - timedelta(today.weekday()) + timedelta(wanted - 7)
    if after == "week":
        return today + timedelta((wanted - today.weekday()) % 7 + 7)
    if which in ("last", "past") or after in ("gone", "just gone") or (lean == "past" and which != "coming"):
        behind = (today.weekday() - wanted) % 7
        return today - timedelta(behind or (0 if which is None else 7))
    return today + timedelta((wanted - today.weekday()) % 7)


def _moved(day: date, number: int, unit: str) -> date:
    if unit == "working day":
        return working_days_from(day, number)
    if unit == "day":
        return day + timedelta(number)
    if unit == "week":
        return day + timedelta(weeks=number)
    months = day.year * 12 + day.month - 1 + number * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise NoSuchDate(f"{number} {unit}s")


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 70 else 1900 + int(text)


def _date(said: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDate(said) from None


def _lean(field: Field, text: str) -> Lean:
    """Where a bare day lies: as the question has it, or as the message does when the question takes both."""
    ahead = field.latest not in ("", "today") and not field.latest.startswith("-")
    if field.earliest == "today" or field.earliest.startswith("+") or (ahead and not field.earliest):
        return "future"
    if not ahead:
        return "past"
    said = plain(text)
    return "future" if _WILL.search(said) or (field.leans == "future" and not _HAS.search(said)) else "past"


def _example(today: date, lean: Lean) -> str:
    day = today + timedelta(-2 if lean == "past" else 7)
    return f"{day.day} {day:%B %Y}"
