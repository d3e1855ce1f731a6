"""`python -m bot evaluate`: how well the assistant understands, as figures, a page, and a check for CI.

The held-out messages are read by the reader that residents get, every training example by one that has not seen it.
bot/evaluation counts and draws; engine/desk_engine/evaluate.py reads. Nothing unchanged is embedded or fitted again.
"""

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.app import clock_of
from bot.commands.errors import CommandFailed
from bot.dialogue.model import Bands, bare
from bot.evaluation.baseline import (
    POINTS,
    UnreadableBaseline,
    compare,
    groups,
    read_baseline,
    table,
    write_baseline,
)
from bot.evaluation.document import write_document
from bot.evaluation.engine import CannotRead, Readings
from bot.evaluation.findings import aims
from bot.evaluation.measuring import measure
from bot.evaluation.model import Judged, UnreadableHeldOut, read_held_out, words_of_training
from bot.evaluation.report import page
from bot.evaluation.residents import (
    OUTCOMES,
    EncoderOfQuestions,
    Served,
    beside_search,
    danger,
    danger_figures,
    outcomes,
    serve_all,
)
from bot.foundation.packs import UnreadablePackFile
from bot.foundation.words import LONDON, day_in_words
from bot.knowledge.reading import UnreadablePack
from bot.knowledge.service import Knowledge
from bot.knowledge.vectors import RememberingEncoder
from bot.languages.service import Languages
from bot.safety.reading import UnreadableScreen, read_screens
from bot.safety.service import UrgentScreens
from bot.settings import Settings
from encoders import Encoder, EncoderError

TRAINING = Path("data/nlu")
HELD_OUT = Path("data/evaluation/held_out.csv")
BASELINE = Path("data/evaluation/baseline.json")
OUT = Path("var/evaluation")
DOCS = Path("docs")
FOLDS = 5


def add(subparsers: Any) -> None:
    """Adds the command."""
    parser = subparsers.add_parser("evaluate", help="measure how well the assistant understands")
    parser.add_argument("--council", help="whose pack and screen to use; the first there is, when not given")
    parser.add_argument("--without-folds", action="store_true", help="leave out cross-validation, which takes minutes")
    parser.add_argument("--write", action="store_true", help=f"also write {DOCS}/evaluation.md and its pictures")
    parser.add_argument(
        "--check", action="store_true", help=f"only compare the held-out figures with {BASELINE}; exit code 1 when one fell"
    )
    parser.add_argument("--write-baseline", action="store_true", help=f"only write {BASELINE} as the figures are now")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Measures and writes the report, or only checks against the baseline."""
    try:
        held = _HeldOut.read(arguments.council, settings)
        if arguments.check:
            return _check(held)
        if arguments.write_baseline:
            write_baseline(BASELINE, groups(held.judged, held.urgent), held.mark)
            print(f"Written: {BASELINE}")
            return 0
        return _report(held, arguments, settings)
    except (CannotRead, UnreadableHeldOut, UnreadableBaseline, EncoderError) as problem:
        raise CommandFailed(str(problem)) from problem
    except (UnreadablePack, UnreadableScreen, UnreadablePackFile) as problem:
        raise CommandFailed(str(problem)) from problem


@dataclass(frozen=True)
class _HeldOut:
    """The held-out messages, read, with what both the check and the report need."""

    council: str
    mark: str  # hash of the file
    left_out: list[str]  # messages that training has too
    readings: Readings
    knowledge: Knowledge
    screens: UrgentScreens
    alone: list[Judged]  # read by the engine's reader
    judged: list[Judged]  # with search beside it, as the assistant decides
    danger: list[tuple[bool, bool]]

    @classmethod
    def read(cls, council: str | None, settings: Settings) -> "_HeldOut":
        trained = words_of_training(TRAINING)
        everything = read_held_out(HELD_OUT)
        examples = [one for one in everything if bare(one.text) not in trained]
        screens = UrgentScreens(read_screens(settings.councils_folder))
        english, foreign = _encoder(settings, "minilm"), _encoder(settings, "e5")
        knowledge = Knowledge.read(settings.councils_folder, clock_of(settings), english, foreign)
        council = council or knowledge.council_ids[0]
        if council not in knowledge.council_ids:
            raise CommandFailed(f"There is no council {council!r} here: {', '.join(knowledge.council_ids)} are.")
        readings = Readings(settings.encoders_folder, settings.model.parent, settings.cache_folder)
        alone = readings.judge(examples)
        dangerous = danger(alone, screens, council, Bands())
        judged = beside_search(alone, [together for _, together in dangerous], knowledge, council, Bands())
        english.keep()
        foreign.keep()
        return cls(
            council,
            hashlib.sha256(HELD_OUT.read_bytes()).hexdigest(),
            [one.text for one in everything if bare(one.text) in trained],
            readings,
            knowledge,
            screens,
            alone,
            judged,
            dangerous,
        )

    @property
    def urgent(self) -> list[bool]:
        return [together for _, together in self.danger]


def _check(held: _HeldOut) -> int:
    before, mark = read_baseline(BASELINE)
    comparisons = compare(before, groups(held.judged, held.urgent))
    print(f"First reading right, {len(held.judged):,} held-out messages read with {held.readings.model} and search")
    print(table(comparisons))
    if mark != held.mark:
        print(f"note: {HELD_OUT} has changed since {BASELINE} was written, so the two are not quite alike.")
    fallen = [one.group for one in comparisons if one.fell]
    if fallen:
        print(f"Fallen by more than {POINTS:.0f} points: {'; '.join(fallen)}.")
        return 1
    print(f"No group fell by more than {POINTS:.0f} points.")
    return 0


def _report(held: _HeldOut, arguments: argparse.Namespace, settings: Settings) -> int:
    examples = [one.example for one in held.judged]
    print(f"{len(examples):,} held-out messages read with {held.readings.model}.", flush=True)
    languages = Languages.read(settings.councils_folder)
    served = serve_all(held.council, examples, held.readings, held.knowledge, held.screens, languages)
    print("The assistant has answered each of them.", flush=True)
    folds = None if arguments.without_folds else held.readings.folds(FOLDS)
    results = _results(held, served, folds, settings)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (OUT / "report.html").write_text(page(results), encoding="utf-8")
    written = [OUT / "report.html", OUT / "results.json"]
    if arguments.write:
        written += write_document(results, DOCS)
    for one in aims(results):
        print(f"  {'kept  ' if one.kept else 'MISSED'}  {one.name}: {one.reached}; {one.wanted} wanted")
    print("Written: " + ", ".join(str(path) for path in written))
    return 0


def _encoder(settings: Settings, name: str) -> EncoderOfQuestions:
    """As bot/app.py reads it for the gateway, and keeping questions as well."""
    encoder = Encoder.load(settings.encoders_folder / name)
    version = encoder.manifest.files.get("model.onnx", "unknown")[:12]
    passages = RememberingEncoder(encoder, settings.cache_folder / f"passages-{name}-{version}.npz")
    return EncoderOfQuestions(encoder, passages, settings.cache_folder / "evaluation" / f"questions-{name}-{version}.npz")


def _results(held: _HeldOut, served: list[Served], folds: list[Judged] | None, settings: Settings) -> dict[str, Any]:
    return {
        "day": day_in_words(clock_of(settings).now().astimezone(LONDON).date()),
        "model": held.readings.model,
        "encoders": _encoders_of_config(),
        "council": held.council,
        "file": str(HELD_OUT),
        "held_out_hash": held.mark,
        "bands": vars(Bands()),
        "left_out": held.left_out,
        "held_out": measure(held.judged),
        "reader_alone": measure(held.alone),
        "danger": danger_figures(held.alone, held.danger),
        "residents": outcomes(served),
        "folds": {"number": FOLDS, **measure(folds)} if folds else None,
        "wrong": [
            {
                "text": one.example.text,
                "style": one.example.style,
                "meant": " or ".join(one.example.intents),
                "read": one.reading.intent,
                "confidence": round(one.reading.confidence, 3),
                "got": OUTCOMES[got.outcome],
            }
            for one, got in zip(held.judged, served, strict=True)
            if not one.right
        ],
    }


def _encoders_of_config() -> list[str]:
    pipeline = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))["pipeline"]
    return sorted({name for part in pipeline for view in part.get("views", ()) for name in view["encoders"]})
