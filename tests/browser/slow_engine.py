"""A scripted engine that can also be slow, so that browser tests can look at the page while it waits."""

import asyncio

from bot.dialogue.engine import Reading
from tests.factories import ScriptedEngine


class SlowEngine(ScriptedEngine):
    """Everything else of the product is real; this one needs no trained model."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.words = {
            "missed": "bin_missed",
            "alone": "ct_single_person_discount",
            "lost my job": "ct_arrears",
            "pay": "ct_pay",
            "bin": "bin_day",
            "money off": "ct_single_person_discount",
            "passport": "out_of_scope",
        }

    async def read(self, text: str) -> Reading:
        """The same, after a while."""
        await asyncio.sleep(self.seconds)
        return await super().read(text)
