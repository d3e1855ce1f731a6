"""The shapes of learning in the staff API; learning.py fills them, openapi.py describes them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, StringConstraints

from bot.web.api.schemas import Message, Strict
from bot.web.staff_api.schemas import Name, Text


class NewExample(Strict):
    """Body of a suggestion: what a resident wrote and the intent that it means."""

    council: Name
    text: Text
    intent: Name


class AcceptSuggestion(Strict):
    """Body of accepting a suggestion; `both_right` when nearly the same words mean something else and both are right."""

    both_right: bool = False


class WithReason(Strict):
    """Body of what needs a reason."""

    reason: Annotated[str, StringConstraints(max_length=300)]


class Meant(Strict):
    """Body of saying what a message meant; `text` is the message made shorter, where it says more than one thing."""

    intent: Name
    text: Text = ""


class Wrong(Strict):
    """Body of calling an answer wrong."""

    why: Literal["topic", "out_of_date", "not_clear", "other"]


class ThemeShape(BaseModel):
    """What several people asked for and did not get."""

    id: str
    council: str
    name: str
    example: str
    people: int
    messages: int
    first_at: datetime
    last_at: datetime
    closed: bool


class Themes(BaseModel):
    """Themes, those of most people first."""

    themes: list[ThemeShape]


class MessageOfTheme(BaseModel):
    """One masked message."""

    conversation_id: str
    seq: int
    kind: str
    at: datetime
    text: str


class ThemeWithMessages(BaseModel):
    """A theme; `messages` are the masked messages of it."""

    id: str
    council: str
    name: str
    example: str
    people: int
    messages: list[MessageOfTheme]
    first_at: datetime
    last_at: datetime
    closed: bool


class Gathered(BaseModel):
    """How many messages were new."""

    new: int


class SuggestionShape(BaseModel):
    """Something to learn, suggested by one person and decided by another.

    Of an example `text` is the message; of an article its title, with `questions` that residents asked and a reply as `body`.
    """

    id: str
    council: str
    kind: str
    state: str
    text: str
    intent: str
    questions: list[str]
    body: str
    suggested_by: str
    suggested_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str


class LearningSuggestions(BaseModel):
    """Suggestions in one state."""

    suggestions: list[SuggestionShape]


class Noticed(BaseModel):
    """What was noticed at a message: why it may have something to teach, and what was answered or is wrong."""

    seq: int
    kind: str
    at: datetime
    intent: str
    reason: str


class ChatToLearnFrom(BaseModel):
    """A conversation to mark, with what was noticed and suggested in it already."""

    conversation_id: str
    council: str
    messages: list[Message]
    signals: list[Noticed]
    suggestions: list[SuggestionShape]


class CandidateShape(BaseModel):
    """A training beside the live model, and what came of it."""

    id: str
    state: str
    stage: str
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    model: str
    beside: str
    learnt: int
    new: int
    problem: str
    graded: int
    recent: int
    changed: int
    groups: list[dict[str, Any]]


class CandidateWithChanges(CandidateShape):
    """The same, with every answer that would change."""

    changes: list[dict[str, Any]]


class Models(BaseModel):
    """The live model, the one before it, and the candidates."""

    live: str
    previous: str
    learnt: int
    new: int
    candidates: list[CandidateShape]


class MadeLive(BaseModel):
    """Which model is live now, and which was."""

    live: str
    previous: str


ACCEPTED = (NewExample, AcceptSuggestion, WithReason, Meant, Wrong)
SENT = (
    Themes,
    ThemeWithMessages,
    Gathered,
    SuggestionShape,
    LearningSuggestions,
    ChatToLearnFrom,
    CandidateShape,
    CandidateWithChanges,
    Models,
    MadeLive,
)
