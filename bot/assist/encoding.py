"""The encoder that messages and replies are compared with: the one tuned on residents' messages, which the engine reads with.

Of past conversations it finds twice as many right replies as the general encoder of search (docs/assist-evaluation.md). It
is loaded when the first suggestion is wanted. Texts that come again and again, of articles and ready replies, are kept on
disk between starts.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from bot.knowledge.search import Vectors
from bot.knowledge.vectors import RememberingEncoder
from encoders import Encoder, Manifest

REMEMBERED = 4000  # texts of chats; 6 MB
TUNED = Path(__file__).resolve().parents[2] / "encoders" / "tuned"  # comes with the repository


class Encoding:
    """Turns texts into unit vectors, from any thread. Build one in app.py."""

    def __init__(self, cache_folder: Path, folder: Path = TUNED) -> None:
        self._folder = folder
        self._cache = cache_folder
        self._loading = threading.Lock()
        self._encoder: RememberingEncoder | None = None
        self._said: dict[bytes, Vectors] = {}  # by marks of texts, so that nobody's words stay here

    @cached_property
    def mark(self) -> str:
        """Which encoder it is, down to its weights; vectors of another one mean nothing to it."""
        return Manifest.read(self._folder).mark

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector for each text; takes some milliseconds a text, so call it in a thread."""
        return self._loaded().embed(list(texts), "query")

    def embed_known(self, texts: Sequence[str]) -> Vectors:
        """The same for texts that come again."""
        return self._loaded().embed(list(texts), "passage")

    def embed_chat(self, texts: Sequence[str]) -> Vectors:
        """The same for what is said in chats, which is asked for again with each message that follows; kept in memory alone."""
        said = {_mark(text): text for text in texts}
        known: Mapping[bytes, Vectors] = self._said  # other threads ask too
        missing = [mark for mark in said if mark not in known]
        if missing:
            made = dict(zip(missing, self.embed([said[mark] for mark in missing]), strict=True))
            known = self._remember(made, {mark: known[mark] for mark in said.keys() - missing})
        return np.stack([known[_mark(text)] for text in texts])

    def take(self, text: str, vectors: Mapping[str, Vectors]) -> None:
        """Remembers the vector of what was said in a chat where somebody has made it already; they come by their encoder's mark."""
        vector = vectors.get(self.mark)
        if vector is not None:
            self._remember({_mark(text): vector}, {})

    def _remember(self, made: Mapping[bytes, Vectors], wanted: Mapping[bytes, Vectors]) -> Mapping[bytes, Vectors]:
        """Keeps what was made; when there is much already, nothing else but what is wanted now."""
        known = self._said
        self._said = {**(known if len(known) < REMEMBERED else wanted), **made}
        return {**wanted, **made}

    def keep(self) -> None:
        """Writes what is known down, if anything is new."""
        if self._encoder:
            self._encoder.keep()

    def _loaded(self) -> RememberingEncoder:
        with self._loading:
            if self._encoder is None:
                encoder = Encoder.load(self._folder)
                self._encoder = RememberingEncoder(encoder, self._cache / f"passages-{encoder.mark or 'assist'}.npz")
            return self._encoder


def _mark(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
