"""The audit: who did what to what, written in the same transaction as the deed, so that neither exists without the other.

The list of actions is closed (audit_model.py). Details hold ids and names of fields, never a resident's words. Rooms call
`record` with their open transaction; the console shows `read`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.staff import audit_store
from bot.staff.audit_model import Action, Event, Filter
from bot.staff.model import Actor, Permission

PAGE = 50


class Audit:
    """The audit of this product. Build one in app.py."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def record(
        self,
        tx: AsyncConnection,
        actor: Actor,
        action: Action,
        subject: str,
        detail: Mapping[str, Any] | None = None,
        council: str = "",
    ) -> None:
        """Writes one event in the caller's transaction. `council` is whose business it is; the actor's own by default."""
        await audit_store.add(tx, actor, action, subject, dict(detail or {}), council or actor.council, self._clock.now())

    async def read(self, actor: Actor, wanted: Filter) -> tuple[list[Event], bool]:
        """Events of the actor's council, newest first, PAGE at a time, and whether there are more. Raises NotAllowed."""
        actor.needs(Permission.READ_AUDIT)
        async with self._database.reading() as tx:
            rows = await audit_store.events(tx, actor.council, wanted, PAGE + 1)
        return [Event(**row) for row in rows[:PAGE]], len(rows) > PAGE

    async def names(self, actor: Actor, events: Sequence[Event]) -> dict[str, str]:
        """The names behind the accounts that events speak of, by id, so that a person can read them. Raises NotAllowed."""
        actor.needs(Permission.READ_AUDIT)
        async with self._database.reading() as tx:
            return await audit_store.names_of(tx, set().union(*(one.ids for one in events)))


__all__ = ["Action", "Audit", "Event", "Filter"]
