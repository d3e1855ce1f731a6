"""Fits the weights of ranking.py: logistic regressions, and the calibration that turns their result into a stated chance.

A maintainer runs it through `python -m bot assist fit`, on conversations that are set aside for it; at a council nothing is
fitted. Plain Newton steps and pooled neighbours need no library.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

STEPS = 60
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
