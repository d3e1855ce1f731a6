"""Starts a report or an application when a resident wants one.

Which intents start something is data of the councils' packs (`started_by` in applications/*.yml), so this action asks the
applications room, and gives the ordinary answer where the council has nothing to start.
"""

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.applications.service import Applications


class StartApplication(Action):
    """The resident wants to report something or to apply for it."""

    def __init__(self, applications: Applications) -> None:
        self._applications = applications

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_start_application"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        """Tells the gateway what to start, or to answer."""
        message = tracker.latest_message
        intent = str((message.get("intent") or {}).get("name"))
        council = str((message.get("metadata") or {}).get("council"))
        found = self._applications.started_by(council, intent)
        if found is None:
            dispatcher.utter_message(json_message={"kind": "answer", "intent": intent})
        else:
            dispatcher.utter_message(json_message={"kind": "start", "task": "application", "what": found.id, "intent": intent})
        return []
