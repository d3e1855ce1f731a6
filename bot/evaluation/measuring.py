"""Counts: how often a message was read right, by intent, area and style, and how far the probabilities can be believed.

Everything comes from the messages and their readings alone, as plain numbers with denominators, ready for results.json;
report.py and document.py make pages of it. What a resident gets in the end is in residents.py.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bot.evaluation.model import AREAS, OUT_OF_SCOPE, URGENT, Judged, Rate, area

BINS = 10
Figures = dict[str, Any]


def measure(judged: Sequence[Judged]) -> Figures:
    """All figures of a set of messages."""
    return {
        **_group(judged),
        "calibration": calibration(judged),
        "out_of_scope": _recognised(judged, OUT_OF_SCOPE),
        "urgent": _recognised(judged, URGENT),
        "by_area": _by(judged, lambda one: area(one.example.intent), list(AREAS)),
        "by_intent": _by(judged, lambda one: one.example.intent),
        "by_style": _by(judged, lambda one: one.example.style) if any(one.example.style for one in judged) else {},
        "misspelt": _misspelt(judged),
        "confusion": confusion(judged, by=lambda intent: intent),
        "confusion_of_areas": confusion(judged, by=area),
        "mistakes": mistakes(judged),
    }


def _group(judged: Sequence[Judged]) -> Figures:
    return {
        "messages": len(judged),
        "first": Rate.over(one.right for one in judged).as_json(),
        "three": Rate.over(one.among_three for one in judged).as_json(),
        "area": Rate.over(one.area_right for one in judged).as_json(),
    }


def _by(judged: Sequence[Judged], key: Callable[[Judged], str], order: Sequence[str] = ()) -> dict[str, Figures]:
    names = {key(one) for one in judged}
    ordered = [name for name in order if name in names] if order else sorted(names)
    return {name: _group([one for one in judged if key(one) == name]) for name in ordered}


def _recognised(judged: Sequence[Judged], intent: str) -> Figures:
    """How many of an intent's messages were read so, and how many of the others were by mistake."""
    return {
        "recognised": Rate.over(one.reading.intent == intent for one in judged if intent in one.example.intents).as_json(),
        "mistaken": Rate.over(one.reading.intent == intent for one in judged if intent not in one.example.intents).as_json(),
    }


def _misspelt(judged: Sequence[Judged]) -> Figures:
    misspelt = Rate.over(one.right for one in judged if one.example.style == "misspelt")
    rest = Rate.over(one.right for one in judged if one.example.style != "misspelt")
    if not misspelt.of:
        return {}
    points = round((misspelt.share - rest.share) * 100, 1)
    return {"misspelt": misspelt.as_json(), "rest": rest.as_json(), "points": points}


def calibration(judged: Sequence[Judged]) -> Figures:
    """Whether messages read with 80% probability are right 8 times in 10: ten equal bins and the expected error."""
    bins: list[list[Judged]] = [[] for _ in range(BINS)]
    for one in judged:
        bins[min(int(one.reading.confidence * BINS), BINS - 1)].append(one)
    error = 0.0
    rows = []
    for place, held in enumerate(bins):
        right = Rate.over(one.right for one in held)
        sure = sum(one.reading.confidence for one in held) / len(held) if held else 0.0
        error += len(held) / max(len(judged), 1) * abs(right.share - sure)
        rows.append({"from": place / BINS, "to": (place + 1) / BINS, "confidence": round(sure, 4), "right": right.as_json()})
    return {"expected_error": round(error, 4), "messages": len(judged), "bins": rows}


def confusion(judged: Sequence[Judged], by: Callable[[str], str]) -> Figures:
    """How many messages of each kind were read as which; one with two right intents counts under the one that was read."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in judged:
        meant = one.reading.intent if one.right else one.example.intent
        counts[by(meant), by(one.reading.intent)] += 1
    order = list(AREAS)
    names = {name for pair in counts for name in pair}
    labels = sorted(names, key=lambda name: (order.index(name if name in order else area(name)), name))
    return {"labels": labels, "cells": [[meant, read, count] for (meant, read), count in sorted(counts.items())]}


def mistakes(judged: Sequence[Judged]) -> list[Figures]:
    """The pairs that are mistaken most often, with how many messages of the intent there are."""
    totals = Counter(one.example.intent for one in judged)
    pairs = Counter((one.example.intent, one.reading.intent) for one in judged if not one.right)
    return [
        {"meant": meant, "read": read, "rate": Rate(count, totals[meant]).as_json()}
        for (meant, read), count in pairs.most_common(25)
    ]
