"""`python -m bench`: trains the stock model if need be, starts all servers, measures in alternating rounds, reports.

The rounds of the product and of stock Rasa alternate and the order turns round each time, so that a busy moment of
the machine falls on both. No figure makes this fail: it fails only when something cannot be started or asked.
"""

import argparse
import asyncio
import csv
import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench import addresses, assist, reports
from bench.delivery import measure_delivery
from bench.figures import Round, milliseconds, together
from bench.report import Results, ratios, surroundings, table
from bench.residents import COUNCILS, WAYS, ask_all, read_all
from bench.serving import ENGINE, STOCK, Servers, running_servers
from bench.stock import PLACE, StockError, stock_model
from bot.app import knowledge_of
from bot.foundation.clock import SystemClock
from bot.settings import Settings
from tests.running import ROOT

QUESTIONS = ROOT / "data" / "evaluation" / "held_out.csv"
SEED = 20


@dataclass(frozen=True)
class Plan:
    """How much is asked. The turns stay under eight minutes even where every round takes as long as it may."""

    turns: dict[int, int]  # residents at once, and the turns of each way
    rounds: int = 4
    longest_round: float = 8.0  # seconds after which nobody begins another turn
    warm_up: int = 24
    readings: int = 200
    searches: int = 100
    addresses: int = addresses.COUNT
    summarised: int = reports.COUNT  # conversations of the year whose report is asked for
    past_replies: int = assist.COUNT

    def smaller(self, share: float) -> "Plan":
        """The same with a share of everything, to see whether it works."""
        turns = {residents: max(residents * self.rounds, round(count * share)) for residents, count in self.turns.items()}
        return Plan(
            turns,
            self.rounds,
            self.longest_round,
            8,
            max(10, round(200 * share)),
            max(10, round(100 * share)),
            round(self.addresses * share),
            round(self.summarised * share),
            round(self.past_replies * share),
        )


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure speed and memory, beside a stock Rasa server."
    )
    parser.add_argument("--share", type=float, default=1.0, help="ask only this share of the questions (0.1: a quick try)")
    parser.add_argument("--out", type=Path, default=PLACE / "results.json", help="where the figures go as JSON")
    parser.add_argument(
        "--old-stock", action="store_true", help="use the stock model that is there, whatever the data (to try)"
    )
    parser.add_argument(
        "--postgres", default="", metavar="SERVER", help=f"measure addresses there too: {addresses.POSTGRES_HELP}"
    )
    arguments = parser.parse_args()
    plan = Plan({1: 200, 8: 400, 32: 640})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every `with` block is left in order
    try:
        chosen = plan if arguments.share >= 1 else plan.smaller(arguments.share)
        results = run(chosen, old_stock=arguments.old_stock, postgres=arguments.postgres)
    except (StockError, RuntimeError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(results))
    print(f"\nThe figures are in {arguments.out}.")
    return 0


def run(plan: Plan, *, old_stock: bool = False, postgres: str = "") -> Results:
    """The whole benchmark. Raises StockError, and RuntimeError when a server does not start."""
    PLACE.mkdir(parents=True, exist_ok=True)
    model = stock_model(say, as_it_is=old_stock)
    results: Results = surroundings()
    results["stock"] = {"version": "3.6.21", "examples": model.examples, "epochs": model.epochs}
    results["plan"] = asdict(plan)
    begun = time.perf_counter()
    questions = held_out()
    say("Knowledge search, in this process …")
    results["search"] = measure_search(islice(questions, plan.searches))
    say("Messages between residents and staff, beside a bare echo …")
    results["delivery"] = asyncio.run(within_two_minutes(measure_delivery(knowledge_of(Settings(), SystemClock()))))
    with tempfile.TemporaryDirectory(prefix="run-", dir=PLACE) as folder:
        say("Starting the engine, the gateway and stock Rasa …")
        with running_servers(Path(folder), model) as servers:
            results["start_seconds"] = servers.start_seconds
            results["memory_after_start_mb"] = servers.memory()
            asyncio.run(ask_servers(servers, plan, questions, results))
            results["memory_mb"] = servers.memory()
    results["gazetteer"] = addresses.measure(say, plan.addresses)
    if postgres:
        results["gazetteer_postgresql"] = addresses.measure(say, plan.addresses, postgres)
    results["reports"] = reports.measure(say, plan.summarised)
    results["assist"] = assist.measure(say, plan.past_replies)
    results["seconds"] = time.perf_counter() - begun
    results["ratios"] = ratios(results)
    return results


async def within_two_minutes(measuring: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """What was measured; nothing, with a word about it, when it took longer than it may."""
    try:
        return await asyncio.wait_for(measuring, 120)
    except TimeoutError:
        say("The messages took longer than two minutes and were not measured.")
        return {}


async def ask_servers(servers: Servers, plan: Plan, questions: Iterator[str], results: Results) -> None:
    """Everything that is asked of the running servers, in order; the figures go into `results`."""
    for way in WAYS:
        await ask_all(servers, way, list(islice(questions, plan.warm_up)), 4, 30)
    say("Reading one message at a time …")
    readings: dict[str, list[float]] = {ENGINE: [], STOCK: []}
    for number in range(plan.rounds):
        texts = list(islice(questions, plan.readings // plan.rounds))
        for name in turned([ENGINE, STOCK], number):
            readings[name] += await read_all(servers.engine if name == ENGINE else servers.stock, texts)
    results["parse"] = {name: milliseconds(taken) for name, taken in readings.items()}
    results["turns"] = {}
    for residents, turns in plan.turns.items():
        made: dict[str, list[Round]] = {way: [] for way in WAYS}
        for number in range(plan.rounds):
            texts = list(islice(questions, turns // plan.rounds))
            for way in turned(list(WAYS), number):
                made[way].append(await ask_all(servers, way, texts, residents, plan.longest_round))
            last = ", ".join(f"{way} {len(rounds[-1].turns) / rounds[-1].seconds:.1f}" for way, rounds in made.items())
            say(f"{residents} at once, round {number + 1} of {plan.rounds}: {last} turns/s")
        results["turns"][residents] = {way: together(rounds) for way, rounds in made.items()}


def measure_search(questions: Iterator[str]) -> dict[str, dict[str, Any]]:
    """Knowledge search with the real packs and encoders, by itself."""
    knowledge = knowledge_of(Settings(), SystemClock())
    knowledge.warm_up()
    texts = list(questions)
    taken: dict[str, list[float]] = {"search, English": [], "search, other languages": []}
    for number, text in enumerate(texts):
        for name, samples in taken.items():
            begun = time.perf_counter()
            knowledge.search(COUNCILS[number % len(COUNCILS)], text, foreign=name != "search, English")
            samples.append(time.perf_counter() - begun)
    return {name: milliseconds(samples) for name, samples in taken.items()}


def held_out() -> Iterator[str]:
    """The held-out questions in an order that is mixed but always the same, again and again."""
    with QUESTIONS.open(encoding="utf-8", newline="") as lines:
        texts = [row["text"] for row in csv.DictReader(lines)]
    random.Random(SEED).shuffle(texts)
    return cycle(texts)


def turned(names: list[str], number: int) -> list[str]:
    """The names in an order that changes from round to round."""
    start = number % len(names)
    ordered = names[start:] + names[:start]
    return ordered if number % 2 == 0 else ordered[::-1]


def say(text: str) -> None:
    """One line of progress."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
