"""The n-grams of one message count the same without a sparse matrix."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from desk_engine.grams import Grams
from desk_engine.reader import GRAMS

TEXTS = ["when is my bin day", "wen is my bin colected pls", "i cant pay my council tax bill this month", "bin bin bin"]


@pytest.mark.parametrize("kind", sorted(GRAMS))
@pytest.mark.parametrize("text", [*TEXTS, "", "zzz", "my bin is full of bins", "ﷺ ﷺ", "tax  tax\n\ntax"])
def test_scores_are_those_of_scikit_learn(kind, text):
    how = {**GRAMS[kind], "min_df": 1}
    vectorizer = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **how).fit(TEXTS)
    weights = np.random.default_rng(3).normal(size=(len(vectorizer.vocabulary_), 5)).astype(np.float32)
    expected = np.asarray(vectorizer.transform([text]) @ weights)[0]
    assert np.allclose(Grams(vectorizer, weights).scores(text), expected, atol=1e-5)
