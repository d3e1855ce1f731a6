"""What an evaluation is made of: messages whose meaning is known, how each was read, and rates with their denominators.

A message may have two right intents, where it truly holds two needs (docs/evaluation.md); either is a right reading.
measuring.py counts, residents.py says what a resident gets.
"""

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.dialogue.engine import Reading
from bot.dialogue.model import bare
from bot.knowledge.model import area_of

OUT_OF_SCOPE = "out_of_scope"
URGENT = "urgent_risk"
AREAS = {
    "council_tax": "council tax",
    "benefits": "benefits",
    "bins": "bins and recycling",
    "housing": "housing and danger",
    "conversation": "the conversation itself, complaints, contact",
    "other": "other services, and not for a council",
}
_Z = 1.96  # of the normal distribution: 95 in 100


class UnreadableHeldOut(Exception):
    """The file of held-out messages cannot be used; the message is one plain sentence."""


@dataclass(frozen=True)
class Example:
    """A message, the intents that are right for it, and in what manner it is written."""

    text: str
    intents: tuple[str, ...]
    style: str = ""

    @property
    def intent(self) -> str:
        """The first right intent, under which the message is counted."""
        return self.intents[0]


@dataclass(frozen=True)
class Judged:
    """A message and how it was read."""

    example: Example
    reading: Reading

    @property
    def right(self) -> bool:
        """Whether the likeliest reading is right."""
        return self.reading.intent in self.example.intents

    @property
    def among_three(self) -> bool:
        """Whether a right reading is one of the three likeliest."""
        return any(intent in self.example.intents for intent, _ in self.reading.ranking[:3])

    @property
    def area_right(self) -> bool:
        """Whether the likeliest reading is at least of the right service area."""
        return area(self.reading.intent) in {area(intent) for intent in self.example.intents}


@dataclass(frozen=True)
class Rate:
    """So many of so many."""

    count: int
    of: int

    @classmethod
    def over(cls, answers: Iterable[bool]) -> "Rate":
        """How many of these are true."""
        found = list(answers)
        return cls(sum(found), len(found))

    @property
    def share(self) -> float:
        """From 0 to 1; 0 for none of none."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, 95 times in 100 (Wilson)."""
        if not self.of:
            return 0.0, 1.0
        square = _Z * _Z / self.of
        middle = (self.share + square / 2) / (1 + square)
        half = _Z / (1 + square) * math.sqrt(self.share * (1 - self.share) / self.of + square / 4 / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        return f"{self.share:.1%} ({self.count:,} of {self.of:,})" if self.of else "none to count"

    def as_json(self) -> dict[str, Any]:
        """For results.json."""
        low, high = self.interval
        return {
            "count": self.count,
            "of": self.of,
            "share": round(self.share, 4),
            "low": round(low, 4),
            "high": round(high, 4),
        }


def area(intent: str) -> str:
    """The service area as the taxonomy of intents divides them; finer than the four that residents are offered."""
    if intent == URGENT:
        return "housing"
    if intent in ("other_service", OUT_OF_SCOPE):
        return "other"
    found = area_of(intent)
    return "conversation" if found == "other" else found


def read_held_out(path: Path) -> list[Example]:
    """The messages kept apart from training. Raises UnreadableHeldOut."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        examples = [Example(row["text"], tuple(row["intent"].split("/")), row["style"]) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, AttributeError) as problem:
        raise UnreadableHeldOut(f"{path} cannot be read as intent,style,text: {problem}.") from problem
    if not examples:
        raise UnreadableHeldOut(f"{path} holds no messages.")
    return examples


def words_of_training(folder: Path) -> set[str]:
    """Every training example of data/nlu, reduced to its words, so that a held-out message can be compared with it."""
    found: set[str] = set()
    for path in sorted(folder.glob("*.yml")):
        try:
            entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]  # safe, and the fast one
            found.update(bare(line[2:]) for entry in entries for line in entry["examples"].splitlines())
        except (OSError, yaml.YAMLError, KeyError, TypeError) as problem:
            raise UnreadableHeldOut(f"The training examples of {path} cannot be read: {problem}.") from problem
    return found - {""}
