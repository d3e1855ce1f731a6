"""Reads what a resident means: three small models look at a message in different ways, and their scores are added.

One looks at the tuned encoder's vector, one at a general encoder's vector of the text with its spelling repaired, one at
n-grams of words and letters, of the text as it stands and repaired; each is wrong about other messages, so together they are
right more often than any alone. Plain numpy and scikit-learn without Rasa, so that an evaluation can fit it in seconds;
docs/decisions/0004-pipeline.md has the measurements behind every number below.
"""

from __future__ import annotations

import json
import os
import random
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.special import softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from desk_engine.grams import Grams
from desk_engine.spelling import Speller
from encoders.noise import rewritten

Array = npt.NDArray[np.float32]

REPAIRED = " (repaired)"
SCALE = 8.0  # sentence vectors sit in a narrow cone; unscaled, the regularisation is far too strict
STEPS = 60  # of the optimiser: more change nothing that was measured
GRAMS: dict[str, dict[str, Any]] = {
    "word": {"ngram_range": (1, 2), "min_df": 2},
    "char": {"analyzer": "char_wb", "ngram_range": (3, 5), "min_df": 3, "max_features": 40_000},
}


class Embeds(Protocol):
    """What encoders.Encoder offers."""

    def embed(self, texts: Sequence[str]) -> Array:
        """One unit vector a text."""
        ...


@dataclass(frozen=True)
class View:
    """One way to look at a message: which encoders' vectors, how strictly fitted, how much its scores count."""

    encoders: tuple[str, ...]
    strictness: float
    weight: float
    repaired: bool = False  # whether it reads the text with its spelling repaired


GRAMS_WEIGHT = 6.0
GRAMS_STRICTNESS = 0.3


class Reader:
    """Learns intents from examples and gives a calibrated probability to each, for any message."""

    def __init__(self, encoders: dict[str, Embeds], views: Sequence[View], temperature: float) -> None:
        self._encoders = encoders
        self._views = views
        self._pool = ThreadPoolExecutor(max(1, len(views)))  # its threads begin with the first reading
        self._grams: dict[str, TfidfVectorizer] = {}
        self._looked_up: list[Grams] = []
        self._speller = Speller({})
        self._means: list[Array] = []
        self._weights: list[Array] = []
        self._gram_weights: Array = np.zeros((0, 0), np.float32)
        self._bias: Array = np.zeros(0, np.float32)
        self.temperature = temperature
        self.labels: list[str] = []

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> Reader:
        """Learns from examples: the views and the n-grams each on a core of their own, where there are as many."""
        self.labels = sorted(set(intents))
        self._speller = Speller.learn(texts)
        seen = [self._vectors(view, texts) for view in self._views]
        with ThreadPoolExecutor(os.cpu_count()) as pool, warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the steps are few on purpose
            grams = pool.submit(self._fit_grams, texts, intents)
            models = list(pool.map(_fit_view, self._views, seen, [intents] * len(seen)))
            bias = grams.result()
        self._means = [mean for mean, _ in models]
        self._weights = [(model.coef_.T * SCALE * view.weight) for view, (_, model) in zip(self._views, models, strict=True)]
        self._weights = [weights.astype(np.float32) for weights in self._weights]
        for view, (_, model) in zip(self._views, models, strict=True):
            bias = bias + model.intercept_ * view.weight
        self._bias = bias.astype(np.float32)
        self._look_up_grams()
        return self

    def _fit_grams(self, texts: Sequence[str], intents: Sequence[str]) -> Array:
        """Learns from words and letters, of each text as it is and once more in a hurry; returns how each label's score begins.

        The hurried writing of a text is always the same, so that the same examples make the same reader.
        """
        lower = [text.lower() for text in (*texts, *(rewritten(text, random.Random(text)) for text in texts))]
        self._grams = {name: TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **how) for name, how in GRAMS.items()}
        features = sp.hstack([grams.fit_transform(lower) for grams in self._grams.values()], format="csr")
        machine = LinearSVC(C=GRAMS_STRICTNESS, random_state=7).fit(features, [*intents, *intents])
        self._gram_weights = (machine.coef_.T * GRAMS_WEIGHT).astype(np.float32)
        return np.asarray(machine.intercept_ * GRAMS_WEIGHT)

    def probabilities(self, texts: Sequence[str]) -> Array:
        """One row a text, one column a label."""
        return self.read(texts)[0]

    def read(self, texts: Sequence[str]) -> tuple[Array, list[dict[str, Array]]]:
        """The probabilities, one row a text, and for each text its vectors by the encoder's name.

        Where an encoder saw a text with its spelling repaired, and not as it stands, the vector is under its name with REPAIRED.
        """
        repaired = [self._speller.repaired(text) for text in texts]
        looked = _Looked(self._encoders, texts, repaired)
        # The encoders work side by side, each on a processor of its own where there is one.
        making = [self._pool.submit(looked.by, name, view.repaired) for view in self._views for name in view.encoders]
        scores = self._bias + np.stack([self._gram_scores(*both) for both in zip(texts, repaired, strict=True)])
        for made in making:
            made.result()
        for view, mean, weights in zip(self._views, self._means, self._weights, strict=True):
            vectors = np.hstack([looked.by(name, view.repaired) for name in view.encoders])
            scores = scores + (vectors - mean) @ weights
        return np.asarray(softmax(scores / self.temperature, axis=1), np.float32), looked.of_texts

    def _gram_scores(self, text: str, repaired: str) -> Array:
        """What the n-grams score: the mean over the text as it stands and with its spelling repaired, for a repair may be wrong."""
        written = [text] if text == repaired else [text, repaired]
        scores = [grams.scores(one.lower()) for one in written for grams in self._looked_up]
        return np.asarray(sum(scores[1:], scores[0]) / len(written), np.float32)

    def knows(self, text: str) -> bool:
        """Whether anything in it means something here: a word that it has learnt, spelt right or nearly, or a number.

        Keys hit at random are read like everything else, as what is not for a council; whoever answers can tell by this that
        nothing was understood.
        """
        return any(mark.isdigit() for mark in text) or self._speller.knows(text)

    def _look_up_grams(self) -> None:
        ends = np.cumsum([len(grams.vocabulary_) for grams in self._grams.values()])
        parts = np.split(self._gram_weights, ends[:-1])
        self._looked_up = [Grams(grams, part) for grams, part in zip(self._grams.values(), parts, strict=True)]

    def _vectors(self, view: View, texts: Sequence[str]) -> Array:
        seen = [self._speller.repaired(text) for text in texts] if view.repaired else texts
        return np.hstack([self._encoders[name].embed(seen) for name in view.encoders])

    def save(self, folder: Path) -> None:
        """Writes what was learnt: plain arrays and JSON, so that a trained model holds no pickled code."""
        arrays = {f"mean{place}": mean for place, mean in enumerate(self._means)}
        arrays.update({f"weights{place}": weights for place, weights in enumerate(self._weights)})
        np.savez(folder / "reader.npz", grams=self._gram_weights, bias=self._bias, **arrays)
        learnt = {
            name: {"vocabulary": {term: int(at) for term, at in grams.vocabulary_.items()}, "idf": grams.idf_.tolist()}
            for name, grams in self._grams.items()
        }
        facts = {"labels": self.labels, "temperature": self.temperature, "words": self._speller.counts, "grams": learnt}
        (folder / "reader.json").write_text(json.dumps(facts), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, encoders: dict[str, Embeds], views: Sequence[View]) -> Reader:
        """A trained one, from what `save` wrote."""
        facts = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
        reader = cls(encoders, views, facts["temperature"])
        reader.labels = facts["labels"]
        reader._speller = Speller(facts["words"])
        with np.load(folder / "reader.npz", allow_pickle=False) as arrays:
            reader._means = [arrays[f"mean{place}"] for place in range(len(views))]
            reader._weights = [arrays[f"weights{place}"] for place in range(len(views))]
            reader._gram_weights, reader._bias = arrays["grams"], arrays["bias"]
        for name, values in facts["grams"].items():
            how = {key: value for key, value in GRAMS[name].items() if key in ("analyzer", "ngram_range")}
            grams = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, vocabulary=values["vocabulary"], **how)
            grams.idf_ = np.array(values["idf"], np.float32)
            reader._grams[name] = grams
        reader._look_up_grams()
        return reader


class _Looked:
    """What the encoders saw of some texts; the same encoder is never asked twice for the same text."""

    def __init__(self, encoders: dict[str, Embeds], texts: Sequence[str], repaired: Sequence[str]) -> None:
        self._encoders = encoders
        self._texts = texts
        self._repaired = repaired
        self._made: dict[tuple[str, str], Array] = {}
        self.of_texts: list[dict[str, Array]] = [{} for _ in texts]

    def by(self, name: str, repaired: bool) -> Array:
        """The vectors of one encoder, of the texts as they stand or with their spelling repaired."""
        seen = self._repaired if repaired else self._texts
        new = [text for text in dict.fromkeys(seen) if (name, text) not in self._made]
        if new:
            self._made.update(zip([(name, text) for text in new], self._encoders[name].embed(new), strict=True))
        for place, text in enumerate(seen):
            self.of_texts[place][name if text == self._texts[place] else name + REPAIRED] = self._made[name, text]
        return np.stack([self._made[name, text] for text in seen])


def _fit_view(view: View, vectors: Array, intents: Sequence[str]) -> tuple[Array, LogisticRegression]:
    mean = vectors.mean(0)
    return mean, LogisticRegression(C=view.strictness, max_iter=STEPS).fit((vectors - mean) * SCALE, intents)
