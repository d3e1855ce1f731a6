"""Learns from chats as they end: their pairs enter past replies, masked, without a restart.

A chat that ended is noticed by the wake-up of its council's queue, or at the next look, and taken in once, whichever process
finds it. A council can turn this off and says how long pairs are kept (assist.yml). What is erased with a conversation is
gone from here with it.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.assist import store
from bot.assist.memory import Memory
from bot.assist.model import pairs_of
from bot.assist.settings import AssistSettings
from bot.assist.taking_in import TakingIn
from bot.conversations import store as conversations
from bot.foundation.background import Background
from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.handoff.access import NEWEST
from bot.handoff.parts import queue_topic
from bot.privacy.pseudonyms_process import MaskingFailed

log = structlog.get_logger()

LOOK_SECONDS = 60.0
PAUSE_SECONDS = 2.0  # between looks, however busy the queue is
AT_ONCE = 20
LEARN_AFTER = timedelta(minutes=1)  # chats are taken in by the lot, since masking takes seconds to begin
EXPIRE_EVERY = timedelta(hours=6)


class Learning(Background):
    """Takes ended chats in. Build one in app.py, start it, and close it on the way out."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        clock: Clock,
        memory: Memory,
        taking_in: TakingIn,
        settings: Mapping[str, AssistSettings],
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._memory = memory
        self._taking_in = taking_in
        self._settings = settings
        self._expired: datetime | None = None

    async def once(self) -> int:
        """Takes in the chats that have ended since; says how many pairs came of them. Raises MaskingFailed."""
        learnt = 0
        while True:
            async with self._database.reading() as tx:
                ended = await store.chats_to_learn(tx, self._clock.now() - LEARN_AFTER, AT_ONCE)
            for chat in ended:
                learnt += await self._take_in(chat)
            if len(ended) < AT_ONCE:
                return learnt

    async def expire(self) -> None:
        """Erases pairs that are older than their council keeps them."""
        now = self._clock.now()
        for council, settings in self._settings.items():
            async with self._database.writing() as tx:
                gone = await store.delete_before(tx, council, now - timedelta(days=settings.keep_days))
            if gone:
                log.info("past_replies_expired", council=council, pairs=gone)
                await self._memory.drop_erased(council)

    # ---- inside

    async def _take_in(self, chat: Any) -> int:
        async with self._database.reading() as tx:
            messages = await conversations.latest_messages(tx, chat.conversation_id, NEWEST)
        said = pairs_of(messages) if self._settings[chat.council].learn_from_chats else []
        pairs = await self._taking_in.masked(chat.council, said)
        prepared = await self._taking_in.prepared(chat.council, pairs)
        async with self._database.writing() as tx:
            if not await store.claim_chat(tx, chat.id, self._clock.now()):
                return 0  # another process was quicker
            known = await store.seqs_of(tx, chat.conversation_id)
            index = self._memory.indexes[chat.council]
            new = await self._taking_in.grouped(tx, chat.council, index, prepared)
            new = [one for one in new if one.seq not in known]  # an earlier chat of the same conversation
            await store.add_pairs(tx, chat.council, new, conversation_id=chat.conversation_id)
        if new:
            log.info("chat_learnt", conversation_id=chat.conversation_id, pairs=len(new))
            await self._memory.changed(chat.council)
        return len(new)

    async def _work(self) -> None:
        async with self._bus.listen(*(queue_topic(council) for council in self._settings)) as news:
            while True:
                try:
                    await self.once()
                    if self._expired is None or self._clock.now() - self._expired > EXPIRE_EVERY:
                        self._expired = self._clock.now()
                        await self.expire()
                except MaskingFailed as problem:
                    log.warning("chat_not_learnt", reason=str(problem))
                    await asyncio.sleep(LOOK_SECONDS)
                except Exception:
                    log.exception("learning_failed")
                await asyncio.sleep(PAUSE_SECONDS)
                await news.wait(LOOK_SECONDS)
