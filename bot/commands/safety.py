"""`python -m bot safety fit`: fits how the gateway suspects danger by itself, after the tuned encoder or the examples have changed.

It writes bot/safety/meaning.json. `python -m bot evaluate` measures what comes of it.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.assist.encoding import Encoding
from bot.assist.fitting import logistic
from bot.evaluation.model import URGENT
from bot.safety.meaning import WEIGHTS, Danger
from bot.settings import Settings

TRAINING = Path("data/nlu")
STRICTNESS = 3.0  # the encoder has learnt these very messages, so the fit must not trust their vectors too far
ENOUGH = 0.08  # a needless emergency number beside an answer costs little; measured in docs/evaluation.md


def add(subparsers: Any) -> None:
    """Adds the command."""
    parser = subparsers.add_parser("safety", help="fit how danger is suspected while the engine is away")
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    deeds.add_parser("fit", help=f"fit it on {TRAINING} and write {WEIGHTS.name}").set_defaults(run=run_fit)


def run_fit(arguments: argparse.Namespace, settings: Settings) -> int:
    """Fits and writes; a minute or two."""
    texts, urgent = _examples()
    encoding = Encoding(settings.cache_folder)
    vectors = np.asarray(encoding.embed(texts), np.float64)
    weights = logistic(np.hstack([np.ones((len(texts), 1)), vectors]), urgent, STRICTNESS)
    Danger(encoding.mark, float(weights[0]), weights[1:].astype(np.float32), ENOUGH).write()
    print(f"Fitted on {len(texts):,} messages, {int(urgent.sum()):,} of them urgent. Written: {WEIGHTS}")
    return 0


def _examples() -> tuple[list[str], Any]:
    found: list[tuple[str, bool]] = []
    for path in sorted(TRAINING.glob("*.yml")):
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            lines = (line[2:].strip() for line in entry["examples"].splitlines() if line.startswith("- "))
            found += [(line, entry["intent"] == URGENT) for line in lines]
    return [text for text, _ in found], np.array([urgent for _, urgent in found], np.float64)
