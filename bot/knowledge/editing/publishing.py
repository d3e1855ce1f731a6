"""What becomes live, and how it is taken back: publish a checked draft, withdraw, put an earlier version back, history.

Each of these adds a version and is in force in every gateway at once (live.py). The first version over a file writes the
file's own text down before it, so that the history says what was changed and the way back is always there.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.knowledge.editing import store
from bot.knowledge.editing.fields import is_withdrawn, withdrawn_text
from bot.knowledge.editing.library import live_text, own_text
from bot.knowledge.editing.live import Live
from bot.knowledge.editing.model import (
    LONGEST_NOTE,
    Change,
    Draft,
    HasMistakes,
    NoSuchEntry,
    NotPossible,
    OwnWriting,
    Place,
    State,
    UnusableEntry,
    Version,
)
from bot.knowledge.editing.service import Drafts
from bot.knowledge.model import Pack
from bot.knowledge.service import Knowledge
from bot.staff.audit import Action, Audit
from bot.staff.model import Actor, Permission

log = structlog.get_logger()

_AT_ONCE = "Somebody published this at the same moment. Look at it again, then decide."


class Publishing:
    """The versions of this product. Build one in app.py."""

    def __init__(
        self, database: Database, clock: Clock, audit: Audit, knowledge: Knowledge, drafts: Drafts, live: Live
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._knowledge = knowledge
        self._drafts = drafts
        self._live = live

    async def history(self, actor: Actor, place: Place) -> list[Version]:
        """Every version of an article or fact, the newest first; none while only its file is there. Raises NoSuchEntry."""
        actor.needs(Permission.EDIT_KNOWLEDGE)
        if place.pack not in self._knowledge.packs or not actor.sees_council(place.pack):
            raise NoSuchEntry
        async with self._database.reading() as tx:
            return await store.history(tx, place)

    async def publish(self, actor: Actor, draft_id: str, seen: int, live: int) -> Draft:
        """Makes a checked draft live, everywhere.

        `seen` is the version of the draft that was checked, `live` the number of the version that it was compared with. Twice changes nothing. Raises NotAllowed, NoSuchEntry, OwnWriting for somebody who wrote in it, HasMistakes, and
        NotPossible when the draft or what is live was changed meanwhile.
        """
        actor.needs(Permission.PUBLISH_KNOWLEDGE)
        draft = await self._drafts.one(actor, draft_id)
        if draft.state == State.PUBLISHED:
            return draft
        draft.must_be(State.WAITING)
        if not draft.may_be_checked_by(actor.staff_id):
            raise OwnWriting("You wrote in this draft yourself. A second person must check and publish it.")
        if draft.version != seen:
            raise NotPossible("This draft was changed after you opened it. Read it again, then decide.")
        await self._live.refresh()  # what another gateway published counts too
        text = self._drafts.text_of(draft)
        if mistakes := self._drafts.mistakes_of(draft):
            raise HasMistakes(mistakes)
        done = replace(draft, state=State.PUBLISHED, changed_at=self._clock.now(), changed_by=actor.name)
        async with self._database.writing() as tx:
            newest = await store.newest(tx, draft.place)
            if (newest.number if newest else 0) != live or not await store.save_draft(tx, done, seen):
                raise NotPossible(_AT_ONCE)
            author = ", ".join(draft.names)[:250]
            number = await self._add(tx, draft.place, text, Change.PUBLISHED, draft.note, author, actor)
            detail = {"draft": draft.id, "version": number, "author": author}
            await self._record(tx, actor, Action.KNOWLEDGE_PUBLISHED, draft.place, detail)
        await self._live.published()
        return replace(done, version=seen + 1)

    async def withdraw(self, actor: Actor, place: Place, reason: str) -> None:
        """Takes an article or fact away from residents at once; they are offered a person. Twice changes nothing.

        A council that withdraws a national one does so for itself. Raises NotAllowed, NoSuchEntry and UnusableEntry.
        """
        reason = self._checked(actor, place, reason, "Write why you withdraw it. It stands in the history.")
        async with self._database.writing() as tx:
            text = await self._newest_text(tx, place)
            if not text:
                raise NoSuchEntry
            if is_withdrawn(place.kind, text, place.pack):
                return
            gone = withdrawn_text(place.kind, text)
            number = await self._add(tx, place, gone, Change.WITHDRAWN, reason, "", actor)
            detail = {"version": number, "reason": reason}
            await self._record(tx, actor, Action.KNOWLEDGE_WITHDRAWN, place, detail)
        log.warning("knowledge_withdrawn", place=str(place), staff_id=actor.staff_id)
        await self._live.published()

    async def put_back(self, actor: Actor, place: Place, number: int, reason: str, live: int) -> None:
        """Makes an earlier version live again; `live` is the number of the version that the actor saw as live.

        Raises NotAllowed, NoSuchEntry, UnusableEntry, and NotPossible when something was published meanwhile.
        """
        reason = self._checked(actor, place, reason, "Write why you put it back. It stands in the history.")
        async with self._database.writing() as tx:
            versions = await store.history(tx, place)
            wanted = next((one for one in versions if one.number == number), None)
            if wanted is None:
                raise NoSuchEntry
            if versions[0].number != live:
                raise NotPossible(_AT_ONCE)
            if wanted.text == versions[0].text:
                raise NotPossible("This version is live already.")
            note = f"Version {number}: {reason}"[:LONGEST_NOTE]
            new = await self._add(tx, place, wanted.text, Change.PUT_BACK, note, wanted.author, actor)
            detail = {"version": new, "put_back": number, "reason": reason}
            await self._record(tx, actor, Action.KNOWLEDGE_PUT_BACK, place, detail)
        await self._live.published()

    async def drop(self, actor: Actor, place: Place, reason: str) -> None:
        """Lets the national article or fact count again instead of the council's own. Raises as `withdraw`."""
        reason = self._checked(actor, place, reason, "Write why the national one should count again.")
        base = self._knowledge.packs[place.pack].base
        if not own_text(self._knowledge.packs, replace(place, pack=base)):
            raise NotPossible("There is no national one to take its place. Withdraw it instead.")
        async with self._database.writing() as tx:
            newest = await store.newest(tx, place)
            if not (newest.text if newest else own_text(self._knowledge.files, place)):
                return
            number = await self._add(tx, place, "", Change.DROPPED, reason, "", actor)
            detail = {"version": number, "reason": reason, "dropped": True}
            await self._record(tx, actor, Action.KNOWLEDGE_PUT_BACK, place, detail)
        await self._live.published()

    # ---- parts

    def _checked(self, actor: Actor, place: Place, reason: str, missing: str) -> str:
        actor.needs(Permission.PUBLISH_KNOWLEDGE)
        if place.pack not in self._knowledge.packs or not actor.sees_council(place.pack):
            raise NoSuchEntry
        reason = " ".join(reason.split())
        if not reason:
            raise UnusableEntry("reason", missing)
        if len(reason) > LONGEST_NOTE:
            raise UnusableEntry("reason", f"Write it in {LONGEST_NOTE} characters or fewer.")
        return reason

    async def _newest_text(self, tx: AsyncConnection, place: Place) -> str:
        """What is live of a place as the database has it now, whatever this gateway holds."""
        newest = await store.newest(tx, place)
        if newest and newest.text:
            return newest.text
        return (own_text(self._knowledge.files, place) if newest is None else "") or live_text(self._knowledge.packs, place)

    async def _add(
        self, tx: AsyncConnection, place: Place, text: str, change: Change, note: str, author: str, actor: Actor
    ) -> int:
        new = Version(place, 0, text, change, note, author, actor.name, self._clock.now())
        return await add_version(tx, self._knowledge.files, new)

    async def _record(self, tx: AsyncConnection, actor: Actor, action: Action, place: Place, detail: dict[str, Any]) -> None:
        await self._audit.record(tx, actor, action, f"{place}"[:120], detail, place.pack)


async def add_version(tx: AsyncConnection, files: Mapping[str, Pack], new: Version) -> int:
    """Stores a version under the next number of its place, and before the first one what the file says. Gives the number.

    Raises NotPossible when somebody took the number at the same moment.
    """
    newest = await store.newest(tx, new.place)
    number = newest.number + 1 if newest else 1
    file = own_text(files, new.place)
    if newest is None and file:
        await store.add_version(tx, Version(new.place, 1, file, Change.FILE, "", "", "", new.at))
        number = 2
    if not await store.add_version(tx, replace(new, number=number)):
        raise NotPossible(_AT_ONCE)
    return number
