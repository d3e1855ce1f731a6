"""The intent classifier: logistic regression on embeddings and n-grams, with calibrated confidence.

Rasa's own classifier fixes C and does not calibrate; here the temperature is fitted on predictions for messages that
were held out of the fit, so that "60%" is right six times in ten and the gateway's bands mean something.
features.py makes the features; docs/decisions/0004-pipeline.md has the measurements behind the choices.
"""

from __future__ import annotations

import json
import logging
from typing import Any, Dict, List, Text, Type

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from desk_engine.features import Features

logger = logging.getLogger(__name__)

FOLDS = 3
Array = npt.NDArray[np.float64]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ResidentClassifier(IntentClassifier, GraphComponent):
    """Reads a message and ranks every intent by its calibrated probability."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """encoders: folders of built encoders; C: looser when larger; weights of the n-grams beside the embeddings."""
        return {"encoders": ["minilm", "e5"], "C": 1.0, "char_weight": 2.0, "word_weight": 1.0}

    @classmethod
    def required_components(cls) -> List[Type]:
        """None: it makes its own features."""
        return []

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._features = Features(config["encoders"], config["char_weight"], config["word_weight"])
        self._labels: List[str] = []
        self._weights: Array = np.zeros((0, 0))
        self._bias: Array = np.zeros(0)
        self._temperature = 1.0

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "ResidentClassifier":
        """A new one, before training."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the messages of data/nlu and keeps what it learnt."""
        messages = [message for message in training_data.intent_examples if message.get(TEXT)]
        texts = [message.get(TEXT) for message in messages]
        intents = np.array([message.get(INTENT) for message in messages])
        features = self._features.fit(texts)
        self._temperature = self._fitted_temperature(features, intents)
        model = self._fit(features, intents)
        self._labels = [str(label) for label in model.classes_]
        self._weights, self._bias = model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32)
        with self._storage.write_to(self._resource) as folder:
            self._features.save(folder)
            np.savez(folder / "classifier.npz", weights=self._weights, bias=self._bias)
            facts = {"labels": self._labels, "temperature": self._temperature}
            (folder / "classifier.json").write_text(json.dumps(facts), encoding="utf-8")
        return self._resource

    def _fit(self, features: Any, intents: npt.NDArray[Any]) -> LogisticRegression:
        model = LogisticRegression(C=self._config["C"], class_weight="balanced", max_iter=300, tol=1e-3)
        return model.fit(features, intents)

    def _fitted_temperature(self, features: Any, intents: npt.NDArray[Any]) -> float:
        """The temperature with the least log loss on messages held out of the fit (Guo et al., 2017)."""
        counts = np.unique(intents, return_counts=True)[1]
        if counts.min() < FOLDS:
            return 1.0
        scores, right = [], []
        for fit_rows, held_rows in StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(features, intents):
            model = self._fit(features[fit_rows], intents[fit_rows])
            scores.append(model.decision_function(features[held_rows]))
            right.append(np.searchsorted(model.classes_, intents[held_rows]))
        logits, wanted = np.vstack(scores), np.concatenate(right)
        rows = np.arange(len(wanted))
        options = np.geomspace(0.3, 3.0, 60)
        losses = [-np.log(softmax(logits / option, axis=1)[rows, wanted] + 1e-12).mean() for option in options]
        return float(options[int(np.argmin(losses))])

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
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            classifier._features.restore(folder)
            with np.load(folder / "classifier.npz", allow_pickle=False) as arrays:
                classifier._weights, classifier._bias = arrays["weights"], arrays["bias"]
            facts = json.loads((folder / "classifier.json").read_text(encoding="utf-8"))
        classifier._labels, classifier._temperature = facts["labels"], facts["temperature"]
        return classifier

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets intent and intent_ranking of every message."""
        for message in messages:
            ranking = self._ranking(message.get(TEXT) or "")
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _ranking(self, text: str) -> List[Dict[Text, Any]]:
        scores = self._features.transform([text]) @ self._weights + self._bias
        probabilities = softmax(np.asarray(scores)[0] / self._temperature)
        order = np.argsort(-probabilities)
        return [{"name": self._labels[place], "confidence": float(probabilities[place])} for place in order]
