"""Who is at their desk: what staff say of themselves, with a reason, and what their console's silence says.

A console reports every few seconds over its event stream. A person whose console is silent for PRESENCE_LOST is not there,
whatever they said last, and upkeep.py gives their chats back to the queue. Signing out does so at once.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.service import NotFound
from bot.handoff import store
from bot.handoff.access import Access
from bot.handoff.model import Desk, Presence
from bot.handoff.vanishing import give_back
from bot.staff.audit import Action
from bot.staff.model import Actor, Permission

REASON_LENGTH = 120
REPORTED_EVERY = timedelta(seconds=15)  # a report is written down at most so often


class Presences:
    """The desks of all staff. Build one in app.py."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._database = access.parts.database
        self._reported: dict[str, datetime] = {}

    async def mine(self, actor: Actor) -> Desk:
        """The actor's own desk."""
        async with self._database.reading(brief=True) as tx:
            return await self._desk_in(tx, actor)

    async def set(self, actor: Actor, presence: Presence, reason: str = "") -> Desk:
        """Says how it stands with the actor: available, busy, on a break, away. OFFLINE is signing out: see `leave`."""
        actor.needs(Permission.ANSWER_CHATS)
        if presence == Presence.OFFLINE:
            await self.leave(actor)
            return await self.mine(actor)
        now, reason = self._access.now(), " ".join(reason.split())[:REASON_LENGTH]
        async with self._database.writing() as tx:
            before = await store.desk_of(tx, actor.staff_id)
            since = now if before is None or before.presence != presence else before.since
            values = {"presence": str(presence), "reason": reason, "since": since, "seen_at": now}
            await store.put_desk(tx, actor, now, **values)
            desk = await self._desk_in(tx, actor)
            if before is None or (before.presence, before.reason) != (presence, reason):
                await self._access.record_desk(tx, actor, Action.PRESENCE_CHANGED, desk, presence=str(presence), reason=reason)
        self._reported[actor.staff_id] = now
        await self._changed(actor.council)
        return desk

    async def here(self, actor: Actor) -> None:
        """The actor's console reports. Call it as often as you like; it is written down every few seconds."""
        now = self._access.now()
        last = self._reported.get(actor.staff_id)
        if last is not None and timedelta(0) <= now - last < REPORTED_EVERY:
            return
        self._reported[actor.staff_id] = now
        async with self._database.writing(brief=True) as tx:
            await store.put_desk(tx, actor, now, seen_at=now)

    async def leave(self, actor: Actor, reason: str = "") -> None:
        """The actor signs out, mid-chat or not: their chats go back to the front of the queue with a word to residents."""
        if not actor.may(Permission.ANSWER_CHATS):
            return
        now, gone = self._access.now(), str(Presence.OFFLINE)
        async with self._database.writing() as tx:
            before = await self._desk_in(tx, actor)
            await store.put_desk(tx, actor, now, presence=gone, reason=reason, since=now, seen_at=None)
            if before.presence != Presence.OFFLINE:
                await self._access.record_desk(tx, actor, Action.PRESENCE_CHANGED, before, presence=gone, reason=reason)
            chats = await store.with_staff(tx, actor.staff_id)
        self._reported.pop(actor.staff_id, None)
        for chat in chats:
            await give_back(self._access, chat, "signed_out", "put_back")
        await self._changed(actor.council)

    async def colleagues(self, actor: Actor) -> list[Desk]:
        """Everybody of the actor's council who serves one of their teams, with how it stands with them now."""
        actor.needs(Permission.ANSWER_CHATS)
        now = self._access.now()
        async with self._database.reading(brief=True) as tx:
            desks = await store.desks(tx, [] if actor.council == "*" else [actor.council])
        shared = [desk for desk in desks if "*" in actor.teams or "*" in desk.teams or actor.teams & desk.teams]
        return [desk if desk.seen(now) else replace(desk, presence=Presence.OFFLINE) for desk in shared]

    async def supervise(
        self, actor: Actor, staff_id: str, *, supervised: bool | None = None, capacity: int | None = None
    ) -> None:
        """Sets whether somebody's replies wait for a second person, and how many chats they take; None leaves it."""
        actor.needs(Permission.SUPERVISE_CHATS)
        values = {"supervised": supervised, "capacity": capacity}
        async with self._database.writing() as tx:
            desk = await store.desk_of(tx, staff_id, lock=True)
            shared = desk is not None and ("*" in actor.teams or "*" in desk.teams or bool(actor.teams & desk.teams))
            if desk is None or not actor.sees_council(desk.council) or not shared:
                raise NotFound
            known = {name: value for name, value in values.items() if value is not None}
            await store.change_desk(tx, staff_id, **known)
            await self._access.record_desk(tx, actor, Action.DESK_CHANGED, desk, **known)

    @staticmethod
    async def _desk_in(tx: AsyncConnection, actor: Actor) -> Desk:
        desk = await store.desk_of(tx, actor.staff_id)
        return desk or Desk(actor.staff_id, actor.name, actor.council, actor.teams)

    async def _changed(self, council: str) -> None:
        await self._access.wake_queue(council)
