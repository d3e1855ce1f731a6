"""What trainers do in a transcript: say what a resident meant, keep a colleague's reply, call an answer wrong.

What was meant and what is worth keeping become suggestions, which a second person reviews; a wrong answer is a signal. Opening a
transcript to mark it is a reading like any other and stands in the record.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations import store as conversations
from bot.conversations.model import Conversation, Kind, Message, Sender
from bot.learning import store
from bot.learning.model import (
    NothingHere,
    Signal,
    SignalKind,
    Suggestion,
    UnusableMark,
    WhyWrong,
)
from bot.learning.parts import Parts
from bot.learning.reviewing import Reviewing
from bot.staff.audit import Action
from bot.staff.model import Actor, Permission

NEWEST = 400  # messages of a conversation that are shown
TITLE = 120

# Whether a conversation that people had a part in is the business of the actor's teams; the handoff room says so.
TeamsAllow = Callable[[AsyncConnection, Actor, str], Awaitable[bool]]


@dataclass(frozen=True)
class Transcript:
    """A conversation to mark, with what was noticed and suggested already."""

    conversation: Conversation
    messages: list[Message]
    signals: list[Signal]
    suggestions: list[Suggestion]


class Marking:
    """Marks in transcripts. Build one in building.py."""

    def __init__(self, parts: Parts, reviewing: Reviewing, teams_allow: TeamsAllow) -> None:
        self._parts = parts
        self._reviewing = reviewing
        self._teams_allow = teams_allow

    async def transcript(self, actor: Actor, conversation_id: str) -> Transcript:
        """The conversation; that it was read is recorded. Raises NothingHere, NotAllowed."""
        async with self._parts.database.writing() as tx:
            conversation = await self._readable(tx, actor, conversation_id)
            found = Transcript(
                conversation,
                await conversations.latest_messages(tx, conversation_id, NEWEST),
                await store.marks_of(tx, conversation_id),
                await store.suggestions_of(tx, conversation_id),
            )
            subject = f"conversation:{conversation_id}"
            await self._parts.audit.record(tx, actor, Action.TRANSCRIPT_READ, subject, {}, conversation.council)
        return found

    async def meant(self, actor: Actor, conversation_id: str, seq: int, intent: str, text: str = "") -> Suggestion:
        """Says what a resident's message meant; `text` is the message made shorter, where it says more than one thing.

        Raises NothingHere, UnusableMark, NotAllowed.
        """
        conversation, message = await self._message(actor, conversation_id, seq, Sender.RESIDENT)
        source: dict[str, Any] = {"conversation_id": conversation_id, "seq": seq}
        return await self._reviewing.suggest_example(actor, conversation.council, text or message.text, intent, **source)

    async def worth_keeping(self, actor: Actor, conversation_id: str, seq: int) -> Suggestion:
        """Suggests an article out of a reply of staff, with the question that drew it. Raises as `meant` does."""
        conversation, message = await self._message(actor, conversation_id, seq, Sender.STAFF)
        async with self._parts.database.reading() as tx:
            earlier = await conversations.latest_messages(tx, conversation_id, NEWEST)
        asked = [one.text for one in earlier if one.sender == Sender.RESIDENT and one.seq < seq and not one.data]
        question = " ".join(asked[-1].split()) if asked else ""
        title = question if len(question) <= TITLE else f"{question[:TITLE]}…"
        if not title:
            raise UnusableMark("No question stands before this reply, so it cannot be said what it answers.")
        source: dict[str, Any] = {"conversation_id": conversation_id, "seq": seq}
        asked_for = [question] if question else []
        return await self._reviewing.suggest_article(actor, conversation.council, title, asked_for, message.text, **source)

    async def wrong(self, actor: Actor, conversation_id: str, seq: int, why: str) -> None:
        """Calls an answer of the assistant wrong, and says why. Raises as `meant` does."""
        if why not in list(WhyWrong):
            raise UnusableMark("Say what is wrong with the answer.")
        conversation, message = await self._message(actor, conversation_id, seq, Sender.ASSISTANT)
        if message.kind != Kind.ANSWER:
            raise UnusableMark("Only an answer can be marked as wrong.")
        async with self._parts.database.writing() as tx:
            await store.add_signal(
                tx,
                conversation.council,
                conversation_id,
                seq,
                SignalKind.MARKED_WRONG,
                self._parts.clock.now(),
                intent=str(message.data.get("intent", "")),
                article=str(message.data.get("article", "")),
                reason=why,
            )
            subject, detail = f"conversation:{conversation_id}", {"seq": seq, "wrong": why}
            await self._parts.audit.record(tx, actor, Action.MESSAGE_MARKED, subject, detail, conversation.council)

    async def _message(self, actor: Actor, conversation_id: str, seq: int, sender: Sender) -> tuple[Conversation, Message]:
        async with self._parts.database.reading() as tx:
            conversation = await self._readable(tx, actor, conversation_id)
            message = await conversations.message_at(tx, conversation_id, seq)
        if message is None or message.sender != sender:
            raise NothingHere
        return conversation, message

    async def _readable(self, tx: AsyncConnection, actor: Actor, conversation_id: str) -> Conversation:
        actor.needs(Permission.TRAIN_ASSISTANT)
        actor.needs(Permission.READ_TRANSCRIPTS)
        found = await conversations.conversation_with_token(tx, conversation_id)
        if found is None or not actor.sees_council(found[0].council):
            raise NothingHere
        if not await self._teams_allow(tx, actor, conversation_id):
            raise NothingHere
        return found[0]
