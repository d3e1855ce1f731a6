"""The reader alone, with an encoder that sees nothing, so that words and letters decide."""

import numpy as np
import pytest

from desk_engine.reader import Reader, View

# Their likeliest words differ in the beginning alone, so that what a slip leaves of one is as near to the others.
ABOUT = {"bin_day": "tips tips", "ct_pay": "caps caps", "greet": "hops hops"}


class Blind:
    """An encoder for which every text is the same."""

    def embed(self, texts):
        return np.ones((len(texts), 4), np.float32) / 2


@pytest.fixture(scope="module")
def reader():
    texts, intents = zip(*((f"{text} {number}", intent) for intent, text in ABOUT.items() for number in range(8)), strict=True)
    return Reader({"blind": Blind()}, [View(("blind",), 0.3, 0.3, repaired=True)], 1.0).fit(texts, intents)


@pytest.mark.parametrize(("word", "misspelt", "intent"), [("tips", "txps", 0), ("caps", "cxps", 1)])
def test_a_misspelt_word_counts_for_the_n_grams_as_what_it_was_meant_to_be_too(reader, word, misspelt, intent):
    plain, wrong = (reader.probabilities([text])[0, intent] for text in (word, misspelt))
    assert 0.5 < wrong < plain, "between what is left of the word and the whole of it"


def test_one_text_is_read_as_it_is_among_others(reader):
    texts = ["txps", "caps and hops", ""]
    assert np.allclose(reader.probabilities(texts), np.vstack([reader.probabilities([text]) for text in texts]), atol=1e-6)
