"""One step of the set-up: skipped when nothing it depends on has changed, shown with its time when it runs.

A step leaves a stamp, a hash of the content of its inputs, beside what it made, so deleting either makes it run again.
Commands run in a process group of their own, so that stopping the set-up stops everything they started. bootstrap.py
has the list of steps.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Callable

SECONDS_BETWEEN_SIGNS_OF_LIFE = 15.0
SECONDS_TO_STOP = 5.0
IGNORED_NAMES = {"__pycache__", ".venv", "node_modules", ".rasa"}


class SetupFailed(Exception):
    """The set-up cannot go on; the message is one plain sentence that says what to do."""


class Stopped(BaseException):
    """Somebody asked the set-up to stop (Ctrl-C or SIGTERM)."""


@dataclass(frozen=True)
class Command:
    """A program to run: what it is, where, and whether what it prints is meant for people."""

    words: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    speaks: bool = False


@dataclass(frozen=True)
class Step:
    """Something to bring about: what from, what it makes, the commands that make it, and what to do when they fail."""

    title: str
    inputs: Sequence[Path]
    outputs: Sequence[Path]
    stamp: Path
    commands: Callable[[], Sequence[Command]]
    advice: str

    def is_done(self) -> bool:
        """Whether everything is there and was made from the inputs as they are now."""
        if not all(output.exists() for output in self.outputs) or not self.stamp.is_file():
            return False
        return self.stamp.read_text("utf-8") == content_hash(self.inputs)

    def run(self, log: Path) -> None:
        """Runs the commands and leaves the stamp; raises SetupFailed."""
        begin = time.monotonic()
        made_from = content_hash(self.inputs)
        self.stamp.unlink(missing_ok=True)
        say(f"{self.title} …")
        for command in self.commands():
            reason = run_command(command, log)
            if reason is not None:
                raise SetupFailed(f"{self.title}: this failed ({reason}). {self.advice} The whole story is in {log}.")
        missing = [output for output in self.outputs if not output.exists()]
        if missing:
            raise SetupFailed(f"{self.title}: {missing[0]} was not made. {self.advice}")
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(made_from, "utf-8")
        say(f"{self.title}: done in {time.monotonic() - begin:.0f} s.")


def say(line: str) -> None:
    """Prints a line at once, also into a pipe."""
    print(line, flush=True)


def content_hash(paths: Sequence[Path]) -> str:
    """One hash of the names and contents of files and of all files in folders; what does not exist counts too."""
    total = hashlib.sha256()
    for path in paths:
        for file in sorted(_files(path)):
            total.update(f"{file}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest() if file.is_file() else b"none")
    return total.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name not in IGNORED_NAMES and not name.endswith(".egg-info")]
        yield from (Path(folder) / name for name in names if not name.endswith(".pyc"))


def run_command(command: Command, log: Path) -> str | None:
    """Runs it with signs of life; None when it went well, otherwise the reason in a few words."""
    log.parent.mkdir(parents=True, exist_ok=True)
    process = _start(command)
    assert process.stdout
    assert process.stderr
    with log.open("a", encoding="utf-8") as written:
        written.write(f"$ {' '.join(map(str, command.words))}\n")
        words = _Reader(process.stdout, written, aloud=command.speaks)
        errors = _Reader(process.stderr, written)
        try:
            _wait_with_signs_of_life(process, words, errors)
        finally:
            if process.poll() is None:
                _stop_group(process)
            words.join()
            errors.join()
    if process.returncode == 0:
        return None
    return (errors.reason or words.latest or f"exit code {process.returncode}").rstrip(".")[:300]


class _Reader(threading.Thread):
    """Copies what a command prints into the log, and keeps what may be told to a person."""

    def __init__(self, stream: IO[str], log: IO[str], *, aloud: bool = False) -> None:
        super().__init__(daemon=True)
        self.stream, self.log, self.aloud = stream, log, aloud
        self.latest, self._error, self._cause = "", "", ""
        self.start()

    @property
    def reason(self) -> str:
        """What says most: a line that begins with "error" and the deepest "cause" under it, else the last line."""
        return f"{self._error}{self._cause and '; '}{self._cause}" if self._error else self.latest

    def run(self) -> None:
        with self.stream:
            for line in self.stream:
                self.log.write(line)
                self.log.flush()
                text = line.strip()
                self.latest = text or self.latest
                if text.lower().startswith("error"):
                    self._error, self._cause = text, ""
                elif text.lower().startswith(("cause:", "caused by:")):
                    self._cause = text
                if text and self.aloud:
                    say(f"  {text}")


def _wait_with_signs_of_life(process: subprocess.Popen[str], words: _Reader, errors: _Reader) -> None:
    begin = time.monotonic()
    while not _ended(process):
        latest = "" if words.aloud else f": {errors.latest or words.latest}"[:100]
        say(f"  … {time.monotonic() - begin:.0f} s{latest}")


def _ended(process: subprocess.Popen[str]) -> bool:
    try:
        process.wait(SECONDS_BETWEEN_SIGNS_OF_LIFE)
    except subprocess.TimeoutExpired:
        return False
    return True


def _start(command: Command) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            [str(word) for word in command.words],
            cwd=command.folder,
            env={**os.environ, **command.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as problem:
        raise SetupFailed(f"{command.words[0]} could not be started: {problem.strerror}.") from problem


def _stop_group(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
