"""Writes the conversations of conversations.yml into the tables of the rooms that they belong to."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases import store as case_store
from bot.cases.model import NewCase
from bot.conversations import store
from bot.conversations.model import Context, Conversation, Kind, Reply, Sender, new_id
from bot.foundation.database import Database
from bot.foundation.packs import load_yaml
from bot.foundation.words import LONDON
from bot.handoff import store as handoff_store
from bot.handoff.model import Card, Handoff, Stage

BY_HAND: dict[str, Any] = load_yaml(Path(__file__).parent / "conversations.yml")
FEEDBACK = ("yes", "partly", "no")
ENDS = ("abandoned", "left_leave", "left_call_back", "resident_ended")


def moment(text: str) -> datetime:
    """A moment of the file: in London, or in UTC with a Z."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=LONDON)).astimezone(UTC)


async def tell(database: Database, file: dict[str, Any] = BY_HAND) -> None:
    """Writes all of a file."""
    opened = {name: _Case(name, **said) for name, said in file.get("cases", {}).items()}
    async with database.writing() as tx:
        for first, *rest in file["conversations"]:
            council, lines = (first, rest) if " " not in first else ("enfield", [first, *rest])
            await _Teller(tx, council, opened).tell(lines)
        for case in opened.values():
            await case.end(tx)


@dataclass
class _Case:
    name: str
    kind: str
    due: date
    ended: str
    topic: str = ""
    then: date | None = None

    async def open(self, tx: AsyncConnection, conversation: Conversation, at: datetime) -> None:
        new = NewCase(conversation.council, self.kind, "A case", "bins", self.name, conversation_id=conversation.id)
        data = {"data": {"card": {"topic": self.topic}}} if self.topic else {}
        dates = {"due": self.due, "first_due": self.due, "opened_at": at, "changed_at": at}
        await case_store.add_case(tx, self.name, f"RD-{self.name}", "CODE", new, status="received", **dates, **data)

    async def end(self, tx: AsyncConnection) -> None:
        values = {"ended_at": moment(self.ended), "due": self.then or self.due}
        await tx.execute(update(case_store.cases).where(case_store.cases.c.id == self.name).values(**values))


@dataclass
class _Teller:
    tx: AsyncConnection
    council: str
    cases: dict[str, _Case]
    day: str = ""
    conversation: Conversation | None = None
    handoff: Handoff | None = None
    waits_since: datetime | None = None
    last: int = 0
    asked: list[str] = field(default_factory=list)

    async def tell(self, lines: list[str]) -> None:
        """One conversation."""
        for line in lines:
            when, what = line.split(" ", 1)
            if "-" in when and "T" not in when:
                self.day, (when, what) = when, what.split(" ", 1)
            at = moment(when if "T" in when else f"{self.day} {when}")
            verb, _, about = what.partition(" ")
            if self.conversation is None:
                self.conversation = Conversation(new_id(), self.council, "assistant", 1, 0, 0, 0, at, at, Context())
                await store.add_conversation(self.tx, self.conversation, "0" * 64)
            await self._happened(self.conversation, at, verb, about)

    async def _happened(self, one: Conversation, at: datetime, verb: str, about: str) -> None:
        if verb in FEEDBACK:
            await store.set_feedback(self.tx, one.id, self.last, verb, "", at)
        elif verb in ("queued", "alert"):
            stage = Stage.WAITING if verb == "queued" else Stage.ALERT
            self.handoff = Handoff(new_id(), one.id, one.council, "bins", 0, "asked", Card(topic=about), stage, at)
            self.waits_since = at
            await handoff_store.add(self.tx, self.handoff)
            if verb == "queued":
                await handoff_store.add_event(self.tx, self.handoff, "queued", at)
        elif verb == "first_reply":
            assert self.handoff
            assert self.waits_since
            waited = f"{(at - self.waits_since).total_seconds():.0f}"
            await handoff_store.add_event(self.tx, self.handoff, "first_reply", at, detail=waited)
        elif verb == "passed_on":
            assert self.handoff
            self.waits_since = at
            await handoff_store.add_event(self.tx, self.handoff, "passed_to_person", at)
        elif verb in ENDS:
            assert self.handoff
            await handoff_store.add_event(self.tx, self.handoff, verb, at)
        elif verb == "opens":
            await self.cases[about].open(self.tx, one, at)
        elif verb == "asks":
            await case_store.add_visit(self.tx, about, one.id, at)
        else:
            found = await store.conversation_with_token(self.tx, one.id)
            assert found
            [self.last] = await store.add_messages(self.tx, found[0], [_message(verb, about)], at)


def _message(verb: str, about: str) -> Reply:
    match verb:
        case "resident":
            return Reply(Kind.TEXT, "…", sender=Sender.RESIDENT)
        case "answer" | "question":
            return Reply(Kind(verb), "…", data={"intent": about})
        case "form":
            return Reply(Kind.QUESTION, "…", data={"application": about})
        case "case":
            return Reply(Kind.CASE, "…", data={"application": about} if about else {})
        case "text" | "notice":
            return Reply(Kind(verb), "…", data={"reason": about, **({"intent": about} if about == "out_of_scope" else {})})
        case "greet":
            return Reply(Kind.TEXT, "…", data={"intent": "greet"})
        case _:
            return Reply(Kind(verb), "…")
