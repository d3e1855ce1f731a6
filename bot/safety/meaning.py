"""What a message means, weighed for danger by the gateway itself: for the time when the engine is away.

Phrases find what is said outright; what is veiled ("I shan't be needing the bins") only a reading finds. The encoder that is
tuned on residents' messages comes with the repository, and a logistic regression on its vectors, fitted on the examples that
the engine learns from (`python -m bot safety fit`), is a small reading that needs no engine. It is less sure than the
engine's, so it never answers alone: it only puts the vetted words beside the answer that search gave. docs/evaluation.md has
how much it finds.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("meaning.json")


class Encodes(Protocol):
    """What is needed of an encoder; bot/assist/encoding.py is one."""

    @property
    def mark(self) -> str:
        """Which encoder it is, down to its weights."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text."""


@dataclass(frozen=True)
class Danger:
    """Which way danger lies among the vectors of one encoder, as it was fitted."""

    encoder: str  # its mark; the vectors of another mean something else
    bias: float
    weights: Vectors
    enough: float  # from this probability the vetted words are said

    @classmethod
    def read(cls, path: Path = WEIGHTS) -> "Danger":
        """What was fitted last."""
        fitted = json.loads(path.read_text(encoding="utf-8"))
        return cls(fitted["encoder"], fitted["bias"], np.array(fitted["weights"], np.float32), fitted["enough"])

    def write(self, path: Path = WEIGHTS) -> None:
        """Keeps it for every gateway."""
        weights = [round(float(one), 3) for one in self.weights]
        fitted = {"encoder": self.encoder, "enough": self.enough, "bias": round(self.bias, 3), "weights": weights}
        path.write_text(json.dumps(fitted) + "\n", encoding="utf-8")

    def probability(self, vector: Vectors) -> float:
        """How likely a message with this vector speaks of danger, 0 to 1."""
        return 1 / (1 + math.exp(-self.bias - float(self.weights @ vector)))


class Meaning:
    """Suspects danger from what a message means. Build it in app.py; it knows nothing with another encoder than it was fitted on."""

    def __init__(self, encoder: Encodes, danger: Danger) -> None:
        self._encoder = encoder
        self._danger = danger

    def suspects(self, text: str) -> bool:
        """Whether the message is likely enough to speak of danger; takes some milliseconds."""
        if self._encoder.mark != self._danger.encoder:
            return False
        return self._danger.probability(self._encoder.embed([text])[0]) >= self._danger.enough
