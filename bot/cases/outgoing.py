"""Who is told of a change to a case: works out the items of the outbox and writes them in the change's own transaction.

Residents are told of what they can see and did not say themselves, when they gave a way to reach them. A council's systems
are told as its integrations.yml says. targets/ has what is sent.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.integrations import Integrations
from bot.cases.model import Case, Entry, EntryKind, Seen
from bot.cases.outbox import store
from bot.cases.outbox.model import OPEN311, NewItem

NOTIFY, WEBHOOK = "notify", "webhook"
BY_EMAIL, BY_TEXT = "email", "text"
TOLD = frozenset({EntryKind.OPENED, EntryKind.STATUS, EntryKind.NOTE, EntryKind.DUE})


class Outgoing(Protocol):
    """What cases need of it."""

    async def changed(self, tx: AsyncConnection, case: Case, now: datetime) -> None:
        """Writes what is to be told of the newest entry of the case."""


class Nobody:
    """Tells nobody; for tests of cases alone."""

    async def changed(self, tx: AsyncConnection, case: Case, now: datetime) -> None:
        """Writes nothing."""


class OutboxWriter:
    """Writes the outbox. Build one in app.py."""

    def __init__(self, integrations: Mapping[str, Integrations]) -> None:
        self._integrations = integrations

    async def changed(self, tx: AsyncConnection, case: Case, now: datetime) -> None:
        """Writes what is to be told of the newest entry of the case."""
        await store.add_items(tx, planned(case, case.history[-1], self._integrations.get(case.council)), now)


def planned(case: Case, entry: Entry, integrations: Integrations | None) -> list[NewItem]:
    """What is to be told of one entry: to the resident, to webhooks, to a system that takes the case over."""
    ways = []
    if entry.kind in TOLD and entry.seen_by == Seen.RESIDENT:
        if case.contact.email:
            ways.append((NOTIFY, BY_EMAIL))
        elif case.contact.phone:
            ways.append((NOTIFY, BY_TEXT))
    if integrations:
        for hook in integrations.webhooks.values():
            private = entry.kind == EntryKind.NOTE and entry.seen_by == Seen.STAFF
            if entry.kind in hook.events and (not hook.kinds or case.kind in hook.kinds) and not private:
                ways.append((WEBHOOK, hook.name))
        if entry.kind == EntryKind.OPENED and "open311_client" not in case.data:  # what came by Open311 does not go round
            receivers = integrations.open311.values()
            ways += [(OPEN311, receiver.name) for receiver in receivers if case.kind in receiver.services]
    return [
        NewItem(
            f"{case.reference}:{entry.seq}:{target}:{name}", target, case.council, case.reference, entry.seq, {"name": name}
        )
        for target, name in ways
    ]
