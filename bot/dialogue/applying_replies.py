"""The messages of an application in conversation: question, answers to check, case. Words come from the packs.

`data` carries what a page shows beside the words: progress, why something is asked, the lines to check with their buttons. A
button's value names the form's key, so that one pressed late is recognised (applying.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.applications import wording
from bot.applications.entitlement import Likely
from bot.applications.filling import Form
from bot.applications.model import Definition, Field, FieldType, Problem
from bot.cases.model import Case
from bot.conversations.model import PERSON_CHOICE, Choice, Kind, Reply, Source
from bot.foundation.words import day_in_words

PREFIX = "do:application"
MISSES_WITH_CHOICES = 2  # after so many answers that could not be taken there is something to choose from
DAYS_BACK = 6


@dataclass(frozen=True)
class Pressed:
    """A button of a form: its key, what it does, and for "set" and "change" the question and the value."""

    key: str
    verb: str
    field: str = ""
    value: str = ""

    @classmethod
    def read(cls, choice: str) -> "Pressed | None":
        """The button behind a choice, or None when it is of something else."""
        if not choice.startswith(PREFIX + ":"):
            return None
        parts = choice.removeprefix(PREFIX + ":").split(":", 3)
        return cls(*parts) if len(parts) >= 2 else None

    @property
    def choice(self) -> str:
        """The value of the button."""
        return ":".join(part for part in (PREFIX, self.key, self.verb, self.field, self.value) if part)


class Replies:
    """The messages of one definition."""

    def __init__(self, definition: Definition, words: Mapping[str, Any], follow: str) -> None:
        self._definition = definition
        self._words = words
        self._follow = follow

    # ---- around the questions

    def beginning(self, form: Form) -> list[Reply]:
        """What it is about, and what is known already."""
        lines = [self._definition.danger, self._definition.intro]
        if form.given:
            name = "noted" if len(form.given) > 1 else "noted_one"
            lines.append(self._words["say"][name].format(answers=wording.listed(form.given)))
        lines = [line for line in lines if line]
        return [self.plainly("\n".join(lines))] if lines else []

    def plainly(self, text: str) -> Reply:
        """A sentence beside the questions."""
        return Reply(Kind.TEXT, text)

    def why(self, form: Form) -> list[Reply]:
        """Why the open question is asked."""
        return [self.plainly(form.open.why)] if form.open and form.open.why else []

    def what_next(self) -> list[Reply]:
        """What happens once it is sent."""
        return [self.plainly("\n".join(self._definition.next))] if self._definition.next else []

    def first(self) -> Reply:
        """There is nothing to go back to."""
        return self.plainly(self._words["say"]["first"])

    def changing(self, form: Form, field: Field) -> list[Reply]:
        """What the answer was that is to be changed."""
        answer = form.answers.get(field.name)
        return [self.plainly(self._words["say"]["changing"].format(words=answer.words))] if answer and answer.words else []

    def stopped(self) -> Reply:
        """The resident does not want to go on."""
        return self.plainly(self._words["say"]["stopped"])

    def ended(self, text: str) -> Reply:
        """There is nothing to send, with a way to a person."""
        return Reply(Kind.TEXT, text, (self._person(),), data={"reason": "nothing_to_send"})

    def day_gone(self, day: str) -> Reply:
        """The day that was chosen is full."""
        return self.plainly(self._words["say"]["day_gone"].format(date=day))

    @staticmethod
    def gone(words: Mapping[str, Any]) -> Reply:
        """The definition is not there any more."""
        person = Choice(PERSON_CHOICE, words["labels"]["person"])
        return Reply(Kind.NOTICE, words["say"]["not_here"], (person,), data={"reason": "withdrawn"})

    @staticmethod
    def late(words: Mapping[str, Any], case: Case | None) -> Reply:
        """A button of a form that was sent or has ended."""
        if case is None:
            return Reply(Kind.TEXT, words["say"]["gone"])
        text = words["say"]["sent_already"].format(reference=case.reference)
        return Reply(Kind.TEXT, text, data={"reference": case.reference})

    # ---- questions

    def open(self, form: Form, problem: Problem | None = None) -> Reply:
        """The open question, after what was wrong with the last answer; or the answers to check."""
        field = form.open
        if field is None:
            return self.check(form)
        asked = wording.question(field, self._words)
        if field.type == FieldType.ADDRESS and form.inner and (form.inner.get("state") or {}).get("stage") != "postcode":
            asked = str(form.inner["say"])
        sentence = wording.problem_in_words(problem, self._words) if problem else ""
        text = sentence if sentence.endswith("?") or sentence == asked else f"{sentence} {asked}".strip()
        data = {
            "task": "application",
            "application": self._definition.id,
            "title": self._definition.title,
            "field": field.name,
            "type": field.type.value,
            "progress": wording.progress(form, self._words),
            "why": field.why,
            "why_label": self._words["labels"]["why"],
            "hint": field.hint,
            "problem": bool(problem),
        }
        if form.place[0] == 1:
            data["form"] = f"/apply/{self._definition.council}/{self._definition.id}"
            data["form_label"] = self._words["labels"]["form"]
        return Reply(Kind.QUESTION, text, tuple(self._choices(form, field)), data=data)

    def _choices(self, form: Form, field: Field) -> list[Choice]:
        labels = self._words["labels"]
        if field.type == FieldType.ADDRESS and form.inner and "choices" in form.inner:
            found = [Choice(*one) for one in form.inner["choices"]]
        else:
            found = [self._set(form, field, value, label) for value, label in self._answers(form, field)]
        if field.unknown:
            found.append(self._set(form, field, "?", labels["unknown_button"]))
        if field.optional and field.type != FieldType.ADDRESS:
            found.append(self._set(form, field, "-", labels["skip"]))
        if form.misses >= MISSES_WITH_CHOICES:
            found += [self._do(form, "back", labels["back"])] if form.place[0] > 1 else []
            found += [self._do(form, "stop", labels["stop"]), self._person()]
        return found

    def _answers(self, form: Form, field: Field) -> list[tuple[str, str]]:
        """Values and words of the answers that can be pressed."""
        labels = self._words["labels"]
        match field.type:
            case FieldType.YES_NO:
                return [("yes", labels["yes"]), ("no", labels["no"])]
            case FieldType.CHOICE | FieldType.SEVERAL:
                return [(option.value, option.label) for option in field.options]
            case FieldType.DAY_OFFERED:
                days = [date.fromisoformat(day) for day in (form.inner or {}).get("days", ())]
                return [(day.isoformat(), day_in_words(day)) for day in days]
            case FieldType.DATE if form.misses >= MISSES_WITH_CHOICES and field.latest == "today":
                today = date.fromisoformat(str((form.inner or {}).get("today", date.min)))
                days = [today - timedelta(back) for back in range(DAYS_BACK)] if today != date.min else []
                return [(day.isoformat(), day_in_words(day)) for day in days]
        return []

    # ---- the answers to check, and the case

    def check(self, form: Form, *, again: bool = False, changing: bool = False) -> Reply:
        """Every answer with a button to change it, and Yes."""
        say, labels = self._words["say"], self._words["labels"]
        lines = []
        changes = []
        for field, answer in wording.summary(form, self._words):
            choice = Choice(Pressed(form.key, "change", field.name).choice, labels["change"].format(label=field.label.lower()))
            changes.append(choice)
            lines.append({"label": field.label, "answer": answer, "choice": choice.value, "change": choice.label})
        lead = say["what_to_change"] if changing else say["check_again"] if again else say["check"]
        text = "\n".join(
            [lead, *(f"{line['label']}: {line['answer']}" for line in lines), self._definition.declaration]
        ).strip()
        sending = [self._do(form, "send", labels["send"])] if form.complete else [self._do(form, "go_on", labels["resume"])]
        data = {
            "task": "application",
            "application": self._definition.id,
            "title": self._definition.title,
            "lead": lead,
            "change_word": labels["change_word"],
            "lines": lines,
            "declaration": self._definition.declaration,
        }
        choices = (*sending, *changes, self._do(form, "stop", labels["stop"]))
        return Reply(Kind.CHECK_ANSWERS, text, choices, data=data)

    def result(self, form: Form, found: Likely | None, then: Definition | None) -> Reply:
        """What is likely, the rule that decided, its source, and what would change it."""
        if found is None:
            return self.ended(self._words["say"]["no_result"])
        say, one = self._words["say"], found.result
        lines = [found.text, say["rule"].format(rule=found.rule), say["would_change"].format(changes=found.changes)]
        choices = [Choice(f"start:application:{then.id}", then.button)] if then else []
        source = Source(one.source_title, one.source_url, one.checked)
        return Reply(Kind.TEXT, "\n".join(lines), (*choices, self._person()), (source,), {"reason": "entitlement"})

    def case(self, form: Form, case: Case, today: date) -> Reply:
        """The reference, what happens next and by when, and where to follow it."""
        said = wording.ending(form, case, self._words, today, self._follow)
        data = {
            "application": self._definition.id,
            "title": self._definition.title,
            "reference": case.reference,
            "code": case.code,
            "due": case.due.isoformat() if case.due else None,
            "labels": {
                "reference": self._words["labels"]["reference"],
                "code": self._words["labels"]["follow_code"],
                "follow": self._words["labels"]["follow"],
            },
            "lines": [line for line in (said.sent, said.danger, said.receipt, *said.next, said.due) if line],
            "follow": self._follow,
        }
        return Reply(Kind.CASE, "\n".join(said.lines), data=data)

    def _set(self, form: Form, field: Field, value: str, label: str) -> Choice:
        return Choice(Pressed(form.key, "set", field.name, value).choice, label)

    def _do(self, form: Form, verb: str, label: str) -> Choice:
        return Choice(Pressed(form.key, verb).choice, label)

    def _person(self) -> Choice:
        return Choice(PERSON_CHOICE, self._words["labels"]["person"])
