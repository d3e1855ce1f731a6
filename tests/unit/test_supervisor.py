"""The supervisor with small stand-in programs: restarts, stopping, nothing left behind, and what a person reads."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bot.commands.up import Addresses, ports, programs
from bot.settings import Settings
from bot.supervisor import CannotStart, Port, Program, Supervisor, Timing, check_ports

QUICK = Timing(stop=0.4, first_pause=0.02, steady=30.0, tries=3)
SLEEPER = "import time, os; open('{mark}', 'a').write(f'{{os.getpid()}}\\n'); time.sleep(60)"
STUBBORN = (
    "import os, signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.pause()'])\n"
    "open('{mark}', 'w').write(f'{{os.getpid()}}\\n{{child.pid}}\\n')\n"
    "time.sleep(60)"
)


def python(code: str, name: str = "engine", **more: bool) -> Program:
    return Program(name, [sys.executable, "-c", code], {}, **more)


def pids(mark: Path) -> list[int]:
    return [int(line) for line in mark.read_text().split()] if mark.exists() else []


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "this did not happen in time"
        await asyncio.sleep(0.01)


def supervisor(tmp_path: Path, *kept: Program, timing: Timing = QUICK) -> tuple[Supervisor, list[str]]:
    said: list[str] = []
    return Supervisor(kept, tmp_path / "log", said.append, timing), said


async def test_a_program_that_dies_is_started_again_while_the_other_stays(tmp_path: Path) -> None:
    engine, gateway = tmp_path / "engine", tmp_path / "gateway"
    kept, said = supervisor(
        tmp_path, python(SLEEPER.format(mark=engine)), python(SLEEPER.format(mark=gateway), "gateway", essential=True)
    )
    stop = asyncio.Event()
    running = asyncio.create_task(kept.run(stop))
    await until(lambda: pids(engine) and pids(gateway))
    os.kill(pids(engine)[0], signal.SIGKILL)
    await until(lambda: len(pids(engine)) == 2)
    assert kept.restarted.is_set()
    assert len(pids(gateway)) == 1
    stop.set()
    await running
    assert not [pid for pid in pids(engine) + pids(gateway) if alive(pid)]
    assert said == ["The engine stopped by itself (ended by signal 9); starting it again in 0 s."]


async def test_the_pauses_before_restarts_double(tmp_path: Path) -> None:
    mark = tmp_path / "times"
    code = f"import time; open('{mark}', 'a').write(f'{{int(time.time() * 1000)}} '); raise SystemExit(3)"
    kept, said = supervisor(tmp_path, python(code), timing=Timing(first_pause=1.0))
    stop = asyncio.Event()
    running = asyncio.create_task(kept.run(stop))
    await until(lambda: len(said) == 2)
    stop.set()
    await running
    assert [re.sub(r".*again in ", "", line) for line in said] == ["1 s.", "2 s."]
    first, second = pids(mark)
    assert second - first >= 1000


async def test_what_does_not_listen_to_term_is_killed_with_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "pids"
    kept, _ = supervisor(tmp_path, python(STUBBORN.format(mark=mark)))
    stop = asyncio.Event()
    running = asyncio.create_task(kept.run(stop))
    await until(lambda: len(pids(mark)) == 2)
    begin = time.monotonic()
    stop.set()
    await running
    assert time.monotonic() - begin < 3
    await until(lambda: not any(alive(pid) for pid in pids(mark)))


async def test_a_dead_program_is_noticed_although_its_child_holds_the_output_open(tmp_path: Path) -> None:
    mark = tmp_path / "pids"
    child = "import subprocess, sys, os; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    kept, said = supervisor(tmp_path, python(child + f"open('{mark}', 'a').write(f'{{p.pid}}\\n')"))
    stop = asyncio.Event()
    running = asyncio.create_task(kept.run(stop))
    await until(lambda: said)
    await until(lambda: not alive(pids(mark)[0]))  # a process that was killed takes a moment to be gone
    stop.set()
    await running


async def test_a_stop_while_starting_leaves_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "pids"
    kept, _ = supervisor(tmp_path, python(SLEEPER.format(mark=mark)))
    stop = asyncio.Event()
    running = asyncio.create_task(kept.run(stop))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(running, 5)
    await asyncio.sleep(0.2)
    assert not [pid for pid in pids(mark) if alive(pid)]


async def test_an_essential_program_that_never_runs_ends_everything_with_its_last_words(tmp_path: Path) -> None:
    other = tmp_path / "engine"
    bad = python("raise SystemExit('DESK_CLOCK=x cannot be used.')", "gateway", essential=True)
    kept, _ = supervisor(tmp_path, python(SLEEPER.format(mark=other)), bad)
    with pytest.raises(CannotStart, match=r"The gateway does not start \(exit code 1: DESK_CLOCK=x cannot be used\): see .*"):
        await asyncio.wait_for(kept.run(asyncio.Event()), 10)
    assert not [pid for pid in pids(other) if alive(pid)]


async def test_a_program_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    kept, said = supervisor(tmp_path, Program("engine", ["/nowhere/python"]))
    stop = asyncio.Event()
    running = asyncio.create_task(kept.run(stop))
    await until(lambda: said)
    stop.set()
    await running
    assert "(exit code 127: /nowhere/python: No such file or directory)" in said[0]


async def test_output_goes_to_the_log_and_warnings_once_to_the_screen(tmp_path: Path) -> None:
    code = (
        "import time\n"
        "for second in (1, 2):\n"
        "    print(f'2026-11-23T10:00:0{second}Z [info     ] all is well')\n"
        "    print(f'2026-11-23T10:00:0{second}Z [warning  ] the engine is slow')\n"
        "print('x' * 200_000)\n"
        "time.sleep(60)"
    )
    kept, said = supervisor(tmp_path, python(code, "gateway", warns=True))
    stop = asyncio.Event()
    running = asyncio.create_task(kept.run(stop))
    log = tmp_path / "log" / "gateway.log"
    await until(lambda: log.exists() and log.stat().st_size > 200_000)
    stop.set()
    await running
    assert log.read_text().count("all is well") == 2
    assert said == [f"gateway: [warning  ] the engine is slow (more in {log})"]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
async def test_nothing_is_left_when_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "pids"
    code = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom bot.supervisor import Program, Supervisor\n"
        f"kept = Program('engine', [sys.executable, '-c', {SLEEPER.format(mark=mark)!r}])\n"
        f"asyncio.run(Supervisor([kept], Path({str(tmp_path)!r}), print).run(asyncio.Event()))"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        await until(lambda: pids(mark))
        process.kill()
    await until(lambda: not alive(pids(mark)[0]))


def test_a_port_in_use_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        with pytest.raises(CannotStart) as told:
            check_ports([Port(number, "DESK_PORT")])
    assert str(told.value) == f"Port {number} is in use: stop the other program or set DESK_PORT to another number."
    check_ports([Port(number, "DESK_PORT")])


def test_two_settings_with_one_port_are_named() -> None:
    with pytest.raises(CannotStart, match="DESK_ENGINE_PORT and DESK_PORT are both 8080"):
        check_ports([Port(8080, "DESK_PORT"), Port(8080, "DESK_ENGINE_PORT")])


def test_a_foreign_address_is_refused_in_words() -> None:
    with pytest.raises(CannotStart, match=r"192\.0\.2\.7.*DESK_HOST"):
        check_ports([Port(8080, "DESK_PORT", "192.0.2.7")])


def test_an_engine_elsewhere_is_neither_started_nor_given_a_port() -> None:
    here, elsewhere = Settings(), Settings(engine_url="http://10.0.0.5:5005")
    assert [program.name for program in programs(here)] == ["engine", "gateway"]
    assert [program.name for program in programs(elsewhere)] == ["gateway"]
    assert [port.setting for port in ports(elsewhere)] == ["DESK_PORT", "DESK_ACTIONS_PORT"]


def test_the_engine_is_told_where_the_actions_are() -> None:
    engine, _ = programs(Settings(actions_port=6055, engine_port=6005))
    assert engine.environment["DESK_ACTIONS_URL"] == "http://127.0.0.1:6055/actions"
    assert "6005" in engine.command


@pytest.mark.parametrize(
    ("host", "base"),
    [("127.0.0.1", "http://127.0.0.1:8080"), ("0.0.0.0", "http://127.0.0.1:8080"), ("::1", "http://[::1]:8080")],
)
def test_the_addresses_can_be_opened_on_this_machine(host: str, base: str) -> None:
    addresses = Addresses(Settings(host=host))
    assert addresses.base == base
    words = "\n".join(addresses.lines())
    for path in ("/demo/enfield", "/chat/enfield", "/demo/buckinghamshire", "/chat/buckinghamshire", "/api/v1/openapi.json"):
        assert f"{base}{path}" in words
    assert "england" not in words
