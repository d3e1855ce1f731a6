"""What a service goes on with beside the requests, from its start to its close: rounds of work, or listening for news.

One place says how such work begins and how it ends, so that a stop of the product never leaves a round behind. Whatever has
it says in `_work` what it does; app.py starts and closes it.
"""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress


class Background(ABC):
    """A service with work of its own. `_work` runs until `close`; what it raises is its own to catch."""

    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins the work."""
        self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Ends it, in the middle of whatever it is at."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @abstractmethod
    async def _work(self) -> None:
        """What is done beside the requests."""
