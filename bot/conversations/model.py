"""What a conversation and its messages are, in plain Python.

The gateway, not the engine, owns the conversation: messages have a `seq` that never repeats, and an owner with an
epoch that rises at each change, so that a reply worked out for an earlier owner can be recognised and withheld.
store.py keeps these records, service.py has the use cases.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

TEXT_LIMIT = 2000  # characters of one message, counted after clean-up
ASSISTANT = "assistant"
QUEUE = "queue"
CLOSED = "closed"
PERSON_CHOICE = "talk_to_person"


class Sender(StrEnum):
    """Who a message is from, as the API names them."""

    RESIDENT = "resident"
    ASSISTANT = "assistant"
    STAFF = "staff"
    SYSTEM = "system"


class Kind(StrEnum):
    """What a message is for; pages and programs go by this and never by the wording."""

    TEXT = "text"
    ANSWER = "answer"
    CLARIFY = "clarify"
    QUESTION = "question"
    CHECK_ANSWERS = "check_answers"
    CASE = "case"
    PROMISE = "promise"
    HANDOFF = "handoff"
    URGENT = "urgent"
    NOTICE = "notice"


@dataclass(frozen=True)
class Choice:
    """One button: the value that is sent back and the words on it."""

    value: str
    label: str


@dataclass(frozen=True)
class Source:
    """Where an answer comes from and when somebody last checked it."""

    title: str
    url: str
    checked: date


@dataclass(frozen=True)
class Reply:
    """One message of the assistant before it is stored."""

    kind: Kind
    text: str
    choices: tuple[Choice, ...] = ()
    sources: tuple[Source, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    sender: Sender = Sender.ASSISTANT


@dataclass(frozen=True)
class Message:
    """One stored message. `seq` orders a conversation, `at` (UTC) is for people."""

    seq: int
    at: datetime
    sender: Sender
    kind: Kind
    text: str
    choices: tuple[Choice, ...]
    sources: tuple[Source, ...]
    data: dict[str, Any]


@dataclass(frozen=True)
class Context:
    """What the assistant remembers of the conversation between turns."""

    topic: str = ""  # intent of the last answer
    article: str = ""  # its article
    misses: int = 0  # misunderstandings in a row
    last_reply: str = ""  # fingerprint of the last reply, so that it is not said twice running
    shown: tuple[str, ...] = ()  # articles already given, newest last
    tried: tuple[str, ...] = ()  # intents that the resident said were not meant
    known: dict[str, Any] = field(default_factory=dict)  # what the resident said of themselves here, like {"uprn": "…"}
    under_way: tuple[dict[str, Any], ...] = ()  # tasks that take several turns, the latest last: {"task", "state"}
    lent: bool = False  # staff wait until a form is done, and then have the conversation again

    def as_json(self) -> dict[str, Any]:
        """A plain form for the database."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Context":
        """The record back from its plain form; unknown names are left out."""
        known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
        return cls(**{name: value for name, value in known.items() if name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Conversation:
    """One resident's conversation with one council."""

    id: str
    council: str
    owner: str
    epoch: int
    last_seq: int
    resident_seq: int  # the newest message of the resident
    answered_seq: int  # the newest message of the resident that the assistant has dealt with
    created_at: datetime
    last_at: datetime
    context: Context

    @property
    def closed(self) -> bool:
        """Whether nothing more can be said in it."""
        return self.owner == CLOSED

    @property
    def thinking(self) -> bool:
        """Whether the assistant still owes a reply."""
        return self.owner == ASSISTANT and self.resident_seq > self.answered_seq


def new_id() -> str:
    """An identifier that cannot be guessed or counted."""
    return secrets.token_hex(16)


def new_token() -> str:
    """A bearer token of 256 random bits; only its hash is stored."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same_token(token: str, stored_hash: str) -> bool:
    """Whether this is the token, compared in constant time."""
    return hmac.compare_digest(token_hash(token), stored_hash)
