"""The shapes of suggested replies in the staff API: the list beside a message, a drafted note, and what became of suggestions.

suggestions.py and helping.py send them; bot/assist decides what they hold.
"""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel


class Suggestion(BaseModel):
    """One reply that could be sent: how likely it is the one, the words that led to it, and where it comes from."""

    key: str
    source: Literal["article", "canned", "reply"]
    id: str
    title: str
    text: str
    percent: int
    matched: list[str]
    day: date | None
    times: int
    sources: list[dict[str, Any]]


class SuggestedReplies(BaseModel):
    """What could be replied, the likeliest first, and the message that it is for."""

    seq: int
    suggestions: list[Suggestion]


class WrapUp(BaseModel):
    """A drafted note for ending a chat."""

    note: str


class OutcomeBand(BaseModel):
    """What became of suggestions of one kind whose stated percentage was at least `at_least` and less than `below`."""

    source: str
    at_least: int
    below: int
    used: int
    edited: int
    ignored: int


class SuggestionOutcomes(BaseModel):
    """What became of suggestions over some days."""

    council: str
    days: int
    bands: list[OutcomeBand]
