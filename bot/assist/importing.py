"""Imports past conversations, so that a council starts with its own history: read, masked, grouped, kept batch by batch.

The file is looked through once before anything is kept: when most of it cannot be used nothing is imported. Then whole
conversations go in, a few hundred pairs in one transaction; importing a conversation again replaces its pairs. A million
lines pass in bounded memory, since nothing but the current batch, the index for grouping and marks of ids is held.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.assist import store
from bot.assist.formats import ConversationFile, PastConversation
from bot.assist.memory import Memory
from bot.assist.model import FEWEST_WORDS, LONGEST_ASKED, Pair
from bot.assist.taking_in import Pseudonymise, TakingIn
from bot.foundation.csvfiles import Reject, UnusableFile
from bot.foundation.database import Database
from bot.staff.audit import Action, Audit
from bot.staff.model import Actor

BATCH = 400  # pairs in one transaction
WORST_SHARE = 0.5  # more rejects than this for each conversation: the file was misread, and nothing is imported


@dataclass
class Summary:
    """What came of an import."""

    lines: int = 0
    conversations: int = 0
    pairs: int = 0
    empty: int = 0  # conversations without a reply of staff to something that was asked
    replaced: int = 0  # pairs of an earlier import that these took the place of
    rejected: int = 0
    unread: int = 0  # pairs whose message the engine has not read, since it did not answer
    old_lines: int = 0


class ConversationImport:
    """Imports one file. `progress` hears the lines read so far, `reject` each line that cannot be used."""

    def __init__(
        self,
        database: Database,
        memory: Memory,
        taking_in: TakingIn,
        audit: Audit,
        progress: Callable[[int], None],
        reject: Callable[[Reject], None],
    ) -> None:
        self._database = database
        self._memory = memory
        self._taking_in = taking_in
        self._audit = audit
        self._progress = progress
        self._reject = reject

    async def run(self, actor: Actor, file: ConversationFile, council: str) -> Summary:
        """The whole import. `council` is whose conversations they are where the file does not say. Raises UnusableFile."""
        self._look_through(file, council)
        summary = Summary()
        for one in self._memory.indexes:
            await self._memory.update(one)
        try:
            await self._import(file, council, summary)
        finally:
            detail = {"conversations": summary.conversations, "pairs": summary.pairs, "replaced": summary.replaced}
            async with self._database.writing() as tx:
                await self._audit.record(tx, actor, Action.CONVERSATIONS_IMPORTED, "past_replies", detail, council)
        summary.lines, summary.old_lines = file.lines, file.old_lines
        return summary

    # ---- inside

    def _look_through(self, file: ConversationFile, council: str) -> None:
        """Raises UnusableFile when most of the file cannot be used; tells then what is wrong with it."""
        usable = 0
        wrong: list[Reject] = []
        for one in file.conversations():
            if isinstance(one, PastConversation) and one.messages and self._council(one, council):
                usable += 1
            elif len(wrong) < 1000:
                wrong.append(one if isinstance(one, Reject) else Reject(one.line, self._why_not(one, council)))
        if usable == 0 or len(wrong) > usable * (1 + WORST_SHARE):
            for reject in wrong:
                self._reject(reject)
            raise UnusableFile(f"Most of {file.path} cannot be used, so nothing was imported.")

    async def _import(self, file: ConversationFile, council: str, summary: Summary) -> None:
        batch: dict[str, list[tuple[str, list[Pair]]]] = {}
        waiting = 0
        for one in file.conversations():
            self._progress(file.lines)
            if isinstance(one, Reject) or not self._council(one, council):
                summary.rejected += 1
                self._reject(one if isinstance(one, Reject) else Reject(one.line, self._why_not(one, council)))
                continue
            pairs = pairs_of(one)
            summary.conversations += 1
            summary.empty += not pairs
            batch.setdefault(self._council(one, council), []).append((mark_of(one.id), pairs))
            waiting += len(pairs)
            if waiting >= BATCH:
                await self._keep(batch, summary)
                batch, waiting = {}, 0
        await self._keep(batch, summary)

    async def _keep(self, batch: dict[str, list[tuple[str, list[Pair]]]], summary: Summary) -> None:
        for council, conversations in batch.items():
            said = [pair for _, pairs in conversations for pair in pairs]
            pairs = await self._taking_in.masked(council, said)
            prepared = await self._taking_in.prepared(council, pairs)
            index = self._memory.indexes[council]
            async with self._database.writing() as tx:
                summary.replaced += await store.delete_outside(tx, council, [mark for mark, _ in conversations])
                new = await self._taking_in.grouped(tx, council, index, prepared)
                begin = 0
                for mark, own in conversations:
                    await store.add_pairs(tx, council, new[begin : begin + len(own)], outside_id=mark)
                    begin += len(own)
            summary.pairs += len(new)
            summary.unread += prepared.unread
            await self._memory.changed(council)
            await asyncio.sleep(0)

    def _council(self, one: PastConversation, council: str) -> str:
        own = one.council or council
        return own if own in self._memory.indexes and (not council or own == council) else ""

    def _why_not(self, one: PastConversation, council: str) -> str:
        if not one.messages:
            return "its conversation has no message that can be used"
        if one.council and council and one.council != council:
            return f"it is a conversation of {one.council[:40]}, not of {council}"
        return f"there is no council {one.council[:40]}" if one.council else "it names no council; give one with --council"


def pairs_of(conversation: PastConversation) -> list[Pair]:
    """Every reply of staff with what the resident had asked; several in a row belong together."""
    pairs: list[Pair] = []
    asked: list[str] = []
    answered = False
    for place, one in enumerate(conversation.messages, 1):
        if one.resident:
            asked = [*([] if answered else asked), one.text]
            answered = False
        elif asked and len(one.text.split()) >= FEWEST_WORDS:
            if answered:
                before = pairs.pop()
                pairs.append(replace(before, reply=f"{before.reply}\n\n{one.text}", at=one.at))
            else:
                pairs.append(Pair("\n".join(asked)[-LONGEST_ASKED:], one.text, one.at, place, not pairs))
            answered = True
    return pairs


def mark_of(outside_id: str) -> str:
    """What is kept of a conversation's id in another system: enough to know it again, and nothing personal."""
    return sha256(outside_id.encode("utf-8", "replace")).hexdigest()[:40]


def spread(workers: Sequence[Pseudonymise]) -> Pseudonymise:
    """Masks with several processes at once: each gets its share of the texts."""

    async def pseudonymise(texts: Sequence[str], keep: Collection[str]) -> list[str]:
        share = -(-len(texts) // len(workers)) or 1
        parts = [texts[begin : begin + share] for begin in range(0, len(texts), share)]
        masked = await asyncio.gather(*(worker(part, keep) for worker, part in zip(workers, parts, strict=False)))
        return [text for part in masked for text in part]

    return pseudonymise
