"""Keeps the product's processes running: starts them, restarts one that dies, and stops them all together.

The engine and the gateway live and die apart, so that each keeps working while the other is away. Every process has a
group of its own, and on Linux the kernel ends it when the supervisor itself is killed, so nothing is left behind.
bot/commands/up.py says which processes there are; processes print into var/log, and only warnings come to the screen.
"""

import asyncio
import ctypes
import errno
import functools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_PAUSE = 30.0
CANNOT_RUN = 127  # a shell's exit code for a program that is not there
MOST_LOG_BYTES = 10_000_000
SECONDS_BETWEEN_SAME_WARNINGS = 60.0
SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux's prctl
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
WARNING = re.compile(r'\[(?:warning|error|critical) *\]|"level": *"(?:warning|error|critical)"|^(?:WARNING|ERROR|CRITICAL) ')
TIME_STAMP = re.compile(r"\S*\d\d:\d\d:\d\d\S*")


class CannotStart(Exception):
    """The product cannot start; the message is one plain sentence that says what to do."""


@dataclass(frozen=True)
class Port:
    """A port that must be free, and the setting that changes it."""

    number: int
    setting: str
    host: str = "127.0.0.1"


@dataclass(frozen=True)
class Program:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    essential: bool = False  # whether the product gives up when this never gets to run
    warns: bool = False  # whether its warnings come to the screen


@dataclass(frozen=True)
class Timing:
    """How long things may take, in seconds."""

    stop: float = 8.0  # a process has this long to end when asked to
    first_pause: float = 1.0  # before the first restart; doubles with each that follows
    steady: float = 30.0  # a process that ran this long is no longer counted as failing to start
    tries: int = 3  # short lives of an essential process before the supervisor gives up


def check_ports(ports: Sequence[Port]) -> None:
    """Raises CannotStart for a port that is taken, wanted twice or not allowed."""
    for port, other in ((port, other) for port in ports for other in ports):
        if port.number == other.number and port.setting < other.setting:
            raise CannotStart(f"{port.setting} and {other.setting} are both {port.number}: give each a number of its own.")
    for port in ports:
        try:
            _listen_shortly(port)
        except OSError as problem:
            raise CannotStart(_why_not(port, problem)) from problem


def _listen_shortly(port: Port) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(port.host, port.number, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind(address)


def _why_not(port: Port, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"Port {port.number} is in use: stop the other program or set {port.setting} to another number."
    if problem.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port.number} is not allowed here: set {port.setting} to a number over 1023."
    return f"The address {port.host} is not one of this machine: set DESK_HOST to another."


class Supervisor:
    """Runs programs until it is told to stop."""

    def __init__(
        self, programs: Sequence[Program], logs: Path, say: Callable[[str], None], timing: Timing | None = None
    ) -> None:
        self.programs = programs
        self.logs = logs
        self.restarted = asyncio.Event()  # set at every restart; whoever waits for readiness clears it
        self._say = say
        self._timing = timing or Timing()

    async def run(self, stop: asyncio.Event) -> None:
        """Keeps every program running until `stop` is set. Raises CannotStart when an essential one never runs."""
        self.logs.mkdir(parents=True, exist_ok=True)
        told = asyncio.create_task(stop.wait())
        kept = [asyncio.create_task(self._keep(program)) for program in self.programs]
        try:
            done, _ = await asyncio.wait([told, *kept], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (told, *kept):
                task.cancel()
            await asyncio.gather(told, *kept, return_exceptions=True)
        for task in done - {told}:
            await task

    async def _keep(self, program: Program) -> None:
        output = _Output(program, self.logs / f"{program.name}.log", self._say)
        failures, ever_steady = 0, False
        while True:
            begin = time.monotonic()
            code = await self._live(program, output)
            steady = time.monotonic() - begin >= self._timing.steady
            ever_steady = ever_steady or steady
            failures = 1 if steady else failures + 1
            reason = _reason(code, output.latest)
            if program.essential and not ever_steady and failures >= self._timing.tries:
                raise CannotStart(f"The {program.name} does not start ({reason}): see {output.path}.")
            pause = min(self._timing.first_pause * 2 ** (failures - 1), LONGEST_PAUSE)
            self._say(f"The {program.name} stopped by itself ({reason}); starting it again in {pause:.0f} s.")
            await asyncio.sleep(pause)
            self.restarted.set()

    async def _live(self, program: Program, output: "_Output") -> int:
        """One life of the program: its exit code. A cancelled wait ends the process first."""
        # A pipe of our own: asyncio's would make the wait for the process last until its grandchildren close it too.
        read_end, write_end = os.pipe()
        copying = asyncio.create_task(output.copy(read_end))
        try:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                env={**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=_die_with_parent(os.getpid()),
            )
        except OSError as problem:
            output.latest = f"{program.command[0]}: {problem.strerror}"
            return CANNOT_RUN
        finally:
            os.close(write_end)
        try:
            return await process.wait()
        finally:
            await self._end(process)
            await copying

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Ends the process and everything in its group, asking first."""
        if process.returncode is None:
            _signal_group(process.pid, signal.SIGTERM)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), self._timing.stop)
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()


class _Output:
    """Copies what a program prints into its log, and the first of its warnings to the screen."""

    def __init__(self, program: Program, path: Path, say: Callable[[str], None]) -> None:
        self.path = path
        self.latest = ""
        self._program = program
        self._say = say
        self._warned: dict[str, float] = {}

    async def copy(self, pipe: int) -> None:
        """Copies until every process that writes to the pipe has ended; the log is turned over when it is long."""
        stream = asyncio.StreamReader()
        reading = functools.partial(asyncio.StreamReaderProtocol, stream)
        await asyncio.get_running_loop().connect_read_pipe(reading, os.fdopen(pipe, "rb"))
        self.latest, rest = "", b""
        while block := await stream.read(65536):
            self._write(block)
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                self._look_at(line)
            rest = rest[-65536:]
        self._look_at(rest)

    def _write(self, block: bytes) -> None:
        if self.path.exists() and self.path.stat().st_size > MOST_LOG_BYTES:
            self.path.replace(self.path.with_suffix(".log.1"))
        with self.path.open("ab") as log:
            log.write(block)

    def _look_at(self, line: bytes) -> None:
        text = COLOURS.sub("", line.decode("utf-8", "replace")).strip()
        if not text:
            return
        self.latest = text[:200]
        if self._program.warns and WARNING.search(text):
            words, now = TIME_STAMP.sub("", text).strip()[:160], time.monotonic()
            if now - self._warned.get(words, -SECONDS_BETWEEN_SAME_WARNINGS) >= SECONDS_BETWEEN_SAME_WARNINGS:
                self._warned = {each: at for each, at in self._warned.items() if now - at < SECONDS_BETWEEN_SAME_WARNINGS}
                self._warned[words] = now
                self._say(f"{self._program.name}: {words} (more in {self.path})")


def _reason(code: int, last_words: str) -> str:
    if code < 0:
        return f"ended by signal {-code}"
    return f"exit code {code}{': ' if last_words else ''}{last_words}".rstrip(".")


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """What a new process does before its program starts, so that the kernel ends it when the supervisor is killed."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)

    def ask() -> None:
        library.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:  # killed before it was asked
            os._exit(1)

    return ask
