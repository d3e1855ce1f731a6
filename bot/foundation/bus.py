"""Wake-ups between the parts of the product: ids only, never content.

Whoever waits for news of a conversation listens to its topic and then reads what is new from the database, by `seq`.
A lost wake-up therefore costs a few seconds and never a message. One process needs no server (Bus); several
gateways share a Redis (RedisBus), chosen by DESK_REDIS_URL in app.py.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis

CHANNEL = "resident-desk"


class Listener:
    """Knows on which of its topics something happened since it was last waited for."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._heard: set[str] = set()

    def wake(self, topic: str) -> None:
        """Tells the one who waits to look."""
        self._heard.add(topic)
        self._event.set()

    async def wait(self, seconds: float) -> frozenset[str]:
        """Waits for a wake-up for at most `seconds`; gives the topics that were woken, none when nothing came."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return frozenset()
        heard = frozenset(self._heard)
        self._heard.clear()
        self._event.clear()
        return heard


class Bus:
    """Wake-ups inside one process."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    async def wake(self, topic: str) -> None:
        """Wakes everyone in this process who listens to the topic."""
        self.wake_here(topic)

    def wake_here(self, topic: str) -> None:
        """The same, from code that cannot await."""
        for listener in list(self._listeners.get(topic, ())):
            listener.wake(topic)

    @asynccontextmanager
    async def listen(self, *topics: str) -> AsyncIterator[Listener]:
        """A listener to one topic or to any of several, for as long as the `async with` lasts."""
        listener = Listener()
        for topic in topics:
            self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                self._listeners[topic].discard(listener)
                if not self._listeners[topic]:
                    del self._listeners[topic]

    def wake_all(self) -> None:
        """Wakes every listener, so that open streams notice that the product is stopping."""
        for topic in list(self._listeners):
            self.wake_here(topic)

    async def close(self) -> None:
        """Wakes everyone for the last time."""
        self.wake_all()


class RedisBus(Bus):
    """Wake-ups between several gateways, over one Redis channel."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis: Redis = Redis.from_url(url)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to hear the other gateways."""
        self._task = asyncio.create_task(self._hear())

    async def wake(self, topic: str) -> None:
        """Wakes listeners here at once and elsewhere through Redis; a Redis that is away costs only speed."""
        self.wake_here(topic)
        with suppress(ConnectionError, OSError):
            await self._redis.publish(CHANNEL, topic)

    async def _hear(self) -> None:
        while True:
            with suppress(ConnectionError, OSError):
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    async for message in channel.listen():
                        if message["type"] == "message":
                            self.wake_here(message["data"].decode())
            await asyncio.sleep(1)

    async def close(self) -> None:
        """Stops hearing and closes the connection."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._redis.aclose()
        await super().close()
