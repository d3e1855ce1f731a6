"""Trains a candidate beside the live model: the project's own model, its reader fitted anew with what was learnt since.

`python -m desk_engine.refit --learnt FILE --out DIR`. Accepted examples change neither domain nor rules, so nothing but the
reader has to be fitted; everything else is taken over from the model that set-up trained of this very project. With the
vectors of unchanged examples kept (vectors.py) that takes a fraction of a whole training. The candidate has the name that
train.py would give it, so a later set-up finds it made. Nothing live is touched here.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tarfile
import tempfile
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from desk_engine.evaluate import CLASSIFIER, FILES_OF_READER, Evaluation, EvaluationFailed, Places
from desk_engine.light import spare_tensorflow
from desk_engine.train import LEARNT, content_hash
from encoders import EncoderError


class RefitFailed(Exception):
    """There is no usable candidate; the message is one plain sentence."""


def examples_in(files: list[Path]) -> list[tuple[str, str]]:
    """Every message with its intent, sorted. The files hold plain texts and no entities, which a test compares with Rasa."""
    found: list[tuple[str, str]] = []
    for file in files:
        try:
            entries = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]
            for entry in entries:
                lines = (line[2:].strip() for line in entry["examples"].splitlines() if line.startswith("- "))
                found += [(line, str(entry["intent"])) for line in lines if line]
        except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as problem:
            raise RefitFailed(f"{file.name} cannot be read as training data: {str(problem).splitlines()[0]}.") from problem
    return sorted(found)


def refit(places: Places, learnt: Path, out: Path) -> Path:
    """The candidate of the project and what was learnt, fitted if it is not there yet. Raises RefitFailed."""
    base = _trained_by_setup(places)
    out.mkdir(parents=True, exist_ok=True)
    candidate = out / f"{content_hash(places.root, places.encoders, learnt)}.tar.gz"
    if candidate.is_file():
        return candidate
    print("reading the examples", flush=True)
    known, new = examples_in(sorted((places.root / "data" / "nlu").glob("*.yml"))), examples_in([learnt])
    unknown = {intent for _, intent in new} - {intent for _, intent in known}
    if unknown:
        raise RefitFailed(f"There is no intent {min(unknown)}, so nothing was trained.")
    print("learning from them", flush=True)
    reader = Evaluation(places).fitted(sorted({*known, *new}))
    with tempfile.TemporaryDirectory(dir=out) as folder:
        made = Path(folder, "made")
        made.mkdir()
        reader.save(made)
        unfinished = Path(folder, "unfinished.tar.gz")
        _repack(base, unfinished, made)
        print("reading with it for the first time", flush=True)
        check(unfinished)
        unfinished.replace(candidate)
    return candidate


def _trained_by_setup(places: Places) -> Path:
    """The model of this very project: with what the live model has learnt, or without. Their domain and rules are the same."""
    for learnt in (None, places.models / LEARNT):
        model = places.models / f"{content_hash(places.root, places.encoders, learnt)}.tar.gz"
        if model.is_file():
            return model
    raise RefitFailed("The model of the project as it is now has not been trained: run `make train`, then train again.")


def _repack(base: Path, made: Path, reader: Path) -> None:
    """Writes the base again with another reader in it, and with an identity of its own."""
    with tarfile.open(base) as old, tarfile.open(made, "w:gz", compresslevel=6) as new:
        for member in old.getmembers():
            path = Path(member.name)
            content = old.extractfile(member)
            if content is None:
                new.addfile(member)
            elif CLASSIFIER in path.parent.name and path.name in FILES_OF_READER:
                _add(new, member, (reader / path.name).read_bytes())
            elif path.name == "metadata.json":
                _add(new, member, _renamed(json.load(content)))
            else:
                new.addfile(member, content)


def _renamed(metadata: dict[str, Any]) -> bytes:
    now = datetime.now(timezone.utc).replace(tzinfo=None).isoformat()
    return json.dumps({**metadata, "model_id": uuid.uuid4().hex, "trained_at": now}).encode()


def _add(archive: tarfile.TarFile, member: tarfile.TarInfo, content: bytes) -> None:
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def check(model: Path) -> None:
    """Loads the model as the engine does and reads a sentence with it. Raises RefitFailed."""
    os.environ.setdefault("DESK_ACTIONS_URL", "http://127.0.0.1:5055/actions")
    from desk_engine.train import quiet_rasa, smoke

    quiet_rasa()
    spare_tensorflow(model)
    try:
        smoke(model)
    except Exception as problem:
        raise RefitFailed(f"The candidate was trained but cannot be loaded ({type(problem).__name__}).") from problem


def main() -> int:
    """The command; bot/evaluation/refitting.py runs it. The last line is the name of the candidate."""
    parser = argparse.ArgumentParser(prog="python -m desk_engine.refit", description="Train a candidate.")
    parser.add_argument("--learnt", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--root", type=Path, default=Path())
    parser.add_argument("--models", type=Path, default=Path("var/models"))
    parser.add_argument("--cache", type=Path, default=Path("var/cache"))
    arguments = parser.parse_args()
    encoders = Path(os.environ.get("DESK_ENCODERS_FOLDER", "var/encoders"))
    places = Places(arguments.root.resolve(), encoders, arguments.models, arguments.cache)
    try:
        candidate = refit(places, arguments.learnt, arguments.out)
    except (RefitFailed, EvaluationFailed, EncoderError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(candidate.name.removesuffix(".tar.gz"), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
