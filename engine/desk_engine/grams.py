"""What the n-grams of one message say for each intent, without a sparse matrix.

scikit-learn weighs thousands of texts fast and one text slowly: most of its time goes into making and checking matrices.
Here the same terms are counted in a dict and weighed with the same numbers (sublinear counts, idf, unit length).
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

Array = npt.NDArray[np.float32]


class Grams:
    """The terms of one vectorizer, and what each of them counts for each intent."""

    def __init__(self, vectorizer: TfidfVectorizer, weights: Array) -> None:
        self._terms = vectorizer.build_analyzer()
        self._places: dict[str, int] = vectorizer.vocabulary_
        self._idf = np.asarray(vectorizer.idf_, np.float32)
        self._weights = weights

    def scores(self, text: str) -> Array:
        """One score for each intent; nothing but zeros when no term is known."""
        counts = Counter(self._places[term] for term in self._terms(text) if term in self._places)
        places = np.fromiter(counts.keys(), np.intp, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self._idf[places]
        return np.asarray((values / max(float(np.linalg.norm(values)), 1e-12)) @ self._weights[places])
