"""Starts the real product for tests that need all of it: the engine with its trained model, and a gateway.

Both run as processes of their own on free ports, as they do under `make run`, and stop with the test session.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENGINE_PYTHON = ROOT / "engine" / ".venv" / "bin" / "python"
LONGEST_START = 120  # seconds
CLOCK = "2026-11-24T11:00"  # a Tuesday on which councils are open; tests of a whole product say the same at any hour with it
TODAY = date.fromisoformat(CLOCK[:10])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with its output in a file, stopped at the end."""
    with log.open("wb") as output:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("DESK_")}  # settings are the test's
        started = subprocess.Popen(command, cwd=ROOT, env=plain | environment, stdout=output, stderr=output)
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def wait_until(url: str, started: subprocess.Popen[bytes], log: Path) -> None:
    """Waits until the address answers 200; raises with the log's end when the process ends or takes too long."""
    ends = time.monotonic() + LONGEST_START
    while time.monotonic() < ends:
        if started.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"{url} does not answer. The end of {log.name}:\n" + "\n".join(log.read_text().splitlines()[-15:]))


def database_of(folder: Path) -> str:
    """The database of the gateway that runs in this folder."""
    return f"sqlite+aiosqlite:///{folder / 'desk.sqlite3'}"


@contextmanager
def running_engine(
    folder: Path, port: int, actions_port: int, model: Path = Path("var/models/current")
) -> Iterator[subprocess.Popen[bytes]]:
    """The real engine on a port."""
    log = folder / "engine.log"
    command = [str(ENGINE_PYTHON), "-m", "desk_engine.serve", "--port", str(port), "--model", str(model)]
    actions = {"DESK_ACTIONS_URL": f"http://127.0.0.1:{actions_port}/actions"}
    with process(command, actions, log) as started:
        wait_until(f"http://127.0.0.1:{port}/status", started, log)
        yield started


@contextmanager
def running_gateway(
    folder: Path, engine_port: int, actions_port: int, *, samples: bool = False, **settings: str
) -> Iterator[str]:
    """A gateway on a fresh SQLite database, with the packs' invented addresses if wanted; gives its address."""
    port = free_port()
    log = folder / "gateway.log"
    environment = {
        "DESK_PORT": str(port),
        "DESK_ACTIONS_PORT": str(actions_port),
        "DESK_ENGINE_PORT": str(engine_port),
        "DESK_DATABASE_URL": database_of(folder),
        "DESK_RATE_LIMITS": "no",
    } | {f"DESK_{name.upper()}": value for name, value in settings.items()}
    with process([sys.executable, "-m", "bot", "serve", *(["--samples"] if samples else [])], environment, log) as started:
        wait_until(f"http://127.0.0.1:{port}/healthz", started, log)
        yield f"http://127.0.0.1:{port}"
