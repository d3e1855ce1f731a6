"""How every use case of staff gets at a chat: who may see it, who may change it, and what is told to whom afterwards.

A chat of another council or team does not exist for an actor. Changing needs the owner, checked under the lock that is kept
until the commit, so the one who loses a chat loses it in the very transaction that gives it away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations import store as conversations
from bot.conversations.model import Conversation, Reply, Sender
from bot.conversations.service import NotFound
from bot.conversations.text import clean_text
from bot.handoff import checking_store, requests_store, store
from bot.handoff.model import Desk, Handoff, Presence, Stage, Team, staff_of, staff_owner
from bot.handoff.parts import Parts, queue_topic, staff_topic
from bot.handoff.plan import Plan
from bot.handoff.refusals import AtCapacity, NoteNeeded, NotYours
from bot.handoff.views import Chat, Summary
from bot.staff.audit import Action, Audit
from bot.staff.model import Actor, Permission, command_line_actor

NEWEST = 400  # messages of a chat that are read at once


class Access:
    """Reads and locks chats for staff. Build one in app.py."""

    def __init__(self, parts: Parts, audit: Audit) -> None:
        self.parts = parts
        self._audit = audit

    def now(self) -> datetime:
        """The time."""
        return self.parts.clock.now()

    def plan(self, council: str) -> Plan:
        """The council's plan."""
        return self.parts.wording.plan(council)

    # ---- who may see it

    async def locked(self, tx: AsyncConnection, actor: Actor, conversation_id: str) -> tuple[Conversation, Handoff]:
        """The chat, locked until the commit. Raises NotFound when it is none of the actor's business."""
        found = await conversations.conversation_with_token(tx, conversation_id, lock=True)
        return self._found(actor, found[0] if found else None, await store.latest_of(tx, conversation_id, actor))

    async def readable(self, tx: AsyncConnection, actor: Actor, conversation_id: str) -> tuple[Conversation, Handoff]:
        """The chat to look at. An ended one needs the permission to read transcripts. Raises NotFound and NotAllowed."""
        found = await conversations.conversation_with_token(tx, conversation_id)
        handoff = await store.latest_of(tx, conversation_id, actor)
        conversation, handoff = self._found(actor, found[0] if found else None, handoff)
        going_on = handoff.open or handoff.stage == Stage.ALERT
        actor.needs(Permission.ANSWER_CHATS if going_on else Permission.READ_TRANSCRIPTS)
        return conversation, handoff

    @staticmethod
    def _found(actor: Actor, conversation: Conversation | None, handoff: Handoff | None) -> tuple[Conversation, Handoff]:
        if conversation is None or handoff is None or not actor.sees_council(conversation.council):
            raise NotFound
        return conversation, handoff

    # ---- who may change it

    @staticmethod
    def must_own(actor: Actor, conversation: Conversation, epoch: int | None = None) -> None:
        """Raises NotYours unless the chat is the actor's, and still as it was when they saw this epoch."""
        if conversation.owner != staff_owner(actor.staff_id) or epoch not in (None, conversation.epoch):
            raise NotYours

    @staticmethod
    def must_have(actor: Actor, conversation: Conversation) -> None:
        """Raises NotYours unless the chat is the actor's, or a colleague's whom they supervise."""
        mine = conversation.owner == staff_owner(actor.staff_id)
        if not mine and not (staff_of(conversation.owner) and actor.may(Permission.SUPERVISE_CHATS)):
            raise NotYours

    async def desk(self, tx: AsyncConnection, actor: Actor, now: datetime) -> Desk:
        """The actor's desk, locked until the commit, so that nobody counts its chats at the same time.

        Whoever takes a chat is at their desk from then on, also when they had not sat down, or when their console had been
        silent for so long that they counted as gone: otherwise upkeep would give the chat back the next second.
        """
        await store.put_desk(tx, actor, now, seen_at=now)
        desk = await store.desk_of(tx, actor.staff_id, lock=True)
        assert desk is not None  # it was made the line before
        if desk.presence != Presence.OFFLINE:
            return desk
        there = str(Presence.AVAILABLE)
        await store.change_desk(tx, actor.staff_id, presence=there, reason="", since=now)
        await self.record_desk(tx, actor, Action.PRESENCE_CHANGED, desk, presence=there, reason="")
        return replace(desk, presence=Presence.AVAILABLE, reason="", since=now)

    async def check_capacity(self, tx: AsyncConnection, desk: Desk, council: str, team: Team, now: datetime) -> None:
        """Raises AtCapacity when the desk, which is locked, has as many chats as it may; those on the resident count not."""
        plan = self.plan(council)
        most = desk.capacity or plan.capacity(team)
        chats = await store.with_staff(tx, desk.staff_id)
        if sum(not one.on_resident(now, plan.settings.hold) for one in chats) >= most:
            raise AtCapacity(most)

    # ---- what is said and recorded

    async def say(
        self,
        tx: AsyncConnection,
        conversation_id: str,
        replies: Sequence[Reply],
        now: datetime,
        client_message_id: str | None = None,
    ) -> list[int]:
        """Appends messages to a chat that is locked; gives their seqs."""
        conversation, _ = await self.again(tx, conversation_id)
        return await conversations.add_messages(tx, conversation, replies, now, client_message_id)

    async def deliver(
        self,
        tx: AsyncConnection,
        conversation: Conversation,
        handoff: Handoff,
        reply: Reply,
        now: datetime,
        client_message_id: str | None = None,
    ) -> int:
        """A word of staff to the resident, and what it changes: the first one ends the resident's wait."""
        [seq] = await conversations.add_messages(tx, conversation, [reply], now, client_message_id)
        values: dict[str, Any] = {"staff_spoke_at": now}
        if handoff.first_reply_at is None:
            waited = (now - handoff.queued_at).total_seconds()
            values |= {"first_reply_at": now, "waited_seconds": waited}
            await store.add_event(tx, handoff, "first_reply", now, staff_id=handoff.staff_id, detail=f"{waited:.0f}")
        await store.change(tx, handoff.id, **values)
        return seq

    def spoken(self, council: str, handoff: Handoff, name: str, reply: Reply) -> Reply:
        """A reply as this person's: the resident sees the name that the council wants shown, never an account."""
        plan = self.plan(council)
        team = plan.team(handoff.team)
        data = reply.data | {"name": plan.shown_name(name, team), "team": team.name}
        return replace(reply, sender=Sender.STAFF, data=data)

    def shown(self, council: str, handoff: Handoff, name: str = "") -> str:
        """What residents see of whoever has the chat, or of this name."""
        plan = self.plan(council)
        return plan.shown_name(name or handoff.staff_name, plan.team(handoff.team))

    async def record(
        self, tx: AsyncConnection, actor: Actor, action: Action, conversation: Conversation, **detail: Any
    ) -> None:
        """Writes one event of a chat into the audit."""
        await self._audit.record(tx, actor, action, f"conversation:{conversation.id}", detail, conversation.council)

    async def record_desk(self, tx: AsyncConnection, actor: Actor, action: Action, desk: Desk, **detail: Any) -> None:
        """Writes one event of somebody's desk into the audit."""
        await self._audit.record(tx, actor, action, f"account:{desk.staff_id}", detail, desk.council)

    async def again(self, tx: AsyncConnection, conversation_id: str) -> tuple[Conversation, Handoff | None]:
        """The chat as this transaction has it now."""
        found = await conversations.conversation_with_token(tx, conversation_id)
        if found is None:
            raise NotFound
        return found[0], await store.open_of(tx, conversation_id)

    async def wake(self, conversation: Conversation, *staff_ids: str) -> None:
        """Wakes the resident, whoever has the chat open, the people named, and the queue."""
        await self.parts.bus.wake(conversation.id)
        for staff_id in dict.fromkeys(staff_ids):
            if staff_id:
                await self.parts.bus.wake(staff_topic(staff_id))

    async def wake_queue(self, council: str) -> None:
        """Wakes everybody who watches the council's queue."""
        await self.parts.bus.wake(queue_topic(council))

    # ---- how it is shown

    def summary(self, handoff: Handoff, conversation: Conversation, last: Mapping[str, str], now: datetime) -> Summary:
        """A chat in a list."""
        plan = self.plan(handoff.council)
        return Summary(
            conversation_id=conversation.id,
            council=handoff.council,
            team=handoff.team,
            urgent=handoff.urgency > 0,
            topic=self.parts.wording.topic(handoff.council, handoff.card.topic),
            want=first_line(handoff.card.want),
            staff_id=handoff.staff_id,
            staff_name=handoff.staff_name,
            epoch=conversation.epoch,
            last_seq=conversation.last_seq,
            last_text=last.get("text", ""),
            last_from=last.get("sender", ""),
            waiting_since=handoff.waiting_since,
            claimed_at=handoff.claimed_at,
            answer_by=answer_by(handoff, plan.settings.claim_life),
            on_resident=handoff.on_resident(now, plan.settings.hold),
            away=handoff.away(now),
            lent=handoff.stage == Stage.LENT,
        )

    async def chat(
        self, tx: AsyncConnection, actor: Actor, conversation: Conversation, handoff: Handoff, after: int = 0
    ) -> Chat:
        """Everything that belongs to a chat; of its messages those after a seq."""
        plan, now = self.plan(conversation.council), self.now()
        desk = await store.desk_of(tx, actor.staff_id)
        return Chat(
            conversation_id=conversation.id,
            council=conversation.council,
            team=handoff.team,
            owner=conversation.owner,
            epoch=conversation.epoch,
            mine=conversation.owner == staff_owner(actor.staff_id),
            stage=str(handoff.stage),
            staff_name=handoff.staff_name,
            messages=await conversations.messages_after(tx, conversation.id, after, NEWEST),
            card=self.parts.wording.lines(conversation.council, handoff.card),
            topic=self.parts.wording.topic(conversation.council, handoff.card.topic),
            urgent=handoff.urgency > 0,
            matter=handoff.card.matter,
            waiting_since=handoff.waiting_since,
            answer_by=answer_by(handoff, plan.settings.claim_life),
            away=handoff.away(now),
            on_resident=handoff.on_resident(now, plan.settings.hold),
            supervised=plan.supervised(handoff.card) or bool(desk and desk.supervised),
            notes=await store.notes_of(tx, conversation.id),
            log=await store.events_of(tx, handoff.id),
            unsent=await conversations.unsent_of(tx, conversation.id),
            drafts=await checking_store.of_conversation(tx, conversation.id),
            requests=await requests_store.of_conversation(tx, conversation.id),
            outcome=handoff.outcome,
        )


async def teams_allow(tx: AsyncConnection, actor: Actor, conversation_id: str) -> bool:
    """Whether no person ever had this conversation, or one of the actor's teams has or had it."""
    if await store.latest_of(tx, conversation_id, actor) is not None:
        return True
    return await store.latest_of(tx, conversation_id, command_line_actor()) is None


def needed_note(note: str) -> str:
    """The note, cleaned. Raises NoteNeeded when there is none."""
    if not note.strip():
        raise NoteNeeded
    return clean_text(note)


def fresh_wait(now: datetime) -> dict[str, Any]:
    """Columns of a handoff that begins a new wait with another person."""
    return {"queued_at": now, "first_reply_at": None, "staff_spoke_at": None}


def answer_by(handoff: Handoff, life: timedelta) -> datetime | None:
    """Until when a first reply must come, or the chat goes back to the queue."""
    waits = handoff.stage == Stage.WITH_STAFF and handoff.first_reply_at is None and handoff.claimed_at is not None
    return handoff.claimed_at + life if waits and handoff.claimed_at else None


def first_line(text: str) -> str:
    """The beginning of a text, for lists."""
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= 120 else f"{line[:117]}…"
