"""Chats change hands: to a team, a colleague, a supervisor, back to the queue or the assistant, or they end.

Whoever had the chat loses the right to write in the same transaction that gives it to somebody else: the owner and the epoch
change under the lock. The resident is told each time, in the council's words, and never has to say anything again.
"""

import structlog

from bot.conversations.model import Conversation
from bot.conversations.text import clean_text
from bot.handoff import moves, store
from bot.handoff.access import Access, fresh_wait, needed_note
from bot.handoff.model import Desk, Presence, Stage, staff_of
from bot.handoff.refusals import NotAvailable, NotYours, UnknownOutcome, UnknownTeam
from bot.handoff.views import Chat
from bot.staff.audit import Action
from bot.staff.model import Actor, Permission

log = structlog.get_logger()


class Passing:
    """What ends or moves chats. Build one in app.py."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._database = access.parts.database
        self._wording = access.parts.wording

    async def transfer(self, actor: Actor, conversation_id: str, note: str, *, team: str = "", staff_id: str = "") -> None:
        """Passes a chat to a team, or to a colleague, with a note for whoever comes next.

        To a team it goes to the front of that team's queue. Raises NoteNeeded, NotYours, UnknownTeam, NotAvailable and
        AtCapacity (of the colleague).
        """
        actor.needs(Permission.ANSWER_CHATS)
        note, now = needed_note(note), self._access.now()
        async with self._database.writing() as tx:
            desk = await store.desk_of(tx, staff_id, lock=True) if staff_id else None
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            self._access.must_have(actor, conversation)
            plan = self._access.plan(conversation.council)
            if team and team not in plan.teams:
                raise UnknownTeam(team)
            to = plan.team(team or handoff.team)
            name = self._access.shown(conversation.council, handoff)
            await store.add_note(tx, conversation_id, actor, "transfer", note, now)
            if staff_id:
                colleague = self._able(desk, conversation, to.id, handoff.staff_id)
                await self._access.check_capacity(tx, colleague, conversation.council, to, now)
                await moves.to_staff(
                    tx, conversation, handoff, staff_id, colleague.name, "passed_to_person", now, team=to.id, **fresh_wait(now)
                )
                other = plan.shown_name(colleague.name, to)
                said = self._wording.person(conversation.council, "moved_person", name=name, other=other, team=to.name)
            else:
                await moves.back_to_queue(
                    tx, conversation, handoff, "passed_to_team", now, by=actor.staff_id, team=to.id, detail=to.id
                )
                said = self._wording.person(conversation.council, "moved_team", name=name, team=to.name)
            await self._access.say(tx, conversation_id, [said], now)
            await self._access.record(tx, actor, Action.CHAT_PASSED_ON, conversation, team=to.id, staff=staff_id)
        log.info("handoff_passed_on", conversation_id=conversation_id, team=to.id, staff_id=staff_id)
        await self._told(conversation, staff_id)

    async def take_over(self, actor: Actor, conversation_id: str, note: str) -> Chat:
        """A supervisor takes a chat that a colleague has. Raises NoteNeeded and NotYours (nobody has it)."""
        actor.needs(Permission.SUPERVISE_CHATS)
        note, now = needed_note(note), self._access.now()
        async with self._database.writing() as tx:
            await self._access.desk(tx, actor, now)
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            before = staff_of(conversation.owner)
            if before == actor.staff_id:
                return await self._access.chat(tx, actor, conversation, handoff)
            if not before:
                raise NotYours
            await store.add_note(tx, conversation_id, actor, "take_over", note, now)
            await moves.to_staff(tx, conversation, handoff, actor.staff_id, actor.name, "taken_over", now, **fresh_wait(now))
            team = self._access.plan(conversation.council).team(handoff.team)
            name = self._access.shown(conversation.council, handoff, actor.name)
            said = self._wording.person(conversation.council, "taken_over", name=name, team=team.name)
            await self._access.say(tx, conversation_id, [said], now)
            await self._access.record(tx, actor, Action.CHAT_TAKEN_OVER, conversation, staff=before)
            after, taken = await self._access.again(tx, conversation_id)
            chat = await self._access.chat(tx, actor, after, taken or handoff)
        await self._told(conversation, actor.staff_id)
        return chat

    async def put_back(self, actor: Actor, conversation_id: str, note: str = "") -> None:
        """Gives a chat back to the front of the queue. A supervisor may do so with a colleague's. Raises NotYours."""
        actor.needs(Permission.ANSWER_CHATS)
        now = self._access.now()
        async with self._database.writing() as tx:
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            self._access.must_have(actor, conversation)
            if note.strip():
                await store.add_note(tx, conversation_id, actor, "put_back", clean_text(note), now)
            await moves.back_to_queue(tx, conversation, handoff, "put_back", now, by=actor.staff_id)
            name = self._access.shown(conversation.council, handoff)
            said = self._wording.person(conversation.council, "put_back", name=name)
            await self._access.say(tx, conversation_id, [said], now)
            await self._access.record(tx, actor, Action.CHAT_PUT_BACK, conversation)
        await self._told(conversation)

    async def return_to_assistant(self, actor: Actor, conversation_id: str, note: str = "") -> None:
        """Leaves the chat to the assistant, which says that it is back. Raises NotYours."""
        actor.needs(Permission.ANSWER_CHATS)
        now = self._access.now()
        async with self._database.writing() as tx:
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            self._access.must_have(actor, conversation)
            if note.strip():
                await store.add_note(tx, conversation_id, actor, "return", clean_text(note), now)
            await moves.to_assistant(
                tx, conversation, handoff, Stage.RETURNED, "returned", now, by=actor.staff_id, outcome="returned"
            )
            name = self._access.shown(conversation.council, handoff)
            said = self._wording.person(conversation.council, "assistant_back", name=name)
            await self._access.say(tx, conversation_id, [said], now)
            await self._access.record(tx, actor, Action.CHAT_RETURNED, conversation)
        await self._told(conversation)

    async def end(self, actor: Actor, conversation_id: str, outcome: str, note: str = "") -> None:
        """Ends the chat with an outcome of the closed list. Ending it twice changes nothing.

        Raises UnknownOutcome and NotYours.
        """
        actor.needs(Permission.ANSWER_CHATS)
        now = self._access.now()
        async with self._database.writing() as tx:
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            if conversation.closed and handoff.staff_id == actor.staff_id:
                return
            if outcome not in self._access.plan(conversation.council).outcomes:
                raise UnknownOutcome(outcome)
            self._access.must_have(actor, conversation)
            if note.strip():
                await store.add_note(tx, conversation_id, actor, "end", clean_text(note), now)
            name = self._access.shown(conversation.council, handoff)
            said = self._wording.person(conversation.council, "ended", name=name)
            await self._access.say(tx, conversation_id, [said], now)
            await moves.to_end(tx, conversation, handoff, outcome, "ended", now, by=actor.staff_id)
            await self._access.record(tx, actor, Action.CHAT_ENDED, conversation, outcome=outcome)
        log.info("handoff_ended", conversation_id=conversation_id, outcome=outcome)
        await self._told(conversation)

    async def _told(self, conversation: Conversation, *others: str) -> None:
        await self._access.wake(conversation, staff_of(conversation.owner), *others)
        await self._access.wake_queue(conversation.council)

    def _able(self, desk: Desk | None, conversation: Conversation, team: str, holder: str) -> Desk:
        """The colleague's desk, when they can take the chat now."""
        now = self._access.now()
        if desk is None or desk.staff_id == holder or not desk.serves(conversation.council, team):
            raise NotAvailable
        if desk.presence not in (Presence.AVAILABLE, Presence.BUSY) or not desk.seen(now):
            raise NotAvailable
        return desk
