"""Custom actions: each reads the engine's tracker, calls one function of bot/ and gives back typed messages.

They hold no rules of their own. `all_actions` is what the gateway registers; bot/web/internal/actions.py runs them.
"""

from rasa_sdk.interfaces import Action

from actions.contact import ContactAndHours, TalkToHuman, TrackCase


def all_actions() -> list[Action]:
    """Every custom action of domain.yml."""
    return [TalkToHuman(), ContactAndHours(), TrackCase()]
