"""An application under way: which question is open, what an answer changes, going back and changing. Pure functions.

A form is the definition with the answers so far; every function gives a new one. Questions come in the definition's order,
those whose condition does not hold are passed over, and what was answered under a condition that no longer holds is left
out of what is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.applications.model import Answer, Definition, Field, Note, holds

CHECK = "check"  # what is open when every question has its answer


@dataclass(frozen=True)
class Form:
    """The answers so far. `chosen` is a question that the resident went back to; otherwise the next one is open."""

    definition: Definition
    key: str  # names this one application, so that sending twice makes one case
    answers: Mapping[str, Answer] = field(default_factory=dict)
    chosen: str = ""
    misses: int = 0  # answers in a row that could not be taken
    pending: str = ""  # words to be read together with the next answer
    inner: Mapping[str, Any] | None = None  # how far the asking for an address has come

    @property
    def applicable(self) -> list[Field]:
        """The questions that these answers call for, in order."""
        seen: dict[str, Answer] = {}
        fields = []
        for one in self.definition.fields:
            if holds(one.only_if, seen):
                fields.append(one)
                if one.name in self.answers:
                    seen[one.name] = self.answers[one.name]
        return fields

    @property
    def open(self) -> Field | None:
        """The question that is to be answered now; None when the answers are to be checked."""
        fields = self.applicable
        chosen = next((one for one in fields if one.name == self.chosen), None)
        return chosen or next((one for one in fields if one.name not in self.answers), None)

    @property
    def complete(self) -> bool:
        """Whether every question has its answer."""
        return all(one.name in self.answers for one in self.applicable)

    @property
    def place(self) -> tuple[int, int]:
        """The number of the open question and how many there are, as far as is known."""
        fields, now = self.applicable, self.open
        names = [one.name for one in fields]
        return (names.index(now.name) + 1 if now else len(names), len(names))

    @property
    def given(self) -> list[tuple[Field, Answer]]:
        """The questions and answers that count, in order."""
        return [(one, self.answers[one.name]) for one in self.applicable if one.name in self.answers]

    def as_json(self) -> dict[str, Any]:
        """A plain form for the database."""
        return {
            "what": self.definition.id,
            "key": self.key,
            "answers": {name: answer.as_json() for name, answer in self.answers.items()},
            "chosen": self.chosen,
            "misses": self.misses,
            "pending": self.pending,
            "inner": dict(self.inner) if self.inner is not None else None,
        }


def form_from_json(definition: Definition, stored: Mapping[str, Any]) -> Form:
    """The form back from its plain form; answers to questions that are no longer asked are left out."""
    answers = {
        name: Answer(one["value"], one["words"], one["raw"])
        for name, one in stored.get("answers", {}).items()
        if definition.field(name)
    }
    return Form(
        definition,
        str(stored["key"]),
        answers,
        str(stored.get("chosen", "")),
        int(stored.get("misses", 0)),
        str(stored.get("pending", "")),
        stored.get("inner"),
    )


def answered(form: Form, name: str, answer: Answer) -> Form:
    """The form with an answer; the question after it is open."""
    return replace(form, answers={**form.answers, name: answer}, chosen="", misses=0, pending="", inner=None)


def missed(form: Form, pending: str = "") -> Form:
    """The form after a message that could not be taken as an answer."""
    return replace(form, misses=form.misses + 1, pending=pending)


def change(form: Form, name: str) -> Form:
    """The form with an earlier question open again; its answer stands until there is another."""
    return replace(form, chosen=name, misses=0, pending="", inner=None)


def back(form: Form) -> Form | None:
    """The form with the question before the open one open again; None at the first."""
    names = [one.name for one in form.applicable]
    now = form.open
    place = names.index(now.name) if now else len(names)
    return change(form, names[place - 1]) if place else None


def all_notes(form: Form) -> list[Note]:
    """Everything that the definition wants said about the answers so far."""
    return [note for field, _ in form.given for note in notes_due(form, field.name)]


def notes_due(form: Form, name: str) -> list[Note]:
    """What the definition wants said once the question `name` is answered like this."""
    asked = form.definition.field(name)
    return [note for note in asked.notes if holds(note.when, form.answers)] if asked else []
