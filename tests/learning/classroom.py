"""What tests of learning need: the services on one database, trainers, conversations, and trainings that end as a test says."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np

from bot.conversations import store as conversations
from bot.conversations.model import ASSISTANT, Context, Conversation, Kind, Reply, Sender, new_id
from bot.learning.candidates import Candidates
from bot.learning.clustering import Vectors
from bot.learning.marking import Marking
from bot.learning.model import Candidate, Change, Got, Group, Replay, SignalKind, Suggestion
from bot.learning.noting import Noting
from bot.learning.parts import Parts
from bot.learning.promoting import Promoting
from bot.learning.reviewing import Reviewing
from bot.learning.theming import Theming
from bot.staff.audit import Filter
from bot.staff.model import ROLES, Actor, Role, command_line_actor
from tests.factories import FixedClock


def make_trainer(name: str = "Tara Trainer", council: str = "enfield", role: Role = Role.TRAINER) -> Actor:
    """Somebody who teaches the assistant."""
    staff_id = uuid.uuid5(uuid.NAMESPACE_DNS, f"{council}.{name}").hex
    return Actor(staff_id, name, council, frozenset({"*"}), ROLES[role])


TARA, RAVI = make_trainer(), make_trainer("Ravi Reviewer")


class SameWords:
    """Vectors of the words in a text: texts that share words are near. Real vectors are tried in the browser's test."""

    def __init__(self, mark: bytes = b"words..1") -> None:
        self.mark = mark
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text."""
        self.asked += texts
        return _vectors(texts)


def _vectors(texts: Sequence[str]) -> Vectors:
    rows = np.zeros((len(texts), 256), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in text.lower().split():
            row[hashlib.sha256(word.encode()).digest()[0]] = 1.0
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def make_replay(*groups: Group, changes: Sequence[Change] = ()) -> Replay:
    """A comparison that came out well, unless groups say otherwise."""
    return Replay(groups or (Group("all messages", 100, 90, 91),), tuple(changes), 100, len(changes))


def make_change(text: str = "do you take crisp packets", **also: Any) -> Change:
    """An answer that changes."""
    return Change(text, Got("not_understood"), Got("answered", ("bin_what_goes_where",), ("what-goes-where",)), **also)


@dataclass
class Classroom:
    """The services."""

    parts: Parts
    clock: FixedClock
    engine: Any
    reviewing: Reviewing = field(init=False)

    def __post_init__(self) -> None:
        async def teams_allow(tx: Any, actor: Actor, conversation_id: str) -> bool:
            return True

        self.reviewing = Reviewing(self.parts)
        self.candidates = Candidates(self.parts)
        self.promoting = Promoting(self.parts, self.engine)
        self.noting = Noting(self.clock)
        self.marking = Marking(self.parts, self.reviewing, teams_allow)
        self.theming = Theming(self.parts, ["enfield", "buckinghamshire"], SameWords())

    async def conversation(self, *said: str, council: str = "enfield") -> Conversation:
        """A conversation in which the resident typed these, one after the other, each answered with an article."""
        now = self.clock.now()
        made = Conversation(new_id(), council, ASSISTANT, 1, 0, 0, 0, now, now, Context())
        async with self.parts.database.writing() as tx:
            await conversations.add_conversation(tx, made, "hash")
            for text in said:
                found = await conversations.conversation_with_token(tx, made.id)
                assert found
                answer = Reply(Kind.ANSWER, "The answer.", data={"intent": "bin_day", "article": "bin-day"})
                question = Reply(Kind.TEXT, text, sender=Sender.RESIDENT)
                await conversations.add_messages(tx, found[0], [question, answer], now)
        return made

    async def unanswered(self, *texts: str, council: str = "enfield") -> list[Conversation]:
        """Residents, one a text, who were not understood."""
        made = [await self.conversation(text, council=council) for text in texts]
        async with self.parts.database.writing() as tx:
            for one in made:
                await self.noting.note(tx, one, 1, SignalKind.UNANSWERED)
        return made

    async def forget(self, conversation: Conversation) -> None:
        """The conversation is erased."""
        async with self.parts.database.writing() as tx:
            await tx.execute(conversations.conversations.delete().where(conversations.conversations.c.id == conversation.id))

    async def accepted(self, text: str = "do you take crisp packets", intent: str = "bin_what_goes_where") -> Suggestion:
        """An example that Tara suggested and Ravi accepted."""
        one = await self.reviewing.suggest_example(TARA, "enfield", text, intent)
        return await self.reviewing.accept(RAVI, one.id)

    async def trained(self, model: str = "second", replay: Replay | None = None) -> Candidate:
        """A candidate that was trained and compared."""
        begun = await self.candidates.begin(TARA)
        (self.parts.shelf.candidates / f"{model}.tar.gz").write_bytes(model.encode())
        self.parts.shelf.keep_learnt(model, f"# what {model} learnt\n")
        await self.candidates.finish(begun.id, model, replay or make_replay())
        return await self.candidates.one(TARA, begun.id)

    async def record(self) -> list[str]:
        """The actions in the audit, the newest first."""
        events, _ = await self.parts.audit.read(command_line_actor(), Filter())
        return [event.action for event in events]

    def later(self, **gone: float) -> None:
        """Time passes."""
        self.clock.time += timedelta(**gone)
