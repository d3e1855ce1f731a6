"""Drafts the note that staff keep when a chat ends: what was asked, what was answered with its sources, what was promised.

It is made of the chat's own words, shortened, and of nothing else; staff change it as they like. How the chat ended is added
when they choose it. The words around it stand in assist.yml.
"""

import re
from collections.abc import Mapping, Sequence

from bot.assist.model import title_of, unique
from bot.cases.model import Case
from bot.conversations.model import Kind, Message, Sender
from bot.foundation.words import day_in_words

LONGEST_ASKED = 300  # characters
LONGEST_ANSWER = 240
ANSWERS = 4  # the last ones
LONGEST = 1800  # of the whole, so that there is room for the outcome
_GREETING = re.compile(
    r"^(?:hi|hiya|hello|dear|good (?:morning|afternoon|evening)|thanks?|thank you|sorry)\b[^.!?\n]{0,60}[.!?,]\s+",
    re.IGNORECASE,
)


def draft(messages: Sequence[Message], want: str, cases: Sequence[Case], words: Mapping[str, str]) -> str:
    """The note. `want` is what the card says that the resident wants. Empty when nothing was asked and nothing answered."""
    staff = [one for one in messages if one.sender == Sender.STAFF and one.kind in (Kind.TEXT, Kind.ANSWER)]
    sources = unique(source.title for one in messages if one.sender == Sender.STAFF for source in one.sources)
    asked = unique([want, *(one.text for one in messages if one.sender == Sender.RESIDENT and _typed_after(one, staff))])
    lines = []
    if text := _short(" / ".join(one for one in asked if one), LONGEST_ASKED):
        lines.append(words["asked"].format(text=text))
    lines += [words["answered"].format(text=_said(one)) for one in staff[-ANSWERS:]]
    if sources:
        lines.append(words["sources"].format(titles="; ".join(sources)))
    for case in cases:
        if case.due:
            due = day_in_words(case.due)
            lines.append(words["promised"].format(title=case.title, reference=case.reference, due=due))
        else:
            lines.append(words["promised_no_date"].format(title=case.title, reference=case.reference))
    return "\n".join(lines)[:LONGEST]


def with_outcome(note: str, outcome: str, words: Mapping[str, str]) -> str:
    """The note as it is kept; nothing when staff left it empty."""
    return f"{note.strip()}\n{words['outcome'].format(outcome=outcome)}" if note.strip() else ""


def _typed_after(message: Message, staff: Sequence[Message]) -> bool:
    """Whether the resident typed this to staff, who had replied by then; what they wanted at first is on the card."""
    typed = message.kind == Kind.TEXT and not message.data.get("choice") and not message.data.get("answers")
    return typed and bool(staff) and message.seq > staff[0].seq and len(message.text.split()) > 3


def _said(message: Message) -> str:
    if message.kind == Kind.ANSWER:
        return str(message.data.get("title") or title_of(message.text))
    return _short(_GREETING.sub("", message.text, count=1), LONGEST_ANSWER)


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 2].rsplit(' ', 1)[0]} …"
