"""Actions about reaching the council: a person, contact details, the progress of a report.

They say what kind of message is due; the gateway finds the words in the council's pack (bot/dialogue/composing.py).
"""

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict


class TalkToHuman(Action):
    """The resident wants a person."""

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_talk_to_human"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        """Tells the gateway to hand over."""
        dispatcher.utter_message(json_message={"kind": "handoff", "intent": "talk_to_human"})
        return []


class ContactAndHours(Action):
    """The resident asks how or when to reach the council."""

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_contact_and_hours"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        """Tells the gateway to give the contact article."""
        dispatcher.utter_message(json_message={"kind": "answer", "intent": "contact_and_hours"})
        return []


class TrackCase(Action):
    """The resident asks how a report is going."""

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_track_case"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        """Tells the gateway to ask for the reference (bot/dialogue/tracking.py)."""
        dispatcher.utter_message(json_message={"kind": "start", "task": "track_case", "intent": "track_case"})
        return []
