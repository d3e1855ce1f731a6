"""Hybrid search over one council's articles: words (SQLite FTS5, in memory) and meaning (sentence embeddings), fused.

The full-text index is a private SQLite database rebuilt from the packs at start, on either main database: a few hundred
articles need no server, and the ranking is then the same everywhere (docs/decisions/0003). Meaning is compared with each
question of an article and with its title and answer; the best of these counts. `weights` turn the signals into the
likelihood that the article is the right one.
"""

import math
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from bot.knowledge.model import Article, CouncilKnowledge
from bot.knowledge.rendering import filled, first_paragraph, plain_text

Kind = Literal["query", "passage"]
Vectors = npt.NDArray[np.float32]
NEAREST = 3  # texts of an article that count for a question in another language
MAIN_ARTICLE_LEADS = 0.01  # of a cosine
_WORD = re.compile(r"\w+")
STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "at",
        "be",
        "but",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "get",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "so",
        "that",
        "the",
        "their",
        "there",
        "they",
        "this",
        "to",
        "us",
        "was",
        "we",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "you",
        "your",
        "please",
        "have",
        "has",
        "had",
        "am",
        "im",
        "ive",
        "need",
        "want",
        "know",
        "about",
        "hi",
        "hello",
    ]
)


class Encoder(Protocol):
    """Turns texts into unit vectors; the encoders package has the real one. `mark` says which it is, empty when unknown."""

    @property
    def mark(self) -> str:
        """Which encoder this is, down to its weights."""

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """One row a text, each of length one. `kind` is query or passage."""


@dataclass(frozen=True)
class Weights:
    """How the signals add up to log-odds; set by hand on questions of residents, not fitted yet."""

    meaning: float = 9.0
    words: float = 1.6
    intent: float = 3.0
    primary: float = 0.5
    bias: float = -6.6


@dataclass(frozen=True)
class Found:
    """One article that search offers: the probability that it answers, and the signals behind it."""

    article: Article
    score: float
    meaning: float  # cosine with the nearest question or answer, 0 to 1
    words: float  # full-text rank against the best hit, 0 to 1
    intent: float  # probability of the article's intents, as read by the engine; 0 when nothing was read
    nearest: str  # the question or answer that was nearest in meaning

    @property
    def why(self) -> str:
        """The signals in words, for staff and for the command line."""
        return f"meaning {self.meaning:.2f}, words {self.words:.2f}, intent {self.intent:.2f}; nearest: {self.nearest}"


class Search:
    """An index of the articles of one council that are available. Rebuild it when they change.

    Articles that somebody withdrew are in it too (`held_back`): they are never found, but a question that one of them would
    answer is still known for what it is, and gets a person rather than the next best article.
    """

    def __init__(
        self,
        council: CouncilKnowledge,
        articles: Sequence[Article],
        encoder: Encoder,
        foreign: Encoder | None = None,
        weights: Weights | None = None,
        held_back: Sequence[Article] = (),
    ) -> None:
        self._weights = weights or Weights()
        self._articles = [*articles, *held_back]
        self._held_back = frozenset(article.id for article in held_back)
        self._encoder = encoder
        self._foreign = foreign
        self._texts: list[str] = []
        self._starts: list[int] = []  # where each article's texts begin
        self._last: tuple[int, str, Vectors] | None = None
        self._fts = sqlite3.connect(":memory:", check_same_thread=False)
        self._fts.execute("CREATE VIRTUAL TABLE page USING fts5(title, questions, body, tokenize = 'porter unicode61')")
        for place, article in enumerate(self._articles):
            body = plain_text(filled(article.body, council.facts)) if article.id not in self._held_back else ""
            questions = list(article.questions)
            self._fts.execute(
                "INSERT INTO page(rowid, title, questions, body) VALUES (?, ?, ?, ?)",
                (place, article.title, "\n".join(questions), body),
            )
            self._starts.append(len(self._texts))
            self._texts += [article.title, *questions, f"{article.title}. {first_paragraph(body)}"]
        self._vectors = encoder.embed(self._texts, "passage") if self._texts else np.zeros((0, 1), np.float32)
        self._foreign_vectors = foreign.embed(self._texts, "passage") if foreign and self._texts else None

    def search(
        self,
        question: str,
        *,
        intents: dict[str, float] | None = None,
        foreign: bool = False,
        limit: int = 5,
        vector: Vectors | None = None,
    ) -> list[Found]:
        """The best articles for a question, best first.

        `intents` are probabilities from the engine's reading; `foreign` compares with the multilingual encoder, where
        words cannot match and only meaning counts. `vector` is the question's, of the encoder of English, where it is there already.
        """
        if not self._articles:
            return []
        use_foreign = foreign and self._foreign is not None and self._foreign_vectors is not None
        encoder = self._foreign if use_foreign and self._foreign is not None else self._encoder
        vectors = self._foreign_vectors if use_foreign and self._foreign_vectors is not None else self._vectors
        made = vector if vector is not None and not use_foreign else self._question_vector(encoder, question)
        cosines = vectors @ made
        meaning = self._meaning_across_languages(cosines) if use_foreign else self._meaning(cosines)
        words = {} if foreign else self._words(question)
        found = []
        for place, article in enumerate(self._articles):
            if article.id in self._held_back:
                continue
            intent = max((intents or {}).get(name, 0.0) for name in article.intents)
            signals = (float(meaning[place]), words.get(place, 0.0), intent)
            score = self._probability(*signals, article.primary)
            found.append((score, place, signals))
        found.sort(reverse=True)
        return [
            Found(self._articles[place], score, *signals, self._nearest_text(cosines, place))
            for score, place, signals in found[:limit]
        ]

    def nearness(self, question: str, vector: Vectors | None = None) -> dict[str, float]:
        """For each intent, the cosine of the question with the nearest text of its articles.

        `vector` is the question's own, of this very encoder, where somebody has made it already.
        """
        if not self._articles:
            return {}
        if vector is not None:
            self._last = (id(self._encoder), question, vector)
        meaning = self._meaning(self._vectors @ self._question_vector(self._encoder, question))
        near: dict[str, float] = {}
        for article, cosine in zip(self._articles, meaning, strict=True):
            for intent in article.intents:
                near[intent] = max(near.get(intent, 0.0), float(cosine))
        return near

    def best_for_intent(self, intent: str, question: str) -> Article | None:
        """The article of an intent that fits a question best; None when the intent has none or that one is withdrawn."""
        places = [place for place, article in enumerate(self._articles) if intent in article.intents]
        if not places:
            return None
        place = places[0] if len(places) == 1 else self._best(places, question)
        return None if self._articles[place].id in self._held_back else self._articles[place]

    def _best(self, places: Sequence[int], question: str) -> int:
        """Which of these articles fits a question best."""
        meaning = self._meaning(self._vectors @ self._question_vector(self._encoder, question))
        words = self._words(question)

        def score(place: int) -> float:
            return self._probability(float(meaning[place]), words.get(place, 0.0), 1.0, self._articles[place].primary)

        return max(places, key=score)

    def _meaning(self, cosines: Vectors) -> Vectors:
        """For each article, the cosine of its nearest text."""
        return np.asarray(np.maximum(np.maximum.reduceat(cosines, self._starts), 0), np.float32)

    def _meaning_across_languages(self, cosines: Vectors) -> Vectors:
        """The same for a question in another language, where cosines lie close together: no single text decides alone.

        Half counts the nearest text, half the three nearest, and the main article of an intent leads by a hair. Of 33
        questions in eleven languages put to two packs, 56 of 66 came first so, and 55 by the nearest text alone.
        """
        bounds = zip(self._starts, (*self._starts[1:], len(cosines)), strict=True)
        near = [np.sort(cosines[start:end])[-NEAREST:] for start, end in bounds]
        leads = [MAIN_ARTICLE_LEADS * article.primary for article in self._articles]
        return np.array(
            [max(0.0, (one[-1] + one.mean()) / 2 + lead) for one, lead in zip(near, leads, strict=True)], np.float32
        )

    def _nearest_text(self, cosines: Vectors, place: int) -> str:
        start, end = self._starts[place], (*self._starts[1:], len(self._texts))[place]
        return self._texts[start + int(np.argmax(cosines[start:end]))]

    def _question_vector(self, encoder: Encoder, question: str) -> Vectors:
        """The question's vector; a turn asks several times for the same one, so the last is kept."""
        last = self._last  # other threads ask too
        if last is None or last[:2] != (id(encoder), question):
            last = self._last = (id(encoder), question, encoder.embed([question], "query")[0])
        return last[2]

    def _probability(self, meaning: float, words: float, intent: float, primary: bool) -> float:
        w = self._weights
        odds = w.bias + w.meaning * meaning + w.words * words + w.intent * intent + w.primary * primary
        return 1 / (1 + math.exp(-odds))

    def _words(self, question: str) -> dict[int, float]:
        """Full-text rank of each hit against the best one, scaled by the share of the question's words found in the index."""
        terms = list(dict.fromkeys(word for word in _WORD.findall(question.lower()) if word not in STOP and len(word) > 1))
        if not terms:
            return {}
        match = " OR ".join(f'"{term}"' for term in terms[:40])
        rows = self._fts.execute(
            "SELECT rowid, bm25(page, 4.0, 3.0, 1.0) FROM page WHERE page MATCH ? ORDER BY 2 LIMIT 30", (match,)
        ).fetchall()
        if not rows:
            return {}
        best = min(rank for _, rank in rows)
        strength = min(1.0, -best / 12.0)
        return {place: strength * rank / best for place, rank in rows}

    def close(self) -> None:
        """Gives the index's memory back."""
        self._fts.close()
