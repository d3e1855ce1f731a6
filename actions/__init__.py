"""Custom actions: each reads the engine's tracker, calls one function of bot/ and gives back typed messages.

They hold no rules of their own. `all_actions` is what the gateway registers; bot/web/internal/actions.py runs them.
"""

from rasa_sdk.interfaces import Action

from actions.applications import StartApplication
from actions.bins import BinDay
from actions.contact import ContactAndHours, TalkToHuman, TrackCase
from bot.applications.service import Applications


def all_actions(applications: Applications) -> list[Action]:
    """Every custom action of domain.yml."""
    return [BinDay(), TalkToHuman(), ContactAndHours(), TrackCase(), StartApplication(applications)]
