"""Makes pairs that can be kept out of pairs as they were said: masked, with vector, likely intents and group.

Cards and National Insurance numbers are hidden as in every message; names, addresses and references are taken out as for
training. What the council itself publishes stays, its telephone numbers and the names of its services, since a reply is no use
without them. What cannot be masked is not kept. learning.py does this with chats, importing.py with files.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.assist.encoding import Encoding
from bot.assist.grouping import in_groups
from bot.assist.index import PROFILE, PastReplies, Vector
from bot.assist.model import LONGEST_ASKED, Pair
from bot.assist.ranking import profile
from bot.assist.store import NewPair
from bot.knowledge.model import FACT
from bot.knowledge.service import Knowledge
from bot.privacy.model import Masked

LONGEST_REPLY = 4000
PUBLIC_KINDS = ("telephone", "email")  # of facts
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w'’]+(?: [A-Z][\w'’]+)*")

Pseudonymise = Callable[[Sequence[str], Collection[str]], Awaitable[list[str]]]  # texts, and what may stay in them
Mask = Callable[[str, str], Masked]
ReadsMessages = Callable[[str], Awaitable["Heard | None"]]  # None: the engine is away


@dataclass(frozen=True)
class Heard:
    """What the engine takes a message for: intents with their chances, and its vector of search's encoder where it was made."""

    intents: Mapping[str, float]
    vector: Vector | None = None


class TakingIn:
    """Prepares pairs of any council. Build one where pairs are taken in."""

    def __init__(
        self, knowledge: Knowledge, encoding: Encoding, mask: Mask, pseudonymise: Pseudonymise, reads: ReadsMessages
    ) -> None:
        self._knowledge = knowledge
        self._encoding = encoding
        self._reads = reads
        self._mask = mask
        self._pseudonymise = pseudonymise

    async def masked(self, council: str, pairs: Sequence[Pair]) -> list[Pair]:
        """The pairs without what could name anybody. Raises MaskingFailed."""
        texts = [text for one in pairs for text in (one.asked[:LONGEST_ASKED], one.reply[:LONGEST_REPLY])]
        hidden = await self._pseudonymise(
            [self._mask(text, council).text for text in texts], published(self._knowledge, council)
        )
        return [
            replace(one, asked=asked, reply=reply) for one, asked, reply in zip(pairs, hidden[::2], hidden[1::2], strict=True)
        ]

    async def prepared(self, council: str, pairs: Sequence[Pair]) -> "Prepared":
        """Everything about masked pairs that is worked out outside a transaction: vectors, and how messages are read."""
        embed = self._encoding.embed
        asked, replies = await asyncio.to_thread(
            lambda: (embed([one.asked for one in pairs]), embed([one.reply for one in pairs]))
        )
        readings = [await self._reads(one.asked) for one in pairs]
        intents = [
            reading.intents
            if reading is not None
            else profile(await asyncio.to_thread(self._knowledge.nearness, council, one.asked))
            for one, reading in zip(pairs, readings, strict=True)
        ]
        return Prepared(pairs, asked, replies, intents, sum(reading is None for reading in readings))

    async def grouped(self, tx: AsyncConnection, council: str, index: PastReplies, prepared: "Prepared") -> list[NewPair]:
        """The pairs as they are kept, each in its group."""
        replies = [one.reply for one in prepared.pairs]
        groups = await in_groups(tx, council, index, replies, prepared.replies)
        return [
            NewPair(
                one.seq,
                one.first,
                one.at,
                one.asked,
                one.reply,
                group.group,
                likeliest(intents),
                self._encoding.mark,
                vector,
                reply if group.first else None,
            )
            for one, group, intents, vector, reply in zip(
                prepared.pairs, groups, prepared.intents, prepared.asked, prepared.replies, strict=True
            )
        ]


@dataclass(frozen=True)
class Prepared:
    """Masked pairs with their vectors and readings; `unread` counts those that the engine did not read."""

    pairs: Sequence[Pair]
    asked: Vector
    replies: Vector
    intents: Sequence[Mapping[str, float]]
    unread: int


def likeliest(intents: Mapping[str, float]) -> dict[str, float]:
    """The intents of a message that are worth keeping."""
    return dict(sorted(intents.items(), key=lambda one: -one[1])[:PROFILE])


def published(knowledge: Knowledge, council: str) -> list[str]:
    """Contacts of the council's facts, and names that its articles write with a capital letter in the middle of a sentence."""
    known = knowledge.council(council)
    contacts = {one.value for one in known.facts.values() if one.kind in PUBLIC_KINDS}
    texts = [f"{one.title}. {FACT.sub('', one.body)}" for one in known.articles.values()]
    ordinary = {word for text in texts for word in re.findall(r"(?<![\w'’])[a-z][\w'’]+", text)}
    names = {name for text in texts for name in _NAME.findall(text)}
    return sorted(contacts | {name for name in names if name.lower() not in ordinary})
