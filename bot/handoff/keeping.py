"""Deletes chats that were kept long enough: so many days after their last word, as each council's privacy.yml says.

Each goes as one that a supervisor deletes (erasing.py), in a transaction of its own. Every gateway makes a round now and then;
a chat is looked at again under its lock, so two gateways at it delete it once. `python -m bot chats erase-due` is a round by
hand, and `erase_due` one for tests.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.conversations.model import Conversation
from bot.foundation.background import Background
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.handoff import keeping_store
from bot.handoff.erasing import Erasing
from bot.staff.model import Actor, NotAllowed, schedule_actor

log = structlog.get_logger()

ROUND_SECONDS = 900.0  # the first round comes after as long, so that it is in nobody's way at the start
AT_ONCE = 50
PAUSE_SECONDS = 1.0  # between lots: when very many are due, residents come first


class Keeping(Background):
    """Ends the keeping of chats. Build one in app.py; `start` and `close` it there."""

    def __init__(self, database: Database, clock: Clock, erasing: Erasing, keep_days: Mapping[str, int]) -> None:
        self._database = database
        self._clock = clock
        self._erasing = erasing
        self._keep_days = keep_days

    async def count_due(self) -> dict[str, int]:
        """How many chats of each council are due."""
        async with self._database.reading() as tx:
            return {council: await keeping_store.count_due(tx, council, self._before(council)) for council in self._keep_days}

    async def erase_due(self, actor: Actor, pause: float = 0.0) -> dict[str, int]:
        """Deletes every chat that is due, lot by lot; gives how many of each council. Raises NotAllowed."""
        erased = dict.fromkeys(self._keep_days, 0)
        failed: set[str] = set()
        for council in self._keep_days:
            before = self._before(council)
            while (lot := await self._lot(actor, council, before, failed)) is not None:
                erased[council] += lot
                await asyncio.sleep(pause)
        if any(erased.values()):
            log.info("chats_kept_long_enough", **erased)
        return erased

    # ---- inside

    async def _lot(self, actor: Actor, council: str, before: datetime, failed: set[str]) -> int | None:
        """Deletes some; says how many, None when there are none left. Another gateway may have been quicker with each.

        One that cannot be deleted is in nobody's way: it is noted in `failed` and left for the next round.
        """
        async with self._database.reading() as tx:
            due = await keeping_store.due(tx, council, before, AT_ONCE, failed)
        if not due:
            return None
        gone: list[Conversation] = []
        try:
            for conversation_id in due:
                one = await self._expired(actor, conversation_id, before, self._keep_days[council], failed)
                gone += [one] if one else []
        finally:
            await self._erasing.forget(gone)
        return len(gone)

    async def _expired(
        self, actor: Actor, conversation_id: str, before: datetime, keep_days: int, failed: set[str]
    ) -> Conversation | None:
        try:
            return await self._erasing.expire(actor, conversation_id, before, keep_days)
        except NotAllowed:
            raise
        except Exception:
            log.exception("chat_not_erased", conversation_id=conversation_id)
            failed.add(conversation_id)
            return None

    def _before(self, council: str) -> datetime:
        return self._clock.now() - timedelta(days=self._keep_days[council])

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            try:
                await self.erase_due(schedule_actor(), PAUSE_SECONDS)
            except Exception:
                log.exception("chats_not_erased")
