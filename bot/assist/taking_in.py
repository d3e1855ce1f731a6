"""Makes pairs that can be kept out of pairs as they were said: masked, with vector, likely intents and group.

Cards and National Insurance numbers are hidden as in every message; names, addresses and references are taken out as for
training. Telephone numbers and e-mail addresses that the council itself publishes (facts.yml) stay, since a reply is no use
without them. What cannot be masked is not kept. learning.py does this with chats, importing.py with files.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.assist.grouping import grouped
from bot.assist.index import PastReplies, Vector
from bot.assist.model import HOLES, LONGEST_ASKED, Pair
from bot.assist.ranking import profile
from bot.assist.store import NewPair
from bot.knowledge.service import Knowledge
from bot.privacy.model import Masked

LONGEST_REPLY = 4000
PUBLIC_KINDS = ("telephone", "email")  # of facts
COVER = "\ue010"  # stands for what may stay; nobody types it

Pseudonymise = Callable[[Sequence[str]], Awaitable[list[str]]]
Mask = Callable[[str, str], Masked]


class TakingIn:
    """Prepares pairs of any council. Build one where pairs are taken in."""

    def __init__(self, knowledge: Knowledge, mask: Mask, pseudonymise: Pseudonymise) -> None:
        self._knowledge = knowledge
        self._mask = mask
        self._pseudonymise = pseudonymise

    async def masked(self, council: str, pairs: Sequence[Pair]) -> list[Pair]:
        """The pairs without what could name anybody. Raises MaskingFailed."""
        texts = [text for one in pairs for text in (one.asked[:LONGEST_ASKED], one.reply[:LONGEST_REPLY])]
        hidden = await self._pseudonymise([self._mask(text, council).text for text in texts])
        return [Pair(asked, reply, one.at, one.seq) for one, asked, reply in zip(pairs, hidden[::2], hidden[1::2], strict=True)]

    def _public(self, council: str) -> re.Pattern[str] | None:
        """Finds the council's own numbers and addresses, however they are spaced."""
        facts = self._knowledge.council(council).facts.values()
        values = {one.value for one in facts if one.kind in PUBLIC_KINDS}
        forms = [r"[ -]?".join(re.escape(mark) for mark in value if mark not in " -") for value in values]
        return re.compile("|".join(sorted(forms, key=len, reverse=True)), re.IGNORECASE) if forms else None

    async def embedded(self, pairs: Sequence[Pair]) -> tuple[Vector, Vector]:
        """Vectors of what was asked and of the replies, worked out in a thread."""
        embed = self._knowledge.embed
        return await asyncio.to_thread(lambda: (embed([one.asked for one in pairs]), embed([one.reply for one in pairs])))

    async def grouped(
        self, tx: AsyncConnection, council: str, index: PastReplies, pairs: Sequence[Pair], asked: Vector, replies: Vector
    ) -> list[NewPair]:
        """The pairs as they are kept, each in its group."""
        groups = await grouped(tx, council, index, [one.reply for one in pairs], replies)
        return [
            NewPair(
                one.seq,
                one.at,
                one.asked,
                one.reply,
                group.group,
                profile(self._knowledge.nearness(council, one.asked, vector)),
                vector,
                reply if group.first else None,
            )
            for one, group, vector, reply in zip(pairs, groups, asked, np.asarray(replies), strict=True)
        ]


def _cover(text: str, public: re.Pattern[str] | None) -> tuple[str, list[str]]:
    """The text with what may stay put out of sight of the masking, and what that was."""
    values: list[str] = []
    if public is None:
        return text, values

    def cover(found: re.Match[str]) -> str:
        values.append(found[0])
        return COVER

    return public.sub(cover, text.replace(COVER, "")), values


def _uncover(text: str, values: Sequence[str]) -> str:
    parts = text.split(COVER)
    if len(parts) != len(values) + 1:  # the masking took one away with a name beside it
        return text.replace(COVER, HOLES[4])
    return parts[0] + "".join(value + part for value, part in zip(values, parts[1:], strict=True))
