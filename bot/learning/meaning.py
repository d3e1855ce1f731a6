"""Vectors of messages by what is wanted in them, for grouping: the search's encoder and the engine's tuned one together.

The tuned encoder knows what tells councils' matters apart, the general one what nobody has taught yet; docs/learning.md has the
measurement. The tuned one is loaded when the first message is to be grouped. The mark names both, since vectors of different
encoders cannot be compared.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bot.learning.clustering import Vectors
from encoders import Encoder

TUNED = Path("encoders/tuned")
TUNED_WEIGHT = 1.5


class Meaning:
    """Makes the vectors. `general` is the search's encoder, and `general_mark` its name."""

    def __init__(self, general: Callable[[Sequence[str]], Vectors], general_mark: str, tuned: Path = TUNED) -> None:
        self._general = general
        self._folder = tuned
        self._encoder: Encoder | None = None
        described = (tuned / "manifest.json").read_bytes() if (tuned / "manifest.json").is_file() else b""
        self.mark = hashlib.sha256(general_mark.encode() + described).digest()[:8]

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text. Blocking, some milliseconds a text."""
        if self._encoder is None:
            self._encoder = Encoder.load(self._folder)
        alone = [self._encoder.embed([text], "query")[0] for text in texts]  # in a batch, neighbours would change it
        both = np.hstack([np.asarray(self._general(texts)), TUNED_WEIGHT * np.stack(alone)])
        return np.asarray(both / np.linalg.norm(both, axis=1, keepdims=True), np.float32)
