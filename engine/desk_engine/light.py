"""Starts Rasa's server without TensorFlow, which none of our models uses: 440 MB less, and ready in half the time.

Rasa imports TensorFlow on its way to the server, for neural components that it offers by default and for what only their
training needs. When every part of a model is known to do without, four modules of Rasa get stand-ins that hold no more than
the names that others import from them. They are those of Rasa 3.6.21, which the lock file pins. With any other part in the
model, Rasa starts as it always does; training is left alone too.
"""

from __future__ import annotations

import json
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

LIGHT = (
    "desk_engine.",
    "rasa.core.policies.ensemble.",
    "rasa.core.policies.memoization.",
    "rasa.core.policies.rule_policy.",
    "rasa.graph_components.converters.",
    "rasa.graph_components.providers.",
    "rasa.nlu.classifiers.regex_message_handler.",
)


def spare_tensorflow(model: Path) -> bool:
    """Puts the stand-ins in place if the model does without; says so. To be called before Rasa's server is imported."""
    if not all(part.startswith(LIGHT) for part in parts_of(model)):
        return False
    _stand_in("rasa.engine.recipes.default_components", DEFAULT_COMPONENTS=[])
    _stand_in("rasa.utils.tensorflow.callback", RasaTrainingLogger=object, RasaModelCheckpoint=object)
    _stand_in("rasa.utils.tensorflow.data_generator", RasaBatchDataGenerator=object, RasaDataGenerator=object)
    from rasa.engine.graph import GraphComponent

    # A model's description of its training names the validator, which imports every policy and classifier there is.
    validator = type("DefaultV1RecipeValidator", (GraphComponent,), {})
    _stand_in("rasa.graph_components.validators.default_recipe_validator", DefaultV1RecipeValidator=validator)
    return True


def parts_of(model: Path) -> Iterable[str]:
    """The classes that a model is made of when it reads and predicts; a name that is never light if it cannot be read."""
    try:
        with tarfile.open(model) as archive:
            described = archive.extractfile("metadata.json")
            nodes = json.load(described)["predict_schema"]["nodes"] if described else {}
        return {str(node["uses"]) for node in nodes.values()} or {"nothing"}
    except (OSError, KeyError, ValueError, tarfile.TarError):
        return {"unreadable"}


def _stand_in(name: str, **names: object) -> None:
    module = ModuleType(name, "A stand-in by desk_engine.light.")
    vars(module).update(names)
    sys.modules[name] = module
