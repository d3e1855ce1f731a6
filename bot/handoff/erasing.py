"""Deletes a chat for good: its resident asks for it, it must not be kept for another reason, or it was kept long enough.

What goes: every word, the card, notes, replies that waited to be checked, answers to forms, a form half filled in, and every
copy that other rooms made to learn from. What stays: cases and promises, which the council must still keep and which go when
their time is over (bot/cases/retention.py), figures that are only numbers, and in the audit that it was deleted, by whom and
why, without a word of it. One supervisor decides, or the time that the council keeps chats (keeping.py); it cannot be undone.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.service import Cases
from bot.conversations import erased
from bot.conversations import store as conversations
from bot.conversations.model import Conversation
from bot.conversations.service import NotFound
from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.handoff import store
from bot.handoff.access import teams_allow
from bot.handoff.parts import queue_topic
from bot.handoff.refusals import StillOpen, UnknownReason
from bot.staff.audit import Action, Audit
from bot.staff.model import Actor, Meant, Permission

log = structlog.get_logger()

_NUMBER = re.compile(r"[A-Za-z0-9/ .-]{0,40}")

Within = Callable[[AsyncConnection, Conversation], Awaitable[None]]  # removes copies, in the transaction that deletes
After = Callable[[Sequence[Conversation]], Awaitable[None]]  # forgets what is in memory, after the commits

KEPT_LONG_ENOUGH = "kept_long_enough"  # why a chat goes by itself: none of `Why`, since it is nobody's to choose


class Why(Meant):
    """Why somebody deletes a chat. A closed list, so that nothing of what was said can stay as the reason."""

    RESIDENT_ASKED = "resident_asked", "The resident asked for it."
    ABOUT_SOMEBODY_ELSE = "about_somebody_else", "It holds somebody else's information, who asked for it."
    BY_MISTAKE = "by_mistake", "It was begun by mistake, or to try the chat out."
    ORDERED = "ordered", "A court or the Information Commissioner's Office ordered it."


@dataclass(frozen=True)
class Erasable:
    """What somebody sees before they delete a chat: how much it is and what will stay, and none of its words."""

    conversation_id: str
    council: str
    begun_at: datetime
    last_at: datetime
    messages: int
    cases: Sequence[str]  # references of what stays
    still_open: bool  # with a person or in the queue: it has to end first


class Erasing:
    """Deletes chats. Build one in app.py; rooms above add what they keep of conversations to `within` and `after`."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, audit: Audit, cases: Cases) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._audit = audit
        self._cases = cases
        self.within: list[Within] = []
        self.after: list[After] = []

    async def look(self, actor: Actor, conversation_id: str) -> Erasable:
        """What would be deleted and what would stay. Raises NotAllowed and NotFound."""
        actor.needs(Permission.ERASE_CHATS)
        async with self._database.reading() as tx:
            one = await self._found(tx, actor, conversation_id)
            still_open = await store.open_of(tx, conversation_id) is not None
        cases = [case.reference for case in await self._cases.of_conversation(conversation_id)]
        return Erasable(one.id, one.council, one.created_at, one.last_at, one.last_seq, cases, still_open)

    async def erase(self, actor: Actor, conversation_id: str, why: str, request: str = "") -> list[str]:
        """Deletes it; gives the references of the cases that stay. `request` is the number under which the council keeps the
        resident's request, if it has one.

        Raises UnknownReason, StillOpen, NotAllowed and NotFound, also for one that was deleted before.
        """
        actor.needs(Permission.ERASE_CHATS)
        if why not in list(Why) or not _NUMBER.fullmatch(request.strip()):
            raise UnknownReason(why)
        async with self._database.writing() as tx:
            conversation = await self._found(tx, actor, conversation_id, lock=True)
            if await store.open_of(tx, conversation_id) is not None:
                raise StillOpen
            cases = await self._remove(tx, conversation)
            await self._record(tx, actor, conversation, cases, {"why": why, "request": request.strip()})
        log.info("conversation_erased", conversation_id=conversation_id, staff_id=actor.staff_id, why=why)
        await self.forget([conversation])
        return cases

    async def expire(self, actor: Actor, conversation_id: str, before: datetime, keep_days: int) -> Conversation | None:
        """Deletes it because it was kept long enough, so many days; gives what it was, for `forget`.

        None, and nothing is changed, when it is deleted already, somebody waits or talks in it, or spoke in it since `before`.
        Raises NotAllowed.
        """
        actor.needs(Permission.ERASE_CHATS)
        async with self._database.writing() as tx:
            found = await conversations.conversation_with_token(tx, conversation_id, lock=True)
            if found is None or found[0].last_at >= before or await store.open_of(tx, conversation_id) is not None:
                return None
            cases = await self._remove(tx, found[0])
            await self._record(tx, actor, found[0], cases, {"why": KEPT_LONG_ENOUGH, "keep_days": keep_days})
        log.info("conversation_erased", conversation_id=conversation_id, staff_id=actor.staff_id, why=KEPT_LONG_ENOUGH)
        return found[0]

    async def forget(self, gone: Sequence[Conversation]) -> None:
        """After the commits: forgets in memory what was deleted, empties the database's log, and wakes whoever looks at it."""
        if not gone:
            return
        for forget in self.after:
            await forget(gone)
        await self._database.empty_log()
        for conversation in gone:
            await self._bus.wake(conversation.id)
        for council in sorted({one.council for one in gone}):
            await self._bus.wake(queue_topic(council))

    async def _remove(self, tx: AsyncConnection, conversation: Conversation) -> list[str]:
        """Every word and every copy; gives the references of the cases that stay."""
        cases = await self._cases.leave_conversation(tx, conversation.id)
        for remove in self.within:
            await remove(tx, conversation)
        await erased.erase(tx, conversation.id, self._clock.now())
        return cases

    async def _record(
        self, tx: AsyncConnection, actor: Actor, conversation: Conversation, cases: Sequence[str], detail: Mapping[str, Any]
    ) -> None:
        told = {**detail, "messages": conversation.last_seq, "cases_kept": len(cases)}
        await self._audit.record(tx, actor, Action.CHAT_ERASED, f"conversation:{conversation.id}", told, conversation.council)

    @staticmethod
    async def _found(tx: AsyncConnection, actor: Actor, conversation_id: str, *, lock: bool = False) -> Conversation:
        """The conversation, when it is the actor's business: their council's, and no other team's."""
        found = await conversations.conversation_with_token(tx, conversation_id, lock=lock)
        if found is None or not actor.sees_council(found[0].council) or not await teams_allow(tx, actor, conversation_id):
            raise NotFound
        return found[0]
