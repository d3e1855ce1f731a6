"""What a resident says about the form itself: stop, go back, change the date, why, show my answers. Pure.

The phrases are words of applications.yml and are compared as whole messages, except "change …", which names a question and may
give the new answer in the same breath ("change the date to last friday").
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.applications.filling import Form
from bot.applications.model import Field
from bot.applications.understanding.plain import has_phrase, is_one_of, plain

LONGEST_CHANGE = 14  # words; a longer message tells something rather than asking for a change
_POLITE = re.compile(
    r"^(?:(?:no|oh|sorry|wait|actually|hang on|hold on|please|ok|okay|um|can|could|may|i|you|we|id|ill|want|would|need|have|like|to|let|me|just) )+"
)
_ANYTHING = ("", "something", "an answer", "one", "one answer", "my answers", "it", "one thing", "a thing")
_TO = re.compile(r"\b(?:to|its|it is|should be|should have been|i meant|instead)\b (.+)$")
_REQUEST = re.compile(
    r"^(?:(?:hi|hello|please|and|so) )*(?:can|could) (?:you|i|we|someone|somebody) (?!(?:please )?(?:tell|say|explain|ask|know|check|find out)\b)"
)
_ASKING = re.compile(
    r"\?|^(?:(?:and|but|so|ok|okay|also|wait|hi|hello|sorry|um) )*(?:how|what|whats|when|where|who|whos|why|which|do i|do you|does|is it|is there|are there"
    r"|will i|will you|will it|can i|can you|could i|could you|should i|would i|am i)\b"
)


class Command(StrEnum):
    """What is to be done with the form."""

    STOP = "stop"
    BACK = "back"
    WHY = "why"
    WHAT_NEXT = "what_next"
    REVIEW = "review"
    CHANGE = "change"


@dataclass(frozen=True)
class Said:
    """A command, with the question it names and the new answer where one is given."""

    command: Command
    field: str = ""
    rest: str = ""


def command_in(text: str, form: Form, words: Mapping[str, Any]) -> Said | None:
    """The command that a message is, or None."""
    for command in (Command.STOP, Command.BACK, Command.WHY, Command.WHAT_NEXT, Command.REVIEW):
        if is_one_of(text, words[command.value]):
            return Said(command)
    return _change(text, form, words)


def is_question(text: str) -> bool:
    """Whether the message asks something rather than answering."""
    return bool(_ASKING.search(plain(text) + ("?" if "?" in text else "")))


def is_request(text: str) -> bool:
    """Whether the message asks for something to be done, however politely: "can you take away a sofa"."""
    return bool(_REQUEST.search(plain(text)))


def fields_named(text: str, form: Form, words: Mapping[str, Any]) -> list[Field]:
    """The questions that a message names by what people call them."""
    said = plain(text)
    found = []
    for field in form.applicable:
        names = (field.label, field.name.replace("_", " "), *field.words, *words["kinds"].get(field.type.value, ()))
        if any(has_phrase(said, str(name)) for name in names):
            found.append(field)
    return found


def _change(text: str, form: Form, words: Mapping[str, Any]) -> Said | None:
    said = plain(text)
    asked = _POLITE.sub("", said + " ").strip()
    if not asked or len(said.split()) > LONGEST_CHANGE or is_question(asked):
        return None
    changing = asked.split()[0] in words["change"]
    wrong = any(said.endswith(plain(one)) or f" {plain(one)} " in said for one in words["wrong"])
    if not changing and not wrong:
        return None
    if changing and asked.partition(" ")[2] in _ANYTHING:
        return Said(Command.REVIEW)
    to = _TO.search(said)
    named = fields_named(said[: to.start()] if to else said, form, words)
    found = [field for field in named if field.name in form.answers] or named
    return Said(Command.CHANGE, found[0].name, _as_written(text, to[1]) if to else "") if found else None


def _as_written(text: str, rest: str) -> str:
    """The new answer with its own capitals and marks: as many last words of the message as it has."""
    return " ".join(text.split()[-len(rest.split()) :])
