"""The training examples that are there already, with file and line, and which of them a new one would contradict.

The same text under two meanings teaches the assistant nothing but doubt, so such a suggestion is never taken by accident. The
accepted examples are written for training as one file of Rasa's format, always the same for the same examples.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz, process

from bot.learning.model import NEAR, Contradiction, Known, Suggestion

_INTENT = re.compile(r"^- intent: *(\S+)")
_STANDS_FOR = re.compile(r"\[\w+\]")
_EXAMPLE = re.compile(r"^ +- (.+)")
HEADING = "# Written by Resident Desk out of what trainers suggested and a second person accepted. Do not edit: see docs/learning.md.\n"


def says_something(masked: str, words: int = 1) -> bool:
    """Whether so many words are left beside what stands for names and numbers."""
    return len(bare(_STANDS_FOR.sub(" ", masked)).split()) >= words


def bare(text: str) -> str:
    """A text reduced to its words."""
    return " ".join(re.sub(r"[^\w\s]", "", text.lower().replace("’", "").replace("'", "")).split())


@dataclass
class KnownExamples:
    """Every example of data/nlu. Reading it takes a moment, so it is kept until a file changes."""

    folder: Path
    _read: tuple[tuple[tuple[str, int], ...], list[Known]] = field(default=((), []), repr=False)

    def all(self) -> list[Known]:
        """Every example, with its file and line."""
        files = sorted(self.folder.glob("*.yml"))
        mark = tuple((file.name, file.stat().st_mtime_ns) for file in files)
        if mark != self._read[0]:
            self._read = (mark, [known for file in files for known in self._of(file)])
        return self._read[1]

    def intents(self) -> list[str]:
        """Every intent there is."""
        return sorted({known.intent for known in self.all()})

    @staticmethod
    def _of(file: Path) -> list[Known]:
        found, intent = [], ""
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if begins := _INTENT.match(line):
                intent = begins[1]
            elif example := _EXAMPLE.match(line):
                found.append(Known(example[1].strip(), intent, f"{file.parent.name}/{file.name}, line {number}"))
        return found


def the_same(text: str, intent: str, known: Sequence[Known]) -> Known | None:
    """An example with these very words and this meaning, which makes another one superfluous."""
    words = bare(text)
    return next((one for one in known if one.intent == intent and bare(one.text) == words), None)


def contradictions(text: str, intent: str, known: Sequence[Known], most: int = 3) -> list[Contradiction]:
    """Examples with another meaning and the same or nearly the same words, the nearest first."""
    words = bare(text)
    others = [one for one in known if one.intent != intent]
    near = process.extract(words, [bare(one.text) for one in others], scorer=fuzz.ratio, score_cutoff=NEAR, limit=most)
    return [Contradiction(others[place], same=match == words) for match, _, place in near]


def as_training_file(accepted: Sequence[Suggestion]) -> str:
    """The accepted examples in Rasa's format, by intent and in the order of the alphabet; nothing for none."""
    by_intent: dict[str, set[str]] = {}
    for one in accepted:
        by_intent.setdefault(one.intent, set()).add(one.text)
    if not by_intent:
        return ""
    lines = [HEADING, 'version: "3.1"\n', "nlu:\n"]
    for intent in sorted(by_intent):
        lines += [f"- intent: {intent}\n", "  examples: |\n", *(f"    - {text}\n" for text in sorted(by_intent[intent]))]
    return "".join(lines)


def examples_of(training_file: str) -> list[str]:
    """The texts of a file that `as_training_file` made."""
    return [line.strip()[2:] for line in training_file.splitlines() if line.startswith("    - ")]
