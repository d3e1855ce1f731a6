"""The shapes of articles, facts and their drafts in the staff API.

Fields are accepted as strings and lists, right or wrong, as the console's form accepts them: a draft with mistakes is kept,
and its mistakes come back with their lines.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from bot.web.api.schemas import Strict

Short = Annotated[str, StringConstraints(max_length=500)]
Body = Annotated[str, StringConstraints(max_length=20_000)]
Note = Annotated[str, StringConstraints(max_length=300)]
Number = Annotated[int, Field(ge=0, le=2_147_483_647)]
Name = Annotated[str, StringConstraints(max_length=80)]


class DraftFields(Strict):
    """The fields of an article or of a fact; those of the other kind are left out. Days are written like 2026-11-24."""

    id: Name = ""
    title: Short = ""
    area: Name = ""
    lgsl: Name = ""
    intents: list[Name] = Field(default_factory=list, max_length=20)
    primary: bool = False
    questions: list[Short] = Field(default_factory=list, max_length=60)
    owner: Short = ""
    sources: list[tuple[Short, Short]] = Field(default_factory=list, max_length=20)
    review_by: Name = ""
    body: Body = ""
    key: Name = ""
    value: Short = ""
    kind: Name = "text"
    label: Short = ""
    source_title: Short = ""
    source_url: Short = ""
    status: Name = "current"
    note: Short = ""
    checked: Name = ""
    valid_from: Name = ""
    valid_to: Name = ""


class NewDraft(Strict):
    """Body of a draft of something new."""

    pack: Name
    kind: Literal["article", "fact"]
    fields: DraftFields
    note: Note = ""


class SaveDraft(Strict):
    """Body of saving a draft; `version` is the one that the writer saw."""

    version: Number
    fields: DraftFields
    note: Note = ""


class SeenDraft(Strict):
    """Body of sending a draft to be checked."""

    version: Number


class Publish(Strict):
    """Body of publishing: the version of the draft that was checked, and the number of what was live then (0 for a file)."""

    version: Number
    live: Number


class SendBack(Strict):
    """Body of sending a draft back: what should change."""

    comment: Annotated[str, StringConstraints(max_length=2000)]


class Withdraw(Strict):
    """Body of withdrawing: why."""

    reason: Note


class PutBack(Strict):
    """Body of putting an earlier version back: which, why, and the number of what was seen as live."""

    number: Number
    reason: Note
    live: Number


class DraftMistake(BaseModel):
    """One mistake: the line of `text` (from 1), the field, and a plain sentence."""

    line: int
    field: str
    sentence: str


class ArticleDraft(BaseModel):
    """A draft of an article or fact, with its text in the form of the packs' files."""

    id: str
    pack: str
    kind: str
    name: str
    state: str
    version: int
    fields: dict[str, Any]
    text: str
    note: str
    names: list[str]
    changed_at: datetime
    changed_by: str
    comment: str
    comment_by: str
    asked: list[str]
    mistakes: list[DraftMistake]


class ArticleDrafts(BaseModel):
    """The open drafts of a pack."""

    drafts: list[ArticleDraft]


class EntryLine(BaseModel):
    """One line of a list; for a fact `owner` is its value."""

    name: str
    title: str
    area: str
    owner: str
    standing: str
    own: bool
    checked: date | None
    look_by: date | None
    due: str
    draft: str
    draft_state: str


class Entries(BaseModel):
    """A list of articles or facts."""

    entries: list[EntryLine]


class EntryVersion(BaseModel):
    """One version in the history."""

    number: int
    change: str
    note: str
    author: str
    reviewer: str
    at: datetime
    text: str


class Entry(BaseModel):
    """An article or fact as it is live; `live` is the number of its version, 0 while only its file is there."""

    pack: str
    kind: str
    name: str
    own: bool
    live: int
    fields: dict[str, Any]
    text: str
    history: list[EntryVersion]


ACCEPTED = (NewDraft, SaveDraft, SeenDraft, Publish, SendBack, Withdraw, PutBack)
SENT = (Entries, Entry, ArticleDraft, ArticleDrafts)
