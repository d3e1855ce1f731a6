"""What an action gave back is judged as Rasa judges it, with the schema checked once."""

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

from desk_engine.results import check_schema_once

EVENT = {"event": "slot", "name": "council", "value": "enfield", "timestamp": None}
RIGHT = [
    {"events": [], "responses": []},
    {"events": [EVENT], "responses": [{"custom": {"kind": "answer", "intent": "ct_pay"}}]},
]
WRONG = [{"events": "none"}, {"events": [{"event": "no such event"}], "responses": []}, {"events": [], "responses": {}}]


@pytest.fixture
def as_rasa_does(monkeypatch):
    """Rasa's own way, before it is replaced; put back afterwards."""
    plain = RemoteAction._validate_action_result
    monkeypatch.setattr(RemoteAction, "_validate_action_result", plain)
    check_schema_once()
    return plain


@pytest.mark.parametrize("result", RIGHT)
def test_a_right_result_is_right_for_both(as_rasa_does, result):
    action = RemoteAction("action_bin_day", None)
    assert as_rasa_does(action, result)
    assert action._validate_action_result(result)


@pytest.mark.parametrize("result", WRONG)
def test_a_wrong_result_is_refused_by_both_for_the_same_reason(as_rasa_does, result):
    action = RemoteAction("action_bin_day", None)
    with pytest.raises(ValidationError) as plainly:
        as_rasa_does(action, result)
    with pytest.raises(ValidationError) as quickly:
        action._validate_action_result(result)
    assert quickly.value.path == plainly.value.path
    assert quickly.value.validator == plainly.value.validator


def test_the_schema_itself_is_not_judged_again(as_rasa_does, monkeypatch):
    def never(*_):
        raise AssertionError("the schema was checked again")

    monkeypatch.setattr("jsonschema.validators.Draft202012Validator.check_schema", never)
    assert RemoteAction("action_bin_day", None)._validate_action_result(RIGHT[1])
