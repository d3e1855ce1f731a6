"""An encoder that is spared is asked only where the others leave a doubt, and then the reading is the whole one."""

import numpy as np
import pytest

from desk_engine.reader import Reader, Spared, View

TEXTS = {
    "bin_day": ["when is my bin day", "bin day", "what day is my bin", "which day for the bin"],
    "ct_pay": ["pay council tax", "how do i pay my tax", "tax payment", "pay my bill"],
    "urgent_risk": ["i am in danger", "somebody hurts me", "help me i am not safe", "danger now"],
}
VIEWS = [View(("quick",), 0.5, 1.0), View(("quick", "slow"), 0.5, 0.5, repaired=True)]
WORDS = sorted({word for texts in TEXTS.values() for text in texts for word in text.split()})


class CountingEncoder:
    """A bag of known words as a unit vector; it remembers what it was asked."""

    def __init__(self, spread: float) -> None:
        self.asked: list[str] = []
        self._spread = spread

    def embed(self, texts):
        self.asked += texts
        rows = np.array([[word in text.split() for word in WORDS] for text in texts], np.float32) + self._spread
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def reader(spared: Spared | None) -> tuple[Reader, CountingEncoder]:
    """A fitted reader and its slow encoder."""
    slow = CountingEncoder(0.5)
    fitted = Reader({"quick": CountingEncoder(0.1), "slow": slow}, VIEWS, 1.5, spared)
    fitted.fit([text for texts in TEXTS.values() for text in texts], [name for name, texts in TEXTS.items() for _ in texts])
    slow.asked.clear()
    return fitted, slow


def test_a_clear_message_does_not_need_it_and_a_doubtful_one_does():
    spared, slow = reader(Spared("slow", 0.8, {}))
    rows, _ = spared.read(["when is my bin day", "hello you"])
    assert rows[0].max() >= 0.8 > rows[1].max()
    assert slow.asked == ["hello you"]


def test_in_doubt_the_reading_is_the_one_of_all_encoders():
    assert np.allclose(reader(Spared("slow", 1.1, {}))[0].read(["bin tax"])[0], reader(None)[0].read(["bin tax"])[0], atol=1e-6)


def test_what_weighs_more_must_be_out_of_the_question():
    spared, slow = reader(Spared("slow", 0.5, {"urgent_risk": 1e-6}))
    spared.read(["when is my bin day"])
    assert slow.asked == ["when is my bin day"]


def test_a_likely_label_that_weighs_more_is_settled_too():
    spared, slow = reader(Spared("slow", 0.5, {"urgent_risk": 1e-6}))
    assert spared.labels[spared.read(["i am in danger"])[0][0].argmax()] == "urgent_risk"
    assert not slow.asked


def test_several_texts_at_once_are_read_as_each_alone():
    spared, _ = reader(Spared("slow", 0.8, {"urgent_risk": 0.01}))
    texts = ["when is my bin day", "bin tax", "hello you", "danger"]
    alone = np.vstack([spared.read([text])[0] for text in texts])
    assert np.allclose(spared.read(texts)[0], alone, atol=1e-6)


def test_vectors_are_those_of_the_text_as_it_stands():
    spared, _ = reader(Spared("slow", 0.8, {}))
    _, vectors = spared.read(["when is my bin day", "bin tax"])
    assert [sorted(each) for each in vectors] == [["quick"], ["quick", "slow"]]


def test_it_must_be_the_last_of_several_in_its_view():
    with pytest.raises(ValueError, match="last of several"):
        Reader({}, [View(("slow", "quick"), 0.5, 1.0)], 1.0, Spared("slow", 0.9, {}))
