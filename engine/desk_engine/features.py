"""Turns messages into the features that the classifier learns from: sentence embeddings and TF-IDF of n-grams.

Embeddings carry meaning, n-grams survive misspelling. Both are kept in plain arrays and JSON, so that a trained model
holds no pickled code. classifier.py learns on top; encoders/ makes the embeddings.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from encoders import Encoder

Array = npt.NDArray[np.float32]

ENCODERS_FOLDER = "DESK_ENCODERS_FOLDER"
SCALE = 8.0  # sentence embeddings sit in a narrow cone; without scaling, C = 1 is far too strict


def encoders_folder() -> Path:
    """Where the built encoders are."""
    return Path(os.environ.get(ENCODERS_FOLDER, "var/encoders"))


class Features:
    """Learns how to make features from the training messages, then makes them for any message."""

    def __init__(self, encoder_names: list[str], char_weight: float, word_weight: float) -> None:
        self._names = encoder_names
        self._encoders = [Encoder.load(encoders_folder() / name) for name in encoder_names]
        self._weights = {"char": char_weight, "word": word_weight}
        self._means: list[Array] = []
        self._grams: dict[str, TfidfVectorizer] = {}

    def fit(self, texts: list[str]) -> sp.csr_matrix:
        """Learns means and vocabularies; returns the features of these texts."""
        vectors = [encoder.embed(texts, "query") for encoder in self._encoders]
        self._means = [each.mean(0) for each in vectors]
        self._grams = {
            "char": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True, max_features=30000),
            "word": TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, max_features=15000),
        }
        for grams in self._grams.values():
            grams.fit(texts)
        return self._joined(vectors, texts)

    def transform(self, texts: list[str]) -> sp.csr_matrix:
        """The features of texts, one row each."""
        return self._joined([encoder.embed(texts, "query") for encoder in self._encoders], texts)

    def _joined(self, vectors: list[Array], texts: list[str]) -> sp.csr_matrix:
        dense = [sp.csr_matrix((each - mean) * SCALE) for each, mean in zip(vectors, self._means, strict=True)]
        sparse = [grams.transform(texts) * self._weights[name] for name, grams in self._grams.items() if self._weights[name]]
        return sp.hstack(dense + sparse, format="csr", dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Writes what was learnt into a folder."""
        np.savez(folder / "means.npz", **{f"m{place}": mean for place, mean in enumerate(self._means)})
        learnt: dict[str, Any] = {
            name: {"vocabulary": {term: int(at) for term, at in grams.vocabulary_.items()}, "idf": grams.idf_.tolist()}
            for name, grams in self._grams.items()
        }
        (folder / "grams.json").write_text(json.dumps(learnt), encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """Reads what `save` wrote."""
        with np.load(folder / "means.npz", allow_pickle=False) as means:
            self._means = [means[f"m{place}"] for place in range(len(self._names))]
        learnt = json.loads((folder / "grams.json").read_text(encoding="utf-8"))
        kinds = {"char": {"analyzer": "char_wb", "ngram_range": (2, 4)}, "word": {"ngram_range": (1, 2)}}
        for name, values in learnt.items():
            grams = TfidfVectorizer(vocabulary=values["vocabulary"], sublinear_tf=True, **kinds[name])
            grams.idf_ = np.array(values["idf"])
            self._grams[name] = grams
