"""What the form pages show: a question, the answers to check, the reference. Plain values for templates/apply.html.

A question becomes the input that fits it: radios, checkboxes, three boxes for a date, one line or several. `typed` puts what came
back from those inputs together again, so that it is understood like a message of the chat.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.applications import filling, wording
from bot.applications.addressing import picks
from bot.applications.entitlement import Likely
from bot.applications.filling import Form
from bot.applications.model import Asked, Definition, Field, FieldType, Problem
from bot.cases.model import Case
from bot.foundation.words import day_in_words

EMPTY: dict[str, Any] = {
    "view": "",
    "title": "",
    "error": "",
    "said": (),
    "hidden": (),
    "definition": None,
    "field": None,
    "key": "",
    "first": False,
}
RADIOS = (FieldType.YES_NO, FieldType.CHOICE, FieldType.DAY_OFFERED)
NARROW = {FieldType.NUMBER: 5, FieldType.MONEY: 10, FieldType.TELEPHONE: 20}
KEYBOARD = {  # which keyboard a phone shows
    FieldType.NUMBER: "numeric",
    FieldType.MONEY: "decimal",
    FieldType.TELEPHONE: "tel",
    FieldType.EMAIL: "email",
}
AUTOCOMPLETE = {FieldType.NAME: "name", FieldType.EMAIL: "email", FieldType.TELEPHONE: "tel"}


def index(definitions: Sequence[Definition]) -> dict[str, Any]:
    """Everything that there is."""
    return {"view": "index", "definitions": definitions}


def question(form: Form, asked: Asked, error: str, typed_before: str, said: Sequence[str]) -> dict[str, Any]:
    """The open question."""
    field, words = form.open, asked.words
    assert field is not None
    answer = form.answers.get(field.name)
    value = typed_before or (answer.raw if answer and field.type != FieldType.ADDRESS else "") or ""
    listed = picks(form) if field.type == FieldType.ADDRESS else []
    return {
        "view": "question",
        "title": form.definition.title,
        "definition": form.definition,
        "field": field,
        "ask": words["page"]["pick"] if listed else field.ask,
        "input": _input(field),
        "options": _options(field, asked),
        "value": value,
        "chosen": value.split("+"),
        "date": _date_parts(value) if field.type == FieldType.DATE else ("", "", ""),
        "example": f"{asked.today.day} {asked.today.month} {asked.today.year}",
        "picks": listed,
        "width": NARROW.get(field.type, 0),
        "keyboard": KEYBOARD.get(field.type, "text"),
        "autocomplete": AUTOCOMPLETE.get(field.type, "off"),
        "progress": wording.progress(form, words)["text"],
        "first": form.place[0] == 1,
        "error": error,
        "said": said,
        "key": form.key,
        "hidden": _hidden(form),
    }


def check(form: Form, words: Mapping[str, Any], said: Sequence[str], error: str) -> dict[str, Any]:
    """The answers to check."""
    return {
        "view": "check",
        "title": words["page"]["check_title"],
        "definition": form.definition,
        "lines": [(field, answer) for field, answer in wording.summary(form, words)],
        "error": error,
        "said": said,
        "key": form.key,
        "hidden": _hidden(form),
    }


def sent(form: Form, case: Case, words: Mapping[str, Any], today: date, follow: str) -> dict[str, Any]:
    """The reference, what happens next and by when."""
    return {
        "view": "sent",
        "title": words["page"]["sent_title"],
        "definition": form.definition,
        "ending": wording.ending(form, case, words, today, follow),
        "case": case,
        "follow": follow,
    }


def result(form: Form, found: Likely | None, then: Definition | None, words: Mapping[str, Any]) -> dict[str, Any]:
    """What is likely, the rule, its source and what would change it, and what may be done next."""
    text = found.text if found else words["say"]["no_result"]
    checked = day_in_words(found.result.checked) if found else ""
    return {
        "view": "result",
        "title": form.definition.title,
        "definition": form.definition,
        "text": text,
        "found": found,
        "then": then,
        "checked": checked,
        "said": [note.text for note in filling.all_notes(form)],
    }


def ended(form: Form, text: str, words: Mapping[str, Any]) -> dict[str, Any]:
    """There is nothing to send."""
    return {"view": "ended", "title": words["page"]["stopped_title"], "definition": form.definition, "text": text}


def typed(field: Field, fields: Mapping[str, str]) -> str:
    """What the inputs of a question hold, as one text."""
    match _input(field):
        case "date":
            parts = [fields.get(part, "").strip() for part in ("day", "month", "year")]
            if fields.get("unknown"):
                return "?"
            return "/".join(parts) if parts[0].isdigit() and parts[1].isdigit() else " ".join(part for part in parts if part)
        case "checkboxes":
            chosen = [option.value for option in field.options if fields.get(f"value.{option.value}")]
            return "none" if "none" in chosen and len(chosen) == 1 else "+".join(one for one in chosen if one != "none")
    return "?" if fields.get("unknown") else fields.get("value", "").strip()


def sentence(field: Field, problem: Problem, typed_now: str, words: Mapping[str, Any]) -> str:
    """What is wrong, in one sentence: an empty answer is asked for, everything else is named."""
    if not typed_now.strip(" /"):
        return str(words["page"]["empty"].get(field.type.value, words["page"]["empty"]["other"]))
    return wording.problem_in_words(problem, words)


def _input(field: Field) -> str:
    match field.type:
        case one if one in RADIOS:
            return "radios"
        case FieldType.SEVERAL:
            return "checkboxes"
        case FieldType.DATE:
            return "date"
        case FieldType.ADDRESS:
            return "address"
        case FieldType.HOUSEHOLD | FieldType.ITEMS:
            return "text_area"
        case _ if field.long:
            return "text_area"
    return "text"


def _options(field: Field, asked: Asked) -> list[tuple[str, str]]:
    labels = asked.words["labels"]
    if field.type == FieldType.YES_NO:
        options = [("yes", labels["yes"]), ("no", labels["no"])]
    elif field.type == FieldType.DAY_OFFERED:
        options = [(day.isoformat(), day_in_words(day)) for day in asked.days]
    else:
        options = [(option.value, option.label) for option in field.options]
    if field.unknown and _input(field) == "radios":
        options.append(("?", labels["unknown_button"]))
    return options


def _date_parts(value: str) -> tuple[str, str, str]:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        parts = value.split("/")
        return (parts[0], parts[1], parts[2]) if len(parts) == 3 else (value if value != "?" else "", "", "")
    return str(day.day), str(day.month), str(day.year)


def _hidden(form: Form) -> list[tuple[str, str]]:
    """The answers so far, each as text that is understood again."""
    return [(f"a.{name}", answer.raw) for name, answer in form.answers.items()]
