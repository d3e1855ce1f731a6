"""`python -m bot assist evaluate` and `assist fit`: how good suggested replies are, and the weights that rank them.

Both work on data/assist/conversations.jsonl, half of which is held out. `fit` is for maintainers, after the encoder, the
engine's model or the packs have changed; it writes bot/assist/weights.json. The work is in bot/evaluation/suggesting.py.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.assist.encoding import Encoding
from bot.assist.fitting import Array, calibrated, listwise, logistic
from bot.assist.model import From
from bot.assist.ranking import SIGNALS, WEIGHTS, Weights
from bot.assist.taking_in import published
from bot.commands.errors import CommandFailed
from bot.evaluation.engine import CannotRead, Readings
from bot.evaluation.suggesting import CONVERSATIONS, Examples, Matters, Suggesting, read_turns
from bot.evaluation.suggestions_page import figures, page, picture
from bot.privacy.masking import Masking
from bot.privacy.pseudonyms import Pseudonyms
from bot.settings import Settings

PAGE, PICTURE = Path("docs/assist-evaluation.md"), Path("docs/pictures/assist-calibration.svg")
STRICTNESS, LIST_STRICTNESS = 1.0, 0.3
LISTED = 40  # candidates of one kind in a list
LIKELIEST = 12  # intents that are kept of a reading


def add(subparsers: Any) -> None:
    """Adds the commands."""
    parser = subparsers.add_parser("assist", help="measure or fit suggested replies")
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    evaluating = deeds.add_parser("evaluate", help=f"measure on held-out conversations and write {PAGE}")
    evaluating.set_defaults(run=run_evaluate)
    deeds.add_parser("fit", help=f"fit the weights on the other half and write {WEIGHTS.name}").set_defaults(run=run_fit)


def run_evaluate(arguments: argparse.Namespace, settings: Settings) -> int:
    """Measures, prints and writes the page."""
    suggesting, model = _suggesting(settings)
    found = figures(suggesting, Weights.read())
    text = page(found, model)
    PAGE.write_text(text, encoding="utf-8")
    PICTURE.write_text(picture(found), encoding="utf-8")
    print(text)
    print(f"Written: {PAGE}, {PICTURE}")
    return 0


def run_fit(arguments: argparse.Namespace, settings: Settings) -> int:
    """Fits, calibrates and writes the weights."""
    suggesting, model = _suggesting(settings)
    before = Weights.read()
    fitted = _fitted(suggesting.examples(before))
    for source, weights in fitted.items():
        print(f"{source}: {weights}")
    raw = Weights(fitted, before.by_hand, [(-20.0, 0.0), (20.0, 1.0)])
    tried = suggesting.tried_by_folds(raw)
    points = calibrated([odds for one in tried for odds in one.odds], [good for one in tried for good in one.right])
    content: dict[str, Any] = {
        "fitted_with": model,
        **{str(name): one for name, one in fitted.items()},
        "by_hand": dict(before.by_hand),
        "points": points,
    }
    WEIGHTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"Written: {WEIGHTS}")
    return 0


def _fitted(examples: Sequence[Examples]) -> dict[From, dict[str, float]]:
    """Weights of each kind by itself, and from there of all kinds together, in the lists that advisers would see."""
    start = [_alone(examples, source) for source in From]
    lists = [_in_one_list(one, start) for one in examples]
    weights = listwise([one for one in lists if one[1].any()], np.concatenate(start), LIST_STRICTNESS)
    # Lists say how candidates compare; over all candidates the odds are then brought to what they mean.
    odds, right = (np.concatenate([one[part] for one in lists]) for part in (0, 1))
    bias, slope = logistic(np.column_stack([np.ones(len(odds)), odds @ weights]), right)
    fitted, begin = {}, 0
    for source, own in zip(From, start, strict=True):
        values = slope * weights[begin : begin + len(own)]
        values[0] += bias
        fitted[source] = {name: round(float(one), 3) for name, one in zip(SIGNALS[source], values, strict=True)}
        begin += len(own)
    return fitted


def _alone(examples: Sequence[Examples], source: From) -> Array:
    signals, right = (np.concatenate([getattr(one, part)[source] for one in examples]) for part in ("signals", "right"))
    print(f"{source}: of {len(right):,} candidates {int(right.sum()):,} right")
    return logistic(signals, right.astype(float), STRICTNESS)


def _in_one_list(one: Examples, start: Sequence[Array]) -> tuple[Array, Array]:
    """The candidates of all kinds, each kind with columns of its own; of past replies the nearest."""
    rows, right, begin = [], [], 0
    for source, weights in zip(From, start, strict=True):
        best = np.argsort(-(one.signals[source] @ weights), kind="stable")[:LISTED]
        wide = np.zeros((len(best), sum(map(len, start))))
        wide[:, begin : begin + len(weights)] = one.signals[source][best]
        rows.append(wide)
        right.append(one.right[source][best].astype(float))
        begin += len(weights)
    return np.concatenate(rows), np.concatenate(right)


def _suggesting(settings: Settings) -> tuple[Suggesting, str]:
    from bot.app import clock_of, knowledge_of
    from bot.handoff.answers import read_canned

    clock = clock_of(settings)
    knowledge, encoding = knowledge_of(settings, clock), Encoding(settings.cache_folder)
    readings = Readings(settings.encoders_folder, settings.model.parent, settings.cache_folder)

    def read(texts: Sequence[str]) -> list[Mapping[str, float]]:
        return [dict(one.ranking[:LIKELIEST]) for one in readings.of(texts)]

    masking, pseudonyms = Masking.read(settings.councils_folder), Pseudonyms()

    def mask(council: str, texts: Sequence[str]) -> list[str]:
        hidden = [masking.mask(text, council).text for text in texts]
        return pseudonyms.replace_all(hidden, published(knowledge, council))

    try:
        turns = read_turns(CONVERSATIONS, mask, read)
    except CannotRead as problem:
        raise CommandFailed(str(problem)) from problem
    canned = read_canned(settings.councils_folder)
    return Suggesting(
        knowledge, encoding, canned, turns, Matters.read(), knowledge.today()
    ), f"{encoding.mark}, {readings.model}"
