"""The committed figures that later changes must not fall below, group by group: data/evaluation/baseline.json.

A change that helps one group and quietly hurts another is seen here, in `python -m bot evaluate --check`, which CI runs.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.model import OUT_OF_SCOPE, URGENT, Judged, Rate, area

POINTS = 2.0  # a group may fall by so many
FEWEST = 20  # messages; in a smaller group one message is worth too much
MESSAGES = 3  # and so many: processors round differently, which can turn a message or two


class UnreadableBaseline(Exception):
    """The baseline cannot be used; the message is one plain sentence."""


@dataclass(frozen=True)
class Comparison:
    """One group, before and now."""

    group: str
    before: Rate
    now: Rate

    @property
    def points(self) -> float:
        """How far it rose or fell."""
        return (self.now.share - self.before.share) * 100

    @property
    def fell(self) -> bool:
        """Whether it fell too far; a group whose messages were taken away has fallen to nothing."""
        lost = self.before.count - self.now.count
        return self.before.of >= FEWEST and self.points < -POINTS - 1e-9 and lost >= MESSAGES


def groups(judged: Sequence[Judged], urgent: Sequence[bool]) -> dict[str, Rate]:
    """First reading right in all, by area and by style; and the two promises that must not be traded for it."""
    found = {"all messages": Rate.over(one.right for one in judged)}
    for name in sorted({area(one.example.intent) for one in judged}):
        found[f"area: {name}"] = Rate.over(one.right for one in judged if area(one.example.intent) == name)
    for style in sorted({one.example.style for one in judged}):
        found[f"style: {style}"] = Rate.over(one.right for one in judged if one.example.style == style)
    found["out of scope recognised"] = Rate.over(
        one.reading.intent == OUT_OF_SCOPE for one in judged if OUT_OF_SCOPE in one.example.intents
    )
    found["urgent recognised, with the screen"] = Rate.over(
        seen for one, seen in zip(judged, urgent, strict=True) if URGENT in one.example.intents
    )
    return found


def write_baseline(path: Path, now: Mapping[str, Rate], held_out: str) -> None:
    """Makes these figures the ones to keep; `held_out` is the hash of the messages they were counted on."""
    counted = {group: {"right": rate.count, "of": rate.of} for group, rate in now.items()}
    path.write_text(json.dumps({"held_out": held_out, "groups": counted}, indent=2) + "\n", encoding="utf-8")


def read_baseline(path: Path) -> tuple[dict[str, Rate], str]:
    """The figures to keep and the hash of their messages. Raises UnreadableBaseline."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {group: Rate(int(one["right"]), int(one["of"])) for group, one in found["groups"].items()}, found["held_out"]
    except FileNotFoundError:
        raise UnreadableBaseline(f"There is no {path} yet: python -m bot evaluate --write-baseline makes it.") from None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UnreadableBaseline(f"{path} cannot be read: {problem}.") from problem


def compare(before: Mapping[str, Rate], now: Mapping[str, Rate]) -> list[Comparison]:
    """Every group of the baseline; one that is gone counts as empty."""
    return [Comparison(group, rate, now.get(group, Rate(0, 0))) for group, rate in before.items()]


def table(comparisons: Sequence[Comparison]) -> str:
    """For the terminal."""
    width = max(len(one.group) for one in comparisons)
    lines = [f"{'group':{width}}  {'baseline':>22}  {'now':>22}  points"]
    for one in comparisons:
        note = "  FELL" if one.fell else "  (too few to judge)" if one.before.of < FEWEST else ""
        lines.append(f"{one.group:{width}}  {one.before!s:>22}  {one.now!s:>22}  {one.points:+6.1f}{note}")
    return "\n".join(lines)
