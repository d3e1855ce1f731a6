"""The encoders' vectors of texts, made once: kept under the hash of the text in var/cache, made on every core when new.

Training and evaluation look at the same thousands of messages again and again, and embedding them is most of the work.
The engine that residents talk to does not use this: it reads one message at a time with the encoder itself.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from encoders import Encoder, EncoderError

Array = npt.NDArray[np.float32]

CACHE_FOLDER = "DESK_CACHE_FOLDER"
FILE = "vectors.sqlite3"
AT_ONCE = 100  # texts that a core embeds before their vectors are written
PATIENCE = 60.0  # seconds to wait for another process that writes


def cache_folder() -> Path:
    """Where what can be made again is kept."""
    return Path(os.environ.get(CACHE_FOLDER, "var/cache"))


class KeptVectors:
    """An encoder whose vectors are kept under the hash of the text; it is loaded only for a text that is new.

    Raises EncoderError when the folder holds no encoder.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        if not (folder / "model.onnx").is_file():
            raise EncoderError(f"There is no sentence encoder in {folder}: run make setup.")
        manifest = folder / "manifest.json"
        described = manifest.read_bytes() if manifest.is_file() else (folder / "model.onnx").read_bytes()
        self.version = hashlib.sha256(described).hexdigest()[:16]
        self._folder = folder
        cache.mkdir(parents=True, exist_ok=True)
        self._file = cache / FILE
        with closing(self._open()) as kept, kept:
            kept.execute(
                "CREATE TABLE IF NOT EXISTS vector (encoder TEXT, text TEXT, numbers BLOB, PRIMARY KEY (encoder, text))"
            )

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder.load(self._folder)

    def embed(self, texts: Sequence[str]) -> Array:
        """One unit vector a text, each embedded alone: in a batch, neighbours would change it."""
        marks = [hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in texts]
        found = self._find(marks)
        missing = [(mark, text) for mark, text in dict(zip(marks, texts, strict=True)).items() if mark not in found]
        if missing:
            self._make(missing, found)
        return np.stack([found[mark] for mark in marks])

    def _find(self, marks: Sequence[bytes]) -> dict[bytes, Array]:
        look = "SELECT numbers FROM vector WHERE encoder = ? AND text = ?"
        with closing(self._open()) as kept:
            rows = ((mark, kept.execute(look, (self.version, mark)).fetchone()) for mark in dict.fromkeys(marks))
            return {mark: np.frombuffer(row[0], np.float32) for mark, row in rows if row}

    def _make(self, missing: Sequence[tuple[bytes, str]], found: dict[bytes, Array]) -> None:
        """Embeds on every core, and keeps each part as it is ready, so that a run that was stopped goes on from there."""
        encoder = self._encoder
        parts = [missing[start : start + AT_ONCE] for start in range(0, len(missing), AT_ONCE)]
        with closing(self._open()) as kept, ThreadPoolExecutor(os.cpu_count()) as pool:
            done = pool.map(lambda part: encoder.embed([text for _, text in part]), parts)
            for part, vectors in zip(parts, done, strict=True):
                made: dict[bytes, Any] = dict(zip((mark for mark, _ in part), vectors, strict=True))
                with kept:
                    rows = [(self.version, mark, vector.tobytes()) for mark, vector in made.items()]
                    kept.executemany("INSERT OR IGNORE INTO vector VALUES (?, ?, ?)", rows)
                found.update(made)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=PATIENCE)
