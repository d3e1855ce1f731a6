"""Ranks what could be replied: past replies, articles and ready replies compete in one list, each with a chance that is meant.

A logistic regression adds up the signals; its weights, and the calibration that turns its result into a stated percentage,
are fitted by `python -m bot assist fit` on conversations set aside for that, and kept in weights.json. Suggestions that say
nearly the same are folded into the likeliest of them. docs/assist.md explains the signals, docs/assist-evaluation.md how
good they are.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.assist.index import Neighbourhood, Vector, likeness
from bot.assist.model import From, Used

WEIGHTS = Path(__file__).parent / "weights.json"
SIGNALS = (
    "bias", "article", "canned", "meaning", "words", "intent", "share", "like", "fit", "lead", "times", "recent", "accepted",
    "article_score", "article_like",
)  # fmt: skip
SAME = 0.5  # likeness from which two suggestions say the same
LEAST = 0.04  # a smaller chance is not worth anybody's time
HALF_LIFE = 365.0  # days after which a reply counts half as recent
USUAL, USUAL_COUNT = 0.25, 8.0  # how often suggestions are accepted in general, and how many outcomes that is worth


@dataclass(frozen=True)
class Outcomes:
    """What became of one suggestion so far."""

    used: int = 0
    edited: int = 0
    ignored: int = 0

    @property
    def accepted(self) -> float:
        """How much more often than usual it is accepted, as log-odds; 0 while nothing is known."""
        good = self.used + 0.7 * self.edited + USUAL * USUAL_COUNT
        bad = self.ignored + 0.3 * self.edited + (1 - USUAL) * USUAL_COUNT
        return math.log(good / bad) - math.log(USUAL / (1 - USUAL))

    def counting(self, outcome: Used) -> "Outcomes":
        """With one more."""
        return replace(
            self,
            used=self.used + (outcome == Used.AS_IT_IS),
            edited=self.edited + (outcome == Used.EDITED),
            ignored=self.ignored + (outcome == Used.IGNORED),
        )


@dataclass(frozen=True)
class Candidate:
    """Something that could be replied. `vector` is its own, for folding what says the same."""

    source: From
    id: str
    vector: Vector
    meaning: float = 0.0  # cosine with the nearest message or question that it answers
    words: float = 0.0
    intent: float = 0.0
    share: float = 0.0
    like: float = 0.0
    fit: float = 0.0
    times: int = 0
    last: date | None = None
    pairs: tuple[int, ...] = ()
    score: float = 0.0  # what knowledge search gives an article
    chance: float = 0.0


@dataclass(frozen=True)
class Weights:
    """How signals add up, and what result means what chance."""

    weights: Mapping[str, float]
    points: Sequence[tuple[float, float]]  # results with the chance that is stated for each; in between it is linear

    @classmethod
    def read(cls, path: Path = WEIGHTS) -> "Weights":
        """The fitted weights."""
        found = json.loads(path.read_text(encoding="utf-8"))
        return cls(found["weights"], [(float(result), float(chance)) for result, chance in found["points"]])

    def result(self, signals: Vector) -> float:
        """The log-odds of a candidate."""
        return float(signals @ np.array([self.weights.get(name, 0.0) for name in SIGNALS], np.float32))

    def chance(self, result: float) -> float:
        """What is stated for a result, 0 to 1."""
        results, chances = zip(*self.points, strict=True)
        return float(np.interp(result, results, chances))


def ranked(
    candidates: Sequence[Candidate],
    outcomes: Mapping[tuple[From, str], Outcomes],
    today: date,
    weights: Weights,
) -> list[Candidate]:
    """The candidates with their chances, the likeliest first, what says the same folded into the likeliest."""
    signals = signals_of(candidates, outcomes, today)
    results = [weights.result(row) for row in signals]
    kept: list[tuple[float, Candidate]] = []
    for place in sorted(range(len(candidates)), key=lambda place: (-results[place], candidates[place].id)):
        one = candidates[place]
        if not any(says_the_same(one, other) for _, other in kept):
            kept.append((results[place], one))
    return [replace(one, chance=weights.chance(result)) for result, one in kept]


def says_the_same(one: Candidate, other: Candidate) -> bool:
    """Whether showing both would waste a place."""
    return bool(likeness(np.float32(one.vector @ other.vector)) >= SAME)  # type: ignore[arg-type]


def signals_of(
    candidates: Sequence[Candidate], outcomes: Mapping[tuple[From, str], Outcomes], today: date
) -> npt.NDArray[np.float32]:
    """The signals of each candidate in the order of SIGNALS, one a row."""
    best = max((one.meaning for one in candidates), default=0.0)
    rows = []
    for one in candidates:
        article, reply = one.source == From.ARTICLE, one.source == From.REPLY
        age = (today - one.last).days if one.last else 0
        known = outcomes.get((one.source, one.id), Outcomes())
        values = {
            "bias": 1.0,
            "article": float(article),
            "canned": float(one.source == From.CANNED),
            "meaning": one.meaning,
            "words": one.words,
            "intent": one.intent,
            "share": one.share,
            "like": one.like if reply else 0.0,
            "fit": one.fit,
            "lead": one.meaning - best,
            "times": math.log1p(one.times),
            "recent": 0.5 ** (max(0, age) / HALF_LIFE) if reply else 0.0,
            "accepted": known.accepted,
            "article_score": one.score if article else 0.0,
            "article_like": one.like if not reply else 0.0,
        }
        rows.append([values[name] for name in SIGNALS])
    return np.array(rows, np.float32).reshape(len(candidates), len(SIGNALS))


def of_replies(around: Neighbourhood) -> list[Candidate]:
    """Past replies as candidates."""
    return [
        Candidate(
            From.REPLY, one.group, one.vector, one.meaning, one.words, one.intent, one.share, one.like, one.fit, one.times,
            one.last, one.pairs,
        )
        for one in around.near
    ]  # fmt: skip


def profile(nearness: Mapping[str, float], sharpness: float = 18.0) -> dict[str, float]:
    """Likely intents of a message from its nearness to what articles answer; for messages that the engine has not read."""
    if not nearness:
        return {}
    best = max(nearness.values())
    odds = {intent: math.exp(sharpness * (near - best)) for intent, near in nearness.items()}
    total = sum(odds.values())
    return {intent: odd / total for intent, odd in sorted(odds.items(), key=lambda one: -one[1])[:5]}
