"""The shapes of the staff API: what is accepted as models, what is sent straight from the records of the rooms.

Records are plain dataclasses; pydantic turns them into JSON and into JSON Schema, so the OpenAPI document says what is
sent. A case never carries the code of its resident.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter

from bot.assist.model import Suggestions
from bot.bins.model import Disruption
from bot.cases.model import Case
from bot.conversations.model import TEXT_LIMIT
from bot.handoff.answers import Ready
from bot.handoff.history import Past
from bot.handoff.model import Desk as DeskNow
from bot.handoff.views import Chat, Draft, QueueSnapshot, Summary
from bot.web.api.schemas import ClientMessageId, Message, Strict, message_shape
from bot.web.staff_api.suggestion_schemas import SuggestedReplies

Text = Annotated[str, StringConstraints(max_length=TEXT_LIMIT * 4)]
Name = Annotated[str, StringConstraints(max_length=80)]
Epoch = Annotated[int, Field(description="The one that the writer saw, from the chat.")]


SuggestedFor = Annotated[
    int, Field(ge=0, le=2_147_483_647, description="The message that suggestions were shown for; 0 when none were.")
]


class Reply(Strict):
    """Body of a reply to the resident. What its writer saw and took of suggestions teaches the desk which ones help."""

    client_message_id: ClientMessageId
    text: Text
    epoch: Epoch
    suggested_for: SuggestedFor = 0
    inserted: list[Name] = Field(max_length=20, default_factory=list, description="Keys of suggestions that were taken.")


class NewNote(Strict):
    """Body of a note for colleagues."""

    client_message_id: ClientMessageId
    text: Text


class Noted(Strict):
    """Body of a move with a note for whoever comes next."""

    note: Text = ""


class Transfer(Strict):
    """Body of passing a chat on: to a team, or to one person."""

    note: Text
    team: Name = ""
    staff_id: Name = ""


class End(Strict):
    """Body of ending a chat: how it ended, from the council's closed list."""

    outcome: Name
    note: Text = ""


class SetPresence(Strict):
    """Body of saying how it stands with oneself."""

    presence: Literal["available", "busy", "break", "away", "offline"]
    reason: Annotated[str, StringConstraints(max_length=120)] = ""


class Approve(Strict):
    """Body of approving a draft, in other words when `text` is given."""

    text: Text | None = None


class Refuse(Strict):
    """Body of refusing a draft."""

    reason: Text


class ChangeStatus(Strict):
    """Body of moving a case on: its status, and a word for the resident."""

    status: Name
    text: Text = ""


class CaseNote(Strict):
    """Body of writing in a case."""

    text: Text
    for_resident: bool = False


class ChangeDue(Strict):
    """Body of promising another date for a case, and why."""

    due: date
    text: Text


class ChangeTeam(Strict):
    """Body of passing a case to another team, and why."""

    team: Name
    text: Text = ""


class AskResident(Strict):
    """Body of a typed question. A form of the council (kind `application`) is named in `form`."""

    client_message_id: ClientMessageId
    kind: Literal["contact_details", "address", "call_back", "application"]
    epoch: Epoch
    form: Name = ""


class SendArticle(Strict):
    """Body of sending an article of the library."""

    client_message_id: ClientMessageId
    article: Name
    epoch: Epoch
    suggested_for: SuggestedFor = 0


class OpenCase(Strict):
    """Body of opening a case. `days` are working days until it is dealt with; the team's usual promise when left out."""

    client_message_id: ClientMessageId
    epoch: Epoch
    title: Annotated[str, StringConstraints(max_length=120)]
    team: Name = ""
    days: Annotated[int, Field(ge=1, le=60)] | None = None


class Promise(Strict):
    """Body of promising a call (to a number) or an answer (to an e-mail address)."""

    client_message_id: ClientMessageId
    epoch: Epoch
    contact: Annotated[str, StringConstraints(max_length=200)]
    time: Annotated[str, StringConstraints(max_length=120)] = ""


class ChangeDesk(Strict):
    """Body of how somebody works. What is left out stays as it is."""

    supervised: bool | None = None
    capacity: Annotated[int, Field(ge=1, le=50)] | None = None


class Me(BaseModel):
    """Who the token acts for, and what it may do."""

    staff_id: str
    name: str
    council: str
    teams: list[str]
    permissions: list[str]


class PostDisruption(Strict):
    """Body of a disruption of bin collections. Without a street and a round it is for everybody."""

    text: Text
    until: date
    begins: date | None = None
    back_on: date | None = None
    street: Annotated[str, StringConstraints(max_length=200)] = ""
    round: Name = ""


class PostedDisruption(BaseModel):
    """A disruption that is shown, or will be."""

    id: str
    council: str
    street: str
    round: str
    text: str
    begins: date
    until: date
    back_on: date | None
    posted_at: datetime
    posted_by: str


class PostedDisruptions(BaseModel):
    """Everything posted for a council that has not ended."""

    disruptions: list[PostedDisruption]


def disruption_shape(one: Disruption) -> dict[str, Any]:
    """A disruption as JSON."""
    return PostedDisruption(**vars(one)).model_dump(mode="json")


class Sent(BaseModel):
    """Where a reply was stored; or the draft that now waits for a second person."""

    seq: int
    repeat: bool
    draft: str


class Desk(BaseModel):
    """How it stands with somebody."""

    staff_id: str
    name: str
    presence: str
    reason: str


class Named(BaseModel):
    """Something to choose: what programs send, and what people call it."""

    id: str
    name: str


class Choices(BaseModel):
    """What actions in a chat can be told."""

    requests: list[Named]
    forms: list[Named]
    teams: list[Named]
    outcomes: list[Named]
    colleagues: list[Desk]


class StaffChat(BaseModel):
    """One chat with all that belongs to it."""

    conversation_id: str
    council: str
    team: str
    owner: str
    epoch: int
    mine: bool
    stage: str
    staff_name: str
    topic: str
    urgent: bool
    matter: str
    waiting_since: datetime | None
    answer_by: datetime | None
    away: bool
    on_resident: bool
    supervised: bool
    outcome: str
    card: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    log: list[dict[str, Any]]
    unsent: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    messages: list[Message]


class StaffCase(BaseModel):
    """One case, without the code of its resident."""

    reference: str
    council: str
    kind: str
    title: str
    team: str
    status: str
    urgency: int
    due: date | None
    overdue: bool
    next_step: str
    opened_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    answers: list[tuple[str, str]]
    contact: dict[str, str]
    uprn: str
    conversation_id: str | None
    history: list[dict[str, Any]]


@dataclass(frozen=True)
class Chats:
    """One's own chats."""

    chats: Sequence[Summary]


@dataclass(frozen=True)
class Drafts:
    """Replies that wait for a second person."""

    drafts: Sequence[Draft]


@dataclass(frozen=True)
class AtHand:
    """Ready replies, the best first."""

    ready: Sequence[Ready]


@dataclass(frozen=True)
class PastChats:
    """Chats that are over, the newest first."""

    chats: Sequence[Past]


class Cases(BaseModel):
    """Cases by their promised date."""

    cases: list[StaffCase]


QUEUE = TypeAdapter(QueueSnapshot)
CHATS = TypeAdapter(Chats)
DRAFTS = TypeAdapter(Drafts)
READY = TypeAdapter(AtHand)
PAST = TypeAdapter(PastChats)


def desk_shape(desk: DeskNow) -> Desk:
    """How it stands with somebody, as JSON has it."""
    return Desk(staff_id=desk.staff_id, name=desk.name, presence=str(desk.presence), reason=desk.reason)


def chat_shape(chat: Chat) -> dict[str, Any]:
    """A chat as JSON."""
    lists = ("notes", "log", "unsent", "requests")
    names = [name for name in StaffChat.model_fields if name not in ("messages", "card", *lists)]
    plain = {name: getattr(chat, name) for name in names}
    plain["card"] = [vars(line) for line in chat.card]
    plain |= {name: [dict(one) for one in getattr(chat, name)] for name in lists}
    plain["messages"] = [message_shape(one) for one in chat.messages]
    return StaffChat.model_validate(plain).model_dump(mode="json", by_alias=True)


def suggestions_shape(found: Suggestions) -> dict[str, Any]:
    """Suggestions as JSON."""
    names = ("key", "source", "id", "title", "text", "percent", "day", "times")
    plain = [
        {
            **{name: getattr(one, name) for name in names},
            "matched": list(one.matched),
            "sources": [{"title": source.title, "url": source.url, "checked": source.checked} for source in one.sources],
        }
        for one in found.items
    ]
    shape = SuggestedReplies.model_validate({"seq": found.seq, "suggestions": plain})
    return shape.model_dump(mode="json")


def case_shape(case: Case, today: date) -> dict[str, Any]:
    """A case as JSON."""
    names = [name for name in StaffCase.model_fields if name not in ("overdue", "contact", "history")]
    plain = {name: getattr(case, name) for name in names}
    history = [{**vars(entry), "kind": str(entry.kind), "seen_by": str(entry.seen_by)} for entry in case.history]
    plain |= {"overdue": case.overdue(today), "contact": vars(case.contact), "history": history}
    return StaffCase.model_validate(plain).model_dump(mode="json")
