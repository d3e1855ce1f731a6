"""What the assistant would answer to a question, with the passages, the scores and the reasons, for editors who try out words.

It takes the very steps of assistant.py for one plain question, without a conversation: the engine's reading, weighed with how
near the articles are, decides; search says which passages stand behind it. Danger is not screened here, since nobody is in it.
"""

import asyncio
from dataclasses import dataclass

from bot.dialogue.engine import DialogueEngine, EngineUnavailable
from bot.dialogue.model import Bands, Step, decide, weighed
from bot.knowledge.model import Article
from bot.knowledge.search import Found
from bot.knowledge.service import Knowledge

PASSAGES = 5
READINGS = 3


@dataclass(frozen=True)
class Trial:
    """The outcome. `step` is None where the engine is away and only passages can be shown."""

    step: Step | None
    article: Article | None  # what would be answered; None at ANSWER says that it is withdrawn, so a person is offered
    readings: tuple[tuple[str, float], ...]  # intents with their probability, likeliest first
    offered: tuple[str, ...]  # intents that would be offered as readings
    passages: tuple[Found, ...]


async def try_out(engine: DialogueEngine, knowledge: Knowledge, council: str, question: str) -> Trial:
    """What would be answered to a question of one council's residents."""
    try:
        reading = await engine.read(question)
    except EngineUnavailable:
        found = await asyncio.to_thread(knowledge.search, council, question, limit=PASSAGES)
        return Trial(None, None, (), (), tuple(found))
    bands = Bands()
    near = await asyncio.to_thread(knowledge.nearness, council, question, reading.vectors.get(knowledge.encoder))
    together = weighed(reading, near, bands)
    decision = decide(together, near, bands)
    article = knowledge.best_for_intent(council, decision.intents[0], question) if decision.step == Step.ANSWER else None
    passages = knowledge.search(council, question, intents=dict(together.ranking), limit=PASSAGES)
    offered = decision.intents if decision.step == Step.CLARIFY else ()
    return Trial(decision.step, article, tuple(together.ranking[:READINGS]), offered, tuple(passages))
