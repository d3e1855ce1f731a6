"""Ranks what could be replied: past replies, articles and ready replies compete in one list, each with a chance that is meant.

For each kind its signals are added up with weights; these and the calibration that turns the result into a stated
percentage are fitted by `python -m bot assist fit` on conversations set aside for that, and kept in weights.json. Signals
that those conversations cannot teach (how often and how lately a reply was sent, what became of it as a suggestion) have
weights set by hand. docs/assist.md explains the signals, docs/assist-evaluation.md says how good they are.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from bot.assist.index import Near, Vector
from bot.assist.model import From, Used

WEIGHTS = Path(__file__).parent / "weights.json"
SIGNALS: Mapping[From, tuple[str, ...]] = {
    # asked, fit: cosines of the message with what was asked then, and with the reply; opens, later: both messages open their
    # chat, or both come later in it; context: cosine of the reply with the chat so far; details: both messages give an address or a
    # number; plain: both come later and give none
    From.REPLY: ("bias", "asked", "fit", "intent", "opens", "later", "context", "details", "plain"),
    # question, answer: cosines with the nearest question of the article, and with its answer; score: what search gives it
    From.ARTICLE: ("bias", "question", "answer", "words", "intent", "primary", "score", "first", "context"),
    # intent: how likely those are that it is for; details: it is for details, and the message gives some
    From.CANNED: ("bias", "title", "text", "first", "intent", "details"),
}
SAME = 0.7  # cosine of two replies from which one place in the list is enough for both, so that three places offer three things
SAID = 0.93  # … and from which one has been said in the chat already
MOST = 24  # candidates that keep a place in the list
LEAST = 0.04  # a smaller chance is not worth anybody's time
YEAR = 365.0  # days after which a reply counts half as recent
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
    """Something that could be replied, with the log-odds of its signals, and then its chance (0 to 1)."""

    source: From
    id: str
    odds: float
    vector: Vector  # of the reply itself
    pairs: tuple[int, ...] = ()  # of a past reply: the pairs that speak for it
    times: int = 0
    last: date | None = None
    chance: float = 0.0


@dataclass(frozen=True)
class Weights:
    """How signals add up, and which result means which chance."""

    of: Mapping[From, Mapping[str, float]]
    by_hand: Mapping[str, float]  # times, recent, accepted
    points: Sequence[tuple[float, float]]  # results with the chance that is stated for each; in between it is linear

    @classmethod
    def read(cls, path: Path = WEIGHTS) -> "Weights":
        """The fitted weights."""
        found = json.loads(path.read_text(encoding="utf-8"))
        points = [(float(odds), float(chance)) for odds, chance in found["points"]]
        return cls({source: found[source] for source in From}, found["by_hand"], points)

    def odds(self, source: From, signals: Mapping[str, float]) -> float:
        """The log-odds of one candidate."""
        return sum(self.of[source][name] * value for name, value in signals.items()) + self.of[source]["bias"]

    def chance(self, odds: float) -> float:
        """What is stated for a result, 0 to 1.

        Below every result that the curve was fitted on it is the regression's own chance, so that what nothing speaks for is
        not stated as likely as the least likely of those that were tried.
        """
        lowest, least = self.points[0]
        if odds < lowest:
            return min(least, 1 / (1 + math.exp(-odds)))
        results, chances = zip(*self.points, strict=True)
        return float(np.interp(odds, results, chances))


def of_replies(near: Sequence[Near]) -> list[Candidate]:
    """Past replies as candidates."""
    return [Candidate(From.REPLY, one.group, one.odds, one.vector, one.pairs, one.times, one.last) for one in near]


def ranked(
    candidates: Sequence[Candidate], outcomes: Mapping[tuple[From, str], Outcomes], today: date, weights: Weights
) -> list[Candidate]:
    """The candidates with their chances, the likeliest first, past replies that say the same folded into the likeliest."""
    results = [one.odds + _from_experience(one, outcomes, today, weights.by_hand) for one in candidates]
    ordered = sorted(zip(results, candidates, strict=True), key=lambda both: (-both[0], both[1].source, both[1].id))
    if not ordered:
        return []
    vectors = np.stack([one.vector for _, one in ordered])
    alike = vectors @ vectors.T >= SAME
    kept: list[int] = []
    for place, (_, one) in enumerate(ordered):
        if one.source != From.REPLY or not alike[place, kept].any():
            kept.append(place)
        if len(kept) == MOST:
            break
    best = [ordered[place] for place in kept]
    return [replace(one, odds=odds, chance=weights.chance(odds)) for odds, one in best]


def was_said(one: Vector, said: Vector) -> bool:
    """Whether a reply is one of those that were said already (one a row)."""
    return bool((said @ one >= SAID).any())


def profile(nearness: Mapping[str, float], sharpness: float = 18.0) -> dict[str, float]:
    """Likely intents of a message from its nearness to what articles answer; for messages that the engine has not read."""
    if not nearness:
        return {}
    best = max(nearness.values())
    odds = {intent: math.exp(sharpness * (near - best)) for intent, near in nearness.items()}
    total = sum(odds.values())
    return {intent: odd / total for intent, odd in sorted(odds.items(), key=lambda one: -one[1])[:5]}


def _from_experience(
    one: Candidate, outcomes: Mapping[tuple[From, str], Outcomes], today: date, by_hand: Mapping[str, float]
) -> float:
    """What use so far adds: sent often, sent lately, accepted as a suggestion."""
    known = outcomes.get((one.source, one.id))
    added = by_hand["accepted"] * known.accepted if known else 0.0
    if one.source == From.REPLY and one.last is not None:
        added += by_hand["times"] * math.log(max(1, one.times))
        added += by_hand["recent"] * (0.5 ** (max(0, (today - one.last).days) / YEAR) - 1)
    return added
