"""Fits the weights of ranking.py, and the calibration that turns their result into a stated chance.

Logistic regressions begin, one for each kind of suggestion; from there the weights of all kinds are fitted together so that in
each question's own list the right suggestions stand above the others, which is what an adviser sees. A maintainer runs it
through `python -m bot assist fit`, on conversations that are set aside for it; at a council nothing is fitted.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

STEPS = 60
LIST_STEPS, PACE = 300, 0.05  # steps of the weights of whole lists, and how far one goes at first
TINY = 1e-9
FEWEST = 12  # suggestions that a point of the calibration rests on at least


def logistic(signals: Array, right: Array, strictness: float = 1.0) -> Array:
    """Weights of a logistic regression, by Newton's method. The first signal is the bias, which is not held back."""
    weights = np.zeros(signals.shape[1])
    held_back = np.full(signals.shape[1], strictness)
    held_back[0] = 1e-6
    for _ in range(STEPS):
        chances = 1 / (1 + np.exp(-signals @ weights))
        slope = signals.T @ (right - chances) - held_back * weights
        curve = (signals * (chances * (1 - chances))[:, None]).T @ signals + np.diag(held_back)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-7:
            break
    return weights


def listwise(lists: Sequence[tuple[Array, Array]], start: Array, strictness: float) -> Array:
    """Weights with which each list's right rows get as much of its softmax as can be, held back towards `start`.

    A list is the signals of one question's candidates and which of them are right. The steps are Adam's.
    """
    most = max(len(right) for _, right in lists)
    signals = np.zeros((len(lists), most, len(start)))
    good, there = np.zeros((2, len(lists), most), bool)
    for place, (rows, right) in enumerate(lists):
        signals[place, : len(rows)], good[place, : len(rows)], there[place, : len(rows)] = rows, right > 0, True
    weights, pace, spread = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(1, LIST_STEPS + 1):
        odds = np.where(there, signals @ weights, -np.inf)
        shares = np.exp(odds - odds.max(axis=1, keepdims=True))
        of_good = np.where(good, shares, 0.0)
        wanted = of_good / np.maximum(of_good.sum(axis=1, keepdims=True), TINY)
        shares /= shares.sum(axis=1, keepdims=True)
        slope = np.tensordot(shares - wanted, signals, axes=2) + strictness * (weights - start)
        pace = 0.9 * pace + 0.1 * slope
        spread = 0.99 * spread + 0.01 * slope**2
        weights = weights - PACE * (pace / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.99**step)) + TINY)
    return weights


def calibrated(odds: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """Points of a rising curve from log-odds to the share that was right (isotonic regression, neighbours pooled)."""
    order = np.argsort(np.asarray(odds))
    blocks: list[list[float]] = []  # sum of odds, number right, number
    for place in order:
        blocks.append([float(odds[place]), float(right[place]), 1.0])
        while len(blocks) > 1 and (_share(blocks[-2]) >= _share(blocks[-1]) or blocks[-2][2] < FEWEST):
            last = blocks.pop()
            blocks[-1] = [one + other for one, other in zip(blocks[-1], last, strict=True)]
    if len(blocks) > 1 and blocks[-1][2] < FEWEST:
        last = blocks.pop()
        blocks[-1] = [one + other for one, other in zip(blocks[-1], last, strict=True)]
    # Half a right and half a wrong one more in each block, so that nothing is ever stated as certain.
    chances = np.maximum.accumulate([(good + 0.5) / (count + 1) for _, good, count in blocks])
    return [
        (round(total / count, 3), round(float(chance), 4)) for (total, _, count), chance in zip(blocks, chances, strict=True)
    ]


def _share(block: Sequence[float]) -> float:
    return block[1] / block[2]
