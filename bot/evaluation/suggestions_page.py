"""Counts what was tried with suggestions, and writes docs/assist-evaluation.md: every figure with its denominator.

The calibration is judged twice: the mean distance between stated and true over ten bins (expected calibration error), and the
distance in the fullest bin.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.assist.model import From
from bot.assist.ranking import Weights
from bot.evaluation.model import Rate
from bot.evaluation.pictures import reliability
from bot.evaluation.suggesting import Suggesting, Tried, names_of

BINS = 10
AIM, POINTS = 0.80, 0.05


def figures(suggesting: Suggesting, weights: Weights) -> dict[str, Any]:
    """Everything that the page says."""
    tried = suggesting.tried(weights)
    standard = {id(one) for one in suggesting.standard(suggesting.asked)}
    answerable = [one for one in tried if id(one.turn) in standard]
    kinds = [one for trial in answerable for one, right in zip(trial.sources, trial.right, strict=True) if right]
    return {
        "conversations": len({one.conversation for one in suggesting.turns}),
        "learnt": len(suggesting.learnt_from),
        "asked": len(tried),
        "own": len(tried) - len(answerable),
        "all": _hits(tried),
        "answerable": _hits(answerable),
        "first": _hits([one for one in answerable if one.turn.first]),
        "later": _hits([one for one in answerable if not one.turn.first]),
        "top": _share(sum(one.right[:1] == (True,) for one in answerable), len(answerable)),
        "alike": _share(sum(any(one.alike) for one in answerable), len(answerable)),
        "services": {name: _hits([one for one in answerable if one.turn.service == name]) for name in names_of(answerable)},
        "right_by_source": {str(source): kinds.count(source) for source in From},
        "calibration": _calibration(tried, weights),
    }


def page(found: Mapping[str, Any], made_with: str) -> str:
    """The page."""
    calibration = found["calibration"]
    fullest = max(calibration["bins"], key=lambda one: one["right"]["of"])
    off = abs(fullest["confidence"] - fullest["right"]["share"])
    rows = [
        ("**replies that have a standard**", found["answerable"]),
        ("… to a resident's opening question", found["first"]),
        ("… later in a chat", found["later"]),
        *((f"… {name.replace('_', ' ')}", one) for name, one in found["services"].items()),
        ("all replies, with those that answer a question of their own", found["all"]),
    ]
    lines = [
        "# How good suggested replies are",
        "",
        "Written by `python -m bot assist evaluate`; do not change it by hand. The conversations are invented",
        "([data/assist](../data/assist/README.md)), so these figures say how the ranking works and not how any council's staff will find it.",
        "",
        f"Of {found['conversations']} conversations half are past replies to learn from ({found['learnt']} replies of staff),",
        f"and the other half is asked ({found['asked']} replies).",
        "Each question is ranked against its own council's past replies, articles and ready replies, so there are only some two past replies",
        "for each matter. A suggestion is right when people gave it the same label as the reply that was sent; the ranking never sees labels.",
        f"{found['own']} of the {found['asked']} replies answer a further question of their own, and no suggestion can be right for them.",
        "",
        "| the sent reply is among the three suggested | share | of |",
        "|---|---|---|",
        *(
            f"| {name} | {one['share']:.1%} ({one['low']:.0%} to {one['high']:.0%}) | {one['count']} of {one['of']} |"
            for name, one in rows
        ),
        "",
        f"The first suggestion alone was right for {found['top']['share']:.1%}. By a strict measure of text (four fifths alike in wording, whatever",
        f"people say) one of three was right for {found['alike']['share']:.1%}. Of right suggestions, "
        + ", ".join(f"{count} were {WORDS[name]}" for name, count in found["right_by_source"].items())
        + ".",
        "The range in brackets is the 95% interval: with so few conversations a few points up or down mean nothing.",
        "",
        "## Whether the stated percentages are true",
        "",
        f"Over {calibration['messages']:,} suggestions the stated percentage and the share that was right differ by",
        f"{calibration['expected_error']:.1%} on average (expected calibration error, {BINS} bins), and by {off:.1%} in the fullest bin. 5 points are wanted.",
        "",
        "![Stated percentages against what was right](pictures/assist-calibration.svg)",
        "",
        "| stated | mean | right | of |",
        "|---|---|---|---|",
        *(
            f"| {one['from']:.0%} to {one['to']:.0%} | {one['confidence']:.1%} | {one['right']['share']:.1%} | {one['right']['of']} |"
            for one in calibration["bins"]
            if one["right"]["of"]
        ),
        "",
        "## Why this encoder",
        "",
        "The ranking compares messages with the encoder that was tuned on residents' messages ([its card](../encoders/tuned/MODEL_CARD.md)).",
        "On these conversations, and nothing but cosines with past questions and replies, the right reply was among the three nearest for",
        "71% with it, 38% with the general encoder of search and 31% with the multilingual one (26 November 2026).",
        "",
        f"Made with {made_with}.",
        "",
    ]
    return "\n".join(lines)


WORDS = {"article": "articles", "canned": "ready replies", "reply": "past replies"}


def picture(found: Mapping[str, Any]) -> str:
    """Stated against true, as SVG."""
    return reliability("Suggested replies: stated against right", found["calibration"], "suggestions")


def _hits(tried: Sequence[Tried]) -> dict[str, Any]:
    return _share(sum(any(one.right) for one in tried), len(tried))


def _share(count: int, of: int) -> dict[str, Any]:
    return Rate(count, of).as_json()


def _calibration(tried: Sequence[Tried], weights: Weights) -> dict[str, Any]:
    stated = [(weights.chance(odds), right) for one in tried for odds, right in zip(one.odds, one.right, strict=True)]
    bins: list[dict[str, Any]] = []
    for number in range(BINS):
        inside = [
            one for one in stated if number / BINS <= one[0] < (number + 1) / BINS or (number == BINS - 1 and one[0] == 1)
        ]
        mean = sum(chance for chance, _ in inside) / len(inside) if inside else (number + 0.5) / BINS
        right = _share(sum(right for _, right in inside), len(inside))
        bins.append({"from": number / BINS, "to": (number + 1) / BINS, "confidence": mean, "right": right})
    error = sum(abs(one["confidence"] - one["right"]["share"]) * one["right"]["of"] for one in bins) / max(1, len(stated))
    return {"bins": bins, "expected_error": error, "messages": len(stated)}
