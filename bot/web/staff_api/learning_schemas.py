"""The shapes of learning in the staff API; learning.py fills them, openapi.py describes them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints

from bot.web.api.schemas import Strict
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
    """Something to learn, suggested by one person and decided by another."""

    id: str
    council: str
    kind: str
    state: str
    text: str
    intent: str
    questions: list[str]
    suggested_by: str
    suggested_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str


class LearningSuggestions(BaseModel):
    """Suggestions in one state."""

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


ACCEPTED = (NewExample, AcceptSuggestion, WithReason)
SENT = (
    Themes,
    ThemeWithMessages,
    Gathered,
    SuggestionShape,
    LearningSuggestions,
    CandidateShape,
    CandidateWithChanges,
    Models,
    MadeLive,
)
