"""Trains the engine's model when anything it depends on has changed: `python -m desk_engine.train`.

The content of config.yml, domain.yml, data/nlu, data/rules, the classifier and the encoders decides the name of the model,
so an unchanged project trains nothing. What the council's trainers have taught the live model (learnt.yml beside
the models, written when a candidate is promoted) is learnt again, so that a new version of the project forgets nothing. A new model becomes `current` only after it has read a sentence properly; a
failed training leaves the earlier model where it is and ends in one plain sentence.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import logging
import os
import sys
import time
import warnings
from pathlib import Path

SMOKE_SENTENCE = "when is my bin collected"
TUNED = Path(__file__).resolve().parents[2] / "encoders" / "tuned"  # the encoder that comes with the repository
NOISE = TUNED.parent / "noise.py"  # how the reader's n-grams learn hurried writing
PROJECT_FILES = ("config.yml", "domain.yml", "data/nlu", "data/rules")
LEARNT = "learnt.yml"  # beside the models: the accepted examples that the current one has besides data/nlu
LEARNING_FILES = ("classifier.py", "reader.py", "spelling.py")


class TrainingFailed(Exception):
    """The training did not produce a usable model; the message is one plain sentence."""


def content_hash(root: Path, encoders: Path, learnt: Path | None = None) -> str:
    """A name for everything that the model depends on; `learnt` are examples besides data/nlu, where there are any."""
    digest = hashlib.sha256()
    parts = [root / name for name in PROJECT_FILES]
    parts += [Path(__file__).parent / name for name in LEARNING_FILES] + [NOISE]
    parts += [*sorted(encoders.glob("*/manifest.json")), TUNED / "manifest.json"]
    if learnt and learnt.is_file():
        digest.update(b"learnt\0" + learnt.read_bytes() + b"\0")
    for part in parts:
        files = sorted(part.rglob("*")) if part.is_dir() else [part]
        for file in files:
            if file.is_file() and file.suffix in (".yml", ".py", ".json"):
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def train(root: Path, out: Path, encoders: Path) -> Path:
    """The model of the project as it is now, trained if need be, and made current. Raises TrainingFailed."""
    missing = [name for name in PROJECT_FILES if not (root / name).exists()]
    if missing:
        raise TrainingFailed(f"{missing[0]} is missing: start from the top of the project.")
    out.mkdir(parents=True, exist_ok=True)
    learnt = out / LEARNT
    name = content_hash(root, encoders, learnt)
    model = out / f"{name}.tar.gz"
    if not model.exists():
        _train_new(root, model, [learnt] if learnt.is_file() else [])
    _make_current(model, out)
    return model


def _train_new(root: Path, model: Path, learnt: list[Path]) -> None:
    begun = time.monotonic()
    print("  reading the examples and learning from them (a minute or two the first time) …", flush=True)
    os.environ.setdefault("DESK_ACTIONS_URL", "http://127.0.0.1:5055/actions")
    from rasa.model_training import train as rasa_train

    unfinished = f"unfinished-{os.getpid()}"
    result = rasa_train(
        domain=str(root / "domain.yml"),
        config=str(root / "config.yml"),
        training_files=[str(root / "data" / "nlu"), str(root / "data" / "rules"), *map(str, learnt)],
        output=str(model.parent),
        fixed_model_name=unfinished,
        force_training=True,
        core_additional_arguments={"augmentation_factor": 0},
    )
    if result.code != 0 or not result.model:
        raise TrainingFailed("The training failed: the messages above say where. The earlier model is untouched.")
    trained = Path(result.model)
    try:
        smoke(trained)
    except Exception as error:
        trained.unlink(missing_ok=True)
        raise TrainingFailed(
            f"The new model cannot read a sentence ({type(error).__name__}). The earlier model is untouched."
        ) from error
    trained.rename(model)
    print(f"  learnt in {time.monotonic() - begun:.0f} s", flush=True)


def smoke(model: Path) -> None:
    """Raises unless the model reads a plain sentence and ranks every intent."""
    from rasa.core.agent import Agent

    reading = asyncio.run(Agent.load(str(model)).parse_message(SMOKE_SENTENCE))
    if not reading["intent"]["name"] or len(reading["intent_ranking"]) < 2:
        raise ValueError("no ranking")


def _make_current(model: Path, out: Path) -> None:
    """Points `current` to the model in one step, so that a reader never sees none."""
    link, fresh = out / "current", out / f"current-{os.getpid()}"
    fresh.symlink_to(model.name)
    fresh.replace(link)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m desk_engine.train", description="Train the engine if anything changed.")
    parser.add_argument("--out", type=Path, default=Path("var/models"))
    parser.add_argument("--root", type=Path, default=Path())
    arguments = parser.parse_args()
    quiet_rasa()
    try:
        model = train(arguments.root, arguments.out, Path(os.environ.get("DESK_ENCODERS_FOLDER", "var/encoders")))
    except TrainingFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    except Exception as error:
        print(f"The training failed: {type(error).__name__}: {error}. The earlier model is untouched.", file=sys.stderr)
        return 1
    print(f"  the model {model.stem.removesuffix('.tar')} is current", flush=True)
    return 0


def quiet_rasa() -> None:
    """No telemetry, no training noise, and no message of a resident in a log: Rasa logs them at debug."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["OMP_NUM_THREADS"] = os.environ.get("OMP_NUM_THREADS", "1")
    os.environ["LOG_LEVEL"] = "WARNING"
    os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.WARNING)
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
