"""Limits on how often something may be done, so that one client cannot crowd out the others.

Generous on purpose: a library or an estate shares one address. They are counted in memory, or in Redis when several
gateways share the work; when the counter itself fails the request goes through, since a resident matters more.
"""

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from bot.foundation.metrics import Metrics

# What is limited, and how: writes and reads for each conversation, new conversations for each address.
RULES = {
    "new_conversations": "300/hour",
    "messages": "30/minute",
    "reads": "600/minute",
    "other_writes": "30/minute",
}


class TooOften(Exception):
    """The limit is reached; `seconds` says when to try again."""

    def __init__(self, name: str, seconds: int) -> None:
        super().__init__(name)
        self.name = name
        self.seconds = seconds


class Limits:
    """The limits of one product. Build it in app.py."""

    def __init__(self, metrics: Metrics, redis_url: str = "", *, enforced: bool = True) -> None:
        storage = RedisStorage(f"async+{redis_url}") if redis_url else MemoryStorage()
        self._limiter = MovingWindowRateLimiter(storage)
        self._rules: dict[str, RateLimitItem] = {name: parse(rule) for name, rule in RULES.items()}
        self._metrics = metrics
        self._enforced = enforced

    async def count(self, name: str, who: str) -> None:
        """Counts one use by `who`; raises TooOften over the limit."""
        rule = self._rules[name]
        try:
            allowed = await self._limiter.hit(rule, name, who)
        except (ConnectionError, OSError):
            return
        if not allowed:
            self._metrics.limited.labels(name).inc()
            if self._enforced:
                raise TooOften(name, int(rule.get_expiry()))
