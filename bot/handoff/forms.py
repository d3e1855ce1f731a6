"""The forms that staff send into a chat, and what residents answer in them: fields, and which answers can be taken.

Plain rules. A form's fields travel in the message's data, so that any page or program can draw them; answers come back by
name and are checked here before anything is stored. The words stand in councils/*/handoff.yml under `requests`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.conversations.text import UnusableText, clean_text
from bot.handoff.asking import email, telephone
from bot.handoff.refusals import UnusableAnswers

LONGEST_ANSWER = 300


class RequestKind(StrEnum):
    """What staff can ask for or send with a button."""

    CONTACT_DETAILS = "contact_details"
    ADDRESS = "address"
    APPLICATION = "application"
    CALL_BACK = "call_back"


class FieldType(StrEnum):
    """How an answer is typed and checked."""

    TEXT = "text"
    EMAIL = "email"
    TELEPHONE = "telephone"
    POSTCODE = "postcode"
    CHOICE = "choice"


@dataclass(frozen=True)
class FormField:
    """One field."""

    name: str
    type: FieldType
    label: str
    hint: str = ""
    optional: bool = False
    options: tuple[tuple[str, str], ...] = ()  # value and label

    def as_json(self) -> dict[str, Any]:
        """As it travels to the page."""
        options = [{"value": value, "label": label} for value, label in self.options]
        plain = {"name": self.name, "type": str(self.type), "label": self.label, "hint": self.hint}
        return {**plain, "optional": self.optional, "options": options}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "FormField":
        """Back from the message."""
        options = tuple((str(one["value"]), str(one["label"])) for one in stored["options"])
        return cls(
            stored["name"], FieldType(stored["type"]), stored["label"], stored["hint"], bool(stored["optional"]), options
        )


@dataclass(frozen=True)
class Given:
    """One answer: the field's name, its label, and the answer as it is kept."""

    name: str
    label: str
    value: str


def fields_of(kind: RequestKind, words: Mapping[str, Any]) -> tuple[FormField, ...]:
    """The fields of a kind of request, in the council's words."""
    named = words["fields"]

    def one(name: str, type_: FieldType, *, optional: bool = False, options: Sequence[str] = ()) -> FormField:
        said = named[name]
        pairs = tuple((option, str(said["options"][option])) for option in options)
        return FormField(name, type_, str(said["label"]), str(said.get("hint", "")), optional, pairs)

    match kind:
        case RequestKind.CONTACT_DETAILS:
            return (
                one("name", FieldType.TEXT, optional=True),
                one("telephone", FieldType.TELEPHONE, optional=True),
                one("email", FieldType.EMAIL, optional=True),
            )
        case RequestKind.ADDRESS:
            return (one("number", FieldType.TEXT), one("postcode", FieldType.POSTCODE))
        case RequestKind.CALL_BACK:
            times = ("any_time", "morning", "afternoon")
            return (one("telephone", FieldType.TELEPHONE), one("time", FieldType.CHOICE, options=times))
        case _:
            return ()


def checked(fields: Sequence[FormField], answers: Mapping[str, str], words: Mapping[str, Any]) -> list[Given]:
    """The answers as they are kept, in the order of the fields. Raises UnusableAnswers with a sentence for each fault."""
    given: list[Given] = []
    faults: dict[str, str] = {}
    for field in fields:
        try:
            value = clean_text(str(answers.get(field.name, "")))[:LONGEST_ANSWER]
        except UnusableText:
            value = ""
        if not value:
            if not field.optional:
                faults[field.name] = str(words["missing"]).format(label=field.label.lower())
            continue
        kept = _kept(field, value)
        if not kept:
            faults[field.name] = str(words["wrong"][str(field.type)])
            continue
        given.append(Given(field.name, field.label, kept))
    if not given and not faults:
        faults[fields[0].name if fields else ""] = str(words["nothing"])
    if faults:
        raise UnusableAnswers(faults)
    return given


def _kept(field: FormField, value: str) -> str:
    """The answer in its usual form; nothing when it is none."""
    match field.type:
        case FieldType.EMAIL:
            return email(value)
        case FieldType.TELEPHONE:
            return telephone(value)
        case FieldType.CHOICE:
            return dict(field.options).get(value, "")
        case FieldType.POSTCODE:
            return postcode(value)
        case _:
            return value


def postcode(text: str) -> str:
    """A postcode with its space, or nothing."""
    key = "".join(text.split()).upper()
    looks_right = 5 <= len(key) <= 7 and key[0].isalpha() and key[-3].isdigit() and key[-2:].isalpha() and key.isalnum()
    return f"{key[:-3]} {key[-3:]}" if looks_right else ""
