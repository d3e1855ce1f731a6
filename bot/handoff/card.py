"""Draws up the handover card from a conversation: what the resident wants, what was tried, what they gave already.

Plain rules over the log and the conversation's context. The resident sees every line before it is sent and can correct it,
so a guess that is wrong costs a press; nothing is added that they did not say or see. Its words come from handoff.yml.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.conversations.model import Conversation, Kind, Message, Sender
from bot.handoff.model import Card, Line

WANT_LENGTH = 700
WANT_MESSAGES = 3
BARE_REQUEST_WORDS = 7  # a request for a person with fewer words says nothing of what it is about
LANGUAGES = {
    "tr": "Turkish", "pl": "Polish", "ro": "Romanian", "bg": "Bulgarian", "bn": "Bengali", "so": "Somali", "sq": "Albanian",
    "el": "Greek", "ur": "Urdu", "pa": "Punjabi", "pt": "Portuguese", "es": "Spanish", "other": "another language",
}  # fmt: skip

_POSTCODE = r"\b[A-Za-z]{1,2}\d[A-Za-z\d]?\s*\d[A-Za-z]{2}\b"
_ADDRESS = re.compile(
    rf"(?:(?:flat|unit)\s+\d+[a-z]?,?\s+)?(?:\b\d+[a-z]?\s+(?:[a-z'’-]+\s*,?\s+){{1,6}})?{_POSTCODE}", re.IGNORECASE
)
_REFERENCE = re.compile(r"(?<![\d£.,/-])(?:[A-Z]{1,4}[- ]?)?\d{6,12}[A-Z]?(?![\d.,/]\d)")
_TELEPHONE = re.compile(r"^(?:0|44)\d{9,11}$")
_GREETING = re.compile(
    r"^(?:hi|hello|hey|hiya|thanks|thank you|ok|okay|yes|no|please|good (?:morning|afternoon|evening))[ .!]*$", re.I
)


def draw_up(conversation: Conversation, messages: Sequence[Message], said: str = "") -> Card:
    """The card of a conversation. `said` are the words with which a person was asked for, if any."""
    context = conversation.context
    own = [one for one in messages if one.sender == Sender.RESIDENT]
    spoken = [one for one in own if not one.data.get("choice") and not one.data.get("answers")]
    texts = [one.text for one in spoken]
    return Card(
        want=_want(spoken, messages, said),
        topic=context.topic or _offered_topic(own),
        tried=_tried(messages),
        address=_address(context.under_way, texts),
        details=_details(context.under_way),
        references=references_in(texts),
        language=_language(messages),
        matter=_matter(messages),
    )


def lines(card: Card, words: Mapping[str, Any], label: Callable[[str], str]) -> list[Line]:
    """The card line by line, as the resident and staff read it. `label` turns a topic into words."""
    named = words["lines"]
    found = [Line("want", named["want"], card.want or words["empty"])]
    if card.topic:
        found.append(Line("topic", named["topic"], label(card.topic)))
    if card.address:
        found.append(Line("address", named["address"], card.address))
    found += [Line(f"detail:{place}", name, value) for place, (name, value) in enumerate(card.details)]
    if card.tried:
        found.append(Line("tried", named["tried"], "\n".join(card.tried), changeable=False))
    if card.references:
        found.append(Line("references", named["references"], ", ".join(card.references), changeable=False))
    if card.language:
        found.append(Line("language", named["language"], card.language, changeable=False))
    if card.matter:
        found.append(Line("urgent", named["urgent"], words["urgent"], changeable=False))
    if card.contact:
        found.append(Line("contact", named["contact"], card.contact))
    if card.time:
        found.append(Line("time", named["time"], card.time))
    return found


def as_text(found: Sequence[Line]) -> str:
    """The lines as plain text, for pages without script and programs that show text alone."""
    return "\n".join(f"{line.label}: {line.value}" for line in found)


def references_in(texts: Sequence[str]) -> tuple[str, ...]:
    """Account and reference numbers that were typed, all but their last three characters hidden."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _REFERENCE.findall(text):
            digits = re.sub(r"\D", "", match)
            if not _TELEPHONE.match(digits):
                found[f"{'•' * 5}{match[-3:]}"] = None
    return tuple(found)


def _want(spoken: Sequence[Message], messages: Sequence[Message], said: str) -> str:
    """The resident's own words since the last answer that was given, or the last before it."""
    answered = max((one.seq for one in messages if one.kind == Kind.ANSWER), default=0)
    worth = [one for one in spoken if _says_something(one.text, said)]
    recent = [one for one in worth if one.seq > answered] or worth[-1:]
    texts = dict.fromkeys(one.text.strip() for one in recent[-WANT_MESSAGES:])
    return "\n".join(texts)[:WANT_LENGTH]


def _says_something(text: str, said: str) -> bool:
    if _GREETING.match(text.strip()):
        return False
    return text.strip() != said.strip() or len(text.split()) > BARE_REQUEST_WORDS


def _tried(messages: Sequence[Message]) -> tuple[str, ...]:
    shown = (str(one.data.get("title", "")) for one in messages if one.kind == Kind.ANSWER)
    return tuple(title for title in dict.fromkeys(shown) if title)[-5:]


def _offered_topic(own: Sequence[Message]) -> str:
    """The topic of the last button that named one."""
    for message in reversed(own):
        name, _, value = str(message.data.get("choice", "")).partition(":")
        if name in ("intent", "menu") and value:
            return value
    return ""


def _address(under_way: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> str:
    for task in reversed(under_way):
        for name, answer in _answers(task):
            if "address" in name and answer:
                return answer
    for text in reversed(texts):
        if match := _ADDRESS.search(text):
            return match.group().strip(" ,")
    return ""


def _details(under_way: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """What was answered in a form that is under way, without its address, which has a line of its own."""
    return tuple(
        (name.replace("_", " ").capitalize(), answer)
        for task in under_way
        for name, answer in _answers(task)
        if "address" not in name and answer
    )


def _answers(task: Mapping[str, Any]) -> list[tuple[str, str]]:
    answers = task.get("state", {}).get("answers", {})
    if not isinstance(answers, Mapping):
        return []
    return [
        (str(name), str(answer.get("words", "") if isinstance(answer, Mapping) else answer)) for name, answer in answers.items()
    ]


def _language(messages: Sequence[Message]) -> str:
    for message in reversed(messages):
        if message.sender == Sender.ASSISTANT and message.data.get("language"):
            code = str(message.data["language"])
            return LANGUAGES.get(code, code)
    return ""


def _matter(messages: Sequence[Message]) -> str:
    for message in reversed(messages):
        if message.kind == Kind.URGENT:
            return str(message.data.get("matter", "general"))
    return ""
