"""The training messages are genuinely different from each other, and the held-out messages from them.

A sentence written twice with a word changed teaches nothing and makes the figures of cross-validation too good; a held-out
message that training has too makes those of docs/evaluation.md too good.
"""

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
import yaml
from rapidfuzz import fuzz, process

from bot.dialogue.model import bare
from bot.evaluation.model import read_held_out

ROOT = Path(__file__).resolve().parents[2]
ALIKE = 90.0  # of 100: a letter or a short word apart
SHORT = 5  # words; the ways to say something shorter are few, so only the very same words count


@pytest.fixture(scope="module")
def messages():
    """Every training message, reduced to its words, by intent."""
    found = defaultdict(list)
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            found[block["intent"]] += [bare(line[2:]) for line in block["examples"].splitlines()]
    return found


@pytest.fixture(scope="module")
def held_out():
    """Both sets: the makers' own and the strangers'."""
    return [one for name in ("held_out", "strangers") for one in read_held_out(ROOT / "data" / "evaluation" / f"{name}.csv")]


def long_ones(texts):
    return [text for text in texts if len(text.split()) >= SHORT]


def test_no_message_is_trained_on_twice(messages):
    counted = Counter(text for texts in messages.values() for text in texts)
    assert [text for text, count in counted.items() if count > 1] == []


def test_no_message_is_another_of_its_intent_with_a_word_changed(messages):
    pairs = []
    for texts in map(long_ones, messages.values()):
        alike = np.triu(process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8), 1)
        pairs += [(texts[one], texts[other]) for one, other in zip(*np.nonzero(alike), strict=True)]
    assert pairs == []


def test_no_held_out_message_is_trained_on(messages, held_out):
    trained = {text for texts in messages.values() for text in texts}
    assert [one.text for one in held_out if bare(one.text) in trained] == []


def test_no_held_out_message_is_a_training_message_with_a_word_changed(messages, held_out):
    trained = {intent: long_ones(texts) for intent, texts in messages.items()}
    pairs = [
        (one.text, near[0])
        for one in held_out
        for intent in one.intents
        for near in [process.extractOne(bare(one.text), trained[intent], scorer=fuzz.ratio, score_cutoff=ALIKE)]
        if near
    ]
    assert pairs == []


def test_there_are_as_many_messages_as_the_intents_need(messages):
    assert {intent: len(texts) for intent, texts in messages.items() if len(texts) < wanted(intent)} == {}


def wanted(intent: str) -> int:
    """As many as each intent has to have at least."""
    few = {"other_service": 400, "out_of_scope": 600, "urgent_risk": 300}
    return few.get(intent, 150 if intent.startswith(("ct_", "ben_", "bin_", "homeless", "rough")) else 80)
