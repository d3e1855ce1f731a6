"""The resident's side of handing over: what can be offered, joining and leaving the queue, a promise instead of a wait.

The assistant's task (bot/dialogue/handing_over.py) calls these while the card is checked; while people have the
conversation, bot/conversations calls back here (People). desk.py has the staff's side, upkeep.py what time does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations import store as conversations
from bot.conversations.model import PERSON_CHOICE, QUEUE, Context, Conversation, Reply, new_id
from bot.conversations.people import Standing
from bot.conversations.service import Together
from bot.foundation.words import LONDON, time_in_words
from bot.handoff import moves, store
from bot.handoff.asking import Asking, pressed
from bot.handoff.card import draw_up
from bot.handoff.model import (
    RECENT_WAITS,
    URGENT,
    WAITS_AGE,
    Card,
    Desk,
    Handoff,
    Offer,
    Reason,
    Stage,
    Team,
    Wait,
    Way,
    likely_wait,
    place_of,
    staff_of,
)
from bot.handoff.parts import Parts, queue_topic, staff_topic
from bot.handoff.promising import promised
from bot.handoff.requests import Requests
from bot.handoff.wording import Outlook
from bot.hours.model import NeverOpen

log = structlog.get_logger()

TRANSCRIPT = 400  # messages of a conversation that the card is drawn up from
WAIT_KEPT = timedelta(seconds=20)  # how long a range of waits is used before it is worked out again
TASK = "handoff"  # the name of the task in the conversation's context


class Handoffs:
    """Residents who want a person, in every council. Build one in app.py."""

    def __init__(self, parts: Parts, requests: Requests) -> None:
        self._parts = parts
        self._requests = requests
        self.wording = parts.wording
        self._waits: dict[tuple[str, str], tuple[datetime, Wait | None]] = {}
        self._with: dict[str, tuple[int, Standing]] = {}  # who has a conversation, by epoch
        self.seen_at: dict[str, datetime] = {}  # residents whose page has looked in since upkeep last wrote it down
        self.moved: set[str] = set()  # councils whose queue has changed since residents were last told

    # ---- before the queue

    async def draw_up(self, conversation: Conversation, said: str) -> Card:
        """The card of a conversation."""
        async with self._parts.database.reading() as tx:
            messages = await conversations.latest_messages(tx, conversation.id, TRANSCRIPT)
        return draw_up(conversation, messages, said)

    async def outlook(self, council: str, card: Card) -> Outlook:
        """What can be offered now for this card."""
        offered = await self._parts.offered(council)
        async with self._parts.database.reading() as tx:
            return await self.outlook_in(tx, council, card, offered=offered)

    async def outlook_in(self, tx: AsyncConnection, council: str, card: Card, *, offered: bool = True) -> Outlook:
        """The same in an open transaction."""
        plan, now = self.wording.plan(council), self._parts.clock.now()
        first = plan.team_for(card, self.wording.area(card.topic))
        if not offered:
            return self._closed(council, first, Offer.SWITCHED_OFF, now)
        desks = await store.desks(tx, [council])
        found: Outlook | None = None
        for team in plan.chain(first):
            offer = await self._offer(tx, council, team, card.urgency, desks, now)
            if offer == Offer.OPEN:
                waiting = await store.waiting(tx, council, team.id)
                behind = [one for one in waiting if one.urgency >= card.urgency]
                wait = await self.wait(tx, council, team.id)
                return Outlook(team, offer, first, len(behind) + 1, wait, closes=self._closes(council, team, now))
            found = found or self._closed(council, team, offer, now)
        assert found is not None  # a chain has at least its first team
        return found

    # ---- into the queue, or a promise

    async def enter(self, tx: AsyncConnection, conversation: Conversation, card: Card, reason: str) -> list[Reply]:
        """Puts a conversation of the assistant into the queue, in the caller's transaction.

        When nobody can be had any more, nothing is changed but the words: they say so and what can be had instead.
        """
        council, now = conversation.council, self._parts.clock.now()
        lent = await store.open_of(tx, conversation.id)
        if lent is not None:
            return await self._requests.back_from_form(tx, conversation, lent)
        outlook = await self.outlook_in(tx, council, card)
        if outlook.offer != Offer.OPEN:
            return [self.wording.offer(council, Asking(card, reason), outlook)]
        routed = "" if outlook.team == outlook.first else outlook.first.id
        handoff = Handoff(
            id=new_id(),
            conversation_id=conversation.id,
            council=council,
            team=outlook.team.id,
            urgency=card.urgency,
            reason=reason,
            card=card,
            stage=Stage.WAITING,
            queued_at=now,
            routed=routed,
            resident_seen_at=now,
        )
        await store.settle_alert(tx, conversation.id, now)
        if known := await self._same_person(tx, conversation, outlook.team, now):
            await moves.to_known_person(tx, conversation, handoff, known, now)
            log.info("handoff_to_known_person", conversation_id=conversation.id, staff_id=known.staff_id)
            name = self.wording.plan(council).shown_name(known.name, outlook.team)
            return [self.wording.sent(council, card, outlook), self.wording.person(council, "same_person", name=name)]
        await moves.into_queue(tx, conversation, handoff, now)
        log.info("handoff_queued", conversation_id=conversation.id, team=handoff.team, urgency=card.urgency, reason=reason)
        return [self.wording.sent(council, card, outlook), self.wording.queued(council, card, outlook)]

    def danger(self, conversation: Conversation) -> Together:
        """Tells staff of a conversation in which danger was just recognised, so that somebody can step in unasked."""

        async def within(tx: AsyncConnection, now_said: Conversation) -> Sequence[Reply]:
            now, council = self._parts.clock.now(), conversation.council
            if await store.alert_of(tx, conversation.id) is None:
                card = draw_up(now_said, await conversations.latest_messages(tx, conversation.id, TRANSCRIPT))
                team = self.wording.plan(council).team_for(card, self.wording.area(card.topic))
                alert = Handoff(new_id(), conversation.id, council, team.id, URGENT, str(Reason.URGENT), card, Stage.ALERT, now)
                await store.add(tx, alert)
            return ()

        async def after() -> None:
            await self.announce(conversation.council)

        log.info("danger_recognised", conversation_id=conversation.id)
        return Together(within, after)

    async def promise(
        self, tx: AsyncConnection, conversation: Conversation, card: Card, way: Way, reach: str = ""
    ) -> list[Reply]:
        """Opens a promise with a reference and a date instead of a wait, in the caller's transaction."""
        return await promised(self._parts, tx, conversation, card, way, reach)

    async def announce(self, council: str) -> None:
        """After the commit: tells staff, and those who wait, that the queue of a council has changed."""
        self.moved.add(council)
        await self._parts.bus.wake(queue_topic(council))

    # ---- while people have the conversation (bot/conversations/people.py)

    async def spoke(self, tx: AsyncConnection, conversation: Conversation, message: Reply) -> Sequence[Reply]:
        """The resident has spoken to the queue or to staff."""
        handoff = await store.open_of(tx, conversation.id)
        if handoff is None:
            return ()
        now = self._parts.clock.now()
        values: dict[str, datetime] = {"resident_seen_at": now}
        unanswered = handoff.resident_spoke_at and handoff.staff_spoke_at and handoff.resident_spoke_at > handoff.staff_spoke_at
        if not unanswered:
            values["resident_spoke_at"] = now
        await store.change(tx, handoff.id, **values)
        choice = str(message.data.get("choice", ""))
        if handoff.stage == Stage.WAITING and choice.startswith("queue:"):
            return await self._leave(tx, conversation, handoff, choice.removeprefix("queue:"))
        if handoff.stage == Stage.WAITING and choice == PERSON_CHOICE:
            standing = await self.standing(tx, conversation)
            text = standing.queue["text"] if standing.queue else ""
            return [self.wording.notice(text, "queued", self.wording.queue_ways(conversation.council))]
        return await self._requests.answered(tx, conversation, handoff, message)

    async def form_over(self, tx: AsyncConnection, conversation: Conversation) -> Sequence[Reply]:
        """The form that staff sent is done or given up: the conversation goes back to them."""
        handoff = await store.open_of(tx, conversation.id)
        return await self._requests.back_from_form(tx, conversation, handoff) if handoff else ()

    async def left(self, tx: AsyncConnection, conversation: Conversation) -> None:
        """The resident ends the conversation: nobody waits for it any more."""
        handoff = await store.open_of(tx, conversation.id)
        if handoff is None:
            return
        now = self._parts.clock.now()
        stage = Stage.LEFT if handoff.stage == Stage.WAITING else Stage.ENDED
        outcome = "" if stage == Stage.LEFT else "resident_left"
        await store.change(tx, handoff.id, stage=str(stage), ended_at=now, outcome=outcome)
        await store.add_event(tx, handoff, "resident_ended", now)

    async def standing(self, tx: AsyncConnection, conversation: Conversation) -> Standing:
        """The place in the queue with an honest wait, or who has the conversation."""
        kept = self._with.get(conversation.id)
        if kept and kept[0] == conversation.epoch and conversation.owner != QUEUE:
            return kept[1]
        handoff = await store.open_of(tx, conversation.id)
        if handoff is None:
            return Standing()
        plan = self.wording.plan(conversation.council)
        team = plan.team(handoff.team)
        if staff_of(conversation.owner):
            standing = Standing(staff={"name": plan.shown_name(handoff.staff_name, team), "team": team.name})
            if len(self._with) > 5000:
                self._with.clear()
            self._with[conversation.id] = (conversation.epoch, standing)
            return standing
        waiting = await store.waiting(tx, handoff.council, handoff.team)
        place = place_of(conversation.id, waiting)
        wait = await self.wait(tx, handoff.council, handoff.team)
        minutes = {"least": wait.least, "most": wait.most} if wait else None
        text = self.wording.state(handoff.council, place, wait)
        return Standing(queue={"position": place, "wait_minutes": minutes, "team": team.name, "text": text})

    async def seen(self, conversation: Conversation) -> None:
        """The resident's page has looked in; upkeep writes it down with all others."""
        self.seen_at[conversation.id] = self._parts.clock.now()

    async def changed(self, conversation: Conversation) -> None:
        """Wakes whoever watches."""
        staff_id = staff_of(conversation.owner)
        if staff_id:
            await self._parts.bus.wake(staff_topic(staff_id))
        else:
            await self.announce(conversation.council)

    async def has_somebody(self, tx: AsyncConnection, handoff: Handoff) -> bool:
        """Whether anybody of the handoff's team is at their desk."""
        now, desks = self._parts.clock.now(), await store.desks(tx, [handoff.council])
        return any(desk.there(now) and desk.serves(handoff.council, handoff.team) for desk in desks)

    async def wait(self, tx: AsyncConnection, council: str, team: str) -> Wait | None:
        """The range of recent waits of a team, a few seconds old at most."""
        now = self._parts.clock.now()
        kept = self._waits.get((council, team))
        if kept and timedelta(0) <= now - kept[0] < WAIT_KEPT:
            return kept[1]
        wait = likely_wait(await store.recent_waits(tx, council, team, now - WAITS_AGE, RECENT_WAITS))
        self._waits[council, team] = (now, wait)
        return wait

    # ---- inside

    async def _same_person(self, tx: AsyncConnection, conversation: Conversation, team: Team, now: datetime) -> Desk | None:
        """Who helped this resident last, if they are at their desk, serve the team and have a place free.

        Their desk is not locked: the conversation is already, and locks are taken in the other order. The worst of it is one
        chat more than they should have.
        """
        before = await store.last_with_staff(tx, conversation.id)
        desk = await store.desk_of(tx, before.staff_id) if before else None
        if desk is None or not desk.there(now) or not desk.serves(conversation.council, team.id):
            return None
        plan, chats = self.wording.plan(conversation.council), await store.with_staff(tx, desk.staff_id)
        taken = sum(not one.on_resident(now, plan.settings.hold) for one in chats)
        return desk if taken < (desk.capacity or plan.capacity(team)) else None

    async def _leave(self, tx: AsyncConnection, conversation: Conversation, handoff: Handoff, name: str) -> Sequence[Reply]:
        """Out of the queue by choice: to the assistant alone, or to a call-back or a message with it."""
        now, council = self._parts.clock.now(), conversation.council
        asking = pressed(Asking(handoff.card, handoff.reason), f"handoff:{name}") if name in ("call_back", "message") else None
        context = with_task(conversation.context, asking)
        await moves.to_assistant(tx, conversation, handoff, Stage.LEFT, f"left_{name}"[:32], now, context=context)
        if asking is not None:
            return [self.wording.question(council, asking)]
        return [self.wording.notice(self.wording.plan(council).say("queued", "left"), "assistant_back")]

    async def _offer(
        self, tx: AsyncConnection, council: str, team: Team, urgency: int, desks: Sequence[Desk], now: datetime
    ) -> Offer:
        """What this one team can offer. Urgent matters go to whoever is there, at any hour and however many wait."""
        hours, there = self._parts.hours[council], any(desk.there(now) and desk.serves(council, team.id) for desk in desks)
        if urgency == URGENT and there:
            return Offer.OPEN
        if not hours.is_open(team.hours_name, now):
            why = hours.why_closed(team.hours_name, now.astimezone(LONDON).date())
            return Offer.HOLIDAY if why else Offer.CLOSED
        if not there:
            return Offer.NOBODY
        limit = team.queue_limit or self.wording.plan(council).settings.queue_limit
        return Offer.FULL if await store.count_waiting(tx, council, team.id) >= limit else Offer.OPEN

    def _closed(self, council: str, team: Team, offer: Offer, now: datetime) -> Outlook:
        hours = self._parts.hours[council]
        try:
            opens = hours.next_opening_in_words(team.hours_name, now)
        except NeverOpen:
            opens = ""
        why = hours.why_closed(team.hours_name, now.astimezone(LONDON).date())
        return Outlook(team, offer, team, opens=opens, closes=self._closes(council, team, now), why=why)

    def _closes(self, council: str, team: Team, now: datetime) -> str:
        closes = self._parts.hours[council].closes(team.hours_name, now)
        return time_in_words(closes) if closes else ""


def reason_of(request: Mapping[str, object]) -> str:
    """Why a person is wanted, from what began the task."""
    said = str(request.get("reason") or Reason.ASKED)
    return said if said in list(Reason) else str(Reason.ASKED)


def with_task(context: Context, asking: Asking | None) -> Context:
    """The context with the card's conversation on top, or without one."""
    others = tuple(task for task in context.under_way if task.get("task") != TASK)
    return replace(context, under_way=(*others, {"task": TASK, "state": asking.as_json()}) if asking else others)
