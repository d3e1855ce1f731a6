"""Reads messages for `python -m bot evaluate`, in the engine's Python, with the very reader that residents get.

`read` reads messages with the reader fitted on all of data/nlu: out of the live model when its content hash is up to
date, fitted here when not. `folds` reads every example of data/nlu by a reader that has not seen it. Vectors, fitted
readers and folds are kept under the hash of what they come from, so nothing unchanged is done twice. Judging is not done
here: see bot/evaluation.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tarfile
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.model_selection import StratifiedKFold

from desk_engine.reader import Array, Reader, View
from desk_engine.train import LEARNING_FILES, NOISE, content_hash
from desk_engine.vectors import KeptVectors
from encoders import EncoderError

CLASSIFIER = "desk_engine.classifier.ResidentClassifier"
FILES_OF_READER = ("reader.json", "reader.npz")
SHUFFLE = 7  # the folds are the same in every run


class EvaluationFailed(Exception):
    """Nothing can be measured; the message is one plain sentence."""


@dataclass(frozen=True)
class Places:
    """Where things are: the project, the built encoders, the trained models, what may be kept between runs."""

    root: Path
    encoders: Path
    models: Path
    cache: Path


class Evaluation:
    """The reader that config.yml describes and the examples that it learns from."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._config = _classifier_config(places.root)
        self._views = [View(**{**view, "encoders": tuple(view["encoders"])}) for view in self._config["views"]]
        names = sorted({name for view in self._views for name in view.encoders})
        self._encoders = {name: KeptVectors(_encoder_folder(places, name), places.cache) for name in names}
        self._kept = places.cache / "evaluation"
        self._kept.mkdir(parents=True, exist_ok=True)

    @cached_property
    def examples(self) -> list[tuple[str, str]]:
        """Every message of data/nlu with its intent, as Rasa reads them."""
        warnings.simplefilter("ignore")
        from rasa.shared.nlu.training_data.loading import load_data

        messages = load_data(str(self._places.root / "data" / "nlu")).intent_examples
        return sorted((str(message.get("text")), str(message.get("intent"))) for message in messages if message.get("text"))

    @cached_property
    def mark(self) -> str:
        """A name for everything that the reader depends on."""
        versions = {name: encoder.version for name, encoder in self._encoders.items()}
        learning = [*(Path(__file__).with_name(name) for name in LEARNING_FILES), NOISE]
        source = [file.read_text(encoding="utf-8") for file in learning]
        facts = json.dumps([self._config, versions, self.examples, source], sort_keys=True)
        return hashlib.sha256(facts.encode("utf-8", "replace")).hexdigest()[:16]

    def read(self, texts: Sequence[str], archive: Path | None = None) -> dict[str, Any]:
        """The probabilities of every intent for every text; by one model's reader when its archive is given."""
        reader, model = (self._from_archive(archive), archive.name) if archive else self._reader()
        rows = reader.probabilities(texts) if texts else np.zeros((0, len(reader.labels)))
        known = [reader.knows(text) for text in texts]
        return {"model": model, "labels": reader.labels, "probabilities": _plain(rows), "known": known}

    def folds(self, number: int) -> dict[str, Any]:
        """The same for every example, each read by a reader fitted on the other folds."""
        texts = [text for text, _ in self.examples]
        intents = [intent for _, intent in self.examples]
        labels = sorted(set(intents))
        rows = np.zeros((len(texts), len(labels)), np.float32)
        split = StratifiedKFold(number, shuffle=True, random_state=SHUFFLE).split(texts, intents)
        for fold, (learnt, kept_apart) in enumerate(split):
            rows[kept_apart] = self._fold(f"fold-{self.mark}-{fold + 1}-of-{number}.npy", learnt, kept_apart)
            print(f"  {fold + 1} of {number} parts read by a reader that has not seen them", flush=True)
        return {"model": self.mark, "labels": labels, "texts": texts, "intents": intents, "probabilities": _plain(rows)}

    def _fold(self, name: str, learnt: Any, kept_apart: Any) -> Array:
        file = self._kept / name
        if file.is_file():
            return np.load(file, allow_pickle=False)
        chosen = [self.examples[place] for place in learnt]
        reader = self.fitted(chosen)
        rows = reader.probabilities([self.examples[place][0] for place in kept_apart])
        unfinished = file.with_name(f"unfinished-{os.getpid()}.npy")
        np.save(unfinished, rows)
        unfinished.replace(file)
        return rows

    def _reader(self) -> tuple[Reader, str]:
        """The reader fitted on all examples, and which it is."""
        name = content_hash(self._places.root, self._places.encoders)
        live = self._places.models / f"{name}.tar.gz"
        if live.is_file():
            return self._from_archive(live), f"the live model {name}"
        folder = self._kept / f"reader-{self.mark}"
        if not folder.is_dir():
            reader = self.fitted(self.examples)
            with tempfile.TemporaryDirectory(dir=self._kept) as unfinished:
                Path(unfinished, "made").mkdir()
                reader.save(Path(unfinished, "made"))
                if not folder.is_dir():
                    Path(unfinished, "made").replace(folder)
        return Reader.load(folder, self._encoders, self._views), f"a reader fitted for this, {self.mark}"

    def fitted(self, examples: Sequence[tuple[str, str]]) -> Reader:
        """The reader of config.yml, fitted on these examples."""
        reader = Reader(self._encoders, self._views, self._config.get("temperature", 1.0))
        return reader.fit([text for text, _ in examples], [intent for _, intent in examples])

    def _from_archive(self, archive: Path) -> Reader:
        with _opened(archive) as inside, tempfile.TemporaryDirectory() as folder:
            for member in inside.getmembers():
                path = Path(member.name)
                content = (
                    inside.extractfile(member) if CLASSIFIER in path.parent.name and path.name in FILES_OF_READER else None
                )
                if content:
                    Path(folder, path.name).write_bytes(content.read())
            return Reader.load(Path(folder), self._encoders, self._views)


def _opened(archive: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(archive)
    except (OSError, tarfile.TarError) as problem:
        raise EvaluationFailed(f"The model {archive.name} cannot be opened: {problem}.") from problem


def _classifier_config(root: Path) -> dict[str, Any]:
    try:
        pipeline = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))["pipeline"]
        config = next(dict(part) for part in pipeline if part["name"] == CLASSIFIER)
    except (OSError, yaml.YAMLError, KeyError, TypeError, StopIteration) as problem:
        raise EvaluationFailed(f"config.yml has no {CLASSIFIER} in its pipeline.") from problem
    unknown = set(config) - {"name", "views", "temperature"}
    if unknown:  # better no figure than one of another reader than residents get
        raise EvaluationFailed(
            f"config.yml sets {', '.join(sorted(unknown))}, which desk_engine/evaluate.py does not follow yet."
        )
    return config


def _encoder_folder(places: Places, name: str) -> Path:
    """As classifier.py finds it, which costs half a minute to import: an encoder of the repository, or a built one."""
    own = places.root / "encoders" / name
    return own if own.is_dir() else places.encoders / name


def _plain(rows: Array) -> list[list[float]]:
    return [[round(float(value), 6) for value in row] for row in rows]


def main() -> int:
    """The command; bot/evaluation/engine.py runs it."""
    parser = argparse.ArgumentParser(prog="python -m desk_engine.evaluate", description="Read messages for an evaluation.")
    parser.add_argument("--root", type=Path, default=Path())
    parser.add_argument("--models", type=Path, default=Path("var/models"))
    parser.add_argument("--cache", type=Path, default=Path("var/cache"))
    parser.add_argument("--out", type=Path, required=True)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--read", type=Path, metavar="FILE", help="a JSON list of messages")
    what.add_argument("--folds", type=int, metavar="NUMBER")
    parser.add_argument("--archive", type=Path, help="read with the reader of this very model")
    arguments = parser.parse_args()
    encoders = Path(os.environ.get("DESK_ENCODERS_FOLDER", "var/encoders"))
    try:
        evaluation = Evaluation(Places(arguments.root.resolve(), encoders, arguments.models, arguments.cache))
        if arguments.read:
            found = evaluation.read(json.loads(arguments.read.read_text(encoding="utf-8")), arguments.archive)
        else:
            found = evaluation.folds(arguments.folds)
    except (EvaluationFailed, EncoderError) as problem:
        print(problem, file=sys.stderr)
        return 1
    arguments.out.write_text(json.dumps(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
