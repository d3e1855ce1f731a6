"""What is counted, and the few sums on it: one round of questions, several rounds together, percentiles.

Plain values only, so that report.py can print them and results.json can hold them. residents.py makes the rounds.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Round:
    """What came of one round: how long each turn took, how long the round took, and what was answered."""

    seconds: float = 0.0
    turns: list[float] = field(default_factory=list)
    begins: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    processor: dict[str, float] = field(default_factory=dict)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank); 0 when there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def milliseconds(values: list[float]) -> dict[str, float]:
    """Median, 95th percentile and how many there were."""
    return {"p50_ms": 1000 * percentile(values, 0.5), "p95_ms": 1000 * percentile(values, 0.95), "count": len(values)}


def together(rounds: list[Round]) -> dict[str, Any]:
    """The figures of several rounds of the same kind."""
    turns = [seconds for one in rounds for seconds in one.turns]
    total = sum(one.seconds for one in rounds)
    speeds = [len(one.turns) / one.seconds for one in rounds if one.seconds]
    processor: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for one in rounds:
        processor.update(one.processor)
        kinds.update(one.kinds)
    return {
        **milliseconds(turns),
        "turns_a_second": len(turns) / total if total else 0.0,
        "slowest_and_fastest_round": [min(speeds, default=0.0), max(speeds, default=0.0)],
        "begin_p50_ms": 1000 * percentile([seconds for one in rounds for seconds in one.begins], 0.5),
        "failures": [failure for one in rounds for failure in one.failures],
        "kinds": dict(kinds.most_common()),
        "processor_ms_a_turn": {name: 1000 * seconds / max(1, len(turns)) for name, seconds in processor.items()},
    }


def ratio(over: float, under: float) -> float:
    """One figure over another; 0 when there is none."""
    return over / under if under else 0.0
