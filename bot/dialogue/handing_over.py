"""The assistant's task of handing over: the card is checked by the resident, then sent into the queue or as a promise.

In danger there is no card to check: a person first. Out of hours, with nobody there, with a full queue or with the offer
switched off, each says so in its own words, gives the numbers for the matter at hand and takes a message or a call-back
instead. The rules are in bot/handoff (asking.py, service.py), the words in councils/*/handoff.yml.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import PERSON_CHOICE, Conversation, Message, Reply
from bot.conversations.service import Together
from bot.dialogue.engine import Reading
from bot.dialogue.model import CONVERSATIONAL
from bot.dialogue.tasks import Read, TaskStep
from bot.handoff.asking import Asking, Step, Then, pressed
from bot.handoff.asking import said as heard
from bot.handoff.model import Card, Offer, Way
from bot.handoff.service import TASK, Handoffs, reason_of
from bot.handoff.wording import Outlook

SURE = 0.5  # of a reading, for the topic of a card
NO_TOPIC = CONVERSATIONAL | {"talk_to_human", "out_of_scope", "urgent_risk", "other_service", "contact_and_hours", ""}


class HandingOver:
    """The task "handoff". Build it in app.py."""

    name = TASK

    def __init__(self, handoffs: Handoffs) -> None:
        self._handoffs = handoffs
        self._wording = handoffs.wording

    async def begin(self, conversation: Conversation, request: Mapping[str, Any], said: str) -> TaskStep | None:
        """The card to check; in danger straight into the queue."""
        council = conversation.council
        if conversation.context.lent:  # a person waits for this very resident
            return self._into_queue(Asking(Card(), reason_of(request)), council)
        card = await self._handoffs.draw_up(conversation, said)
        outlook = await self._handoffs.outlook(council, card)
        asking = Asking(card, reason_of(request))
        wanted = str(request.get("what", ""))
        if wanted in (Way.CALL_BACK, Way.MESSAGE):
            return self._shown(conversation, pressed(asking, f"handoff:{wanted}") or asking, outlook)
        if outlook.offer != Offer.OPEN:  # said once, and the assistant goes on
            return TaskStep([self._wording.offer(council, asking, outlook)], None)
        return self._into_queue(asking, council) if card.matter else self._shown(conversation, asking, outlook)

    async def take(self, conversation: Conversation, state: Mapping[str, Any], message: Message, read: Read) -> TaskStep | None:
        """What a button or words make of the card. Buttons of something else are left to the assistant."""
        asking = Asking.from_json(dict(state))
        choice = str(message.data.get("choice", ""))
        if choice == PERSON_CHOICE:
            choice = "handoff:send"
        choice = choice.removeprefix("start:") if choice.startswith("start:handoff:") else choice
        after = pressed(asking, choice) if choice else heard(asking, message.text)
        if after is None:
            return None
        if not choice:
            after = await self._with_reading(asking, after, read)
        if after.then == Then.STOP:
            return TaskStep([self._wording.stopped(conversation.council)], None)
        if after.then == Then.WRONG:
            return TaskStep([self._wording.wrong(conversation.council, after)], after.as_json())
        outlook = await self._handoffs.outlook(conversation.council, after.card)
        if after.then == Then.SEND and after.way != Way.QUEUE:
            return self._promised(after, outlook, conversation.council)
        if after.then == Then.SEND and outlook.offer == Offer.OPEN:
            return self._into_queue(after, conversation.council)
        if after.way == Way.QUEUE and outlook.offer != Offer.OPEN:
            return TaskStep([self._wording.offer(conversation.council, after, outlook)], None)
        return self._shown(conversation, after, outlook)

    def same(self, state: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
        """Never: a card is drawn up anew from what has been said since."""
        return False

    def again(self, conversation: Conversation, state: Mapping[str, Any]) -> list[Reply]:
        """The open question once more."""
        asking = Asking.from_json(dict(state))
        if asking.step == Step.CARD:
            return [self._wording.reminder(conversation.council, asking)]
        return [self._wording.question(conversation.council, asking)]

    def _shown(self, conversation: Conversation, asking: Asking, outlook: Outlook) -> TaskStep:
        """The card, or the open question about one of its lines."""
        council = conversation.council
        card = asking.step == Step.CARD
        reply = self._wording.card(council, asking, outlook) if card else self._wording.question(council, asking)
        return TaskStep([reply], replace(asking, then=Then.SHOW).as_json())

    def _into_queue(self, asking: Asking, council: str) -> TaskStep:
        """Into the queue, committed together with whatever else is said."""

        async def within(tx: AsyncConnection, conversation: Conversation) -> Sequence[Reply]:
            return await self._handoffs.enter(tx, conversation, asking.card, asking.reason)

        async def after() -> None:
            await self._handoffs.announce(council)

        return TaskStep([], None, (Together(within, after),), hands_over=True)

    def _promised(self, asking: Asking, outlook: Outlook, council: str) -> TaskStep:
        """A promise, opened together with the reply that names it."""

        async def within(tx: AsyncConnection, conversation: Conversation) -> Sequence[Reply]:
            return await self._handoffs.promise(tx, conversation, asking.card, asking.way, asking.reach)

        return TaskStep([self._wording.sent(council, asking.card, outlook)], None, (Together(within),))

    async def _with_reading(self, before: Asking, after: Asking, read: Read) -> Asking:
        """What the engine makes of the words: a topic for a card without one, consent or a stop that no list has."""
        if before.step not in (Step.CARD, Step.CHANGE) or after.then not in (Then.SHOW,) or after.card == before.card:
            return after
        reading = await read()
        if reading is None or reading.confidence < SURE:
            return after
        if before.step == Step.CARD and reading.intent in ("affirm", "talk_to_human") and _short(before.card, after.card):
            return replace(before, then=Then.SEND)
        if before.step == Step.CARD and reading.intent in ("deny", "stop_form", "start_over"):
            return replace(before, then=Then.STOP)
        return replace(after, card=_with_topic(after.card, before, reading))


def _short(before: Card, after: Card) -> bool:
    """Whether only a few words were added: "yes please send it to someone" and not a story."""
    return len(after.want.removeprefix(before.want).split()) <= 8


def _with_topic(card: Card, before: Asking, reading: Reading) -> Card:
    """The card with the topic of new words, where it has none or where what they want was put in other words."""
    told_anew = before.step == Step.CHANGE and before.line == "want"
    if reading.intent in NO_TOPIC or (card.topic and not told_anew):
        return card
    return replace(card, topic=reading.intent)
