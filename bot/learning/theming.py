"""Themes: messages that were not answered, masked, grouped by meaning and counted, so that trainers see what people ask for.

Signals are noted with a turn and hold no words (bot/dialogue/noticing.py). A round here takes the new ones' words out of their
conversations, masks them in another process, makes their vectors, and groups all of the last PERIOD. It runs from time to time
and when somebody asks for it; the heavy parts are in threads. Themes keep their ids from round to round.
"""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol

import numpy as np
import structlog

from bot.learning import store
from bot.learning.clustering import Vectors, grouped, kept_ids, telling_words
from bot.learning.examples import says_something
from bot.learning.model import NothingHere, Signal, Theme, UnusableMark
from bot.learning.parts import Parts
from bot.privacy.pseudonyms_process import MaskingFailed
from bot.staff.audit import Action
from bot.staff.model import Actor, Permission

log = structlog.get_logger()

PERIOD = timedelta(days=90)
MOST = 4000  # messages of a council that are grouped, the newest
LOT = 200  # messages that are masked at once
EVERY = 300.0  # seconds between rounds
FEWEST_PEOPLE = 2
SHOWN_LENGTH = 160
SINGLES = 30
MARK_BYTES = 8


class Embeds(Protocol):
    """What makes vectors of messages; meaning.py."""

    mark: bytes  # eight bytes that name the encoders

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text."""


class Theming:
    """The themes of this product. Build one in building.py; `start` and `close_down` it in app.py."""

    def __init__(self, parts: Parts, councils: Sequence[str], embed: Embeds) -> None:
        self._parts = parts
        self._councils = councils
        self._embed = embed
        self._at_it = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins the rounds."""
        self._task = asyncio.create_task(self._rounds())

    async def close_down(self) -> None:
        """Ends the rounds."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    # ---- for people

    async def themes(self, actor: Actor, *, closed: bool = False) -> list[Theme]:
        """Themes, those of most people first. Raises NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            return await store.themes_of(tx, actor, closed=closed)

    async def theme(self, actor: Actor, theme_id: str) -> tuple[Theme, list[Signal]]:
        """A theme with its messages, the newest first. Raises NothingHere, NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            found = await store.theme(tx, actor, theme_id)
            if found is None:
                raise NothingHere
            return found, await store.signals_of_theme(tx, theme_id, 300)

    async def singles(self, actor: Actor) -> list[Signal]:
        """The newest messages that belong to no theme. Raises NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            return await store.without_theme(tx, actor, self._parts.clock.now() - PERIOD, SINGLES)

    async def wrong_answers(self, actor: Actor) -> list[tuple[str, str, str, str, int]]:
        """Answers that did not help: council, article, kind of signal, reason, how often. Raises NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            return await store.wrong_answers(tx, actor, self._parts.clock.now() - PERIOD)

    async def close(self, actor: Actor, theme_id: str, reason: str) -> None:
        """Takes a theme off the list; it stays closed however many more ask. Raises NothingHere, UnusableMark, NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        if not reason.strip():
            raise UnusableMark("Say why it is closed, so that colleagues know.")
        values = {"closed_at": self._parts.clock.now(), "closed_by": actor.name, "closed_reason": reason.strip()[:200]}
        await self._change(actor, theme_id, **values)

    async def reopen(self, actor: Actor, theme_id: str) -> None:
        """Puts a theme back on the list. Raises NothingHere, NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        await self._change(actor, theme_id, closed_at=None, closed_by="", closed_reason="")

    async def _change(self, actor: Actor, theme_id: str, **values: Any) -> None:
        async with self._parts.database.writing() as tx:
            found = await store.theme(tx, actor, theme_id)
            if found is None:
                raise NothingHere
            await store.change_theme(tx, theme_id, **values)
            detail = {"closed": values["closed_at"] is not None}
            await self._parts.audit.record(tx, actor, Action.THEME_CLOSED, f"theme:{theme_id}", detail, found.council)

    # ---- the round

    async def gather(self) -> int:
        """One round: masks what is new and groups everything again. Gives the number of messages that were new."""
        async with self._at_it:
            new = 0
            while lot := await self._mask_some():
                new += lot
            for council in self._councils:
                await self._group(council)
        log.info("themes_gathered", new=new)
        return new

    async def _mask_some(self) -> int:
        async with self._parts.database.reading() as tx:
            found = await store.unmasked(tx, LOT)
        if not found:
            return 0
        masked = [text if says_something(text) else "" for text in await self._parts.mask([text for _, text in found])]
        vectors = await asyncio.to_thread(self._packed, masked)
        rows = [(signal_id, text, vector) for (signal_id, _), text, vector in zip(found, masked, vectors, strict=True)]
        async with self._parts.database.writing() as tx:
            await store.keep_masked(tx, rows)
        return len(rows)

    async def _group(self, council: str) -> None:
        since = self._parts.clock.now() - PERIOD
        async with self._parts.database.reading() as tx:
            found = await store.for_themes(tx, council, since, MOST)
            stale = [signal for signal, vector in found if not vector.startswith(self._embed.mark)]
        if stale:  # of other encoders than those of today
            made = await asyncio.to_thread(self._packed, [signal.text for signal in stale])
            fresh = {signal.id: vector for signal, vector in zip(stale, made, strict=True)}
            async with self._parts.database.writing() as tx:
                await store.keep_masked(tx, [(signal.id, signal.text, fresh[signal.id]) for signal in stale])
            found = [(signal, fresh.get(signal.id, vector)) for signal, vector in found]
        rows, members = await asyncio.to_thread(_themes_of, found)
        async with self._parts.database.writing() as tx:
            await store.set_themes(tx, council, rows, members)

    def _packed(self, texts: Sequence[str]) -> list[bytes]:
        """Vectors as they are kept: the mark of their encoders, then the numbers."""
        return [self._embed.mark + np.asarray(vector, np.float16).tobytes() for vector in self._embed(texts)]

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.gather()
            except MaskingFailed:
                log.warning("signals_not_masked")
            except Exception:
                log.exception("themes_failed")


def _themes_of(found: Sequence[tuple[Signal, bytes]]) -> tuple[list[dict[str, Any]], dict[str, list[int]]]:
    """The themes of these signals as rows, and the signals in each."""
    if not found:
        return [], {}
    signals = [signal for signal, _ in found]
    vectors = np.stack([np.frombuffer(vector[MARK_BYTES:], np.float16).astype(np.float32) for _, vector in found])
    groups = [[signals[place] for place in group.places] for group in grouped(vectors)]
    groups = [group for group in groups if len({one.conversation_id for one in group}) >= FEWEST_PEOPLE]
    before = [(one.id, one.theme_id) for one in signals if one.theme_id]
    ids = kept_ids([[one.id for one in group] for group in groups], before, lambda: secrets.token_hex(6))
    names = telling_words([[one.text for one in group] for group in groups])
    rows = [theme_row(theme_id, name, group) for theme_id, name, group in zip(ids, names, groups, strict=True)]
    return rows, {theme_id: [one.id for one in group] for theme_id, group in zip(ids, groups, strict=True)}


def theme_row(theme_id: str, name: str, group: Sequence[Signal]) -> dict[str, Any]:
    """A theme of these messages, the oldest first, as its row; named by its example where no name is given."""
    example = next((one.text for one in group if 12 <= len(one.text) <= SHOWN_LENGTH), group[0].text[:SHOWN_LENGTH])
    moments = [one.at for one in group]
    return {
        "id": theme_id,
        "name": (name or example)[:200],
        "example": example,
        "people": len({one.conversation_id for one in group}),
        "messages": len(group),
        "first_at": min(moments),
        "last_at": max(moments),
    }
