"""Fills a council's gazetteer from a file, in bounded memory and without showing anything half done.

Lines are read, checked and written in small transactions as the next edition, which nobody sees; one update at the end makes
it current. A line that is already so in the gazetteer is left alone, so a second import only changes what changed. What
cannot be used is handed on with its line and reason. If an import dies, the next one first takes back what it had written.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched
from pathlib import Path

from bot.addresses import store
from bot.addresses.building import Parts, Rejected, build, uprn_of
from bot.addresses.formats import Format, recognise
from bot.addresses.model import Address
from bot.foundation.clock import Clock
from bot.foundation.csvfiles import CsvFile, Reject, Row, UnusableFile
from bot.foundation.database import Database

BATCH = 2000  # lines written in one transaction
LEASE = timedelta(minutes=5)  # an import that says nothing for so long is taken for dead
WORST_SHARE = 0.5  # more rejects than this: the file was misread, and nothing is imported
INVENTED = "invented"  # a remark with this word says that the addresses of a file are made up


@dataclass
class Summary:
    """What came of an import."""

    format: str = ""
    lines: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    withdrawn: int = 0
    left_out: int = 0  # of another council, or neither home nor business
    rejected: int = 0
    old_lines: int = 0  # lines that were not in UTF-8
    addresses: int = 0  # in the gazetteer afterwards


@dataclass(frozen=True)
class Request:
    """What to import and how. `complete`: addresses that the file does not have are withdrawn."""

    council: str
    path: Path
    columns: Mapping[str, str] | None = None
    authorities: frozenset[str] = frozenset()  # codes of the council in AddressBase; others are left out
    complete: bool = False


@dataclass
class _Batch:
    found: list[Address] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


class AddressImport:
    """Imports addresses. `progress` hears the lines read so far, `reject` each line that cannot be used."""

    def __init__(
        self, database: Database, clock: Clock, progress: Callable[[int], None], reject: Callable[[Reject], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._progress = progress
        self._reject = reject

    async def run(self, request: Request) -> Summary:
        """The whole import. Raises UnusableFile; then nothing has changed."""
        file = CsvFile(request.path)
        rows = file.rows()
        first = next(rows, None)
        if first is None or first.problem:
            raise UnusableFile(f"{request.path} has no first line that can be read.")
        kind, is_header = recognise(first.values, request.columns)
        summary = Summary(format=kind.name)
        invented = any(INVENTED in remark.lower() for remark in file.remarks)
        edition, before, replace_all = await self._claim(request.council, invented=invented)
        planned_for = 0  # the lines that there were when the database last looked at them
        try:
            with _Seen() as seen:
                lines = rows if is_header else _with(first, rows)
                for batch in batched(lines, BATCH):
                    await self._keep(request, self._read(request, kind, batch, seen, summary), edition, summary)
                    if summary.lines >= 2 * planned_for:
                        await self._look_at_them()
                        planned_for = summary.lines
                    self._progress(summary.lines)
                if summary.rejected > WORST_SHARE * max(1, summary.lines):
                    raise UnusableFile(
                        f"{summary.rejected:,} of {summary.lines:,} lines cannot be used, so the file was probably misread. "
                        "Nothing was imported."
                    )
                if request.complete or replace_all:
                    await self._withdraw_unseen(request.council, seen, edition, summary)
            summary.old_lines = file.old_lines
            summary.addresses = before + summary.added - summary.withdrawn
            async with self._database.writing() as tx:
                await store.make_current(
                    tx, request.council, edition, summary.addresses, invented=invented, now=self._clock.now()
                )
        except BaseException:
            await self._take_back(request.council, edition - 1)
            raise
        await self._tidy(request.council, edition)
        await self._look_at_them()
        return summary

    async def _look_at_them(self) -> None:
        async with self._database.writing() as tx:
            await store.look_at_them(tx)

    async def _claim(self, council: str, *, invented: bool) -> tuple[int, int, bool]:
        """The edition to write, the addresses before it, and whether all of them go. Raises UnusableFile."""
        now = self._clock.now()
        async with self._database.writing() as tx:
            there = await store.gazetteer(tx, council)
            if there and invented and there.addresses and not there.invented:
                raise UnusableFile(f"The file holds invented addresses, and {council} has real ones. Nothing was imported.")
            if not await store.claim_import(tx, council, now, now + LEASE):
                raise UnusableFile(f"Another import of addresses for {council} is running. Wait until it has ended.")
        current = there.edition if there else 0
        if there and there.importing:  # one that died left something
            await self._forget(council, current)
        return current + 1, there.addresses if there else 0, bool(there and there.invented and not invented)

    def _read(self, request: Request, kind: Format, batch: tuple[Row, ...], seen: "_Seen", summary: Summary) -> _Batch:
        """The addresses of some lines; what cannot be used is reported."""
        made = _Batch()
        for row in batch:
            summary.lines += 1
            try:
                parts = _parts(kind, row)
                if not _wanted(request, parts):
                    summary.left_out += 1
                    continue
                uprn = uprn_of(parts)
                address = None if parts.deleted else build(request.council, parts)
                if (earlier := seen.add(uprn, row.line)) is not None:
                    raise Rejected(f"UPRN {uprn} is on line {earlier} already")
            except Rejected as problem:
                summary.rejected += 1
                self._reject(Reject(row.line, str(problem)))
                continue
            if address is None:
                made.gone.append(uprn)
            else:
                made.found.append(address)
        return made

    async def _keep(self, request: Request, made: _Batch, edition: int, summary: Summary) -> None:
        """Writes a batch as part of the edition to come."""
        now = self._clock.now()
        council = request.council
        async with self._database.writing() as tx:
            await store.renew_import(tx, council, now + LEASE)
            there = await store.valid_now(tx, council, [*(address.uprn for address in made.found), *made.gone])
            changed = [address for address in made.found if there.get(address.uprn) != address]
            replaced = [address.uprn for address in changed if address.uprn in there]
            gone = [uprn for uprn in made.gone if uprn in there]
            await store.end_versions(tx, council, [*replaced, *gone], edition)
            await store.add_versions(tx, changed, edition)
        summary.added += len(changed) - len(replaced)
        summary.changed += len(replaced)
        summary.same += len(made.found) - len(changed)
        summary.withdrawn += len(gone)

    async def _withdraw_unseen(self, council: str, seen: "_Seen", edition: int, summary: Summary) -> None:
        """Addresses that the file did not have are valid until this edition."""
        last = 0
        while True:
            async with self._database.reading() as tx:
                uprns = await store.uprns_after(tx, council, last, BATCH)
            if not uprns:
                return
            last = int(uprns[-1])
            unseen = [uprn for uprn in uprns if not seen.has(uprn)]
            async with self._database.writing() as tx:
                await store.end_versions(tx, council, unseen, edition)
            summary.withdrawn += len(unseen)

    async def _take_back(self, council: str, current: int) -> None:
        """After a failure: nothing of the new edition stays, and the next import may begin."""
        await self._forget(council, current)
        async with self._database.writing() as tx:
            await store.release_import(tx, council)

    async def _forget(self, council: str, current: int) -> None:
        more = True
        while more:
            async with self._database.writing() as tx:
                more = await store.forget_unfinished(tx, council, current, BATCH)

    async def _tidy(self, council: str, current: int) -> None:
        more = True
        while more:
            async with self._database.writing() as tx:
                more = await store.forget_replaced(tx, council, current, BATCH)


class _Seen:
    """The UPRNs of this file and their lines, on disk so that memory does not grow with the file."""

    def __enter__(self) -> "_Seen":
        self._folder = tempfile.TemporaryDirectory(prefix="desk-import-")
        self._table = sqlite3.connect(Path(self._folder.name) / "seen.sqlite3", isolation_level=None)
        self._table.execute("PRAGMA journal_mode=OFF")
        self._table.execute("PRAGMA synchronous=OFF")
        self._table.execute("PRAGMA cache_size=-16000")
        self._table.execute("CREATE TABLE seen (uprn INTEGER PRIMARY KEY, line INTEGER NOT NULL)")
        self._table.execute("BEGIN")
        return self

    def __exit__(self, *_: object) -> None:
        self._table.close()
        self._folder.cleanup()

    def add(self, uprn: str, line: int) -> int | None:
        """Remembers a UPRN; the line of its first mention when there was one."""
        if self._table.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (int(uprn), line)).rowcount:
            return None
        found = self._table.execute("SELECT line FROM seen WHERE uprn = ?", (int(uprn),)).fetchone()
        return int(found[0])

    def has(self, uprn: str) -> bool:
        """Whether the file had it."""
        return self._table.execute("SELECT 1 FROM seen WHERE uprn = ?", (int(uprn),)).fetchone() is not None


def _parts(kind: Format, row: Row) -> Parts:
    if row.problem:
        raise Rejected(row.problem)
    if len(row.values) != len(kind.columns):
        raise Rejected(f"it has {len(row.values)} values where {len(kind.columns)} were expected")
    return kind.read(dict(zip(kind.columns, row.values, strict=True)))


def _wanted(request: Request, parts: Parts) -> bool:
    """Whether the line is about a home or business of this council."""
    foreign = parts.authority and request.authorities and parts.authority not in request.authorities
    return not foreign and (parts.home_or_business or parts.deleted)


def _with(first: Row, rest: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rest
