"""The intent classifier as a Rasa component: ranks every intent by calibrated probability.

Rasa's own classifier fixes C, reads one kind of feature and does not calibrate. This one hands the messages to reader.py,
which adds up several views of each; the encoders' vectors are made here, so no featurizer comes before it.
docs/decisions/0004-pipeline.md has the measurements; config.yml has the choices.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from desk_engine.reader import REPAIRED, Reader, View
from desk_engine.vectors import KeptVectors, cache_folder
from encoders import Encoder

VECTORS = "desk_vectors"
KNOWN = "desk_known"
ENCODERS_FOLDER = "DESK_ENCODERS_FOLDER"
TUNED = Path(__file__).resolve().parents[2] / "encoders" / "tuned"


def encoder_folder(name: str) -> Path:
    """Where an encoder is: the tuned one comes with the repository, the others are built at set-up."""
    return TUNED if name == "tuned" else Path(os.environ.get(ENCODERS_FOLDER, "var/encoders")) / name


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ResidentClassifier(IntentClassifier, GraphComponent):
    """Reads a message and ranks every intent by its calibrated probability."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Views: which encoders look together, how strictly they are fitted, how much they count, whether spelling is repaired."""
        return {"views": [{"encoders": ["minilm"], "strictness": 0.5, "weight": 1.0}], "temperature": 1.0}

    @classmethod
    def required_components(cls) -> List[Type]:
        """None: it makes its own features."""
        return []

    def __init__(
        self, reader: Reader, storage: ModelStorage, resource: Resource, marks: Optional[Dict[Text, Text]] = None
    ) -> None:
        self._reader = reader
        self._marks = marks or {}
        self._storage = storage
        self._resource = resource

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "ResidentClassifier":
        """A new one, before training; the vectors that it learns from are kept for the next time."""
        views = _views(config)
        cache = cache_folder()
        encoders = {name: KeptVectors(encoder_folder(name), cache) for name in _names(views)}
        return cls(Reader(encoders, views, config["temperature"]), model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the messages of data/nlu and keeps what it learnt."""
        messages = [message for message in training_data.intent_examples if message.get(TEXT)]
        self._reader.fit([message.get(TEXT) for message in messages], [message.get(INTENT) for message in messages])
        with self._storage.write_to(self._resource) as folder:
            self._reader.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "ResidentClassifier":
        """A trained one from the model archive."""
        views = _views(config)
        encoders = {name: Encoder.load(encoder_folder(name)) for name in _names(views)}
        with model_storage.read_from(resource) as folder:
            marks = {name: encoder.mark for name, encoder in encoders.items()}
            return cls(Reader.load(folder, encoders, views), model_storage, resource, marks)

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets intent and intent_ranking of every message but commands ("/ct_pay"), which Rasa itself understands.

        The vectors that were made for it, by their encoder's mark, and whether any word of it is known stay with the message
        for channel.py; they are no part of Rasa's output.
        """
        read = [message for message in messages if not (message.get(TEXT) or "").startswith(INTENT_MESSAGE_PREFIX)]
        if read:
            rows, vectors = self._reader.read([message.get(TEXT) or "" for message in read])
            for message, row, of_text in zip(read, rows, vectors, strict=True):
                ranking = self._ranking(row)
                message.set("intent", ranking[0], add_to_output=True)
                message.set("intent_ranking", ranking, add_to_output=True)
                message.set(VECTORS, {self._marked(name): vector for name, vector in of_text.items()})
                message.set(KNOWN, self._reader.knows(message.get(TEXT) or ""))
        return messages

    def _marked(self, name: Text) -> Text:
        """The mark of an encoder by its name, and whether the text was repaired for it."""
        plain = name.removesuffix(REPAIRED)
        return self._marks.get(plain, "") + name[len(plain) :]

    def _ranking(self, probabilities: Any) -> List[Dict[Text, Any]]:
        order = np.argsort(-probabilities)
        return [{"name": self._reader.labels[place], "confidence": float(probabilities[place])} for place in order]


def _views(config: Dict[Text, Any]) -> List[View]:
    return [
        View(tuple(view["encoders"]), view["strictness"], view["weight"], view.get("repaired", False))
        for view in config["views"]
    ]


def _names(views: List[View]) -> List[Text]:
    return sorted({name for view in views for name in view.encoders})
