"""The second provider: another system's bin days through the package uk_bin_collection, in a process of its own.

A resident waits at most LONGEST_WAIT. A look-up that takes longer goes on in the background and is kept for the next question;
what is kept says when it was fetched, and is asked for again after KEPT_FOR or when its next day has passed. After a failure
nobody is sent there again for a while, so that a broken website costs one process and not one a question.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import structlog

from bot.addresses.model import Address
from bot.addresses.postcodes import shown
from bot.bins import store
from bot.bins.formats import read_day
from bot.bins.model import Collection, Gathered
from bot.bins.providers import LONGEST_WAIT, NoBinDays, ProviderFailed
from bot.bins.reading import UK_BIN_COLLECTION, ExternalBins
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.words import LONDON

log = structlog.get_logger()

KEPT_FOR = timedelta(hours=20)
REST = timedelta(minutes=2)  # after a failure
AT_ONCE = 2  # processes; some of them are browsers
WORKER = (sys.executable, "-m", "bot.bins.outside_worker")
Bins = list[dict[str, str]]


class OutsideBins:
    """Another system's bin days, of all councils that are set up so. Close it in app.py."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        councils: Mapping[str, ExternalBins],
        worker: Sequence[str] = WORKER,
        longest_wait: float = LONGEST_WAIT,
    ) -> None:
        self._database = database
        self._clock = clock
        self._councils = councils
        self._worker = worker
        self._longest_wait = longest_wait
        self._looking: dict[tuple[str, str], asyncio.Task[Bins]] = {}
        self._rests: dict[str, tuple[datetime, str]] = {}  # until when a council's system is left alone, and why
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def knows(self, council: str) -> bool:
        """Whether the council is set up for it."""
        return council in self._councils

    async def gather(self, address: Address, first: date, last: date) -> Gathered:
        """What the other system says of a home. Raises NoBinDays and ProviderFailed."""
        async with self._database.reading() as tx:
            kept = await store.kept_answer(tx, address.council, address.uprn)
        if kept and self._fresh(*kept):
            return self._gathered(address, kept[1], kept[0], first, last)
        try:
            bins = await self._within_reason(address)
        except ProviderFailed:
            if kept and self._to_come(kept[1]):  # older, but it says how old it is
                return self._gathered(address, kept[1], kept[0], first, last)
            raise
        return self._gathered(address, bins, self._clock.now(), first, last)

    async def close(self) -> None:
        """Ends what is still being looked up."""
        for task in self._looking.values():
            task.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    async def _within_reason(self, address: Address) -> Bins:
        """The answer, if it comes while a resident can wait. Raises ProviderFailed."""
        key = (address.council, address.uprn)
        task = self._looking.get(key)
        if task is None:
            rest = self._rests.get(address.council)
            if rest and self._clock.now() < rest[0]:
                raise ProviderFailed(rest[1])
            task = self._looking[key] = asyncio.create_task(self._look_up(address))
            task.add_done_callback(lambda done: self._looked_up(key, done))
        done, _ = await asyncio.wait({task}, timeout=self._longest_wait)
        if not done:
            raise ProviderFailed("slow")
        return task.result()

    def _looked_up(self, key: tuple[str, str], task: "asyncio.Task[Bins]") -> None:
        self._looking.pop(key, None)
        if not task.cancelled():
            task.exception()  # seen: whoever waited got it, and nobody may have waited

    async def _look_up(self, address: Address) -> Bins:
        """Asks in a process, however long that takes, and keeps the answer. Raises ProviderFailed."""
        external = self._councils[address.council]
        try:
            async with self._slots, asyncio.timeout(external.seconds):
                answer = await self._ask(external, address)
        except TimeoutError:
            answer = {"error": "slow"}
        if "bins" not in answer:
            reason = "missing" if answer["error"] == "missing" else "refused"
            self._rests[address.council] = (self._clock.now() + REST, reason)
            log.warning("bin_provider_failed", council=address.council, error=answer["error"])
            raise ProviderFailed(reason)
        bins: Bins = answer["bins"]
        async with self._database.writing() as tx:
            await store.keep_answer(tx, address.council, address.uprn, self._clock.now(), bins)
        return bins

    async def _ask(self, external: ExternalBins, address: Address) -> dict[str, Any]:
        """One process, one answer. The process and all it started end with this call."""
        request = {
            "module": external.module,
            "url": external.url,
            "base_url": external.base_url,
            "web_driver": external.web_driver,
            "uprn": address.uprn,
            "postcode": shown(address.postcode),
            "number": str(address.number).upper() or address.name,
        }
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self._worker, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        try:
            output, _ = await process.communicate(json.dumps(request).encode())
            answer: dict[str, Any] = json.loads(output)
        except ValueError:
            return {"error": "broken"}
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        return answer

    def _fresh(self, fetched_at: datetime, bins: Bins) -> bool:
        return self._clock.now() - fetched_at < KEPT_FOR and self._to_come(bins)

    def _to_come(self, bins: Bins) -> bool:
        """Whether any day of an answer has not passed."""
        today = self._clock.now().astimezone(LONDON).date()
        return any((day := read_day(one["collectionDate"])) and day >= today for one in bins)

    def _gathered(self, address: Address, bins: Bins, fetched_at: datetime, first: date, last: date) -> Gathered:
        names = self._councils[address.council].names
        found = set()
        for one in bins:
            day = read_day(one["collectionDate"])
            if day and first <= day <= last:
                found.add(Collection(names.get(one["type"].lower(), one["type"]), day, day))
        if not bins:
            raise NoBinDays
        ordered = tuple(sorted(found, key=lambda one: (one.day, one.container)))
        return Gathered(ordered, fetched_at, UK_BIN_COLLECTION)
