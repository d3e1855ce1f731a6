"""Measures suggested replies as an adviser of a busy council gets them: 100,000 past replies in the index, the real engine reading.

`make bench` includes it; `python -m bench.assist` runs it alone, on another database with --database. It says how long a suggestion
takes and which part of it, how long the index takes to build and how much memory it has, how soon a reply that was just sent is
suggested, and how fast a file of past conversations is imported. past_replies.py makes everything up.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import batched
from pathlib import Path
from typing import Any

import psutil
import structlog
from aiohttp import ClientSession, web

from bench.addresses import Taken, run_import
from bench.delivery import STAFF_API, colleague, serving, taken_by
from bench.past_replies import Material, asked_now, invented, talks, write_file
from bot.app import knowledge_of, running
from bot.assist import store
from bot.assist.encoding import Encoding
from bot.assist.formats import ConversationFile, PastConversation
from bot.assist.model import Pair
from bot.assist.store import NewPair
from bot.assist.words import terms
from bot.foundation.clock import SystemClock
from bot.foundation.database import Database
from bot.foundation.migrations import migrate
from bot.handoff.model import Presence
from bot.knowledge.service import Knowledge
from bot.settings import Settings
from bot.staff.model import Actor
from bot.web import keys
from tests.api.desk import Resident
from tests.running import free_port, running_engine

COUNT, COUNCIL = 100_000, "enfield"
CHATS, LATER, WARM_UP = 40, 3, 3  # chats, how many questions follow the first in each, and chats that are not counted
SETTLED = 0.1  # seconds
ALONE = 100  # messages that the parts of a suggestion are measured with
LEARNT = 20  # replies that are taken in one by one
IMPORTED, READ_LINES = 600, 1_000_000  # conversations that are imported, and lines of a file that is only read
ENCODED = 200


def measure(say: Callable[[str], None], count: int = COUNT, url: str = "") -> dict[str, Any]:
    """Everything, on a fresh SQLite file or on the empty database of `url`."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    share = min(1.0, count / COUNT)
    knowledge, encoding = knowledge_of(Settings(), SystemClock()), Encoding(Settings().cache_folder)
    material = Material.read(encoding)
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as place:
        folder, engine_port = Path(place), free_port()
        url = url or f"sqlite+aiosqlite:///{folder / 'bench.sqlite3'}"
        results: dict[str, Any] = {"count": count, "database": url.split("+", 1)[0]}
        with running_engine(folder, engine_port, free_port()):
            say(f"Keeping {count:,} invented past replies …")
            asyncio.run(_fill(url, material, count, encoding.mark))
            say("Suggesting …")
            settings = Settings(database_url=url, rate_limits=False, engine_port=engine_port)
            results |= asyncio.run(_suggesting(settings, knowledge, encoding, material, max(WARM_UP + 2, round(CHATS * share))))
            say("Importing past conversations …")
            results["import"] = _importing(folder, material, max(20, round(IMPORTED * share)), engine_port)
        results["encoded_a_second"] = _encoded(encoding, asked_now(material, ENCODED))
        say("Reading a large file of past conversations …")
        results["reading"] = _reading(folder, material, round(READ_LINES * share))
    return results


# ---- suggestions


async def _fill(url: str, material: Material, count: int, mark: str) -> None:
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    try:
        for number, lot in enumerate(invented(material, count, mark)):
            async with database.writing() as tx:
                await store.add_pairs(tx, COUNCIL, lot, outside_id=f"bench-{number}")
    finally:
        await database.close()


async def _suggesting(
    settings: Settings, knowledge: Knowledge, encoding: Encoding, material: Material, chats: int
) -> dict[str, Any]:
    process, built = psutil.Process(), Taken()
    before = process.memory_info().rss
    async with running(settings, None, knowledge) as product:
        room = product.public[keys.ASSIST]
        with built:
            await room.memory.update(COUNCIL)
        found: dict[str, Any] = {
            "build_seconds": built.clock[0],
            "build_processor": built.processor[0],
            "memory_mb": (process.memory_info().rss - before) / 2**20,
        }
        await room.learning.close()  # nothing else is to work meanwhile
        async with serving(product.public) as address, ClientSession(address) as http:
            actor, headers = await colleague(product.public, 0)
            found |= await _in_chats(http, product.public, actor, headers, talks(material, chats, 1 + LATER))
        found["parts"] = await _parts(product.public, encoding, asked_now(material, ALONE))
        found["learning"] = await _learning(product.public, invented(material, LEARNT, encoding.mark, at_once=1))
    return found


async def _in_chats(
    http: ClientSession, product: web.Application, actor: Actor, headers: dict[str, str], talks: Iterator[list[Pair]]
) -> dict[str, Any]:
    """Suggestions for opening questions, and for later ones when much has been said already."""
    suggestions = product[keys.ASSIST].suggestions
    first, later, asked, shown = Taken(), Taken(), 0, 0
    for number, talk in enumerate(talks):
        await product[keys.HANDOFF].presences.set(actor, Presence.AVAILABLE)  # whoever has no page open is soon taken for gone
        resident = Resident(http)
        await resident.begin(COUNCIL)
        epoch = await taken_by(product, resident, actor)
        for place, pair in enumerate(talk):
            await resident.send(pair.asked)
            await asyncio.sleep(SETTLED)  # what a message sets going is over when the adviser's page asks
            with Taken() if number < WARM_UP else later if place else first:
                found = await suggestions.suggest(actor, resident.id)
            asked, shown = asked + 1, shown + bool(found.items)
            await suggestions.reply(actor, resident.id, f"reply-{place}", pair.reply, epoch, suggested_for=found.seq)
        async with http.post(f"{STAFF_API}/chats/{resident.id}/end", json={"outcome": "answered"}, headers=headers) as ended:
            ended.raise_for_status()
    return {"first": first.figures(), "later": later.figures(), "with_suggestions": shown / asked}


async def _parts(product: web.Application, encoding: Encoding, texts: list[str]) -> dict[str, dict[str, float]]:
    """The engine's reading, the encoder and the search among past replies, each by itself."""
    index, engine = product[keys.ASSIST].memory.indexes[COUNCIL], product[keys.ENGINE]
    parts = {name: Taken() for name in ("the engine's reading", "the encoder, one message", "among past replies")}
    for text in texts:
        with parts["the engine's reading"]:
            reading = await engine.read(text)
        with parts["the encoder, one message"]:
            vector = encoding.embed([text])[0]
        with parts["among past replies"]:
            index.around(vector, list(terms(text)), dict(reading.ranking), first=True, said=vector)
    return {name: one.figures() for name, one in parts.items()}


async def _learning(product: web.Application, lots: Iterator[list[NewPair]]) -> dict[str, float]:
    """From the commit of one more past reply until it can be suggested."""
    memory, database, learnt = product[keys.ASSIST].memory, product[keys.DATABASE], Taken()
    for number, [pair] in enumerate(lots):
        async with database.writing() as tx:
            await store.add_pairs(tx, COUNCIL, [pair], outside_id=f"bench-one-{number}")
        with learnt:
            await memory.changed(COUNCIL)
    return learnt.figures()


# ---- past conversations


def _importing(folder: Path, material: Material, conversations: int, engine_port: int) -> dict[str, float]:
    """A file brought in as the command does it, with the engine reading every message."""
    path, url = folder / "past.csv", f"sqlite+aiosqlite:///{folder / 'import.sqlite3'}"
    lines = write_file(path, material, conversations)
    found = run_import("conversations", path, url, DESK_ENGINE_PORT=str(engine_port))
    return {**found, "conversations": conversations, "lines": lines, "conversations_a_second": conversations / found["seconds"]}


def _reading(folder: Path, material: Material, lines: int) -> dict[str, float]:
    """A large file gone through as an import does first: how fast, and what it adds to the memory."""
    path, process = folder / "large.csv", psutil.Process()
    written, most, found = write_file(path, material, lines // 2, short=True), 0, 0
    before, begun = process.memory_info().rss, time.perf_counter()
    for number, one in enumerate(ConversationFile(path).conversations()):
        found += isinstance(one, PastConversation)
        if number % 5000 == 0:
            most = max(most, process.memory_info().rss)
    seconds = time.perf_counter() - begun
    added = max(0, most - before) / 2**20
    return {
        "lines": written,
        "conversations": found,
        "seconds": seconds,
        "lines_a_second": written / seconds,
        "memory_mb": added,
    }


def _encoded(encoding: Encoding, texts: list[str]) -> float:
    """Texts that are encoded in a second, a hundred at once, as when the encoder has changed."""
    begun = time.perf_counter()
    for some in batched(texts, 100):
        encoding.embed(list(some))
    return len(texts) / (time.perf_counter() - begun)


def lines(results: dict[str, Any]) -> list[str]:
    """The figures in words."""
    imported, read = results["import"], results["reading"]
    timed = {
        "a suggestion for an opening question": results["first"],
        "a suggestion later in a chat": results["later"],
        **{f"  {name}": one for name, one in results["parts"].items()},
        "one more reply, until it can be suggested": results["learning"],
    }
    found = [
        f"{results['count']:,} past replies on {results['database']}, suggestions in {results['with_suggestions']:.0%} of questions"
    ]
    for name, one in timed.items():
        found.append(f"  {name:<44}p50 {one['p50_ms']:>6.1f} ms, p95 {one['p95_ms']:>6.1f} ms")
        found.append(
            f"  {'  processor time here':<44}p50 {one['processor_p50_ms']:>6.1f} ms, p95 {one['processor_p95_ms']:>6.1f} ms"
        )
    built = (
        f"{results['build_seconds']:.1f} s, {results['build_processor']:.1f} s of the processor, {results['memory_mb']:,.0f} MB"
    )
    went = f"{imported['seconds']:.1f} s, {imported['conversations_a_second']:.1f} a second, {imported['memory_mb']:,.0f} MB at the most"
    reading = f"{read['seconds']:.1f} s, {read['lines_a_second']:,.0f} a second, {read['memory_mb']:,.0f} MB more"
    return [
        *found,
        f"  the index after a start: {built} with the encoder",
        f"  texts encoded anew: {results['encoded_a_second']:,.0f} a second",
        f"  import of {imported['conversations']:,} conversations in {imported['lines']:,} lines: {went}",
        f"  reading a file of {read['lines']:,} lines: {reading}",
    ]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.assist", description="Measure suggested replies.")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--database", default="", help="an empty database; a fresh SQLite file when not given")
    arguments = parser.parse_args()
    print("\n".join(lines(measure(print, arguments.count, arguments.database))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
