"""`python -m bot up`: the whole product on one machine, the engine and the gateway side by side.

It checks the ports, starts both through bot/supervisor.py, tells how far the start is, and prints the addresses once
everything is ready. Residents are answered from the first moment the gateway listens, more simply until the engine is up.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from bot.commands.accounts import demo_lines
from bot.commands.errors import CommandFailed
from bot.foundation.logs import set_up_logs
from bot.settings import Settings
from bot.supervisor import CannotStart, Port, Program, Supervisor, check_ports

LOGS = Path("var/log")
SECONDS_BETWEEN_LOOKS = 0.3
SECONDS_BETWEEN_PROGRESS = 5.0
ANY_HOST = ("0.0.0.0", "::", "")


def add(subparsers: Any) -> None:
    """Adds the command."""
    parser = subparsers.add_parser("up", help="run the whole product: the engine and the gateway")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs until SIGINT or SIGTERM; everything it started has ended by then."""
    set_up_logs(settings.log_format, quiet=True)  # this process talks to people; logs are the gateway's and the engine's
    try:
        check_ports(ports(settings))
        with suppress(KeyboardInterrupt):  # one that came before the loop took the signals over: nothing is running yet
            asyncio.run(_until_told_to_stop(settings))
    except CannotStart as problem:
        raise CommandFailed(str(problem)) from problem
    return 0


def ports(settings: Settings) -> list[Port]:
    """The ports that must be free."""
    engine = [] if settings.engine_url else [Port(settings.engine_port, "DESK_ENGINE_PORT")]
    return [Port(settings.port, "DESK_PORT", settings.host), Port(settings.actions_port, "DESK_ACTIONS_PORT"), *engine]


def programs(settings: Settings) -> list[Program]:
    """The processes of the product; the engine is left out where DESK_ENGINE_URL names one elsewhere."""
    samples = [] if settings.production else ["--samples"]  # so that a first run has addresses to try
    gateway = Program("gateway", [sys.executable, "-m", "bot", "serve", *samples], essential=True, warns=True)
    if settings.engine_url:
        return [gateway]
    interpreter = str(Path("engine/.venv/bin/python").absolute())
    command = [interpreter, "-m", "desk_engine.serve", "--port", str(settings.engine_port), "--model", str(settings.model)]
    # Rasa's old dependencies are full of deprecations that nobody here can mend.
    environment = {"DESK_ACTIONS_URL": f"http://127.0.0.1:{settings.actions_port}/actions", "PYTHONWARNINGS": "ignore"}
    return [Program("engine", command, environment), gateway]


async def _until_told_to_stop(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    supervisor = Supervisor(programs(settings), LOGS, say)
    say(f"Starting. What each process has to say goes to {LOGS}/, in a file of its own.")
    telling = asyncio.create_task(tell_when_ready(supervisor, Addresses(settings), say))
    try:
        await supervisor.run(stop)
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
    say("Stopped.")


@dataclass(frozen=True)
class Addresses:
    """Where the product can be reached from this machine."""

    settings: Settings

    @property
    def base(self) -> str:
        """The address that the others begin with."""
        host = "127.0.0.1" if self.settings.host in ANY_HOST else self.settings.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.settings.port}"

    def lines(self) -> list[str]:
        """Every address that a newcomer may want to open, one a line."""
        rows = []
        for council, name in _councils(self.settings.councils_folder):
            rows.append((f"{name}: a council's page with the assistant on it", f"/demo/{council}"))
            rows.append((f"{name}: the assistant on a page of its own", f"/chat/{council}"))
        rows.append(("The public API, described", "/api/v1/openapi.json"))
        width = max(len(what) for what, _ in rows)
        return [f"  {what:{width}}  {self.base}{path}" for what, path in rows]


def _councils(folder: Path) -> list[tuple[str, str]]:
    """Id and name of each council that residents can choose; the gateway is the one to complain of a broken pack."""
    found = []
    for file in sorted(folder.glob("*/council.yml")):
        with suppress(yaml.YAMLError, OSError):
            council = yaml.safe_load(file.read_text(encoding="utf-8"))
            if isinstance(council, dict) and "base" in council:
                found.append((file.parent.name, str(council.get("name", file.parent.name))))
    return found


async def tell_when_ready(supervisor: Supervisor, addresses: Addresses, say: Callable[[str], None]) -> None:
    """Says how far the start is, then the addresses; after a restart, when everything works again."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
        seconds = await _wait_until_ready(session, addresses.base, say)
        supervisor.restarted.clear()
        say(f"Resident Desk is ready after {seconds:.0f} s. Ctrl-C stops it.")
        for line in (*addresses.lines(), *await demo_lines(addresses.settings, addresses.base)):
            say(line)
        while True:
            await supervisor.restarted.wait()
            supervisor.restarted.clear()
            await _wait_until_ready(session, addresses.base, lambda progress: None)
            say("Everything works again.")


async def _wait_until_ready(session: aiohttp.ClientSession, base: str, say: Callable[[str], None]) -> float:
    """Waits for every part; returns how many seconds that took."""
    begin = told = time.monotonic()
    while waiting_for := await _not_ready(session, base):
        if time.monotonic() - told >= SECONDS_BETWEEN_PROGRESS:
            told = time.monotonic()
            say(f"  … {told - begin:.0f} s: waiting for {waiting_for}")
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    return time.monotonic() - begin


async def _not_ready(session: aiohttp.ClientSession, base: str) -> str:
    """What is still missing, in words; empty when everything is ready."""
    try:
        async with session.get(f"{base}/readyz") as answer:
            if answer.status == 200:
                return ""
            parts: dict[str, str] = (await answer.json()).get("parts", {})
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return "the gateway"
    missing = [f"the {part}" for part, state in parts.items() if state != "ok"]
    return f"{' and '.join(missing)} (simple answers are given already)" if missing else "the gateway"


def say(line: str) -> None:
    """Prints a line at once; nobody reading any more is no reason to stop."""
    with suppress(OSError):
        print(line, flush=True)
        return
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
