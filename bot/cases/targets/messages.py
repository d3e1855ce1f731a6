"""The e-mails and texts to residents about their cases, from the words of cases.yml.

GOV.UK Notify has one template with ((subject)) and ((body)) and one with ((body)) alone, so the wording stays in the packs.
What anybody typed is made plain first: Notify would turn its signs into headings and links.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.cases.model import Case, Entry, EntryKind
from bot.cases.wording import CaseWords
from bot.foundation.words import day_in_words

TEXT_LENGTH = 600  # a text message of at most four parts
_MARKS = re.compile(r"[\[\]()#*^>_`|~]+")
_LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
_SPACES = re.compile(r"\s+")
_SPACES_BEFORE_LINES = re.compile(r"[ \t]+\n")


@dataclass(frozen=True)
class Message:
    """What a resident is sent."""

    subject: str
    body: str
    text: str


def message(case: Case, entry: Entry, words: CaseWords, council_name: str, page: str) -> Message:
    """The message about one entry of a case. `page` is where a case can be followed."""
    said = words.words["messages"]
    status = words.statuses.get(entry.status, words.first)
    values = {
        "council": council_name,
        "title": plain(case.title),
        "reference": case.reference,
        "code": case.code,
        "label": status.label,
        "meaning": status.meaning,
        "page": page,
        "note": plain(entry.text),
        "next_step": plain(case.next_step),
        "due": day_in_words(case.due) if case.due else "",
    }
    chosen = said[entry.kind.value]
    parts = [chosen["body"]]
    if entry.text and entry.kind != EntryKind.NOTE:
        parts.append(said["note_says"])
    if case.due and not status.ends and entry.kind in (EntryKind.OPENED, EntryKind.DUE):
        parts.append(said["promise"])
    if case.next_step and entry.kind == EntryKind.OPENED:
        parts.append("{next_step}")
    parts.append(said["follow_with_code"] if entry.kind == EntryKind.OPENED else said["follow"])
    text = _filled(chosen["text"], values)
    return Message(
        subject=_filled(chosen["subject"], values),
        body="\n\n".join(_filled(part, values) for part in parts),
        text=text if len(text) <= TEXT_LENGTH else f"{text[: TEXT_LENGTH - 1]}…",
    )


def plain(text: str) -> str:
    """Typed words without signs that Notify reads as formatting, and without addresses that could be clicked."""
    return _SPACES.sub(" ", _MARKS.sub(" ", _LINK.sub("…", text))).strip()


def _filled(template: Any, values: Mapping[str, str]) -> str:
    return _SPACES_BEFORE_LINES.sub("\n", str(template).format(**values)).strip()
