"""The exact shapes of the public API, in one place: what is accepted, what is sent, and their JSON Schema.

Requests are checked against these models and a wrong one ends as a problem document; openapi.py puts the same models
into the OpenAPI document, so the description cannot drift from the behaviour.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.conversations import model, service

ClientMessageId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]


class Strict(BaseModel):
    """Nothing beyond the named fields."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewConversation(Strict):
    """Body of POST /conversations."""

    council: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class NewMessage(Strict):
    """Body of POST /conversations/{id}/messages: words or a button, never both."""

    client_message_id: ClientMessageId
    text: str | None = None
    choice: Annotated[str, StringConstraints(min_length=1, max_length=400)] | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> "NewMessage":
        """Exactly one of text and choice."""
        if (self.text is None) == (self.choice is None):
            raise ValueError("send either text or choice")
        return self


class Answers(Strict):
    """Body of POST /conversations/{id}/answers: a form that staff sent, filled in."""

    client_message_id: ClientMessageId
    request: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    answers: Annotated[dict[str, Annotated[str, StringConstraints(max_length=model.TEXT_LIMIT)]], Field(max_length=20)]


class Feedback(Strict):
    """Body of POST /conversations/{id}/feedback: whether the answer at `seq` helped."""

    seq: Annotated[int, Field(ge=1, le=2_147_483_647)]
    helpful: Literal["yes", "partly", "no"]
    comment: Annotated[str, StringConstraints(max_length=model.TEXT_LIMIT)] = ""


class Choice(BaseModel):
    """A button."""

    value: str
    label: str


class Source(BaseModel):
    """Where an answer comes from."""

    title: str
    url: str
    checked: date


class Message(BaseModel):
    """One message of a conversation."""

    model_config = ConfigDict(populate_by_name=True)

    seq: int
    at: datetime
    sender: Literal["resident", "assistant", "staff", "system"] = Field(alias="from")
    kind: Literal["text", "answer", "clarify", "question", "check_answers", "case", "promise", "handoff", "urgent", "notice"]
    text: str
    choices: list[Choice]
    sources: list[Source]
    data: dict[str, Any]


class Minutes(BaseModel):
    """A range of minutes."""

    least: int
    most: int


class QueuePlace(BaseModel):
    """The resident's place in the queue. It is kept up to date while they wait."""

    position: Annotated[int, Field(description="From 1, the next one to be helped.")]
    wait_minutes: Annotated[
        Minutes | None, Field(description="Half of the recent waits were within it; null when too few are known.")
    ]
    team: str
    text: Annotated[str, Field(description="The same in words for people.")]


class StaffShown(BaseModel):
    """The person who has the conversation, as the council wants them named."""

    name: str
    team: str


class State(BaseModel):
    """Who has the conversation, and whether the assistant still owes a reply."""

    owner: Literal["assistant", "queue", "staff", "closed"]
    epoch: Annotated[int, Field(description="Rises each time the owner changes.")]
    thinking: bool
    queue: Annotated[QueuePlace | None, Field(description="Only while the owner is queue.")] = None
    staff: Annotated[StaffShown | None, Field(description="Only while the owner is staff.")] = None


class Conversation(BaseModel):
    """A conversation as it begins, with the token that opens it."""

    id: str
    token: str
    state: State
    messages: list[Message]


class Messages(BaseModel):
    """Messages after a seq, and the state at the same moment."""

    messages: list[Message]
    state: State


class Seq(BaseModel):
    """Where a message was stored."""

    seq: int


class ProblemDocument(BaseModel):
    """An error, after RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: Annotated[dict[str, str], Field(description="What is wrong with each field of a form, where it is one.")] = {}


def message_shape(message: model.Message) -> dict[str, Any]:
    """A stored message in the API's shape."""
    return {
        "seq": message.seq,
        "at": message.at.isoformat().replace("+00:00", "Z"),
        "from": message.sender.value,
        "kind": message.kind.value,
        "text": message.text,
        "choices": [{"value": choice.value, "label": choice.label} for choice in message.choices],
        "sources": [
            {"title": source.title, "url": source.url, "checked": source.checked.isoformat()} for source in message.sources
        ],
        "data": message.data,
    }


def page_shape(page: service.Page) -> dict[str, Any]:
    """A page of messages in the API's shape."""
    return {"messages": [message_shape(message) for message in page.messages], "state": state_shape(page.state)}


def state_shape(state: service.State) -> dict[str, Any]:
    """A state in the API's shape: residents are not told accounts of staff."""
    shape: dict[str, Any] = {"owner": state.owner.partition(":")[0], "epoch": state.epoch, "thinking": state.thinking}
    return {**shape, "queue": state.queue, "staff": state.staff}
