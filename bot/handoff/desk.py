"""Staff at the desk: see the queue, claim, read, reply, note. The console and the staff API call these.

Each use case takes an Actor and checks in this order: the permission, then whether the chat is of the actor's council and
teams (otherwise it does not exist for them), then whether it is theirs to change. Every change stands in the audit in the
same transaction. A reply carries the epoch that its writer saw, so nobody talks on into a chat that is no longer theirs.
passing.py has what takes a chat away from somebody.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations import store as conversations
from bot.conversations.model import ASSISTANT, QUEUE, Kind, Reply
from bot.conversations.service import NotFound
from bot.conversations.text import clean_text
from bot.foundation.bus import Listener
from bot.handoff import moves, store
from bot.handoff.access import Access, first_line
from bot.handoff.checking import Checking
from bot.handoff.model import ALERT_AGE, Handoff, Outcome, Stage, Team, in_order, staff_of, staff_owner
from bot.handoff.parts import queue_topic, staff_topic
from bot.handoff.refusals import Taken
from bot.handoff.views import Alert, Chat, QueueItem, QueueSnapshot, Sent, Summary, snapshot_version
from bot.staff.audit import Action
from bot.staff.model import ALL, Actor, Permission

log = structlog.get_logger()


class Desks:
    """Staff at work, in every council. Build one in app.py."""

    def __init__(self, access: Access, checking: Checking) -> None:
        self._access = access
        self._database = access.parts.database
        self._checking = checking

    # ---- looking

    async def queue(self, actor: Actor) -> QueueSnapshot:
        """Everybody who waits for the actor's teams, in order, whole. The version changes when anything in it does.

        A chat that the actor lost without wishing it stands before others that are as urgent. Nobody else has to wait for
        them to come back: a resident at the front of the queue is helped by whoever is there first.
        """
        actor.needs(Permission.ANSWER_CHATS)
        now = self._access.now()
        async with self._database.reading(brief=True) as tx:
            waiting = await store.waiting_for(tx, actor)
            danger = await store.alerts_for(tx, actor, now - ALERT_AGE)
            mine = await store.last_had_by(tx, [one.id for one in waiting if one.returns], actor.staff_id)
        placed = [self._item(place, one, now, was_mine=one.id in mine) for place, one in enumerate(in_order(waiting), 1)]
        items = tuple(sorted(placed, key=lambda one: (not one.urgent, not one.was_mine)))
        alerts = tuple(Alert(one.conversation_id, one.council, one.team, one.card.matter, one.queued_at) for one in danger)
        return QueueSnapshot(snapshot_version(items, alerts), items, alerts)

    async def my_chats(self, actor: Actor) -> list[Summary]:
        """The actor's own chats, those that wait longest for a reply first."""
        actor.needs(Permission.ANSWER_CHATS)
        async with self._database.reading(brief=True) as tx:
            return await self._summaries(tx, await store.with_staff(tx, actor.staff_id))

    async def team_chats(self, actor: Actor) -> list[Summary]:
        """All chats of the actor's teams that somebody has. For supervisors."""
        actor.needs(Permission.SUPERVISE_CHATS)
        async with self._database.reading(brief=True) as tx:
            return await self._summaries(tx, await store.with_colleagues(tx, actor))

    async def open(self, actor: Actor, conversation_id: str) -> Chat:
        """A chat with its transcript, card, notes and log. Recorded as read. Raises NotFound and NotAllowed."""
        async with self._database.writing() as tx:
            conversation, handoff = await self._access.readable(tx, actor, conversation_id)
            await self._access.record(tx, actor, Action.TRANSCRIPT_READ, conversation)
            return await self._access.chat(tx, actor, conversation, handoff)

    async def news(self, actor: Actor, conversation_id: str, after: int) -> Chat:
        """What is new in a chat that the actor has opened already: messages after a seq, and how it stands."""
        async with self._database.reading(brief=True) as tx:
            conversation, handoff = await self._access.readable(tx, actor, conversation_id)
            return await self._access.chat(tx, actor, conversation, handoff, after)

    def listen(self, actor: Actor, conversation_id: str = "") -> AbstractAsyncContextManager[Listener]:
        """A listener that is woken by the queue, by the actor's chats, and by one more conversation when it is named."""
        parts = self._access.parts
        councils = parts.wording.councils if actor.council == ALL else (actor.council,)
        topics = {*(queue_topic(council) for council in councils), staff_topic(actor.staff_id), conversation_id} - {""}
        return parts.bus.listen(*topics)

    def outcomes(self, council: str) -> list[Outcome]:
        """How a chat can end, each with its meaning."""
        return list(self._access.plan(council).outcomes.values())

    def teams(self, council: str) -> list[Team]:
        """The teams of a council."""
        return list(self._access.plan(council).teams.values())

    # ---- taking

    async def claim(self, actor: Actor, conversation_id: str) -> Chat:
        """Takes a chat from the queue. Exactly one of many wins; the others get Taken. Raises AtCapacity and NotFound."""
        actor.needs(Permission.ANSWER_CHATS)
        now = self._access.now()
        async with self._database.writing() as tx:
            desk = await self._access.desk(tx, actor, now)
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            if conversation.owner == staff_owner(actor.staff_id):  # pressed twice
                return await self._access.chat(tx, actor, conversation, handoff)
            if conversation.owner != QUEUE or handoff.stage != Stage.WAITING:
                raise Taken(handoff.staff_name)
            team = self._access.plan(conversation.council).team(handoff.team)
            await self._access.check_capacity(tx, desk, conversation.council, team, now)
            goes_on = bool(handoff.returns and await store.last_had_by(tx, [handoff.id], actor.staff_id))
            if not await conversations.take(tx, conversation_id, QUEUE, staff_owner(actor.staff_id)):
                raise Taken
            await moves.claimed(tx, handoff, actor.staff_id, actor.name, now)
            await self._access.say(tx, conversation_id, [self._joined(conversation.council, team, actor, goes_on=goes_on)], now)
            await self._access.record(tx, actor, Action.CHAT_CLAIMED, conversation)
            after, claimed = await self._access.again(tx, conversation_id)
            chat = await self._access.chat(tx, actor, after, claimed or handoff)
        log.info("handoff_claimed", conversation_id=conversation_id, staff_id=actor.staff_id)
        await self._access.wake(conversation, actor.staff_id)
        await self._access.wake_queue(conversation.council)
        return chat

    async def step_in(self, actor: Actor, conversation_id: str) -> Chat:
        """Joins a conversation of the assistant in which danger was recognised, unasked. Raises Taken and NotFound."""
        actor.needs(Permission.ANSWER_CHATS)
        now = self._access.now()
        async with self._database.writing() as tx:
            await self._access.desk(tx, actor, now)
            conversation, _ = await self._access.locked(tx, actor, conversation_id)
            alert = await store.alert_of(tx, conversation_id)
            if alert is None or not await conversations.take(tx, conversation_id, ASSISTANT, staff_owner(actor.staff_id)):
                raise Taken
            await conversations.change_conversation(tx, conversation_id, answered_seq=conversation.resident_seq)
            await moves.claimed(tx, alert, actor.staff_id, actor.name, now)
            team = self._access.plan(conversation.council).team(alert.team)
            name = self._access.shown(conversation.council, alert, actor.name)
            said = self._access.parts.wording.person(conversation.council, "stepped_in", name=name, team=team.name)
            await self._access.say(tx, conversation_id, [said], now)
            await self._access.record(tx, actor, Action.CHAT_STEPPED_IN, conversation)
            after, taken = await self._access.again(tx, conversation_id)
            chat = await self._access.chat(tx, actor, after, taken or alert)
        await self._access.wake(conversation, actor.staff_id)
        await self._access.wake_queue(conversation.council)
        return chat

    async def claim_next(self, actor: Actor) -> Chat | None:
        """Takes the first of the queue, or the next one when somebody was quicker; None when nobody waits."""
        for item in (await self.queue(actor)).items:
            try:
                return await self.claim(actor, item.conversation_id)
            except (Taken, NotFound):
                continue
        return None

    # ---- speaking

    async def reply(self, actor: Actor, conversation_id: str, client_message_id: str, text: str, epoch: int) -> Sent:
        """Says something to the resident, once. Only the owner may, and only while the epoch is the one they saw.

        A reply that has to be checked first waits for a second person; `Sent.draft` is then its id. Raises NotYours,
        NotFound and UnusableText.
        """
        actor.needs(Permission.ANSWER_CHATS)
        text, now = clean_text(text), self._access.now()
        async with self._database.writing(brief=True) as tx:
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            earlier = await conversations.message_by_client_id(tx, conversation_id, client_message_id)
            if earlier is not None:
                return Sent(earlier, repeat=True)
            self._access.must_own(actor, conversation, epoch)
            reply = self._access.spoken(conversation.council, handoff, actor.name, Reply(Kind.TEXT, text))
            if await self._checking.needed(tx, actor, handoff):
                sent = await self._checking.keep(tx, actor, handoff, client_message_id, reply)
            else:
                seq = await self._access.deliver(tx, conversation, handoff, reply, now, client_message_id)
                await self._access.record(tx, actor, Action.REPLY_SENT, conversation, seq=seq)
                sent = Sent(seq)
        await self._access.wake(conversation, actor.staff_id)
        if sent.draft:
            await self._access.wake_queue(conversation.council)
        return sent

    async def note(self, actor: Actor, conversation_id: str, client_message_id: str, text: str) -> None:
        """Keeps a note for colleagues, once. Residents never see it. Raises NotFound and UnusableText."""
        actor.needs(Permission.ANSWER_CHATS)
        text, now = clean_text(text), self._access.now()
        async with self._database.writing() as tx:
            conversation, _ = await self._access.locked(tx, actor, conversation_id)
            if await store.note_by_client_id(tx, conversation_id, client_message_id) is not None:
                return
            await store.add_note(tx, conversation_id, actor, "note", text, now, client_message_id)
            await self._access.record(tx, actor, Action.NOTE_ADDED, conversation)
        await self._access.wake(conversation, staff_of(conversation.owner))

    # ---- inside

    def _item(self, place: int, handoff: Handoff, now: datetime, *, was_mine: bool) -> QueueItem:
        return QueueItem(
            place=place,
            conversation_id=handoff.conversation_id,
            council=handoff.council,
            team=handoff.team,
            urgent=handoff.urgency > 0,
            topic=self._access.parts.wording.topic(handoff.council, handoff.card.topic),
            want=first_line(handoff.card.want),
            language=handoff.card.language,
            waiting_since=handoff.queued_at,
            returns=handoff.returns,
            away=handoff.away(now),
            was_mine=was_mine,
            routed_from=handoff.routed,
        )

    async def _summaries(self, tx: AsyncConnection, chats: Sequence[Handoff]) -> list[Summary]:
        found = await conversations.with_last_message(tx, store.ids(chats))
        now = self._access.now()
        summaries = [
            self._access.summary(one, *found[one.conversation_id], now) for one in chats if one.conversation_id in found
        ]
        return sorted(summaries, key=lambda one: (one.waiting_since is None, one.waiting_since or now, one.conversation_id))

    def _joined(self, council: str, team: Team, actor: Actor, *, goes_on: bool) -> Reply:
        plan = self._access.plan(council)
        name = plan.shown_name(actor.name, team)
        sentence = "same_person" if goes_on else "joined_team" if name == team.name else "joined"
        return self._access.parts.wording.person(council, sentence, name=name, team=team.name)
