"""Sets the product up from nothing: `python3 -m setup`, which `make` calls before everything else.

Each step below is done once and again only when its inputs change, so calling this always is right and cheap.
`train` asks the engine again whether there is something to learn, and `lock` brings the lock files up to the pyproject
files. steps.py says how a step is run and skipped.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from setup.steps import Command, SetupFailed, Step, Stopped, run_command, say
from setup.tools import find_npm, find_python, find_uv

AGAIN = "Check the network and the free space on the disk, and run the same command again."
ENCODERS = ("minilm", "e5")
ENCODERS_SETTING = "DESK_ENCODERS_FOLDER"  # when it is set, the encoders are somebody else's and are not built
# Variables of the caller's own environment that would send uv to another interpreter or project.
NOT_FOR_CHILDREN = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "UV_PYTHON", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT")


class Setup:
    """The steps for one checkout, in order. Paths are relative, so that a stamp stays true when the folder moves."""

    def __init__(self) -> None:
        self.log = Path("var/log/setup.log")
        self.tools = Path("var/tools").absolute()

    @cached_property
    def uv(self) -> str:
        """The uv to use, looked for only when something is to be done."""
        return find_uv(self.tools)

    def steps(self) -> list[Step]:
        """Everything to bring about, in order."""
        steps = [self.gateway(), self.engine(), *self.front_end()]
        return [*steps, *([] if os.environ.get(ENCODERS_SETTING) else [self.encoders()]), self.model()]

    def gateway(self) -> Step:
        return self._environment("The gateway's Python packages", Path("."), self._version(0))

    def engine(self) -> Step:
        return self._environment("The engine's Python packages (about 500 MB)", Path("engine"), self._version(1))

    def front_end(self) -> list[Step]:
        packages, lock = Path("package.json"), Path("package-lock.json")
        if not packages.is_file():
            return []

        def commands() -> list[Command]:
            npm, environment = find_npm(self.tools)
            return [Command([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], Path("."), environment)]

        place = Path("node_modules")
        return [Step("The front end's packages", [packages, lock], [place], place / ".desk-stamp", commands, AGAIN)]

    def encoders(self) -> Step:
        place = Path("var/encoders")
        words = [_python("."), "-m", "encoders.build", "--out", str(place)]
        return Step(
            "The sentence encoders",
            [Path("encoders")],
            [place / name / "model.onnx" for name in ENCODERS],
            place / ".stamp",
            lambda: [Command(words, Path("."), {"UV": self.uv}, speaks=True)],
            AGAIN,
        )

    def model(self) -> Step:
        words = [_python("engine"), "-m", "desk_engine.train"]
        trained_from = ["config.yml", "domain.yml", "data/nlu", "data/rules", "engine/desk_engine", "engine/uv.lock"]
        encoders = Path(os.environ.get(ENCODERS_SETTING, "var/encoders"))
        return Step(
            "Training the assistant",
            [*map(Path, trained_from), *(encoders / name / "manifest.json" for name in ENCODERS)],
            [Path("var/models/current")],
            Path("var/models/.stamp"),
            lambda: [Command(words, Path("."), speaks=True)],
            "Mend the training data that it names, and run `make train`.",
        )

    def lock(self) -> None:
        """Brings the three lock files up to their pyproject files."""
        for folder in (".", "engine", "setup"):
            say(f"Locking {Path(folder) / 'uv.lock'} …")
            reason = run_command(Command([self.uv, "lock"], Path(folder)), self.log)
            if reason is not None:
                raise SetupFailed(f"{Path(folder) / 'uv.lock'} could not be written ({reason}). {AGAIN}")

    def _environment(self, title: str, folder: Path, version: str) -> Step:
        def commands() -> list[Command]:
            python = find_python(version, self.uv, folder, self.log)
            # Compiled once here, or every start would compile again where Python may not write beside its modules.
            return [Command([self.uv, "sync", "--frozen", "--compile-bytecode", "--python", python], folder)]

        names = [folder / "pyproject.toml", folder / "uv.lock", Path("encoders/pyproject.toml"), Path(".python-version")]
        place = folder / ".venv"
        return Step(title, names, [place / "bin" / "python"], place / ".desk-stamp", commands, AGAIN)

    @staticmethod
    def _version(line: int) -> str:
        """The gateway's Python is on the first line of .python-version, the engine's on the second."""
        return Path(".python-version").read_text("utf-8").split()[line]


def _python(folder: str) -> str:
    """An environment's interpreter, not resolved: the link itself is what puts a program in the environment."""
    return str(Path(folder).absolute() / ".venv" / "bin" / "python")


@contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in a checkout."""
    Path("var").mkdir(exist_ok=True)
    with Path("var/.setup-lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another set-up is at work in this folder: waiting for it …")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def work(task: str) -> None:
    """Does one task: `setup`, `train` or `lock`."""
    setup = Setup()
    if task == "lock":
        setup.lock()
        return
    steps = setup.steps()
    if task == "train":
        steps[-1].stamp.unlink(missing_ok=True)
    for step in steps:
        if not step.is_done():
            step.run(setup.log)
    say("Set-up: everything is in place.")


def stop(number: int, frame: object) -> None:
    """The signals' handler: unwinds, which stops what is running."""
    raise Stopped


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m setup", description="Set Resident Desk up.")
    parser.add_argument("task", nargs="?", choices=["setup", "train", "lock"], default="setup")
    task = parser.parse_args(arguments).task
    os.chdir(Path(__file__).resolve().parent.parent)
    for name in NOT_FOR_CHILDREN:
        os.environ.pop(name, None)
    os.environ.setdefault("UV_SYSTEM_CERTS", "true")  # a council's network may have a certificate authority of its own
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        with alone():
            work(task)
    except SetupFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"The set-up could not go on ({problem}): mend this and run the same command again.", file=sys.stderr)
        return 1
    except Stopped:
        print("The set-up was stopped; what is finished is kept.", file=sys.stderr)
        return 130
    return 0
