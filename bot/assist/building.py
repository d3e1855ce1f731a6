"""Puts the room together. app.py calls it, the web rooms get the result."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.assist.encoding import Encoding
from bot.assist.learning import Learning
from bot.assist.memory import Memory
from bot.assist.ranking import Weights
from bot.assist.service import Assist
from bot.assist.settings import AssistSettings
from bot.assist.taking_in import Mask, Pseudonymise, ReadsMessages, TakingIn
from bot.handoff.building import HandoffRoom
from bot.handoff.parts import Parts
from bot.knowledge.service import Knowledge


@dataclass(frozen=True)
class AssistRoom:
    """Suggestions, and what keeps them up to date."""

    suggestions: Assist
    memory: Memory
    learning: Learning
    encoding: Encoding

    async def start(self) -> None:
        """Begins to read, to listen and to learn."""
        await self.memory.start()
        await self.learning.start()

    async def close(self) -> None:
        """Stops."""
        await self.learning.close()
        await self.memory.close()
        self.encoding.keep()


def assist_room(
    parts: Parts,
    handoff: HandoffRoom,
    knowledge: Knowledge,
    encoding: Encoding,
    settings: Mapping[str, AssistSettings],
    mask: Mask,
    pseudonymise: Pseudonymise,
    reads: ReadsMessages,
) -> AssistRoom:
    """All services on the same parts."""
    weights = Weights.read()
    memory = Memory(parts.database, parts.bus, parts.clock, knowledge.council_ids, encoding, weights)
    taking_in = TakingIn(knowledge, encoding, mask, pseudonymise, reads)
    return AssistRoom(
        Assist(handoff, knowledge, encoding, memory, settings, reads, weights),
        memory,
        Learning(parts.database, parts.bus, parts.clock, memory, taking_in, settings),
        encoding,
    )
