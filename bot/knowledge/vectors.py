"""Vectors of passages, kept on disk between starts.

The packs hold some thousand titles, questions and answers, and an encoder needs milliseconds for each: without this the
first answer after a start would wait a quarter of a minute. A vector is kept under the hash of its text; another encoder
has another file. The file can be deleted at any time.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.knowledge.search import Encoder, Kind, Vectors


class RememberingEncoder:
    """An encoder that embeds each passage once; questions of residents are never kept."""

    def __init__(self, encoder: Encoder, file: Path) -> None:
        self._encoder = encoder
        self.mark = encoder.mark
        self._file = file
        self._known: dict[str, Vectors] = {}
        self._fresh = False
        self._read()

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """One unit vector a text; passages come from memory where they are known."""
        if kind != "passage":
            return self._encoder.embed(texts, kind)
        marks = [hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32] for text in texts]
        missing = {mark: text for mark, text in zip(marks, texts, strict=True) if mark not in self._known}
        if missing:
            vectors = self._encoder.embed(list(missing.values()), kind)
            self._known.update(zip(missing, vectors, strict=True))
            self._fresh = True
        return np.stack([self._known[mark] for mark in marks])

    def keep(self) -> None:
        """Writes what is new to the file, in one step, so that a stop half way leaves the earlier file."""
        if not self._fresh:
            return
        known, self._fresh = dict(self._known), False  # another thread may embed meanwhile
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with unfinished.open("wb") as target:
            np.savez(target, marks=np.array(list(known)), vectors=np.stack(list(known.values())))
        unfinished.replace(self._file)

    def _read(self) -> None:
        try:
            with np.load(self._file, allow_pickle=False) as kept:
                self._known = dict(zip(kept["marks"].tolist(), kept["vectors"], strict=True))
        except (OSError, ValueError, KeyError):
            self._known = {}
