"""The classifier learns from messages, ranks every intent by probability, and comes back from its archive the same."""

from pathlib import Path

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from desk_engine.classifier import KNOWN, ResidentClassifier

EXAMPLES = {
    "bin_day": [
        "when is my bin day",
        "which bin goes out this week",
        "what day do you collect rubbish",
        "bin collection dates",
    ],
    "ct_pay": ["how do i pay my council tax", "pay council tax by card", "where can i pay my bill", "council tax payment line"],
    "greet": ["hello", "good morning", "hi there", "hey"],
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    root = Path(__file__).resolve().parents[2]
    patch = pytest.MonkeyPatch()
    patch.setenv("DESK_ENCODERS_FOLDER", str(root / "var" / "encoders"))
    patch.setenv("DESK_CACHE_FOLDER", str(tmp_path_factory.mktemp("cache")))
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("model"))
    context = ExecutionContext(GraphSchema({}))
    config = ResidentClassifier.get_default_config()
    classifier = ResidentClassifier.create(config, storage, Resource("classifier"), context)
    messages = [Message({TEXT: text, INTENT: intent}) for intent, texts in EXAMPLES.items() for text in texts]
    resource = classifier.train(TrainingData(messages))
    yield classifier, ResidentClassifier.load(config, storage, resource, context)
    patch.undo()


def ranking(classifier, text):
    message = Message({TEXT: text})
    classifier.process([message])
    return message.get("intent_ranking")


def test_it_reads_wording_that_it_has_not_seen(trained):
    assert ranking(trained[0], "what day is the rubbish taken")[0]["name"] == "bin_day"


def test_every_intent_is_ranked_and_probabilities_add_up(trained):
    found = ranking(trained[0], "how can i pay")
    assert {one["name"] for one in found} == set(EXAMPLES)
    assert sum(one["confidence"] for one in found) == pytest.approx(1, abs=1e-4)
    confidences = [one["confidence"] for one in found]
    assert confidences == sorted(confidences, reverse=True)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("how can i pay", True),
        ("my coucnil", True),
        ("EN1 3XA", True),
        ("asdf qwer", False),
        ("jkhkjh", False),
        ("...?", False),
    ],
)
def test_it_says_whether_any_word_is_known(trained, text, known):
    for classifier in trained:
        message = Message({TEXT: text})
        classifier.process([message])
        assert message.get(KNOWN) is known


def test_it_comes_back_from_its_archive_the_same(trained):
    before, after = (ranking(each, "pay my tax by card") for each in trained)
    assert [one["name"] for one in before] == [one["name"] for one in after]
    assert np.allclose([one["confidence"] for one in before], [one["confidence"] for one in after], atol=1e-5)


@pytest.mark.parametrize("text", ["", "😀", "ﷺ" * 200, "\ud800", "a" * 5000, "\x00"])
def test_odd_messages_are_ranked_too(trained, text):
    assert len(ranking(trained[0], text)) == len(EXAMPLES)
