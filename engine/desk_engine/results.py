"""Judges what a custom action gave back as Rasa does, without judging Rasa's own schema each time.

`jsonschema.validate` first checks that the schema is one, which for Rasa's schema of events takes some 25 ms of processor: five
sixths of a turn with an action. The schema never changes, so here it is checked once, when the server starts.
"""

from __future__ import annotations

from typing import Any, Dict, Text

from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction


def check_schema_once() -> None:
    """From now on results are held against a schema that was checked already; a wrong one raises what it always raised."""
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def validate(action: RemoteAction, result: Dict[Text, Any]) -> bool:
        error = best_match(validator.iter_errors(result))
        if error is None:
            return True
        error.message += f". The result of {action.name()} is not one that Rasa can use."
        raise error

    RemoteAction._validate_action_result = validate
