"""Has the engine's own Python read messages, and stands in for the engine while the real assistant is evaluated.

The reader needs scikit-learn, which only the engine's environment has, so it runs there (engine/desk_engine/evaluate.py)
and hands back probabilities. `ReplayedEngine` then answers the assistant from them, without a server and in milliseconds.
"""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.dialogue.engine import Reading
from bot.evaluation.model import Example, Judged

INTERPRETER = Path("engine/.venv/bin/python")
_COMMAND = re.compile(r"^[\s/]+")  # taken off as in bot/dialogue/engine.py

NOT_READ_YET = Reading((("", 0.0),))


class CannotRead(Exception):
    """The engine's Python could not read the messages; the message is one plain sentence."""


@dataclass
class Readings:
    """How texts are read; asks the engine's Python for those that are new."""

    encoders: Path
    models: Path
    cache: Path
    model: str = ""  # which reader it was, in words
    archive: Path | None = None  # read with the reader of this very model
    kept: dict[str, Reading] = field(default_factory=dict)

    def of(self, texts: Iterable[str]) -> list[Reading]:
        """One reading a text. Raises CannotRead."""
        wanted = list(texts)
        missing = [text for text in dict.fromkeys(wanted) if text not in self.kept]
        if missing:
            with tempfile.TemporaryDirectory() as folder:
                asked = Path(folder, "texts.json")
                asked.write_text(json.dumps([_COMMAND.sub("", text) or "…" for text in missing]), encoding="utf-8")
                by = ("--archive", str(self.archive)) if self.archive else ()
                found = self._run("--read", str(asked), *by)
            self.model = str(found["model"])
            self.kept.update(zip(missing, _readings(found), strict=True))
        return [self.kept[text] for text in wanted]

    def judge(self, examples: Sequence[Example]) -> list[Judged]:
        """The messages with their readings. Raises CannotRead."""
        readings = self.of(example.text for example in examples)
        return [Judged(example, reading) for example, reading in zip(examples, readings, strict=True)]

    def folds(self, number: int) -> list[Judged]:
        """Every training example, read by a reader fitted on the other folds. Raises CannotRead."""
        found = self._run("--folds", str(number))
        examples = (Example(text, (intent,)) for text, intent in zip(found["texts"], found["intents"], strict=True))
        return [Judged(example, reading) for example, reading in zip(examples, _readings(found), strict=True)]

    def _run(self, *what: str) -> dict[str, Any]:
        if not INTERPRETER.exists():
            raise CannotRead("The engine's Python is not there: run make setup from the top of the project.")
        self.cache.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "DESK_ENCODERS_FOLDER": str(self.encoders.absolute()), "PYTHONWARNINGS": "ignore"}
        environment.setdefault("OMP_NUM_THREADS", "1")
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "found.json")
            command = [str(INTERPRETER.absolute()), "-m", "desk_engine.evaluate", *what, "--out", str(out)]
            command += ["--models", str(self.models), "--cache", str(self.cache)]
            finished = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, check=False)
            if finished.returncode or not out.is_file():
                said = finished.stderr.strip().splitlines()
                raise CannotRead(f"The messages could not be read: {said[-1] if said else 'the engine gave no reason'}")
            found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return found


def _readings(found: Mapping[str, Any]) -> list[Reading]:
    labels: list[str] = found["labels"]
    rows: list[list[float]] = found["probabilities"]
    rankings = [tuple(sorted(zip(labels, row, strict=True), key=lambda one: one[1], reverse=True)) for row in rows]
    known: list[bool] = found.get("known") or [True] * len(rows)  # folds are judged by their intents alone
    return [Reading(ranking, known=one) for ranking, one in zip(rankings, known, strict=True)]


class ReplayedEngine:
    """Answers the assistant from readings made before; notes what it was asked to answer, and what is not read yet."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self.begin()

    def begin(self) -> None:
        """Forgets what was noted, before another message."""
        self.answered: list[str] = []
        self.unread: list[str] = []

    async def read(self, text: str) -> Reading:
        """The reading made before. For a text that is not read yet, noted in `unread`, one that is sure of nothing."""
        found = self._readings.kept.get(text)
        if found is None:
            self.unread.append(text)
            return NOT_READ_YET
        return found

    async def respond(self, conversation_id: str, intent: str, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Notes the intent; what is said to it is not measured here."""
        self.answered.append(intent)
        return [{"kind": "notice", "reason": "evaluated"}]

    async def ready(self) -> bool:
        """Always."""
        return True
