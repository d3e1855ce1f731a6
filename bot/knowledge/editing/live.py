"""Keeps a running gateway on the newest published versions, without a restart.

Whoever publishes wakes the topic "knowledge"; every gateway then reads which version is newest of each place, builds what
changed in a thread, and swaps it in. It also looks by itself every few seconds, so that a lost wake-up, or a command in
another process, costs seconds and nothing else.
"""

import asyncio

import structlog

from bot.foundation.background import Background
from bot.foundation.bus import Bus
from bot.foundation.database import Database
from bot.knowledge.editing import store
from bot.knowledge.editing.library import merged
from bot.knowledge.service import Knowledge

log = structlog.get_logger()

TOPIC = "knowledge"
LOOK_SECONDS = 5.0


class Live(Background):
    """What this gateway answers from. Build one in app.py; `start` it, `close` it on the way out."""

    def __init__(self, database: Database, bus: Bus, knowledge: Knowledge) -> None:
        self._database = database
        self._bus = bus
        self._knowledge = knowledge
        self._count = 0  # versions that are in what is held
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Takes what was published before, and from now on whatever is."""
        await self.refresh()
        await super().start()

    async def published(self) -> None:
        """To be called after a version was stored: it is live here when this returns, and elsewhere at once."""
        await self._bus.wake(TOPIC)
        await self.refresh()

    async def refresh(self) -> None:
        """Brings this gateway to the newest versions; costs one count when there is nothing new."""
        async with self._one_at_a_time:
            async with self._database.reading() as tx:
                count = await store.count_versions(tx)
                if count == self._count:
                    return
                versions = await store.live_versions(tx)
            prepared = await asyncio.to_thread(self._knowledge.prepare, merged(self._knowledge.files, versions))
            self._knowledge.take(prepared)
            self._count = count
            await asyncio.to_thread(self._knowledge.keep_vectors)
            log.info("knowledge_refreshed", versions=count, councils=sorted(prepared.indexes))

    async def _work(self) -> None:
        async with self._bus.listen(TOPIC) as listener:
            while True:
                await listener.wait(LOOK_SECONDS)
                try:
                    await self.refresh()
                except Exception:  # the database may be away for a while; the next look tries again
                    log.exception("knowledge_not_refreshed")
