"""Measures the gazetteer and bin days at the size of a large council: a million invented addresses, imported and searched.

`make bench` includes it; `python -m bench.addresses` runs it alone, on PostgreSQL too with --postgres SERVER. The import runs as the
command does, in a process of its own, so that its memory is its own. Every street is made up of invented syllables.
"""

import argparse
import asyncio
import csv
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from bench.figures import milliseconds
from bot.addresses.service import Addresses
from bot.bins.building import bins_room
from bot.bins.wording import chat_answer
from bot.foundation.clock import SystemClock
from bot.foundation.database import Database
from tests.running import ROOT

COUNT = 1_000_000
COUNCIL = "enfield"
POSTGRES_HELP = "a server where a database may be made and removed again: postgresql://postgres@127.0.0.1:5432/postgres"
SEARCHES = 400
SEED = 20
FIRST_UPRN = 990_300_000_000
ON_A_STREET = 45
KINDS = ("Road", "Street", "Avenue", "Close", "Lane", "Gardens", "Drive", "Way")
BEGINNINGS = (
    "Bram",
    "Quill",
    "Thistle",
    "Marl",
    "Tangle",
    "Copp",
    "Osric",
    "Wher",
    "Dunn",
    "Fen",
    "Hal",
    "Kest",
    "Lant",
    "Pepp",
    "Rusk",
)
MIDDLES = ("er", "el", "in", "o", "a", "ing", "ol", "en", "ar", "ow", "ard", "ick", "um", "ess")
ENDS = ("ton", "ley", "feather", "down", "wick", "more", "field", "stow", "by", "thorpe", "mere", "combe", "ham", "gate")


def streets() -> Iterator[str]:
    """Some twenty thousand names of streets, always the same."""
    names = ["".join(parts) for parts in product(BEGINNINGS, MIDDLES, ENDS)]
    random.Random(SEED).shuffle(names)
    for kind in KINDS:
        for name in names:
            yield f"{name} {kind}"


def write_gazetteer(path: Path, count: int) -> list[tuple[str, str, str]]:
    """A local gazetteer of so many addresses; some of them as number, street and postcode for the searches."""
    kept: list[tuple[str, str, str]] = []
    every = max(1, count // 2000)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("# Invented addresses for the benchmark\n")
        writer = csv.writer(file)
        writer.writerow(["UPRN", "UNIT", "NUMBER", "STREET", "TOWN", "POSTCODE"])
        names = list(streets())
        for number in range(count):
            street, house = divmod(number, ON_A_STREET)
            name, round_ = names[street % len(names)], street // len(names)
            postcode = _postcode(street)
            unit = f"Flat {house - 39}" if house >= 40 else ""
            home = str(40 if unit else house + 1)
            writer.writerow([FIRST_UPRN + number, unit, home, name, f"Town {round_}" if round_ else "Borchester", postcode])
            if number % every == 0 and not unit:
                kept.append((home, name, postcode))
    return kept


def _postcode(street: int) -> str:
    """One postcode a street, none of which can be real: the last two letters are from C, K, M, O and V."""
    letters = "CKMV"
    area = ("EN", "N", "HP", "AL", "E", "WD")[street % 6]
    rest = street // 6
    return f"{area}{1 + rest // 160 % 20} {rest % 10}{letters[rest // 10 % 4]}{letters[rest // 40 % 4]}"


def write_rounds(folder: Path, count: int) -> list[Path]:
    """Rounds, and each home on two of them."""
    rounds, homes = folder / "rounds.csv", folder / "homes.csv"
    days = [f"2026-01-0{day}" for day in range(5, 10)]
    lines = ["ROUND,CONTAINER,FREQUENCY,FIRST_DAY"]
    for number in range(200):
        lines += [
            f"R{number},rubbish,fortnightly,{days[number % 5]}",
            f"R{number},recycling,fortnightly,2026-01-{12 + number % 5}",
        ]
        lines += [f"F{number},food,weekly,{days[number % 5]}"]
    rounds.write_text("\n".join(["# Invented", *lines, ""]), encoding="utf-8")
    with homes.open("w", encoding="utf-8") as file:
        file.write("# Invented\nUPRN,ROUND\n")
        for number in range(count):
            file.write(f"{FIRST_UPRN + number},R{number // 5000 % 200}\n{FIRST_UPRN + number},F{number // 5000 % 200}\n")
    return [rounds, homes]


def run_import(kind: str, path: Path, url: str, **environment: str) -> dict[str, float]:
    """One import as the command does it: seconds and the most memory it had, with the processes that it started."""
    command = [sys.executable, "-m", "bot", "import", kind, str(path), "--council", COUNCIL, "--rejects", f"{path}.rejects"]
    begun, most = time.perf_counter(), 0
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"DESK_DATABASE_URL": url} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                family = [watched, *watched.children(recursive=True)]
                most = max(most, sum(one.memory_info().rss for one in family))
            except psutil.Error:  # one of them ended just now
                pass
            time.sleep(0.1)
    if process.returncode:
        raise RuntimeError(f"The import of {path.name} failed: run it by hand to see why.")
    return {"seconds": time.perf_counter() - begun, "memory_mb": most / 2**20}


async def measure_searches(url: str, kept: list[tuple[str, str, str]], count: int) -> dict[str, dict[str, float]]:
    """Each way to search, one at a time, and the whole of a bin day from the UPRN to the words."""
    chooser = random.Random(SEED)
    chosen = chooser.choices(kept, k=SEARCHES)
    database = Database(url)
    room = bins_room(database, SystemClock(), ROOT / "councils")
    ways: dict[str, list[str]] = {
        "number, street and postcode": [f"{number} {street}, {postcode}" for number, street, postcode in chosen],
        "number, street and half a postcode": [
            f"{number} {street} {postcode.split()[0]}" for number, street, postcode in chosen
        ],
        "number and street": [f"{number} {street}" for number, street, _ in chosen],
        "a street with a slip": [f"{number} {_slip(street, chooser)}" for number, street, _ in chosen],
    }
    figures: dict[str, dict[str, float]] = {}
    try:
        await _timed(room.addresses, ways["number and street"][:20])  # warm up
        for name, texts in ways.items():
            taken, found = await _timed(room.addresses, texts)
            figures[name] = {**taken.figures(), "found": found / len(texts)}
        taken = Taken()
        for _, _, postcode in chosen:
            with taken:
                await room.addresses.by_postcode(COUNCIL, postcode)
        figures["the list of a postcode"] = taken.figures()
        figures["a bin day, from UPRN to words"] = (await _bin_days(room, chooser, count)).figures()
    finally:
        await database.close()
    searches = [one for name, one in figures.items() if "bin day" not in name]
    figures["search, the slowest way"] = max(searches, key=lambda one: one["p95_ms"])
    return figures


@dataclass
class Taken:
    """How long each of some pieces of work took, by the clock and in processor time of this process, both in seconds."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    begun: tuple[float, float] = (0.0, 0.0)

    def __enter__(self) -> None:
        self.begun = (time.perf_counter(), time.process_time())

    def __exit__(self, *problem: object) -> None:
        clock, processor = self.begun
        self.clock.append(time.perf_counter() - clock)
        self.processor.append(time.process_time() - processor)

    def figures(self) -> dict[str, float]:
        """Median and 95th percentile of both."""
        processor = milliseconds(self.processor)
        return {**milliseconds(self.clock), "processor_p50_ms": processor["p50_ms"], "processor_p95_ms": processor["p95_ms"]}


async def _timed(addresses: Addresses, texts: list[str]) -> tuple[Taken, int]:
    """How long each search took, and how many found anything."""
    taken, found = Taken(), 0
    for text in texts:
        with taken:
            result = await addresses.find(COUNCIL, text)
        found += bool(result.exact or result.best)
    return taken, found


async def _bin_days(room: Any, chooser: random.Random, count: int) -> Taken:
    """What a resident waits for in the gateway once their home is known: its address, its days, the words."""
    bins, taken = room.bins.of_council(COUNCIL), Taken()
    for number in chooser.choices(range(count), k=SEARCHES):
        with taken:
            address = await room.addresses.by_uprn(COUNCIL, str(FIRST_UPRN + number))
            chat_answer(bins, await room.bins.of_home(address))
    return taken


def _slip(street: str, chooser: random.Random) -> str:
    """The name with two letters the wrong way round, somewhere after the first."""
    places = [
        place
        for place, (left, right) in enumerate(pairwise(street))
        if place and left.isalpha() and right.isalpha() and left != right
    ]
    place = chooser.choice([one for one in places if one < street.index(" ")] or places)
    return street[:place] + street[place + 1] + street[place] + street[place + 2 :]


def measure(say: Callable[[str], None], count: int = COUNT, server: str = "") -> dict[str, Any]:
    """Everything, on a fresh SQLite file, or on a fresh database of the PostgreSQL `server`, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as place, _fresh_database(Path(place), server) as url:
        folder = Path(place)
        say(f"Importing {count:,} addresses on {url.split('+', 1)[0]} …")
        path = folder / "addresses.csv"
        kept = write_gazetteer(path, count)
        results: dict[str, Any] = {"addresses": count, "database": url.split("+", 1)[0]}
        results["import"] = run_import("addresses", path, url)
        results["import"]["lines_a_second"] = count / results["import"]["seconds"]
        say("… and the same again, with nothing changed …")
        results["import_again"] = run_import("addresses", path, url)
        for file in write_rounds(folder, count):
            say(f"Importing {file.name} …")
            results[f"import_{file.stem}"] = run_import("rounds", file, url)
        say("Searching …")
        results["searches"] = asyncio.run(measure_searches(url, kept, count))
    return results


@contextmanager
def _fresh_database(folder: Path, server: str) -> Iterator[str]:
    """The address of a database with nothing in it. Raises RuntimeError when the server cannot be asked."""
    if not server:
        yield f"sqlite+aiosqlite:///{folder / 'bench.sqlite3'}"
        return
    name = f"desk_bench_{secrets.token_hex(6)}"
    try:
        asyncio.run(_on_server(server, f'CREATE DATABASE "{name}"'))
    except (OSError, TimeoutError, asyncpg.PostgresError) as problem:
        raise RuntimeError(f"PostgreSQL cannot be asked at the address given: {type(problem).__name__}.") from problem
    try:
        yield server.replace("postgresql://", "postgresql+asyncpg://").rsplit("/", 1)[0] + f"/{name}"
    finally:
        asyncio.run(_on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _on_server(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server, timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def lines(results: dict[str, Any]) -> list[str]:
    """The figures for people."""
    found = [f"{results['addresses']:,} addresses on {results['database']}"]
    for name in ("import", "import_again", "import_rounds", "import_homes"):
        one = results[name]
        speed = f", {one['lines_a_second']:,.0f} a second" if "lines_a_second" in one else ""
        found.append(f"  {name.replace('_', ' '):<38}{one['seconds']:>8.1f} s{speed}, {one['memory_mb']:,.0f} MB at the most")
    for name, one in results["searches"].items():
        share = f", {one['found']:.0%} found something" if "found" in one else ""
        found.append(f"  {name:<38}p50 {one['p50_ms']:>6.1f} ms, p95 {one['p95_ms']:>6.1f} ms{share}")
        found.append(
            f"  {'  processor time':<38}p50 {one['processor_p50_ms']:>6.1f} ms, p95 {one['processor_p95_ms']:>6.1f} ms"
        )
    return found


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.addresses", description="Measure the gazetteer and bin days.")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--postgres", default="", metavar="SERVER", help=POSTGRES_HELP)
    arguments = parser.parse_args()
    try:
        results = measure(lambda text: print(text, flush=True), arguments.count, arguments.postgres)
    except RuntimeError as problem:
        print(problem, file=sys.stderr)
        return 1
    print("\n".join(lines(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
