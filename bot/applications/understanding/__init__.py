"""Answers as people give them: one module for each kind of answer, and here the one way in.

`understand` takes what somebody wrote in answer to a question and gives an Answer or a Problem; `find` looks for an answer
in a message that was written before the question was asked. Both are pure: the day and the words are handed in.
Addresses have their own way, since they need the gazetteer (bot/addresses/asking.py).
"""

from collections.abc import Callable

from bot.applications.model import NOT_GIVEN, Answer, Asked, Field, FieldType, Problem
from bot.applications.understanding import choices, dates, household, numbers, offered, people, places
from bot.applications.understanding.plain import is_one_of

Understand = Callable[[Field, str, Asked], Answer | Problem]

_BY_TYPE: dict[FieldType, Understand] = {
    FieldType.DATE: dates.understand,
    FieldType.DAY_OFFERED: offered.understand,
    FieldType.YES_NO: choices.yes_no,
    FieldType.CHOICE: choices.choice,
    FieldType.SEVERAL: choices.several,
    FieldType.ITEMS: numbers.items,
    FieldType.TEXT: people.text,
    FieldType.NAME: people.name,
    FieldType.EMAIL: people.email,
    FieldType.TELEPHONE: people.telephone,
    FieldType.NUMBER: numbers.number,
    FieldType.MONEY: numbers.money,
    FieldType.HOUSEHOLD: household.understand,
}


def understand(field: Field, text: str, asked: Asked, pending: str = "") -> Answer | Problem:
    """The answer in a message, or what is wrong with it. `pending` are words that the last message left to be completed."""
    if is_one_of(text, asked.words["unknown"]):
        if field.unknown:
            return Answer(None, asked.words["labels"]["unknown"], "?")
        return skipped(field, asked) if field.optional else Problem("needed", like_an_answer=True)
    if field.optional and is_one_of(text, (*asked.words["skip"], "")):
        return skipped(field, asked)
    if field.unknown and text == "?":
        return Answer(None, asked.words["labels"]["unknown"], "?")
    if pending:
        together = _BY_TYPE[field.type](field, f"{pending} {text}", asked)
        if isinstance(together, Answer):
            return together
    return _BY_TYPE[field.type](field, text, asked)


def skipped(field: Field, asked: Asked) -> Answer:
    """An optional question that the resident leaves out."""
    assert field.optional
    return Answer(NOT_GIVEN.value, asked.words["labels"]["not_given"], "")


def find(field: Field, text: str, asked: Asked) -> Answer | None:
    """The answer to a field in a message that says other things too, if it is there without doubt."""
    if not field.from_opening:
        return None
    found: Answer | Problem | None
    match field.type:
        case FieldType.CHOICE:
            return choices.found_in(field, text)
        case FieldType.SEVERAL:
            return choices.several_found_in(field, text)
        case FieldType.HOUSEHOLD:
            return household.household_in(field, text, asked)
        case FieldType.NUMBER:
            found = numbers.number_in(field, text, asked)
        case FieldType.MONEY:
            found = numbers.money_in(field, text, asked)
        case FieldType.TEXT if field.from_opening == "place":
            return places.place_in(field, text)
        case FieldType.TEXT if field.from_opening == "time":
            return places.time_in(field, text)
        case FieldType.DAY_OFFERED:
            found = offered.understand(field, text, asked) if asked.days else None
        case FieldType.DATE:
            found = dates.understand(field, text, asked)
        case FieldType.EMAIL:
            found = people.email(field, text, asked)
        case FieldType.TELEPHONE:
            found = people.telephone(field, text, asked)
        case FieldType.ITEMS:
            found = numbers.items(field, text, asked)
        case _:
            return None
    return found if isinstance(found, Answer) else None
