"""Kill switches and notices: the quickest way for a council to change what residents meet.

Every gateway keeps what it read for a second at most, so a change works everywhere at once without being asked for at every
message. Each change needs CHANGE_SWITCHES, has a reason, and stands in the audit.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import structlog

from bot.conversations.model import new_id
from bot.conversations.text import UnusableText, clean_text
from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.staff import switch_store
from bot.staff.audit import Action, Audit
from bot.staff.model import Actor, NotAllowed, Permission
from bot.staff.switch_model import (
    LONGEST_NOTICE,
    LONGEST_REASON,
    Feature,
    NoSuchNotice,
    Notice,
    Switch,
    UnusableSwitch,
)

log = structlog.get_logger()

KEPT = timedelta(seconds=1)
TOPIC = "switches"  # woken when anything here changes
LISTED = 50


class Switches:
    """The switches and notices of this product. Build one in app.py."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, audit: Audit, councils: Iterable[str]) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._audit = audit
        self.councils = tuple(councils)
        self._read_at: datetime | None = None
        self._off: frozenset[tuple[str, str]] = frozenset()
        self._notices: tuple[Notice, ...] = ()

    # ---- what every part of the product may ask

    async def is_on(self, council: str, feature: Feature) -> bool:
        """Whether residents of this council have the feature now."""
        await self._refresh()
        return (council, feature.value) not in self._off

    async def offers_person(self, council: str) -> bool:
        """Whether residents of this council are offered a person in the chat now."""
        return await self.is_on(council, Feature.PERSON)

    async def notices(self, council: str) -> list[Notice]:
        """What the council announces now, the earliest first."""
        await self._refresh()
        now = self._clock.now()
        return [one for one in self._notices if one.council == council and one.shown(now)]

    async def _refresh(self) -> None:
        now = self._clock.now()
        if self._read_at is not None and timedelta(0) <= now - self._read_at < KEPT:
            return
        async with self._database.reading(brief=True) as tx:
            found = await switch_store.all_switches(tx)
            self._notices = tuple(await switch_store.notices_not_over(tx, now))
        self._off = frozenset((one.council, one.feature.value) for one in found if not one.on)
        self._read_at = now

    # ---- what staff do

    async def all(self, actor: Actor) -> list[Switch]:
        """How every switch of the actor's councils stands. Raises NotAllowed."""
        actor.needs(Permission.CHANGE_SWITCHES)
        async with self._database.reading() as tx:
            known = {(one.council, one.feature): one for one in await switch_store.all_switches(tx)}
        seen = [council for council in self.councils if actor.sees_council(council)]
        return [known.get((council, feature), Switch(council, feature)) for council in seen for feature in Feature]

    async def turn(self, actor: Actor, council: str, feature: Feature, reason: str, *, on: bool) -> None:
        """Turns a feature on or off. Turning it off needs a reason. Raises NotAllowed and UnusableSwitch."""
        self._check(actor, council)
        reason = " ".join(reason.split())
        if not on and not reason:
            raise UnusableSwitch("reason", "Write why you turn it off. It stands in the record of who did what.")
        if len(reason) > LONGEST_REASON:
            raise UnusableSwitch("reason", f"Write the reason in {LONGEST_REASON} characters or fewer.")
        switch = Switch(council, feature, on, reason, self._clock.now(), actor.name)
        async with self._database.writing() as tx:
            await switch_store.set_switch(tx, switch)
            detail = {"feature": feature.value, "on": on, "reason": reason}
            await self._audit.record(tx, actor, Action.SWITCH_CHANGED, f"switch:{council}:{feature}", detail, council)
        log.warning("switch_changed", council=council, feature=feature.value, on=on, staff_id=actor.staff_id)
        await self._changed()

    async def all_notices(self, actor: Actor) -> list[Notice]:
        """The newest notices of the actor's councils, also those that are over. Raises NotAllowed."""
        actor.needs(Permission.CHANGE_SWITCHES)
        async with self._database.reading() as tx:
            return await switch_store.notices_of(tx, actor.council, LISTED)

    async def post_notice(self, actor: Actor, council: str, text: str, starts_at: datetime, ends_at: datetime) -> Notice:
        """Announces something to residents between two moments. Raises NotAllowed and UnusableSwitch."""
        self._check(actor, council)
        now, starts_at, ends_at = self._clock.now(), starts_at.astimezone(UTC), ends_at.astimezone(UTC)
        try:
            text = clean_text(text)
        except UnusableText:
            raise UnusableSwitch("text", "Write what residents should know.") from None
        if len(text) > LONGEST_NOTICE:
            raise UnusableSwitch("text", f"Write it in {LONGEST_NOTICE} characters or fewer.")
        if ends_at <= starts_at:
            raise UnusableSwitch("ends_at", "The end must be after the start.")
        if ends_at <= now:
            raise UnusableSwitch("ends_at", "The end must be in the future.")
        notice = Notice(new_id(), council, text, starts_at, ends_at, now, actor.name)
        async with self._database.writing() as tx:
            await switch_store.add_notice(tx, notice)
            detail = {"text": text, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
            await self._audit.record(tx, actor, Action.NOTICE_POSTED, f"notice:{notice.id}", detail, council)
        await self._changed()
        return notice

    async def withdraw_notice(self, actor: Actor, notice_id: str) -> None:
        """Takes a notice away; doing it twice changes nothing. Raises NotAllowed and NoSuchNotice."""
        actor.needs(Permission.CHANGE_SWITCHES)
        async with self._database.writing() as tx:
            found = await switch_store.notice(tx, notice_id)
            if found is None or not actor.sees_council(found.council):
                raise NoSuchNotice
            if await switch_store.withdraw_notice(tx, notice_id, self._clock.now()):
                await self._audit.record(tx, actor, Action.NOTICE_WITHDRAWN, f"notice:{notice_id}", {}, found.council)
        await self._changed()

    def _check(self, actor: Actor, council: str) -> None:
        actor.needs(Permission.CHANGE_SWITCHES)
        if not actor.sees_council(council):
            raise NotAllowed(Permission.CHANGE_SWITCHES)
        if council not in self.councils:
            raise UnusableSwitch("council", "Choose a council from the list.")

    async def _changed(self) -> None:
        self._read_at = None
        await self._bus.wake(TOPIC)
