"""Starts what is measured, as processes of their own on free ports: the engine, the gateway, and the stock Rasa server.

The product is started by the helpers that the tests use, with its usual settings but for the rate limits. Each start is
timed until the process says that it is ready, and each process is known by name so that memory and processor time can
be read from the system. Everything stops when the `with` block is left, however that happens.
"""

import os
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.stock import QUIET, StockModel
from tests.running import ENGINE_PYTHON, free_port, process, running_engine, running_gateway, wait_until

ENGINE, GATEWAY, STOCK, CLIENT = "engine", "gateway", "stock Rasa", "this benchmark"


@dataclass
class Servers:
    """The addresses of what runs, and what the system knows of each process."""

    engine: str = ""
    gateway: str = ""
    stock: str = ""
    start_seconds: dict[str, float] = field(default_factory=dict)
    processes: dict[str, psutil.Process] = field(default_factory=lambda: {CLIENT: psutil.Process()})

    def memory(self) -> dict[str, float]:
        """Resident memory of each server with its children, in MB."""
        servers = {name: _family(name, root) for name, root in self.processes.items() if name != CLIENT}
        return {name: sum(one.memory_info().rss for one in family) / 1e6 for name, family in servers.items()}

    def processor_seconds(self) -> dict[str, float]:
        """Processor time that each process has used so far."""
        used = {}
        for name, root in self.processes.items():
            times = [one.cpu_times() for one in _family(name, root)]
            used[name] = sum(each.user + each.system for each in times)
        return used


@contextmanager
def running_servers(folder: Path, model: StockModel) -> Iterator[Servers]:
    """All three servers, started one after the other so that each start is timed alone."""
    servers = Servers()
    with ExitStack() as stack:
        engine_port, actions_port, stock_port = free_port(), free_port(), free_port()

        begun = time.perf_counter()
        engine = stack.enter_context(running_engine(folder, engine_port, actions_port))
        servers.start_seconds[ENGINE] = time.perf_counter() - begun
        servers.processes[ENGINE] = psutil.Process(engine.pid)
        servers.engine = f"http://127.0.0.1:{engine_port}"

        begun, before = time.perf_counter(), _children()
        servers.gateway = stack.enter_context(running_gateway(folder, engine_port, actions_port))
        [gateway] = _children() - before
        with urllib.request.urlopen(f"{servers.gateway}/readyz", timeout=10):  # raises unless every part is ready
            pass
        servers.start_seconds[GATEWAY] = time.perf_counter() - begun
        servers.processes[GATEWAY] = psutil.Process(gateway)

        begun = time.perf_counter()
        stock = stack.enter_context(running_stock(folder, model, stock_port))
        servers.start_seconds[STOCK] = time.perf_counter() - begun
        servers.processes[STOCK] = stock
        servers.stock = f"http://127.0.0.1:{stock_port}"
        yield servers


@contextmanager
def running_stock(folder: Path, model: StockModel, port: int) -> Iterator[psutil.Process]:
    """The stock server with an SQLite tracker store, as its documentation has it."""
    log, endpoints = folder / "stock.log", folder / "stock-endpoints.yml"
    database = folder / "stock-trackers.sqlite3"
    endpoints.write_text(f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {database}\n", encoding="utf-8")
    command = [str(ENGINE_PYTHON), "-m", "rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port)]
    command += ["-m", str(model.archive), "--endpoints", str(endpoints)]
    command += ["--credentials", str(model.folder / "credentials.yml")]
    with process(command, QUIET, log) as started:
        wait_until(f"http://127.0.0.1:{port}/status", started, log)
        yield psutil.Process(started.pid)


def _children() -> set[int]:
    return {one.pid for one in psutil.Process(os.getpid()).children()}


def _family(name: str, root: psutil.Process) -> list[psutil.Process]:
    """A process with its children; of ourselves only the one, since the servers are our children."""
    return [root] if name == CLIENT else [root, *root.children(recursive=True)]
