"""The reader alone, with an encoder that sees nothing, so that words and letters decide."""

import numpy as np
import pytest

from desk_engine.reader import Reader, View

ABOUT = {"bin_day": "when is my collection please", "ct_pay": "how do i pay the instalment", "greet": "hello there"}


class Blind:
    """An encoder for which every text is the same."""

    def embed(self, texts):
        return np.ones((len(texts), 4), np.float32) / 2


@pytest.fixture(scope="module")
def reader():
    texts, intents = zip(*((f"{text} {number}", intent) for intent, text in ABOUT.items() for number in range(8)), strict=True)
    return Reader({"blind": Blind()}, [View(("blind",), 0.3, 0.3, repaired=True)], 1.0).fit(texts, intents)


@pytest.mark.parametrize(("word", "misspelt", "intent"), [("collection", "colllection", 0), ("instalment", "instalmnet", 1)])
def test_a_misspelt_word_counts_as_itself_and_as_what_it_was_meant_to_be(reader, word, misspelt, intent):
    plain, wrong, unknown = (reader.probabilities([text])[0, intent] for text in (word, misspelt, "zzzz"))
    assert unknown < wrong <= plain


def test_one_text_is_read_as_it_is_among_others(reader):
    texts = ["colllection", "how do i pay", ""]
    assert np.allclose(reader.probabilities(texts), np.vstack([reader.probabilities([text]) for text in texts]), atol=1e-6)
