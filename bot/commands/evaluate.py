"""`python -m bot evaluate`: how well the assistant understands, as figures, a page, and a check for CI.

Two sets of messages are read by the reader that residents get: the held-out ones, and those of strangers who had nothing but
the list of intents. Every training example is read by one that has not seen it. bot/evaluation counts and draws; engine/desk_engine/evaluate.py reads. Nothing unchanged is embedded or fitted again.
"""

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.app import clock_of
from bot.assist.encoding import Encoding
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
from bot.evaluation.model import Judged, Rate, UnreadableHeldOut, read_held_out, words_of_training
from bot.evaluation.report import page
from bot.evaluation.residents import (
    OUTCOMES,
    EncoderOfQuestions,
    Served,
    beside_search,
    danger,
    danger_alone,
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
from bot.safety.meaning import Danger, Meaning
from bot.safety.reading import UnreadableScreen, read_screens
from bot.safety.service import UrgentScreens
from bot.settings import Settings
from encoders import Encoder, EncoderError

TRAINING = Path("data/nlu")
HELD_OUT = Path("data/evaluation/held_out.csv")
STRANGERS = Path("data/evaluation/strangers.csv")
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
        "--check", action="store_true", help=f"only compare the figures of both sets with {BASELINE}; exit code 1 when one fell"
    )
    parser.add_argument("--write-baseline", action="store_true", help=f"only write {BASELINE} as the figures are now")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Measures and writes the report, or only checks against the baseline."""
    try:
        ground = _Ground.made(arguments.council, settings)
        held, strangers = (_Messages.read(file, ground) for file in (HELD_OUT, STRANGERS))
        if arguments.check:
            return _check(held, strangers)
        if arguments.write_baseline:
            write_baseline(BASELINE, _groups(held, strangers), _mark(held, strangers))
            print(f"Written: {BASELINE}")
            return 0
        return _report(ground, held, strangers, arguments, settings)
    except (CannotRead, UnreadableHeldOut, UnreadableBaseline, EncoderError) as problem:
        raise CommandFailed(str(problem)) from problem
    except (UnreadablePack, UnreadableScreen, UnreadablePackFile) as problem:
        raise CommandFailed(str(problem)) from problem


@dataclass(frozen=True)
class _Ground:
    """What messages are read with: the reader that residents get, and one council's knowledge and screen."""

    council: str
    readings: Readings
    knowledge: Knowledge
    screens: UrgentScreens
    encoders: tuple[EncoderOfQuestions, EncoderOfQuestions]

    @classmethod
    def made(cls, council: str | None, settings: Settings) -> "_Ground":
        meaning = Meaning(Encoding(settings.cache_folder), Danger.read())
        screens = UrgentScreens(read_screens(settings.councils_folder), meaning)
        english, foreign = _encoder(settings, "minilm"), _encoder(settings, "e5")
        knowledge = Knowledge.read(settings.councils_folder, clock_of(settings), english, foreign)
        council = council or knowledge.council_ids[0]
        if council not in knowledge.council_ids:
            raise CommandFailed(f"There is no council {council!r} here: {', '.join(knowledge.council_ids)} are.")
        readings = Readings(settings.encoders_folder, settings.model.parent, settings.cache_folder)
        return cls(council, readings, knowledge, screens, (english, foreign))


@dataclass(frozen=True)
class _Messages:
    """The messages of one file, read, with what both the check and the report need."""

    file: Path
    mark: str  # hash of the file
    left_out: list[str]  # messages that training has too
    alone: list[Judged]  # read by the engine's reader
    judged: list[Judged]  # with search beside it, as the assistant decides
    danger: list[tuple[bool, bool]]
    engine_away: dict[str, Any]

    @classmethod
    def read(cls, file: Path, ground: _Ground) -> "_Messages":
        trained = words_of_training(TRAINING)
        everything = read_held_out(file)
        examples = [one for one in everything if bare(one.text) not in trained]
        alone = ground.readings.judge(examples)
        dangerous = danger(alone, ground.screens, ground.council, Bands())
        judged = beside_search(alone, dangerous, ground.knowledge, ground.council, Bands())
        for encoder in ground.encoders:
            encoder.keep()
        left_out = [one.text for one in everything if bare(one.text) in trained]
        away = danger_alone(alone, ground.screens, ground.council)
        return cls(file, hashlib.sha256(file.read_bytes()).hexdigest(), left_out, alone, judged, dangerous, away)

    @property
    def urgent(self) -> list[bool]:
        return [together for _, together in self.danger]


def _groups(held: _Messages, strangers: _Messages) -> dict[str, Rate]:
    theirs = groups(strangers.judged, strangers.urgent)
    return {**groups(held.judged, held.urgent), **{f"strangers, {name}": rate for name, rate in theirs.items()}}


def _mark(held: _Messages, strangers: _Messages) -> str:
    return hashlib.sha256(f"{held.mark} {strangers.mark}".encode()).hexdigest()


def _check(held: _Messages, strangers: _Messages) -> int:
    before, mark = read_baseline(BASELINE)
    comparisons = compare(before, _groups(held, strangers))
    print(
        f"First reading right, {len(held.judged):,} held-out messages and {len(strangers.judged):,} by strangers, with search"
    )
    print(table(comparisons))
    if mark != _mark(held, strangers):
        print(f"note: {HELD_OUT} or {STRANGERS} has changed since {BASELINE} was written, so they are not quite alike.")
    fallen = [one.group for one in comparisons if one.fell]
    if fallen:
        print(f"Fallen by more than {POINTS:.0f} points: {'; '.join(fallen)}.")
        return 1
    print(f"No group fell by more than {POINTS:.0f} points.")
    return 0


def _report(ground: _Ground, held: _Messages, strangers: _Messages, arguments: argparse.Namespace, settings: Settings) -> int:
    read = f"{len(held.judged):,} held-out messages and {len(strangers.judged):,} by strangers"
    print(f"{read} read with {ground.readings.model}.", flush=True)
    languages = Languages.read(settings.councils_folder)
    served = {
        messages.file: serve_all(
            ground.council,
            [one.example for one in messages.judged],
            ground.readings,
            ground.knowledge,
            ground.screens,
            languages,
        )
        for messages in (held, strangers)
    }
    print("The assistant has answered each of them.", flush=True)
    folds = None if arguments.without_folds else ground.readings.folds(FOLDS)
    results: dict[str, Any] = {
        "day": day_in_words(clock_of(settings).now().astimezone(LONDON).date()),
        "model": ground.readings.model,
        "encoders": _encoders_of_config(),
        "council": ground.council,
        "bands": vars(Bands()),
        "held_out": _figures(held, served[HELD_OUT]),
        "strangers": _figures(strangers, served[STRANGERS]),
        "folds": {"number": FOLDS, **measure(folds)} if folds else None,
    }
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (OUT / "report.html").write_text(page(results), encoding="utf-8")
    written = [OUT / "report.html", OUT / "results.json"]
    if arguments.write:
        written += write_document(results, DOCS)
    for one, other in zip(aims(results["held_out"]), aims(results["strangers"]), strict=True):
        print(
            f"  {'kept  ' if one.kept else 'MISSED'}  {one.name}: {one.reached}; {one.wanted} wanted; strangers {other.reached}"
        )
    print("Written: " + ", ".join(str(path) for path in written))
    return 0


def _encoder(settings: Settings, name: str) -> EncoderOfQuestions:
    """As bot/app.py reads it for the gateway, and keeping questions as well."""
    encoder = Encoder.load(settings.encoders_folder / name)
    version = encoder.manifest.files.get("model.onnx", "unknown")[:12]
    passages = RememberingEncoder(encoder, settings.cache_folder / f"passages-{name}-{version}.npz")
    return EncoderOfQuestions(encoder, passages, settings.cache_folder / "evaluation" / f"questions-{name}-{version}.npz")


def _figures(messages: _Messages, served: list[Served]) -> dict[str, Any]:
    """The figures of one file of messages."""
    return {
        "file": str(messages.file),
        "hash": messages.mark,
        "left_out": messages.left_out,
        "read": measure(messages.judged),
        "reader_alone": measure(messages.alone),
        "danger": {**danger_figures(messages.alone, messages.danger), "engine_away": messages.engine_away},
        "residents": outcomes(served),
        "wrong": [
            {
                "text": one.example.text,
                "style": one.example.style,
                "meant": " or ".join(one.example.intents),
                "read": one.reading.intent,
                "confidence": round(one.reading.confidence, 3),
                "got": OUTCOMES[got.outcome],
            }
            for one, got in zip(messages.judged, served, strict=True)
            if not one.right
        ],
    }


def _encoders_of_config() -> list[str]:
    pipeline = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))["pipeline"]
    return sorted({name for part in pipeline for view in part.get("views", ()) for name in view["encoders"]})
