"""Messages as a page shows them, and a whole chat as a plain text file.

The same macro of the templates draws these on the server and is the pattern that the script copies, so a message looks
the same with and without JavaScript. Only `data.html`, which the server itself has sanitised, goes in as HTML.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from bot.conversations.model import Choice, Kind, Message, Reply, Sender
from bot.foundation.words import day_in_words, time_in_words

_OUTSIDE_LINK = re.compile(r'<a href="(https?:[^"]*)">(.*?)</a>', re.DOTALL)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class SourceView:
    """One source under an answer."""

    title: str
    url: str
    note: str


@dataclass(frozen=True)
class MessageView:
    """One message ready for the template."""

    seq: int | None
    sender: str
    kind: str
    reason: str
    who: str
    title: str
    text: str
    html: Markup
    language: str
    choices: tuple[Choice, ...]
    sources: tuple[SourceView, ...]
    asks_feedback: bool
    rated: str
    latest: bool
    greeting: bool
    data: Mapping[str, Any]  # what a report or application adds, for templates/application.html
    asks_form: bool = False  # a form of staff that is still open


def message_view(
    message: Message | Reply,
    words: Mapping[str, Any],
    rated: Mapping[int, str] | None = None,
    latest: int = 0,
    settled: frozenset[str] = frozenset(),
) -> MessageView:
    """A message, or the greeting before it is stored, for the template; a browser without script scrolls to `latest`."""
    seq = message.seq if isinstance(message, Message) else None
    data = message.data
    language = str(data.get("language", ""))
    return MessageView(
        seq=seq,
        sender=message.sender.value,
        kind=message.kind.value,
        reason=str(data.get("reason", "")),
        who=_who(message, words),
        title=str(data.get("title", ""))
        if message.kind == Kind.ANSWER
        else words["who"]["urgent"]
        if message.kind == Kind.URGENT
        else "",
        text=message.text,
        html=with_new_tabs(str(data.get("html", "")), words["page"]["new_tab"]),
        language=language if _LANGUAGE.fullmatch(language) else "",
        choices=tuple(
            one for one in _choices_below(message) if one.value.partition("request:")[2].partition(":")[0] not in settled
        ),
        sources=tuple(
            SourceView(source.title, source.url, checked_note(source.url, source.checked, words)) for source in message.sources
        ),
        asks_feedback=message.kind == Kind.ANSWER,
        rated=(rated or {}).get(seq or 0, ""),
        latest=seq is not None and seq == latest,
        greeting=bool(data.get("greeting")),
        data=data,
        asks_form=message.kind == Kind.QUESTION and isinstance(data.get("form"), dict) and data.get("request") not in settled,
    )


def settled_requests(messages: Sequence[Message]) -> frozenset[str]:
    """The forms of staff that the resident has answered or declined."""
    found = set()
    for message in messages:
        if message.sender == Sender.RESIDENT:
            found.add(str(message.data.get("request", "")))
            name, _, rest = str(message.data.get("choice", "")).partition(":")
            found.add(rest.partition(":")[0] if name == "request" else "")
    return frozenset(found - {""})


def _who(message: Message | Reply, words: Mapping[str, Any]) -> str:
    """Who said it; a member of staff by the name that the council shows."""
    name, team = str(message.data.get("name", "")), str(message.data.get("team", ""))
    if message.sender == Sender.STAFF and name:
        return f"{name}, {team}" if team and team != name else name
    return str(words["who"][message.sender.value])


def _choices_below(message: Message | Reply) -> tuple[Choice, ...]:
    """The choices under a message; those that stand beside an answer to check are left out."""
    beside = {line["choice"] for line in message.data.get("lines", ()) if isinstance(line, dict) and "choice" in line}
    return tuple(choice for choice in message.choices if choice.value not in beside)


def checked_note(url: str, checked: date, words: Mapping[str, Any]) -> str:
    """The site of a source and the day on which somebody checked it."""
    place = (urlsplit(url).hostname or "").removeprefix("www.")
    return str(words["sources"]["checked"]).format(place=place, day=f"{checked.day} {checked:%B %Y}")


def with_new_tabs(html: str, new_tab: str) -> Markup:
    """Sanitised HTML whose links to other sites open beside the chat, so that following one does not lose it."""
    hidden = f'<span class="govuk-visually-hidden"> {escape(new_tab)}</span>'
    return Markup(_OUTSIDE_LINK.sub(rf'<a href="\1" target="_blank" rel="noopener noreferrer">\2{hidden}</a>', html))


def wants_exit(messages: Sequence[Message]) -> bool:
    """Whether something was said that the resident may have to hide in a hurry."""
    return any(message.data.get("quick_exit") for message in messages)


def number_of(conversation_id: str) -> str:
    """The number by which a resident names their chat, in groups that can be read out."""
    return "-".join(conversation_id[start : start + 4] for start in range(0, len(conversation_id), 4))


def plain_transcript(messages: Sequence[Message], number: str, words: Mapping[str, Any], today: date) -> str:
    """The chat as a plain text file for the resident to keep."""
    saved = words["saved"]
    names = {Sender.RESIDENT: "you", Sender.ASSISTANT: "assistant", Sender.STAFF: "staff", Sender.SYSTEM: "system"}
    parts = [saved["heading"], saved["date"].format(day=day_in_words(today)), saved["number"].format(number=number), ""]
    for message in messages:
        parts.append(f"{saved[names[message.sender]]}, {time_in_words(message.at)}")
        parts.append(message.text)
        for source in message.sources:
            checked = f"{source.checked.day} {source.checked:%B %Y}"
            parts.append(saved["source"].format(title=source.title, url=source.url, day=checked))
        parts.append("")
    return "\r\n".join("\n".join(parts).split("\n"))
