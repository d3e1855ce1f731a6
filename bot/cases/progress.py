"""Asks the systems that took cases over by Open311 how these are going, and brings their progress back into the cases.

Only for receivers of integrations.yml that say which of their statuses means which of ours. What was heard last stands with the
delivery, so that a status is brought back once and staff may set another one afterwards. Several gateways may ask at once:
each change is made under the case's lock, and one that is there already is left as it is.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from itertools import batched

import structlog

from bot.cases.integrations import Integrations, Open311Receiver
from bot.cases.model import Seen, Wanted
from bot.cases.outbox import store
from bot.cases.outbox.model import HandedOver, Refused, TryLater
from bot.cases.service import Cases
from bot.cases.store import case_by_reference
from bot.cases.targets.open311 import Open311Client
from bot.foundation.database import Database

log = structlog.get_logger()

EVERY_SECONDS = 600.0
AT_ONCE = 50  # numbers in one question
LONGEST_NOTE = 2000


class Progress:
    """Build one in building.py; `start` and `close` it there."""

    def __init__(
        self, database: Database, cases: Cases, client: Open311Client, integrations: Mapping[str, Integrations]
    ) -> None:
        self._database = database
        self._cases = cases
        self._client = client
        self._integrations = integrations
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to ask every ten minutes, if any system is to be asked."""
        if any(self._asked(council) for council in self._integrations):
            self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stops."""
        if self._running:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    async def fetch(self) -> int:
        """Asks every system once; returns how many cases changed."""
        changed = 0
        for council in self._integrations:
            for receiver in self._asked(council):
                async with self._database.reading() as tx:
                    handed = await store.handed_over(tx, council, receiver.name)
                for some in batched(handed, AT_ONCE):
                    changed += await self._of_some(receiver, some)
        return changed

    async def _run(self) -> None:
        while True:
            try:
                await self.fetch()
            except asyncio.CancelledError:
                raise
            except Exception:  # the database may be away for a moment; asking must go on afterwards
                log.exception("progress_failed")
            await asyncio.sleep(EVERY_SECONDS)

    async def _of_some(self, receiver: Open311Receiver, handed: Sequence[HandedOver]) -> int:
        """The progress of some cases of one receiver; one that cannot be asked is asked again next time."""
        wanted = Wanted([handed[0].council], references=[one.reference for one in handed], ended=False)
        going_on = {case.reference for case in await self._cases.search(wanted, AT_ONCE)}
        handed = [one for one in handed if one.reference in going_on]
        if not handed:
            return 0
        try:
            answers = await self._client.progress(receiver, [one.remote_id for one in handed])
        except (TryLater, Refused) as reason:
            log.warning("progress_not_heard", receiver=receiver.name, reason=str(reason)[:200])
            return 0
        there = {answer.get("service_request_id", ""): answer for answer in answers}
        changed = 0
        for one in handed:
            answer = there.get(one.remote_id)
            heard = (answer or {}).get("status", "").lower()
            if answer and heard and heard != one.heard:
                changed += await self._bring_back(receiver, one, heard, answer.get("status_notes", "")[:LONGEST_NOTE])
        return changed

    async def _bring_back(self, receiver: Open311Receiver, handed: HandedOver, heard: str, notes: str) -> bool:
        """Sets our status for theirs, with their words for staff, or for the resident where the council allows it."""
        by = f"Open311: {receiver.name}"
        status = receiver.statuses.get(heard, "")
        async with self._database.writing() as tx:
            await store.was_heard(tx, handed, heard)
            case = await case_by_reference(tx, handed.reference, lock=True)
            if case is None or case.ended_at or not status or case.status == status:
                return False
            shown = notes if receiver.notes else ""
            await self._cases.change_status(tx, by, handed.council, handed.reference, status, shown)
            if notes.strip() and not receiver.notes:
                await self._cases.add_note(tx, by, handed.council, handed.reference, notes, Seen.STAFF)
        log.info("progress_brought_back", case=handed.reference, receiver=receiver.name, status=status)
        return True

    def _asked(self, council: str) -> list[Open311Receiver]:
        return [one for one in self._integrations[council].open311.values() if one.statuses]
