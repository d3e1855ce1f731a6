"""Delivers what waits in the outbox: take with a lease, send with no transaction open, record what came of it.

Between taking and recording an item is in doubt: a worker that dies there leaves it so, and the next one asks the target
before it sends. Everything that is tried is logged by id; what a resident wrote is not.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog

from bot.cases import store as cases_store
from bot.cases.outbox import store
from bot.cases.outbox.model import (
    LEASE,
    MOST_ATTEMPTS,
    Delivery,
    InDoubt,
    Item,
    NotFoundThere,
    Refused,
    State,
    Target,
    TryLater,
    Unwanted,
    wait_after,
)
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.metrics import Metrics

log = structlog.get_logger()

EVERY_SECONDS = 2.0
AT_ONCE = 10


class OutboxWorker:
    """One worker of this process. Several processes may each have one."""

    def __init__(self, database: Database, clock: Clock, targets: Sequence[Target], metrics: Metrics) -> None:
        self._database = database
        self._clock = clock
        self._targets = {target.name: target for target in targets}
        self._metrics = metrics
        self._name = secrets.token_hex(8)
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to look into the outbox now and then."""
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stops; what is being sent is left in doubt and looked up later."""
        if self._running:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    async def deliver_due(self) -> int:
        """Delivers what is due once; returns how many items were taken."""
        now = self._clock.now()
        async with self._database.reading() as tx:
            if not await store.anything_due(tx, now):
                return 0
        async with self._database.writing() as tx:
            items = await store.take(tx, self._name, now, now + LEASE, AT_ONCE)
        await asyncio.gather(*(self._deliver(item) for item in items))
        return len(items)

    async def _run(self) -> None:
        while True:
            try:
                taken = await self.deliver_due()
            except asyncio.CancelledError:
                raise
            except Exception:  # the database may be away for a moment; the outbox must go on afterwards
                log.exception("outbox_failed")
                taken = 0
            if not taken:
                await asyncio.sleep(EVERY_SECONDS)

    async def _deliver(self, item: Item) -> None:
        try:
            values = await self._outcome(item)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("delivery_failed", item=item.id, target=item.target)
            values = self._later(item, f"unexpected: {type(error).__name__}", in_doubt=True)
        async with self._database.writing() as tx:
            if not await store.settle(tx, self._name, item.id, **values):
                log.warning("delivery_took_too_long", item=item.id, target=item.target)
        outcome = str(values.get("state", State.WAITING))
        self._metrics.deliveries.labels(item.target, outcome).inc()
        log.info("delivery", item=item.id, target=item.target, outcome=outcome)

    async def _outcome(self, item: Item) -> dict[str, Any]:
        """The columns that say what came of it."""
        target = self._targets.get(item.target)
        delivery = await self._delivery(item)
        if target is None or delivery is None:
            return {"state": State.DROPPED, "in_doubt": False, "error": "case erased" if target else "no such target"}
        in_doubt = item.in_doubt
        try:
            if in_doubt:
                try:
                    return _sent(await target.look_up(delivery))
                except NotFoundThere:
                    in_doubt = False
            return _sent(await target.deliver(delivery))
        except Unwanted as reason:
            return {"state": State.DROPPED, "in_doubt": False, "error": str(reason)}
        except Refused as reason:
            return {"state": State.DEAD, "in_doubt": in_doubt, "error": str(reason)[:500]}
        except TryLater as reason:
            return self._later(item, str(reason), in_doubt=in_doubt, after=reason.after)
        except InDoubt as reason:
            return self._later(item, str(reason), in_doubt=True)

    async def _delivery(self, item: Item) -> Delivery | None:
        async with self._database.reading() as tx:
            case = await cases_store.case_by_reference(tx, item.reference)
        entry = next((one for one in case.history if one.seq == item.seq), None) if case else None
        return Delivery(item, case, entry) if case and entry else None

    def _later(self, item: Item, reason: str, *, in_doubt: bool, after: timedelta | None = None) -> dict[str, Any]:
        attempts = item.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            return {"state": State.DEAD, "in_doubt": in_doubt, "error": f"given up after {attempts} attempts: {reason}"[:500]}
        wait = max(after, wait_after(attempts, item.id)) if after else wait_after(attempts, item.id)
        return {"in_doubt": in_doubt, "next_at": self._clock.now() + wait, "error": reason[:500]}


def _sent(remote_id: str) -> dict[str, Any]:
    return {"state": State.SENT, "in_doubt": False, "remote_id": remote_id[:200], "error": ""}
