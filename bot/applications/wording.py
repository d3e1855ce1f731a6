"""What a resident reads of an application: questions, problems, the answers to check, the case. Words of applications.yml.

Plain values only, so that the chat and the page say the same. Nothing here decides anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.applications.filling import Form
from bot.applications.model import Answer, Field, FieldType, Problem
from bot.cases.model import Case
from bot.foundation.words import day_in_words


def question(field: Field, words: Mapping[str, Any]) -> str:
    """The question, with a word that it may be left out."""
    return str(words["labels"]["optional"].format(ask=field.ask)) if field.optional else field.ask


def progress(form: Form, words: Mapping[str, Any]) -> dict[str, Any]:
    """The number of the open question, of how many, and both in words."""
    place, of = form.place
    return {"place": place, "of": of, "text": words["labels"]["progress"].format(place=place, of=of)}


def problem_in_words(problem: Problem, words: Mapping[str, Any]) -> str:
    """The one plain sentence about an answer that cannot be taken."""
    sentence = problem.sentence or words["problems"][problem.name]
    return str(sentence.format(**_readable(problem.values)))


def listed(answers: Sequence[tuple[Field, Answer]]) -> str:
    """Answers in one sentence: "Bin: Brown bin; Day: Tuesday 24 November 2026"."""
    return "; ".join(f"{field.label}: {answer.words}" for field, answer in answers)


def summary(form: Form, words: Mapping[str, Any]) -> list[tuple[Field, str]]:
    """Every question with its answer in words."""
    return [(field, answer.words or words["labels"]["not_given"]) for field, answer in form.given]


@dataclass(frozen=True)
class Ending:
    """What is said once it is sent."""

    sent: str
    reference: str
    due: str
    receipt: str
    next: tuple[str, ...]
    follow: str
    danger: str

    @property
    def lines(self) -> list[str]:
        """All of it, a line each."""
        return [
            line for line in (self.sent, self.reference, self.danger, self.receipt, *self.next, self.due, self.follow) if line
        ]


def ending(form: Form, case: Case, words: Mapping[str, Any], today: date, place: str) -> Ending:
    """What is said of a case that was opened from a form."""
    definition, say = form.definition, words["case"]
    return Ending(
        sent=say["sent"].format(said=definition.said),
        reference=say["reference"].format(reference=case.reference),
        due=_due(form, case, words),
        receipt=receipt(form, today, words),
        next=definition.next,
        follow=say["follow"].format(place=place, code=case.code),
        danger=definition.danger,
    )


def receipt(form: Form, today: date, words: Mapping[str, Any]) -> str:
    """The dated receipt: what was told on which day. Empty where the definition has none."""
    definition = form.definition
    if not definition.receipt:
        return ""
    values = {field.name: answer_said(field, answer) for field, answer in form.given}
    told = definition.receipt.format_map(_Named({"today": f"{today.day} {today:%B %Y}", **values}))
    return f"{told} {words['case']['receipt']}"


def answer_said(field: Field, answer: Answer) -> str:
    """An answer within a sentence."""
    if field.type == FieldType.CHOICE:
        option = next((one for one in field.options if one.value == answer.value), None)
        return option.said or option.label if option else answer.words
    return answer.words


def names_used(text: str) -> set[str]:
    """The names in the braces of a text."""
    seen = _Collecting()
    text.format_map(seen)
    return seen.names


def _due(form: Form, case: Case, words: Mapping[str, Any]) -> str:
    if case.due is None:
        return ""
    day = day_in_words(case.due)
    name = "due_day" if any(field.type == FieldType.DAY_OFFERED for field, _ in form.given) else "due"
    return str(words["case"][name].format(due=day))


def _readable(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{value:,}" if isinstance(value, int) else str(value) for name, value in values.items()}


class _Named(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


class _Collecting(dict[str, str]):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __missing__(self, key: str) -> str:
        self.names.add(key)
        return ""
