"""Measures the report of a year of a busy council: a million invented conversations, summarised by day, hour and service.

`make bench` includes it; `python -m bench.reports` runs it alone, on another database with --database. The summaries are written
as the product keeps them and the report is asked for as the page does; the page's own drawing is measured with it. How long one
busy day takes to count from its conversations is measured as well, since that is what today's figures cost.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.figures import milliseconds
from bot.conversations.store import conversations, messages
from bot.foundation.database import Database
from bot.foundation.migrations import migrate
from bot.reports import store
from bot.reports.building import ReportsRoom, reports_room
from bot.reports.model import DaySummary, Promises, Tally, Waits, step_of
from bot.reports.periods import Period
from bot.reports.service import Asked
from bot.reports.tables import as_csv, tables_of
from bot.staff.model import command_line_actor
from tests.running import ROOT

COUNT, COUNCIL, SEED = 1_000_000, "enfield", 20
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
YEAR = Period(date(2025, 11, 26), date(2026, 11, 25))
HOURS = {
    7: 2,
    8: 6,
    9: 12,
    10: 13,
    11: 11,
    12: 9,
    13: 9,
    14: 10,
    15: 9,
    16: 8,
    17: 5,
    18: 3,
    19: 2,
    20: 1,
}  # and how busy each is
WEIGHTS = {"council_tax": 30, "benefits": 14, "bins": 34, "housing": 8, "contact": 5, "other": 4, "unknown": 5}
INTENTS = ("ct_pay", "ct_arrears", "ct_moving", "bin_day", "bin_missed", "ben_housing_benefit", "ben_hardship", "homeless_help")
ASKED = 12  # times that the report is asked for
BUSY = 2.2  # how many times the average the busy day has


class StillClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Noon."""
        return NOW


def invented_day(conversations_of_day: int, chance: random.Random) -> DaySummary:
    """A day with so many conversations, spread over hours and services."""
    summary = DaySummary()
    cells = {
        (hour, service): HOURS[hour] * WEIGHTS[service] * chance.uniform(0.7, 1.3) for hour in HOURS for service in WEIGHTS
    }
    for key, weight in cells.items():
        number = round(conversations_of_day * weight / sum(cells.values()))
        passed = _part(number, 0.2, chance)
        left = _part(passed, 0.08, chance)
        summary.tallies[key] = Tally(
            conversations=number,
            answered=_part(number, 0.78, chance),
            said_yes=_part(number, 0.17, chance),
            said_no=_part(number, 0.05, chance),
            came_back=_part(number, 0.05, chance),
            passed_on=passed,
            queued=passed,
            abandoned=left,
            reached=passed - left,
            unanswered=_part(number - passed, 0.1, chance),
        )
        summary.waits[key] = Waits(step_of(chance.expovariate(1 / 150)) for _ in range(passed - left))
    summary.questions = Counter(
        {("council_tax", intent): conversations_of_day // (place + 4) for place, intent in enumerate(INTENTS)}
    )
    summary.promises = {"bins": Promises(20, 20 - chance.randint(0, 2))}
    return summary


def _part(number: int, share: float, chance: random.Random) -> int:
    """About a share of a number; of a small one sometimes one and sometimes none."""
    return min(number, int(number * share + chance.random()))


async def _fill(database: Database, count: int) -> int:
    """Keeps a year's days; how many conversations they have."""
    chance, filled = random.Random(SEED), 0
    async with database.writing() as tx:
        for day in YEAR.days:
            summary = invented_day(count // len(YEAR), chance)
            await store.begin_day(tx, COUNCIL, day, summary.conversations, NOW)
            await store.put_day(tx, COUNCIL, day, summary)
            filled += summary.conversations
    return filled


async def _report(room: ReportsRoom) -> tuple[float, float]:
    """Asks for the year once, with all its tables; the seconds by the clock and of the processor."""
    begun, used = time.perf_counter(), time.process_time()
    report = await room.reports.report(command_line_actor(), Asked(YEAR, COUNCIL))
    for table in tables_of(report, room.words, str).values():
        as_csv(table)
    return time.perf_counter() - begun, time.process_time() - used


async def _busy_day(database: Database, number: int) -> None:
    """The rows of so many conversations that began today, six messages each."""
    begun = NOW - timedelta(hours=5)
    people = [
        {
            "id": f"{place:032x}", "council": COUNCIL, "token_hash": "", "owner": "assistant", "epoch": 1, "last_seq": 6, "resident_seq": 5,
            "answered_seq": 5, "context": {}, "created_at": begun + timedelta(seconds=place), "last_at": NOW,
        }
        for place in range(number)
    ]  # fmt: skip
    said = [
        {
            "conversation_id": one["id"], "seq": seq, "at": one["created_at"], "sender": "resident" if seq % 2 else "assistant",
            "kind": "text" if seq % 2 else "answer", "text": "invented", "choices": [], "sources": [],
            "data": {} if seq % 2 else {"intent": INTENTS[seq % len(INTENTS)], "article": "invented", "title": "Invented", "html": "<p>x</p>" * 50},
        }
        for one in people
        for seq in range(1, 7)
    ]  # fmt: skip
    async with database.writing() as tx:
        await tx.execute(insert(conversations), people)
        await tx.execute(insert(messages), said)


async def _measured(url: str, count: int, say: Callable[[str], None]) -> dict[str, Any]:
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    try:
        say(f"Keeping a year of {count:,} summarised conversations …")
        filled = await _fill(database, count)
        room = reports_room(database, StillClock(), ROOT / "councils")
        await _report(room)  # warm up
        taken = [await _report(room) for _ in range(ASKED)]
        busy = max(1, round(count / len(YEAR) * BUSY))
        await _busy_day(database, busy)
        begun, used = time.perf_counter(), time.process_time()
        await room.days.summarise(COUNCIL, NOW.date())
        day = {"conversations": busy, "seconds": time.perf_counter() - begun, "processor": time.process_time() - used}
    finally:
        await database.close()
    clock, processor = zip(*taken, strict=True)
    year = {"report": milliseconds(list(clock)), "processor": milliseconds(list(processor))}
    return {"conversations": filled, **year, "busy_day": day}


def measure(say: Callable[[str], None], count: int = COUNT, database: str = "") -> dict[str, Any]:
    """The figures, on a fresh SQLite file unless another database is named."""
    with tempfile.TemporaryDirectory() as folder:
        url = database or f"sqlite+aiosqlite:///{Path(folder) / 'desk.sqlite3'}"
        return {"database": url.split("+", 1)[0], **asyncio.run(_measured(url, count, say))}


def lines(results: dict[str, Any]) -> list[str]:
    """The figures in words."""
    day = results["busy_day"]
    ways = {"by the clock": results["report"], "of the processor": results["processor"]}
    return [
        f"reports of a year of {results['conversations']:,} conversations on {results['database']}",
        *(
            f"  the year with all its tables, {way:<17}p50 {one['p50_ms']:>6.0f} ms, p95 {one['p95_ms']:>6.0f} ms"
            for way, one in ways.items()
        ),
        f"  counting a day of {day['conversations']:,} conversations: {day['seconds']:.2f} s, {day['processor']:.2f} s of the processor",
    ]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description="Measure the report of a year.")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--database", default="", help="an empty database; a fresh SQLite file when not given")
    arguments = parser.parse_args()
    print("\n".join(lines(measure(print, arguments.count, arguments.database))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
