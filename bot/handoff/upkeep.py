"""What time does to the queue: claims without a reply, people whose console went silent, residents who left, closing time.

One round every second or two in each gateway; each step looks first, then changes one conversation in a transaction of its
own that checks again under the lock, so two gateways at it do no harm. `once` is a round by itself, for tests.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.conversations.store import conversation_with_token
from bot.foundation.background import Background
from bot.handoff import moves, store
from bot.handoff.access import Access
from bot.handoff.asking import Asking
from bot.handoff.model import Handoff, Offer, Presence, Stage
from bot.handoff.service import Handoffs
from bot.handoff.vanishing import give_back
from bot.handoff.wording import Outlook

log = structlog.get_logger()

ROUND_SECONDS = 1.0
NOBODY_PATIENCE = timedelta(minutes=3)  # a connection may come back; after closing time nobody is waited for
SEEN_EVERY = timedelta(seconds=5)  # residents' signs of life are written down together


class Upkeep(Background):
    """Keeps the queue true. Build one in app.py; `start` and `close` it there."""

    def __init__(self, access: Access, handoffs: Handoffs) -> None:
        self._access = access
        self._database = access.parts.database
        self._handoffs = handoffs
        self._written: datetime | None = None  # when signs of life were last written down
        self._nobody: dict[tuple[str, str], datetime] = {}  # teams with nobody there, and since when

    async def once(self) -> None:
        """One whole round."""
        now = self._access.now()
        await self._write_seen(now)
        async with self._database.reading() as tx:
            chats = await store.all_open(tx)
            desks = {desk.staff_id: desk for desk in await store.desks(tx)} if chats else {}
        for chat in chats:
            settings = self._access.plan(chat.council).settings
            if chat.stage == Stage.WAITING:
                await self._see_to_waiting(chat, now)
                continue
            desk = desks.get(chat.staff_id)
            if desk is None or not desk.seen(now) or desk.presence == Presence.OFFLINE:
                if await give_back(self._access, chat, "vanished", "vanished"):
                    await self._sign_off(chat.staff_id, now)
            elif chat.first_reply_at is None and chat.claimed_at and now - chat.claimed_at > settings.claim_life:
                await give_back(self._access, chat, "claim_expired", "no_reply")
            elif self._gone(chat, now):
                await self._end_gone(chat, now)
        await self._tell_waiting()

    # ---- residents who wait

    async def _see_to_waiting(self, chat: Handoff, now: datetime) -> None:
        settings = self._access.plan(chat.council).settings
        seen = max(chat.resident_seen_at or chat.queued_at, self._handoffs.seen_at.get(chat.conversation_id, chat.queued_at))
        if now - seen > timedelta(minutes=settings.leave_minutes):
            await self._abandon(chat, now)
            return
        async with self._database.reading() as tx:
            if await self._handoffs.has_somebody(tx, chat):
                self._nobody.pop((chat.council, chat.team), None)
                return
            outlook = await self._handoffs.outlook_in(tx, chat.council, chat.card)
        if outlook.offer == Offer.OPEN and outlook.team.id != chat.team:
            await self._move(chat, outlook, now)
            return
        since = self._nobody.setdefault((chat.council, chat.team), now)
        patience = timedelta(0) if outlook.offer in (Offer.CLOSED, Offer.HOLIDAY) else NOBODY_PATIENCE
        if outlook.offer != Offer.OPEN and now - since >= patience:
            await self._close(chat, outlook, now)

    async def _abandon(self, chat: Handoff, now: datetime) -> None:
        """The resident left the page and did not come back in time."""
        minutes = self._access.plan(chat.council).settings.leave_minutes
        async with self._database.writing() as tx:
            found = await conversation_with_token(tx, chat.conversation_id, lock=True)
            handoff = await store.open_of(tx, chat.conversation_id)
            if found is None or handoff is None or handoff.stage != Stage.WAITING:
                return
            await moves.to_assistant(tx, found[0], handoff, Stage.ABANDONED, "abandoned", now)
            words = self._access.plan(chat.council).say("queued", "abandoned", minutes=minutes)
            await self._access.say(tx, chat.conversation_id, [self._access.parts.wording.notice(words, "abandoned")], now)
        log.info("handoff_abandoned", conversation_id=chat.conversation_id, team=chat.team)
        await self._changed(chat)

    async def _move(self, chat: Handoff, outlook: Outlook, now: datetime) -> None:
        """Nobody of the team is there any more, but somebody of another one is: on with the same place in line."""
        async with self._database.writing() as tx:
            found = await conversation_with_token(tx, chat.conversation_id, lock=True)
            handoff = await store.open_of(tx, chat.conversation_id)
            if found is None or handoff is None or handoff.stage != Stage.WAITING or handoff.team != chat.team:
                return
            await store.change(tx, handoff.id, team=outlook.team.id, routed=chat.routed or chat.team)
            await store.add_event(tx, handoff, "moved", now, detail=outlook.team.id)
            first = self._access.plan(chat.council).team(chat.team).name
            words = self._access.plan(chat.council).say("queued", "moved", first=first, team=outlook.team.name)
            await self._access.say(tx, chat.conversation_id, [self._access.parts.wording.notice(words, "moved")], now)
        await self._changed(chat)

    async def _close(self, chat: Handoff, outlook: Outlook, now: datetime) -> None:
        """Nobody can come any more: a message or a call-back instead, with the card that is there."""
        async with self._database.writing() as tx:
            found = await conversation_with_token(tx, chat.conversation_id, lock=True)
            handoff = await store.open_of(tx, chat.conversation_id)
            if found is None or handoff is None or handoff.stage != Stage.WAITING:
                return
            await moves.to_assistant(tx, found[0], handoff, Stage.RETURNED, "closed_meanwhile", now, outcome="closed")
            name = "nobody_meanwhile" if outlook.offer == Offer.NOBODY else "closed_meanwhile"
            words = self._access.plan(chat.council).say("queued", name, team=outlook.team.name)
            wording = self._access.parts.wording
            said = [wording.notice(words, name), wording.offer(chat.council, Asking(handoff.card, handoff.reason), outlook)]
            await self._access.say(tx, chat.conversation_id, said, now)
        log.info("handoff_closed_meanwhile", conversation_id=chat.conversation_id, team=chat.team)
        await self._changed(chat)

    # ---- residents with a person

    def _gone(self, chat: Handoff, now: datetime) -> bool:
        minutes = self._access.plan(chat.council).settings.gone_minutes
        seen = max(chat.resident_seen_at or chat.queued_at, self._handoffs.seen_at.get(chat.conversation_id, chat.queued_at))
        return chat.stage == Stage.WITH_STAFF and now - seen > timedelta(minutes=minutes)

    async def _end_gone(self, chat: Handoff, now: datetime) -> None:
        """The resident left long ago: the chat ends with an outcome of its own and frees its person."""
        async with self._database.writing() as tx:
            found = await conversation_with_token(tx, chat.conversation_id, lock=True)
            handoff = await store.open_of(tx, chat.conversation_id)
            if found is None or handoff is None or handoff.stage != Stage.WITH_STAFF:
                return
            said = self._access.parts.wording.person(chat.council, "gone")
            await self._access.say(tx, chat.conversation_id, [said], now)
            await moves.to_end(tx, found[0], handoff, "resident_left", "resident_left", now)
        log.info("handoff_resident_left", conversation_id=chat.conversation_id)
        await self._access.wake(found[0], chat.staff_id)

    # ---- the rest

    async def _sign_off(self, staff_id: str, now: datetime) -> None:
        async with self._database.writing() as tx:
            await store.change_desk(tx, staff_id, presence=str(Presence.OFFLINE), reason="", since=now)

    async def _write_seen(self, now: datetime) -> None:
        """Writes down which residents' pages have looked in since the last time."""
        seen = self._handoffs.seen_at
        if not seen or (self._written is not None and timedelta(0) <= now - self._written < SEEN_EVERY):
            return
        self._written = now
        taken = dict(seen)
        seen.clear()
        async with self._database.writing() as tx:
            for conversation_id, at in taken.items():
                await store.seen(tx, conversation_id, at)

    async def _tell_waiting(self) -> None:
        """Wakes the pages of those who wait where the queue has changed, at most once a round."""
        moved, self._handoffs.moved = self._handoffs.moved, set()
        for council in moved:
            async with self._database.reading() as tx:
                waiting = await store.waiting(tx, council)
            for conversation_id in store.ids(waiting):
                await self._access.parts.bus.wake(conversation_id)

    async def _changed(self, chat: Handoff) -> None:
        self._handoffs.moved.add(chat.council)
        await self._access.parts.bus.wake(chat.conversation_id)
        await self._access.wake_queue(chat.council)

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            try:
                await self.once()
            except Exception:
                log.exception("upkeep_failed")
