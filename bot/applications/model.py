"""What an application is: its questions, when each is asked, and what has been answered so far. Plain rules.

A definition comes from councils/*/applications/*.yml (reading.py) with its facts filled in. Answers are understood by the
modules of understanding/, and filling.py says which question comes next. The chat (bot/dialogue/applying.py) and the page
(bot/web/resident/apply.py) both run on these same rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

TEXT_MOST = 1000  # characters of a longer text
LINE_MOST = 120  # characters of a name or another short text


class FieldType(StrEnum):
    """The kinds of answers, as definitions name them."""

    ADDRESS = "address"
    DATE = "date"
    DAY_OFFERED = "day_offered"  # a day with room left, out of those that the council keeps for this
    YES_NO = "yes_no"
    CHOICE = "choice"
    SEVERAL = "several"
    ITEMS = "items"
    TEXT = "text"
    NAME = "name"
    EMAIL = "email"
    TELEPHONE = "telephone"
    NUMBER = "number"
    MONEY = "money"
    HOUSEHOLD = "household"


@dataclass(frozen=True)
class Option:
    """One of the answers to choose from, with the other words that people use for it."""

    value: str
    label: str
    words: tuple[str, ...] = ()
    said: str = ""  # how a receipt says it: "your partner moved in"


@dataclass(frozen=True)
class Note:
    """What is said when the answers so far are like `when`. With `ends` the application stops there."""

    when: Mapping[str, Any]
    text: str
    ends: bool = False


@dataclass(frozen=True)
class Price:
    """What a number of items costs: `amount` pounds for each group of `group` that is begun."""

    amount: float
    group: int


@dataclass(frozen=True)
class Capacity:
    """The days that are offered: these weekdays (0 is Monday), so many places a day, from and to so many days ahead."""

    weekdays: tuple[int, ...]
    places: int
    from_days: int
    to_days: int


@dataclass(frozen=True)
class Result:
    """What somebody is likely to get or pay when the answers are like `when`: the rule, its source, what would change it."""

    when: Mapping[str, Any]
    text: str
    rule: str
    source_title: str
    source_url: str
    checked: date
    changes: str
    then: str = ""  # the application that may be made next


@dataclass(frozen=True)
class Field:
    """One question. `only_if` has the earlier answers with which it is asked at all; `least`, `most` limit a number, money,
    items or the length of a text; `earliest`, `latest` are days from today such as "today", "-7 days", "+2 weeks"."""

    name: str
    type: FieldType
    label: str
    ask: str
    why: str = ""
    hint: str = ""
    optional: bool = False
    unknown: bool = False  # whether "I do not know" is an answer
    only_if: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    words: tuple[str, ...] = ()  # how people call it when they want to change it
    earliest: str = ""
    latest: str = ""
    too_early: str = ""
    too_late: str = ""
    least: float | None = None
    most: float | None = None
    long: bool = False
    from_opening: bool | str = True  # False, or what a text is in a first message: "place" or "time"
    per: str = ""  # what a sum of money is for: "week", "month" or "year"; a sum for another one is worked out
    leans: str = ""  # "future" where a bare weekday is one to come, although past days are taken too
    anywhere: bool = False  # whether an address may be outside the council's area
    price: Price | None = None
    capacity: Capacity | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Public:
    """What other systems are told of an application that they may send by Open311: `asks` and `needs` name its questions."""

    name: str
    description: str
    group: str = ""
    keywords: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definition:
    """One report or application of one council, ready to be asked."""

    id: str
    council: str
    title: str
    button: str
    team: str
    area: str
    fields: tuple[Field, ...]
    said: str  # what was sent, in the middle of a sentence: "your report"
    owner: str
    intro: str = ""
    danger: str = ""
    urgency: str = "normal"
    started_by: tuple[str, ...] = ()
    offered_by: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    ends: str = "case"
    declaration: str = ""
    receipt: str = ""
    next: tuple[str, ...] = ()
    promise_days: int | None = None  # working days until somebody has dealt with it
    results: tuple[Result, ...] = ()  # for one that ends in a result: the first that holds decides
    counted: Mapping[str, str] = field(default_factory=dict)  # which fields hold the adults and those who do not count
    charge: Mapping[str, str] = field(default_factory=dict)  # the year's charge or band D's, and which fields hold the rest
    reduction: Mapping[str, str] = field(default_factory=dict)  # the amounts of the pension-age scheme, and its fields
    public: Public | None = None  # for one that other systems may send too
    contact: Mapping[str, str] = field(default_factory=dict)  # which fields hold the name, email and telephone

    def field(self, name: str) -> Field | None:
        """The question of this name."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True)
class Answer:
    """An answer that was understood: its value for programs, in words for people, and as text that is understood again."""

    value: Any
    words: str
    raw: str

    def as_json(self) -> dict[str, Any]:
        """A plain form for the database."""
        return {"value": self.value, "words": self.words, "raw": self.raw}


@dataclass(frozen=True)
class Problem:
    """An answer that cannot be taken: the name of the sentence in applications.yml, or a sentence of the definition."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    sentence: str = ""
    pending: str = ""  # words to be read together with the next message
    like_an_answer: bool = True  # False when it may as well be about something else


@dataclass(frozen=True)
class Asked:
    """What a field's answer is understood with: the day, and what this council's words call things."""

    today: date
    words: Mapping[str, Any]
    days: tuple[date, ...] = ()  # days with room left, for a day that is offered


NOT_GIVEN = Answer(None, "", "")


def holds(condition: Mapping[str, Any], answers: Mapping[str, Answer]) -> bool:
    """Whether the answers are like a condition: each named one equal to the value, or one of a list, or more or less than.

    `only` wants an answer of several to have nothing else in it.

    `household.adults` looks inside an answer with several values. A question that was not answered fulfils nothing.
    """
    return all(_fits(_value_of(name, answers), wanted) for name, wanted in condition.items())


def _value_of(path: str, answers: Mapping[str, Answer]) -> Any:
    name, _, inner = path.partition(".")
    value = answers[name].value if name in answers else None
    return value.get(inner) if inner and isinstance(value, dict) else value


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        if value is None:
            return False
        if "only" in wanted:
            return bool(value) and set(value) <= set(wanted["only"])
        return (
            ("more_than" not in wanted or value > wanted["more_than"])
            and ("less_than" not in wanted or value < wanted["less_than"])
            and ("at_most" not in wanted or value <= wanted["at_most"])
        )
    allowed = wanted if isinstance(wanted, list | tuple) else (wanted,)
    if isinstance(value, list):
        return any(one in allowed for one in value)
    return value in allowed
