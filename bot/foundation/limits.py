"""Limits on how often something may be done, so that one client cannot crowd out the others.

Generous on purpose: a library or an estate shares one address. One gateway counts in memory, in two fixed windows a key:
the in-memory store of the package `limits` walks over all its keys at each hit, a third of a turn's time when measured.
Several gateways count in Redis through that package. When the counter itself fails the request goes through, since a
resident matters more.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from bot.foundation.metrics import Metrics

# What is limited, and how: writes and reads for each conversation, new conversations and sign-ins for each address, looking up cases for
# each address, and wrong codes for each reference from each address: whoever guesses shuts out nobody at another address, and of
# the 78 thousand million codes 20 an hour are nothing, even from ten thousand addresses.
RULES = {
    "new_conversations": "300/hour",
    "sign_ins": "300/hour",
    "messages": "30/minute",
    "reads": "600/minute",
    "other_writes": "30/minute",
    "bin_calendars": "600/hour",
    "case_lookups": "120/hour",
    "case_tries": "20/hour",
    "open311_writes": "120/minute",
}


class TooOften(Exception):
    """The limit is reached; `seconds` says when to try again."""

    def __init__(self, name: str, seconds: int) -> None:
        super().__init__(name)
        self.name = name
        self.seconds = seconds


class Counter(Protocol):
    """Counts uses and says whether one more is allowed."""

    async def hit(self, rule: RateLimitItem, name: str, who: str) -> bool:
        """Counts one use; False over the limit."""

    async def test(self, rule: RateLimitItem, name: str, who: str) -> bool:
        """Whether one more use would be allowed; counts nothing."""


class MemoryCounter:
    """Counts in this process: the uses of this window, and of the last one by the share of it that still counts."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], tuple[int, int, int]] = {}  # window, uses in it, uses in the one before
        self._swept = time.monotonic()

    async def hit(self, rule: RateLimitItem, name: str, who: str) -> bool:
        """Counts one use; False over the limit."""
        now = time.monotonic()
        window, uses, before, used = self._used(rule, name, who, now)
        if used >= rule.amount:
            return False
        self._windows[name, who] = (window, uses + 1, before)
        if now - self._swept > 3600:
            self._sweep(now)
        return True

    async def test(self, rule: RateLimitItem, name: str, who: str) -> bool:
        """Whether one more use would be allowed; counts nothing."""
        return self._used(rule, name, who, time.monotonic())[-1] < rule.amount

    def _used(self, rule: RateLimitItem, name: str, who: str, now: float) -> tuple[int, int, int, float]:
        """This window, the uses in it and in the one before, and how many of both count now."""
        length = rule.get_expiry()
        window, passed = int(now // length), now % length / length
        last, uses, before = self._windows.get((name, who), (window, 0, 0))
        if last != window:
            uses, before = 0, uses if last == window - 1 else 0
        return window, uses, before, uses + before * (1 - passed)

    def _sweep(self, now: float) -> None:
        """Forgets everything once an hour; at worst a limit starts afresh."""
        self._windows.clear()
        self._swept = now


class Limits:
    """The limits of one product. Build it in app.py."""

    def __init__(self, metrics: Metrics, redis_url: str = "", *, enforced: bool = True) -> None:
        shared = SlidingWindowCounterRateLimiter(RedisStorage(f"async+{redis_url}")) if redis_url else None
        self._counter: Counter = shared or MemoryCounter()
        self._rules: dict[str, RateLimitItem] = {name: parse(rule) for name, rule in RULES.items()}
        self._metrics = metrics
        self._enforced = enforced

    async def count(self, name: str, who: str) -> None:
        """Counts one use by `who`; raises TooOften over the limit."""
        await self._ask(self._counter.hit, name, who)

    async def check(self, name: str, who: str) -> None:
        """Raises TooOften where the limit is reached already; counts nothing."""
        await self._ask(self._counter.test, name, who)

    async def _ask(self, allows: Callable[[RateLimitItem, str, str], Awaitable[bool]], name: str, who: str) -> None:
        rule = self._rules[name]
        try:
            allowed = await allows(rule, name, who)
        except (ConnectionError, OSError):
            return
        if not allowed:
            self._metrics.limited.labels(name).inc()
            if self._enforced:
                raise TooOften(name, int(rule.get_expiry()))
