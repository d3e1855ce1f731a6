"""The action about bin days: it starts the task that asks for an address and answers with the days of that home.

Where a council has no bin days to give, the gateway takes the same message as an ordinary answer (bot/dialogue/bin_day.py).
"""

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict


class BinDay(Action):
    """The resident asks when a bin is collected."""

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_bin_day"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        """Tells the gateway to begin."""
        dispatcher.utter_message(json_message={"kind": "answer", "intent": "bin_day", "task": "bin_day"})
        return []
