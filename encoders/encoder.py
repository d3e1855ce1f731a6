"""Runs one ONNX sentence encoder: `Encoder.load(folder).embed(texts)` gives one unit vector a text.

Written so that a resident's message can never make it slow or make it fail: characters and tokens are capped, invalid
Unicode is replaced, and nothing but tokenizers (Rust) and onnxruntime touches the text. Texts are embedded one by one
unless a batch is asked for, because the int8 models choose their activation scale for a whole batch: a batch would let
neighbours change a text's vector. Look at manifest.py for what a folder must hold and at build.py for how it is made.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from tokenizers import Tokenizer

from .manifest import Manifest

Kind = Literal["query", "passage"]
Vectors = npt.NDArray[np.float32]

MAX_CHARACTERS = 4000
TINY = 1e-12


class EncoderError(Exception):
    """An encoder folder is missing, incomplete or damaged; the message is one plain sentence."""


class Encoder:
    """One sentence encoder in memory. Safe to use from several threads at once."""

    def __init__(
        self,
        session: ort.InferenceSession,
        tokenizer: Tokenizer,
        manifest: Manifest,
        table: dict[int, str] | None = None,
    ) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._table = table
        self._inputs = {each.name for each in session.get_inputs()}
        self.manifest = manifest
        self.dimension = manifest.dimension or int(session.get_outputs()[0].shape[-1])
        tokenizer.no_truncation()
        tokenizer.no_padding()
        ends = tokenizer.encode("").ids
        self._ends = (ends[:1], ends[1:]) if len(ends) == 2 else ([], [])

    @classmethod
    def load(cls, folder: str | Path, threads: int = 1) -> Encoder:
        """The encoder in `folder` (model.onnx, tokenizer.json, and usually manifest.json)."""
        folder = Path(folder)
        missing = [name for name in ("model.onnx", "tokenizer.json") if not (folder / name).is_file()]
        if missing:
            raise EncoderError(f"There is no sentence encoder in {folder}: {' and '.join(missing)} missing.")
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            manifest = Manifest.read(folder)
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            session = ort.InferenceSession(str(folder / "model.onnx"), options, ["CPUExecutionProvider"])
            table = _read_table(folder / "normalise.json")
        except Exception as error:  # onnxruntime and tokenizers raise classes of their own, several bare Exception
            raise EncoderError(f"The sentence encoder in {folder} cannot be loaded: {_one_line(error)}.") from error
        return cls(session, tokenizer, manifest, table)

    @property
    def mark(self) -> str:
        """Which encoder this is, down to its weights; empty when nothing says so."""
        return self.manifest.mark

    def embed(self, texts: Sequence[str], kind: Kind = "query", batch_size: int = 1) -> Vectors:
        """One L2-normalised vector a text, as float32 of shape (len(texts), dimension)."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        ids = [self._token_ids(text, kind) for text in texts]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            vectors[chosen] = self._run([ids[i] for i in chosen])
        return vectors

    def _token_ids(self, text: str, kind: Kind) -> list[int]:
        text = _keep_both_ends(text, MAX_CHARACTERS).encode("utf-8", "replace").decode("utf-8")
        if self._table is not None:
            text = " ".join(_keep_both_ends(text.translate(self._table), MAX_CHARACTERS).split())
        prefix = self.manifest.query_prefix if kind == "query" else self.manifest.passage_prefix
        ids: list[int] = self._tokenizer.encode(prefix + text).ids
        excess = len(ids) - self.manifest.max_tokens
        if excess <= 0:
            return ids
        # Residents tell the story first and ask at the end, so the middle is what goes.
        first, last = self._ends
        inner = ids[len(first) : len(ids) - len(last)]
        head = (self.manifest.max_tokens - len(first) - len(last)) // 2
        tail = self.manifest.max_tokens - len(first) - len(last) - head
        return [*first, *inner[:head], *inner[len(inner) - tail :], *last]

    def _run(self, batch: list[list[int]]) -> Vectors:
        length = max(map(len, batch))
        input_ids = np.zeros((len(batch), length), np.int64)
        mask = np.zeros_like(input_ids)
        for row, ids in enumerate(batch):
            input_ids[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        feed = {"input_ids": input_ids, "attention_mask": mask}
        if "token_type_ids" in self._inputs:
            feed["token_type_ids"] = np.zeros_like(input_ids)
        output: Vectors = self._session.run(None, feed)[0]
        if output.ndim == 3:  # an encoder exported without its pooling
            weights = mask[:, :, None].astype(np.float32)
            output = (output * weights).sum(1) / np.maximum(weights.sum(1), 1)
        norms = np.linalg.norm(output, axis=1, keepdims=True)
        return np.asarray(output / np.maximum(norms, TINY), np.float32)


def _keep_both_ends(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit // 2] + text[-limit // 2 :]


def _read_table(path: Path) -> dict[int, str] | None:
    if not path.is_file():
        return None
    return {int(point): replacement for point, replacement in json.loads(path.read_text("utf-8")).items()}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")[:200]
