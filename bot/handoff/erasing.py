"""Deletes a chat for good, when its resident asks for it or it must not be kept for another reason.

What goes: every word, the card, notes, replies that waited to be checked, answers to forms, a form half filled in, and every
copy that other rooms made to learn from. What stays: cases and promises, which the council must still keep and which go when
their time is over (bot/cases/retention.py), figures that are only numbers, and in the audit that it was deleted, by whom and
why, without a word of it. One supervisor decides; it cannot be undone.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations import erased
from bot.conversations import store as conversations
from bot.conversations.model import Conversation
from bot.conversations.service import NotFound
from bot.handoff import store
from bot.handoff.access import Access, teams_allow
from bot.handoff.refusals import StillOpen, UnknownReason
from bot.staff.audit import Action
from bot.staff.model import Actor, Meant, Permission

log = structlog.get_logger()

_NUMBER = re.compile(r"[A-Za-z0-9/ .-]{0,40}")

Within = Callable[[AsyncConnection, Conversation], Awaitable[None]]  # removes copies, in the transaction that deletes
After = Callable[[Conversation], Awaitable[None]]  # forgets what is in memory, after the commit


class Why(Meant):
    """Why a chat is deleted. A closed list, so that nothing of what was said can stay as the reason."""

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

    def __init__(self, access: Access) -> None:
        self._access = access
        self._database = access.parts.database
        self.within: list[Within] = []
        self.after: list[After] = []

    async def look(self, actor: Actor, conversation_id: str) -> Erasable:
        """What would be deleted and what would stay. Raises NotAllowed and NotFound."""
        actor.needs(Permission.ERASE_CHATS)
        async with self._database.reading() as tx:
            one = await self._found(tx, actor, conversation_id)
            still_open = await store.open_of(tx, conversation_id) is not None
        cases = [case.reference for case in await self._access.parts.cases.of_conversation(conversation_id)]
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
            cases = await self._access.parts.cases.leave_conversation(tx, conversation_id)
            for remove in self.within:
                await remove(tx, conversation)
            await erased.erase(tx, conversation_id, self._access.now())
            detail = {"why": why, "request": request.strip(), "messages": conversation.last_seq, "cases_kept": len(cases)}
            await self._access.record(tx, actor, Action.CHAT_ERASED, conversation, **detail)
        log.info("conversation_erased", conversation_id=conversation_id, staff_id=actor.staff_id, why=why)
        for forget in self.after:
            await forget(conversation)
        await self._database.empty_log()
        await self._access.wake(conversation)
        await self._access.wake_queue(conversation.council)
        return cases

    @staticmethod
    async def _found(tx: AsyncConnection, actor: Actor, conversation_id: str, *, lock: bool = False) -> Conversation:
        """The conversation, when it is the actor's business: their council's, and no other team's."""
        found = await conversations.conversation_with_token(tx, conversation_id, lock=lock)
        if found is None or not actor.sees_council(found[0].council) or not await teams_allow(tx, actor, conversation_id):
            raise NotFound
        return found[0]
