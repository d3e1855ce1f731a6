"""What suggestions are made from, kept in memory for each council and brought up to date without a restart.

At start everything is read from the database in the background; afterwards a wake-up on the bus says that a reply was sent or
a chat was learnt from, in this process or another, and what is new is read by id. What was erased with its conversation is
forgotten at once, what expired at intervals; neither is shown meanwhile, since the wording comes from the database each time.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import batched

import structlog

from bot.assist import store
from bot.assist.encoding import Encoding
from bot.assist.index import MOST, Entry, PastReplies
from bot.assist.model import From, Used
from bot.assist.ranking import Outcomes, Weights
from bot.assist.store import Kept
from bot.assist.words import terms
from bot.conversations.model import Conversation
from bot.foundation.background import Background
from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.words import LONDON
from bot.privacy.pseudonyms import gives_details

log = structlog.get_logger()

AT_ONCE = 2000
RENEWED_AT_ONCE = 100
OVERLAP = 200  # ids that are looked at again: another process may commit a lower one later
LOOK_SECONDS = 30.0
ERASED_EVERY = timedelta(minutes=10)

Counts = dict[tuple[From, str], Outcomes]


def topic(council: str) -> str:
    """What is woken when past replies or outcomes of a council change."""
    return f"assist:{council}"


def erased_topic(council: str) -> str:
    """What is woken when a conversation of a council was deleted."""
    return f"assist-erased:{council}"


class Memory(Background):
    """The indexes of every council. Build one in app.py, start it, and close it on the way out."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, councils: Sequence[str], encoding: Encoding, weights: Weights
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._encoding = encoding
        self.indexes = {council: PastReplies(weights.of[From.REPLY]) for council in councils}
        self._outcomes: dict[str, Counts] = {council: {} for council in councils}
        self._last_pair = dict.fromkeys(councils, 0)
        self._last_outcome = dict.fromkeys(councils, 0)
        self._updating = asyncio.Lock()
        self._checked = clock.now()
        self.edition = 0  # rises when pairs may have been forgotten, so that whoever keeps suggestions drops them

    def outcomes(self, council: str) -> Mapping[tuple[From, str], Outcomes]:
        """What became of the council's suggestions so far."""
        return self._outcomes[council]

    async def update(self, council: str) -> None:
        """Reads what is new of a council."""
        async with self._updating:
            await self._new_pairs(council)
            async with self._database.reading() as tx:
                rows = await store.outcomes_after(tx, council, self._last_outcome[council])
            for number, source, source_id, outcome in rows:
                self._count(council, (source, source_id), outcome)
                self._last_outcome[council] = number

    async def changed(self, council: str) -> None:
        """After a commit: reads it here and tells the other processes."""
        await self.update(council)
        await self._bus.wake(topic(council))

    async def drop_erased(self, council: str) -> None:
        """Forgets pairs that are no longer in the database."""
        index = self.indexes[council]
        known = index.ids
        async with self._database.reading() as tx:
            there = await store.ids_of(tx, council, min(known, default=0) - 1)
        index.remove(sorted(known - there))
        self.edition += 1

    async def erased(self, gone: Sequence[Conversation]) -> None:
        """After conversations were deleted: forgets their pairs here and tells the other processes."""
        for council in sorted({conversation.council for conversation in gone}):
            await self.drop_erased(council)
            await self._bus.wake(erased_topic(council))

    # ---- inside

    async def _work(self) -> None:
        councils = list(self.indexes)
        changes, deletions = {topic(council) for council in councils}, {erased_topic(council) for council in councils}
        heard: frozenset[str] = frozenset()
        async with self._bus.listen(*changes, *deletions) as news:
            while True:
                try:
                    for council in councils:
                        await self.update(council)
                    if heard & deletions or self._clock.now() - self._checked > ERASED_EVERY:
                        self._checked = self._clock.now()
                        for council in councils:
                            await self.drop_erased(council)
                except Exception:
                    log.exception("past_replies_not_read")
                heard = await news.wait(LOOK_SECONDS)

    async def _new_pairs(self, council: str) -> None:
        after = await self._before_what_is_new(council)
        while after is not None:
            async with self._database.reading() as tx:
                rows = await store.pairs_after(tx, council, after, AT_ONCE)
            if rows:
                rows = list(await self._renewed(rows))
                index = self.indexes[council]
                index.add(await asyncio.to_thread(self._entries, rows, index))
                after = rows[-1].id
                self._last_pair[council] = max(after, self._last_pair[council])
            if len(rows) < AT_ONCE:
                return

    async def _before_what_is_new(self, council: str) -> int | None:
        """The id after which pairs are to be read; None when there is nothing new.

        This is asked after every reply, so the last ids are looked at alone: reading their pairs again took 70 ms.
        """
        index, last = self.indexes[council], self._last_pair[council]
        if not len(index):
            return last or await self._start(council)
        async with self._database.reading(brief=True) as tx:
            new = index.without(await store.ids_of(tx, council, max(0, last - OVERLAP)))
        return min(new) - 1 if new else None

    async def _start(self, council: str) -> int:
        async with self._database.reading() as tx:
            return await store.start_of_newest(tx, council, MOST)

    async def _renewed(self, rows: Sequence[Kept]) -> Sequence[Kept]:
        """The pairs with vectors of the encoder of today; those of an earlier one are made again, once."""
        old = [row for row in rows if row.encoder != self._encoding.mark]
        if not old:
            return rows
        fresh: dict[int, Kept] = {}
        for some in batched(old, RENEWED_AT_ONCE):
            asked = await asyncio.to_thread(self._encoding.embed, [row.asked for row in some])
            replies = await asyncio.to_thread(self._encoding.embed, [row.reply for row in some])
            for row, vector, reply in zip(some, asked, replies, strict=True):
                leads = row.reply_vector is not None
                fresh[row.id] = replace(row, encoder=self._encoding.mark, vector=vector, reply_vector=reply if leads else None)
            async with self._database.writing() as tx:
                vectors = {row.id: (fresh[row.id].vector, fresh[row.id].reply_vector) for row in some}
                await store.put_vectors(tx, self._encoding.mark, vectors)
        log.info("past_replies_encoded_again", pairs=len(old))
        return [fresh.get(row.id, row) for row in rows]

    def _entries(self, rows: Sequence[Kept], index: PastReplies) -> list[Entry]:
        """Pairs as the index takes them. The first pair of a group may have been erased: then its vector is made again."""
        entries: list[Entry] = []
        known: set[str] = set()
        for row in rows:
            vector = row.reply_vector
            if vector is None and row.group not in known and not index.has_group(row.group):
                vector = self._encoding.embed([row.reply])[0]
            known.add(row.group)
            day = row.at.astimezone(LONDON).date()
            asked = tuple(terms(row.asked))
            details = gives_details(row.asked)
            entries.append(Entry(row.id, row.group, day, row.first, details, asked, row.intents, row.vector, vector))
        return entries

    def _count(self, council: str, key: tuple[From, str], outcome: Used) -> None:
        before = self._outcomes[council].get(key, Outcomes())
        self._outcomes[council][key] = before.counting(outcome)
