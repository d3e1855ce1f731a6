"""What is learnt from and how it goes on: signals, marks, suggestions with their states, candidates and their verdict.

A signal says that a message was not served well. People make suggestions of it, a second person decides, and what is
accepted is training data for the next candidate. A candidate that makes any group of messages worse is refused. Plain rules
here; tables are in store.py and candidates_store.py, and the use cases are named after what people do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

POINTS = 2.0  # of a hundred; a candidate that loses more in any group is refused
LONGEST_EXAMPLE = 500  # characters; the longest of data/nlu has about as many
SHORTEST_EXAMPLE = 2
NEAR = 92.0  # of 100, rapidfuzz's ratio: from here two messages are nearly the same


class UnusableMark(Exception):
    """What was asked for cannot be done; the message is one plain sentence."""


class OwnSuggestion(Exception):
    """Nobody decides about their own suggestion."""


class AlreadyDecided(Exception):
    """Somebody has decided about this suggestion meanwhile."""


class NothingHere(Exception):
    """There is no such suggestion, theme or candidate for this person."""


class ModelRefused(Exception):
    """The engine would not serve a model and goes on with the old one; the message is one plain sentence."""


class SignalKind(StrEnum):
    """Why a message may have something to teach."""

    UNANSWERED = "unanswered"  # it was not understood
    DOUBTFUL = "doubtful"  # the resident was asked which of several readings was meant
    OUT_OF_SCOPE = "out_of_scope"  # it was turned away as no matter for a council
    SAID_NO = "said_no"  # it was answered, and the resident said that this did not help
    PASSED_ON = "passed_on"  # it was answered, and the resident asked for a person at once
    MARKED_WRONG = "marked_wrong"  # a trainer said that the answer was wrong


THEMED = (SignalKind.UNANSWERED, SignalKind.DOUBTFUL, SignalKind.OUT_OF_SCOPE)  # what themes are made of


class WhyWrong(StrEnum):
    """What is wrong with an answer."""

    TOPIC = "topic"
    OUT_OF_DATE = "out_of_date"
    NOT_CLEAR = "not_clear"
    OTHER = "other"


@dataclass(frozen=True)
class Signal:
    """One message that was not served well. `text` is masked, and empty until that is done."""

    id: int
    council: str
    conversation_id: str
    seq: int
    kind: SignalKind
    at: datetime
    intent: str = ""  # how it was read, or the intent that was answered
    article: str = ""
    reason: str = ""
    text: str = ""
    theme_id: str = ""


@dataclass(frozen=True)
class Theme:
    """What several people asked for and did not get."""

    id: str
    council: str
    name: str  # its most telling words
    example: str
    people: int  # conversations; one resident who asks three times counts once
    messages: int
    first_at: datetime
    last_at: datetime
    closed: bool = False
    closed_by: str = ""
    closed_reason: str = ""


class SuggestionKind(StrEnum):
    """What a suggestion would become."""

    EXAMPLE = "example"  # a training example of an intent
    ARTICLE = "article"  # the draft of an article


class SuggestionState(StrEnum):
    """How far a suggestion is."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # was accepted, and is taken out again


@dataclass(frozen=True)
class Person:
    """A member of staff as the record names them."""

    id: str
    name: str


@dataclass(frozen=True)
class Suggestion:
    """Something to learn, suggested by one person and decided by another.

    For an example, `text` is the message and `intent` what it means. For an article, `text` is its title, `questions` are what
    residents asked, and `body` is a reply that staff gave, if there is one.
    """

    id: str
    council: str
    kind: SuggestionKind
    state: SuggestionState
    text: str
    intent: str
    suggested_by: Person
    suggested_at: datetime
    questions: tuple[str, ...] = ()
    body: str = ""
    conversation_id: str = ""
    seq: int = 0
    theme_id: str = ""
    decided_by: Person | None = None
    decided_at: datetime | None = None
    reason: str = ""
    draft: str = ""  # of an article, once it is accepted

    def must_be_decided_by(self, person: Person) -> None:
        """Raises AlreadyDecided, or OwnSuggestion for whoever suggested it."""
        if self.state != SuggestionState.WAITING:
            raise AlreadyDecided
        if person.id == self.suggested_by.id:
            raise OwnSuggestion


def cleaned_example(text: str) -> str:
    """A text as a training example: one line, without what Rasa would take for a command or markup.

    Raises UnusableMark when nothing is left, or when it is too long to teach anything.
    """
    line = " ".join(text.split()).lstrip("/- ").replace("](", "] (").replace("]{", "] {")
    if len(line) < SHORTEST_EXAMPLE or not any(sign.isalpha() for sign in line):
        raise UnusableMark("An example needs words: write what a resident would say.")
    if len(line) > LONGEST_EXAMPLE:
        raise UnusableMark(
            f"This has {len(line):,} characters and an example at most {LONGEST_EXAMPLE}: keep the part that says what is meant."
        )
    return line


class CandidateState(StrEnum):
    """How far a candidate is."""

    TRAINING = "training"
    READY = "ready"  # may be promoted
    REFUSED = "refused"  # some group of messages would be read worse
    FAILED = "failed"


@dataclass(frozen=True)
class Group:
    """How many messages of a group are read right, by the live model and by the candidate."""

    name: str
    of: int
    before: int
    after: int

    @property
    def points(self) -> float:
        """How far it rises or falls, in points of a hundred."""
        return (self.after - self.before) / self.of * 100 if self.of else 0.0

    @property
    def worse(self) -> bool:
        """Whether it loses more than POINTS."""
        return self.points < -POINTS - 1e-9

    def as_json(self) -> dict[str, Any]:
        """A plain form for the database and the API."""
        return {"name": self.name, "of": self.of, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class Got:
    """What a resident gets for a message: how it is dealt with, and the intents and articles of it."""

    way: str  # answered, asked, not_understood, turned_away, urgent or other
    intents: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """A plain form for the database and the API."""
        return {"way": self.way, "intents": list(self.intents), "articles": list(self.articles)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Got":
        """The record back from its plain form."""
        return cls(str(stored["way"]), tuple(stored["intents"]), tuple(stored["articles"]))


@dataclass(frozen=True)
class Change:
    """A message that the candidate deals with in another way. Of graded ones it is known what they mean."""

    text: str
    before: Got
    after: Got
    council: str = ""
    conversation_id: str = ""  # of a resident's message; empty for a graded one
    meant: tuple[str, ...] = ()
    right_before: bool | None = None
    right_after: bool | None = None


@dataclass(frozen=True)
class Replay:
    """What came of reading the graded set and recent questions with both models."""

    groups: tuple[Group, ...]
    changes: tuple[Change, ...]
    graded: int
    recent: int

    @property
    def state(self) -> CandidateState:
        """Whether the candidate may be promoted."""
        return CandidateState.REFUSED if any(group.worse for group in self.groups) else CandidateState.READY


@dataclass(frozen=True)
class Candidate:
    """One training beside the live model, and what came of it."""

    id: str
    state: CandidateState
    stage: str  # what it is at, while it is training
    started_at: datetime
    stage_at: datetime
    started_by: Person
    model: str = ""  # its name, once it is trained
    beside: str = ""  # the model that was live then
    learnt: int = 0  # accepted examples that it has
    new: int = 0  # of these, how many the live model has not
    problem: str = ""
    groups: tuple[Group, ...] = ()
    graded: int = 0
    recent: int = 0
    changed: int = 0
    ended_at: datetime | None = None

    @property
    def worse(self) -> tuple[Group, ...]:
        """The groups for whose sake it is refused."""
        return tuple(group for group in self.groups if group.worse)


@dataclass(frozen=True)
class Promotion:
    """That another model became the live one."""

    at: datetime
    person: Person
    kind: str  # promoted or rolled_back
    model: str
    previous: str
    candidate_id: str = ""


@dataclass(frozen=True)
class Known:
    """A training example that is there already: of the project, with its file and line, or accepted before."""

    text: str
    intent: str
    where: str  # "data/nlu/bins.yml, line 12", or who accepted it and when
    suggestion_id: str = ""


@dataclass(frozen=True)
class Contradiction:
    """An example that says otherwise: the same text under another intent, or nearly the same."""

    other: Known
    same: bool


@dataclass(frozen=True)
class Review:
    """A suggestion with what a reviewer needs to know."""

    suggestion: Suggestion
    contradictions: Sequence[Contradiction] = ()
    own: bool = False
    read_now: tuple[str, float] | None = None  # how the live model reads it, and how sure it is
    known: Known | None = field(default=None)  # the same example with the same meaning, which makes this one superfluous
