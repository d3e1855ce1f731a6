"""What the gateway may remember of the engine: messages that came of fixed responses alone."""

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from desk_engine.channel import is_lasting

RESPONSES = {"utter_pay": [{"custom": {}}], "utter_varied": [{"text": "one"}, {"text": "another"}]}
PAID = [UserUttered("/pay"), ActionExecuted("utter_pay"), BotUttered("…"), ActionExecuted("action_listen")]


def conversation(*events, slots=()):
    tracker = DialogueStateTracker("someone", slots)
    for event in events:
        tracker.update(event)
    return tracker


def test_a_fixed_response_lasts():
    assert is_lasting(conversation(ActionExecuted("action_listen"), *PAID), RESPONSES)


def test_only_the_last_turn_counts():
    assert is_lasting(conversation(UserUttered("/track"), ActionExecuted("action_track_case"), *PAID), RESPONSES)


@pytest.mark.parametrize("action", ["action_track_case", "utter_varied", "utter_missing"])
def test_an_action_or_a_response_with_variations_does_not_last(action):
    assert not is_lasting(conversation(UserUttered("/x"), ActionExecuted(action)), RESPONSES)


def test_nothing_said_does_not_last():
    assert not is_lasting(conversation(UserUttered("/pay"), ActionExecuted("action_listen")), RESPONSES)
    assert not is_lasting(None, RESPONSES)


def test_what_may_hang_on_a_slot_does_not_last():
    slot = TextSlot("postcode", mappings=[])
    assert not is_lasting(conversation(SlotSet("postcode", "EN1"), *PAID, slots=[slot]), RESPONSES)
