"""The use cases of a conversation: begin, say, read, listen, end, give feedback. One transaction each.

`say` stores the resident's message and only then wakes whoever should answer; the assistant's side is
`replies_ready`, which appends a reply only if nobody else took the conversation meanwhile. Masking of personal data is
handed in (privacy room), so that this room stays below it.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations import erased, store
from bot.conversations.model import (
    ASSISTANT,
    CLOSED,
    PERSON_CHOICE,
    Context,
    Conversation,
    Kind,
    Message,
    Reply,
    Sender,
    new_id,
    new_token,
    same_token,
    token_hash,
)
from bot.conversations.people import People, Standing
from bot.conversations.text import clean_text
from bot.foundation.bus import Bus, Listener
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.privacy.model import Masked

log = structlog.get_logger()

IDLE_LIFE = timedelta(hours=24)  # a token opens nothing after this long without a message
OPENED_LIFE = timedelta(seconds=30)  # a conversation once opened is not looked up again for so long
OPENED_MOST = 5000
TURN_LEASE = timedelta(seconds=60)  # a turn whose process died is taken up again after this


class NotFound(Exception):
    """No such conversation for this token. Wrong id and wrong token look the same on purpose."""


class Deleted(NotFound):
    """It was deleted for good, at `at`. Only whoever has its token is told so."""

    def __init__(self, at: datetime) -> None:
        super().__init__("deleted")
        self.at = at


class Closed(Exception):
    """The conversation has ended; nothing more can be said in it."""


class UnknownChoice(Exception):
    """The choice was never offered in this conversation."""


@dataclass(frozen=True)
class Said:
    """What came of a message: its seq and whether it had been sent before."""

    seq: int
    repeat: bool


@dataclass(frozen=True)
class State:
    """Who has the conversation now, whether the assistant still owes a reply, and what is known of the people in it."""

    owner: str
    epoch: int
    thinking: bool
    queue: dict[str, Any] | None = None  # the place in the queue, while it is in one
    staff: dict[str, Any] | None = None  # who has it, while staff do


@dataclass(frozen=True)
class Page:
    """Messages after a seq, and the state at the same moment."""

    messages: list[Message]
    state: State


@dataclass(frozen=True)
class Together:
    """What has to be committed with the assistant's replies or not at all: a case opened, a place in the queue taken.

    `within` gets the open transaction and the conversation as it is after the replies; what it returns is appended too.
    `after` runs once everything is committed, to wake whoever waits for it.
    """

    within: Callable[[AsyncConnection, Conversation], Awaitable[Sequence[Reply]]]
    after: Callable[[], Awaitable[None]] | None = None


class Conversations:
    """The conversations of this product. Build one in app.py."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, mask: Callable[[str, str], Masked]) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._mask = mask
        self._opened: dict[tuple[str, str], tuple[Conversation, datetime]] = {}  # a turn asks for access several times
        self.on_resident_message: Callable[[str], Awaitable[None]] | None = None
        self.people: People | None = None
        self.on_feedback: Callable[[AsyncConnection, Conversation, int, str], Awaitable[None]] | None = None

    async def begin(self, council: str, greeting: Sequence[Reply]) -> tuple[Conversation, str, list[Message]]:
        """Starts a conversation with the greeting in it; returns it, its token and its messages."""
        now = self._clock.now()
        token = new_token()
        conversation = Conversation(new_id(), council, ASSISTANT, 1, 0, 0, 0, now, now, Context())
        async with self._database.writing(brief=True) as tx:
            await store.add_conversation(tx, conversation, token_hash(token))
            await store.add_messages(tx, conversation, greeting, now)
            messages = await store.messages_after(tx, conversation.id, 0)
        log.info("conversation_begun", conversation_id=conversation.id, council=council)
        return conversation, token, messages

    async def access(self, conversation_id: str, token: str) -> Conversation:
        """The conversation that this token opens, at most OPENED_LIFE old. Raises NotFound, and Deleted where it was deleted."""
        now = self._clock.now()
        opened = self._opened.get((conversation_id, token))
        if opened and timedelta(0) <= now - opened[1] < OPENED_LIFE:
            return opened[0]
        async with self._database.reading(brief=True) as tx:
            found = await store.conversation_with_token(tx, conversation_id)
            deleted = None if found else await erased.erased_at(tx, conversation_id, token)
        if deleted:
            raise Deleted(deleted)
        if not found or not same_token(token, found[1]) or self._clock.now() - found[0].last_at > IDLE_LIFE:
            raise NotFound
        if len(self._opened) > OPENED_MOST:
            self._opened.clear()
        self._opened[conversation_id, token] = (found[0], now)
        return found[0]

    async def say(self, conversation: Conversation, client_message_id: str, text: str) -> Said:
        """Stores what the resident wrote, once. Raises UnusableText and Closed."""
        masked = self._mask(clean_text(text), conversation.council)
        return await self._store(conversation, client_message_id, Reply(Kind.TEXT, masked.text, sender=Sender.RESIDENT), masked)

    async def choose(self, conversation: Conversation, client_message_id: str, choice: str) -> Said:
        """Stores the button that the resident pressed, once. Raises UnknownChoice and Closed."""
        async with self._database.reading(brief=True) as tx:
            offered = await store.choices_offered(tx, conversation.id)
        if choice == PERSON_CHOICE:
            offered.setdefault(PERSON_CHOICE, "Talk to a person")
        if choice not in offered:
            raise UnknownChoice
        reply = Reply(Kind.TEXT, offered[choice], data={"choice": choice}, sender=Sender.RESIDENT)
        return await self._store(conversation, client_message_id, reply, Masked(""))

    async def said_before(self, conversation: Conversation, client_message_id: str) -> int | None:
        """The seq under which this client message is stored already, or None."""
        async with self._database.reading(brief=True) as tx:
            return await store.message_by_client_id(tx, conversation.id, client_message_id)

    async def tell(
        self, conversation: Conversation, client_message_id: str, answers: Sequence[tuple[str, str, str]], data: dict[str, Any]
    ) -> Said:
        """Stores a resident's answers to a form (name, label, value), once: as words for people and as data for programs."""
        hidden = [(name, label, self._mask(value, conversation.council)) for name, label, value in answers]
        text = "\n".join(f"{label}: {masked.text}" for _, label, masked in hidden)
        known = {"answers": {name: masked.text for name, _, masked in hidden}, **data}
        notice = next((masked.notice for _, _, masked in hidden if masked.notice), "")
        reply = Reply(Kind.TEXT, text, data=known, sender=Sender.RESIDENT)
        return await self._store(conversation, client_message_id, reply, Masked("", notice))

    async def _store(self, conversation: Conversation, client_message_id: str, message: Reply, masked: Masked) -> Said:
        now = self._clock.now()
        async with self._database.writing(brief=True) as tx:
            found = await store.conversation_with_token(tx, conversation.id, lock=True)
            if found is None:
                raise await _gone(tx, conversation.id)
            current = found[0]
            earlier = await store.message_by_client_id(tx, current.id, client_message_id)
            if earlier is not None:
                return Said(earlier, repeat=True)
            if current.closed:
                raise Closed
            [seq] = await store.add_messages(tx, current, [message], now, client_message_id)
            if masked.notice:
                notice = Reply(Kind.NOTICE, masked.notice, data={"reason": "masked"}, sender=Sender.SYSTEM)
                await store.add_messages(tx, replace(current, last_seq=seq), [notice], now)
            after = current
            if self.people and current.owner != ASSISTANT:
                current = replace(current, last_seq=seq + bool(masked.notice), resident_seq=seq, last_at=now)
                if said := await self.people.spoke(tx, current, message):  # the owner changes only with a word about it
                    await store.add_messages(tx, await _now(tx, current.id), said, now)
                    after = await _now(tx, current.id)
        await self._bus.wake(conversation.id)
        if self.people and current.owner != ASSISTANT:
            await self.people.changed(current)
        if self.on_resident_message and (current.owner == ASSISTANT or after.thinking):
            await self.on_resident_message(conversation.id)
        return Said(seq, repeat=False)

    async def read(self, conversation_id: str, after: int) -> Page:
        """What is new after a seq, and who has the conversation. It is the resident's own reading: it shows they are there."""
        async with self._database.reading(brief=True) as tx:
            found = await store.conversation_with_token(tx, conversation_id)
            if found is None:
                raise await _gone(tx, conversation_id)
            messages = await store.messages_after(tx, conversation_id, after)
            conversation = found[0]
            with_people = self.people if conversation.owner not in (ASSISTANT, CLOSED) else None
            standing = await with_people.standing(tx, conversation) if with_people else Standing()
        if with_people:
            await with_people.seen(conversation)
        state = State(conversation.owner, conversation.epoch, conversation.thinking, standing.queue, standing.staff)
        return Page(messages, state)

    async def read_or_wait(self, conversation_id: str, after: int, seconds: float) -> Page:
        """The same, but with nothing new it waits up to `seconds` for a message or the end of a turn."""
        async with self._bus.listen(conversation_id) as news:
            page = await self.read(conversation_id, after)
            before = page.state
            loop_ends = self._clock.now() + timedelta(seconds=seconds)
            while not page.messages and page.state == before:
                left = (loop_ends - self._clock.now()).total_seconds()
                if left <= 0 or not await news.wait(left):
                    return await self.read(conversation_id, after)
                page = await self.read(conversation_id, after)
        return page

    def listen(self, conversation_id: str) -> AbstractAsyncContextManager[Listener]:
        """A listener that is woken when something happens in the conversation."""
        return self._bus.listen(conversation_id)

    async def end(self, conversation: Conversation, goodbye: Reply) -> None:
        """Closes the conversation; ending it twice changes nothing."""
        now = self._clock.now()
        async with self._database.writing(brief=True) as tx:
            found = await store.conversation_with_token(tx, conversation.id, lock=True)
            if found is None:
                raise await _gone(tx, conversation.id)
            current = found[0]
            if current.closed:
                return
            await store.add_messages(tx, current, [goodbye], now)
            if self.people:
                await self.people.left(tx, current)
            await store.change_conversation(
                tx, current.id, owner=CLOSED, epoch=current.epoch + 1, answered_seq=current.resident_seq, turn_until=None
            )
        await self._bus.wake(conversation.id)
        if self.people and current.owner != ASSISTANT:
            await self.people.changed(current)

    async def deleted(self, gone: Sequence[Conversation]) -> None:
        """After the commits: forgets what is known of conversations that were deleted, and tells whoever has one open."""
        ids = {conversation.id for conversation in gone}
        self._opened = {key: one for key, one in self._opened.items() if key[0] not in ids}
        for conversation_id in ids:
            await self._bus.wake(conversation_id)

    async def give_feedback(
        self, conversation: Conversation, seq: int, helpful: Literal["yes", "partly", "no"], comment: str
    ) -> None:
        """Records whether an answer helped; raises NotFound when that seq is not an answer of this conversation."""
        masked = self._mask(clean_text(comment), conversation.council).text if comment.strip() else ""
        async with self._database.writing(brief=True) as tx:
            message = await store.message_at(tx, conversation.id, seq)
            if message is None or message.sender == Sender.RESIDENT:
                raise NotFound
            await store.set_feedback(tx, conversation.id, seq, helpful, masked, self._clock.now())
            if self.on_feedback:
                await self.on_feedback(tx, conversation, seq, helpful)

    async def claim_turn(self, conversation_id: str) -> tuple[Conversation, Message] | None:
        """Takes the conversation's turn if the resident waits and nobody has it; with the message to answer."""
        now = self._clock.now()
        async with self._database.writing(brief=True) as tx:
            conversation = await store.claim_turn(tx, conversation_id, now, now + TURN_LEASE)
            return (conversation, await store.next_waiting(tx, conversation)) if conversation else None

    async def replies_ready(
        self,
        conversation: Conversation,
        replies: Sequence[Reply],
        context: Context,
        answered: int,
        together: Sequence[Together] = (),
    ) -> Literal["done", "more", "taken"]:
        """Appends the assistant's replies to the message `answered`, unless the owner changed: then they are kept unsent.

        What stands in `together` is done in the same transaction.

        Says "more" when the resident wrote again meanwhile (the turn stays with the caller), "taken" when it was kept.
        """
        now = self._clock.now()
        async with self._database.writing(brief=True) as tx:
            found = await store.conversation_with_token(tx, conversation.id, lock=True)
            if found is None:
                return "taken"
            current = found[0]
            if current.owner != ASSISTANT or current.epoch != conversation.epoch:
                await store.add_unsent(tx, current.id, replies, now)
                await store.change_conversation(tx, current.id, turn_until=None)
                return "taken"
            more = current.resident_seq > answered
            changes: dict[str, Any] = {
                "answered_seq": answered,
                "context": context.as_json(),
                "turn_until": now + TURN_LEASE if more else None,
            }
            if replies:
                await store.add_messages(tx, current, replies, now, **changes)
            else:
                await store.change_conversation(tx, current.id, **changes)
            for one in together:
                current = await _now(tx, conversation.id)
                if added := await one.within(tx, current):
                    await store.add_messages(tx, current, added, now)
            if self.people and conversation.context.lent and not context.under_way:
                current = await _now(tx, conversation.id)
                if added := await self.people.form_over(tx, current):
                    await store.add_messages(tx, await _now(tx, conversation.id), added, now)
            current = await _now(tx, conversation.id) if together or conversation.context.lent else current
            if current.owner != ASSISTANT:
                more = False
                await store.change_conversation(tx, conversation.id, turn_until=None)
        await self._bus.wake(conversation.id)
        if self.people and current.owner != ASSISTANT:
            await self.people.changed(current)
        for one in together:
            if one.after:
                await one.after()
        return "more" if more else "done"

    async def next_waiting(self, conversation_id: str) -> tuple[Conversation, Message]:
        """The conversation with the oldest message that waits for the assistant; its turn must be the caller's."""
        async with self._database.reading(brief=True) as tx:
            conversation = await _now(tx, conversation_id)
            return conversation, await store.next_waiting(tx, conversation)

    async def release_turns(self) -> None:
        """Forgets claims of turns that an earlier process left; only where this is the one process."""
        async with self._database.writing() as tx:
            await store.release_turns(tx)

    async def unfinished_turns(self) -> list[str]:
        """Conversations whose turn was cut off, to be taken up again."""
        async with self._database.reading() as tx:
            return await store.unfinished_turns(tx, self._clock.now())


async def _now(tx: AsyncConnection, conversation_id: str) -> Conversation:
    """The conversation as this transaction has it."""
    found = await store.conversation_with_token(tx, conversation_id)
    if found is None:
        raise NotFound
    return found[0]


async def _gone(tx: AsyncConnection, conversation_id: str) -> NotFound:
    """Why a conversation that was there a moment ago is not: it was deleted."""
    at = await erased.erased_at(tx, conversation_id)
    return Deleted(at) if at else NotFound()
