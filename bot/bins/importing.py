"""Imports rounds, the homes on them, and changes of days. Each file replaces all that was there of its kind, or nothing.

Rounds and changes are read whole and replaced in one transaction. Homes may be a million lines: they are written in small
transactions as the next edition, which nobody sees until one update at the end shows it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from pathlib import Path

from bot.bins import store
from bot.bins.formats import FileKind, Rejected, read_change, read_home, read_schedule, recognise
from bot.bins.model import Change, Schedule
from bot.foundation.clock import Clock
from bot.foundation.csvfiles import CsvFile, Reject, Row, UnusableFile, column_name
from bot.foundation.database import Database

BATCH = 5000
LEASE = timedelta(minutes=5)  # an import that says nothing for so long is taken for dead
WORST_SHARE = 0.5  # more rejects than this: the file was misread, and nothing is imported
INVENTED = "invented"  # a remark with this word says that a file is made up


@dataclass
class Summary:
    """What came of an import."""

    kind: FileKind
    lines: int = 0
    kept: int = 0
    rejected: int = 0
    old_lines: int = 0  # lines that were not in UTF-8
    without_round: int = 0  # lines of homes whose round is not there


class BinsImport:
    """Imports bin days. `progress` hears the lines read so far, `reject` each line that cannot be used."""

    def __init__(
        self, database: Database, clock: Clock, progress: Callable[[int], None], reject: Callable[[Reject], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._progress = progress
        self._reject = reject

    async def run(self, council: str, path: Path, containers: Sequence[str]) -> Summary:
        """The whole import. Raises UnusableFile; then nothing has changed."""
        file = CsvFile(path)
        rows = file.rows()
        first = next(rows, None)
        if first is None or first.problem:
            raise UnusableFile(f"{path} has no first line that can be read.")
        header = [column_name(value) for value in first.values]
        summary = Summary(recognise(header))
        edition = await self._claim(council, invented=_invented(file))
        try:
            lines = self._lines(rows, header, summary)
            match summary.kind:
                case FileKind.ROUNDS:
                    found = [*self._each(lines, lambda row: read_schedule(row, containers), summary)]
                    await self._keep_rounds(council, found, file, summary)
                case FileKind.CHANGES:
                    changes = [*self._each(lines, lambda row: read_change(row, containers), summary)]
                    await self._keep_changes(council, changes, summary)
                case FileKind.HOMES:
                    await self._keep_homes(council, lines, edition, summary)
        except BaseException:
            async with self._database.writing() as tx:
                await store.change_calendar(tx, council, import_until=None)
            await self._forget(council, edition - 1)
            raise
        summary.old_lines = file.old_lines
        async with self._database.reading() as tx:
            summary.without_round = await store.homes_without_round(tx, council)
        return summary

    async def _claim(self, council: str, *, invented: bool) -> int:
        """The edition to write. Raises UnusableFile."""
        now = self._clock.now()
        async with self._database.writing() as tx:
            there = await store.calendar(tx, council)
            if there and invented and (there.rounds or there.homes) and not there.invented:
                raise UnusableFile(f"The file holds invented rounds, and {council} has real ones. Nothing was imported.")
            if not await store.claim_import(tx, council, now, now + LEASE):
                raise UnusableFile(f"Another import of bin days for {council} is running. Wait until it has ended.")
        current = there.edition if there else 0
        await self._forget(council, current)
        return current + 1

    def _lines(self, rows: Iterator[Row], header: list[str], summary: Summary) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Each line by its columns; what has another number of values is rejected."""
        for row in rows:
            summary.lines += 1
            if row.problem or len(row.values) != len(header):
                reason = row.problem or f"it has {len(row.values)} values where {len(header)} were expected"
                self._turn_away(row.line, reason, summary)
            else:
                yield row.line, dict(zip(header, row.values, strict=True))

    def _each[Record](
        self, lines: Iterator[tuple[int, Mapping[str, str]]], read: Callable[[Mapping[str, str]], Record], summary: Summary
    ) -> Iterator[Record]:
        """What each line means; the same twice is rejected."""
        seen: dict[Record, int] = {}
        for line, row in lines:
            try:
                record = read(row)
            except Rejected as problem:
                self._turn_away(line, str(problem), summary)
                continue
            if record in seen:
                self._turn_away(line, f"it says the same as line {seen[record]}", summary)
                continue
            seen[record] = line
            yield record

    def _turn_away(self, line: int, reason: str, summary: Summary) -> None:
        summary.rejected += 1
        self._reject(Reject(line, reason))

    def _check(self, summary: Summary) -> None:
        """Raises UnusableFile when so much was rejected that the file was misread."""
        if summary.rejected > WORST_SHARE * max(1, summary.lines):
            raise UnusableFile(
                f"{summary.rejected:,} of {summary.lines:,} lines cannot be used, so the file was probably misread. "
                "Nothing was imported."
            )

    async def _keep_rounds(self, council: str, found: list[Schedule], file: CsvFile, summary: Summary) -> None:
        self._check(summary)
        summary.kept = len(found)
        count = len({one.round for one in found})
        now = self._clock.now()
        async with self._database.writing() as tx:
            await store.replace_rounds(tx, council, found)
            await store.change_calendar(tx, council, rounds=count, invented=_invented(file), changed_at=now, import_until=None)

    async def _keep_changes(self, council: str, found: list[Change], summary: Summary) -> None:
        self._check(summary)
        summary.kept = len(found)
        async with self._database.writing() as tx:
            await store.replace_changes(tx, council, found)
            await store.change_calendar(tx, council, changed_at=self._clock.now(), import_until=None)

    async def _keep_homes(
        self, council: str, lines: Iterator[tuple[int, Mapping[str, str]]], edition: int, summary: Summary
    ) -> None:
        """Homes in batches. The same home and round twice is counted once, wherever it stands in the file."""
        planned_for = 0  # the lines that there were when the database last looked at them
        for batch in batched(self._homes(lines, summary), BATCH):
            async with self._database.writing() as tx:
                await store.change_calendar(tx, council, import_until=self._clock.now() + LEASE)
                summary.kept += await store.add_homes(tx, council, edition, sorted(set(batch)))
                if summary.lines >= 2 * planned_for:
                    await store.look_at_homes(tx)
                    planned_for = summary.lines
            self._progress(summary.lines)
        self._check(summary)
        now = self._clock.now()
        async with self._database.writing() as tx:
            await store.change_calendar(tx, council, edition=edition, homes=summary.kept, changed_at=now, import_until=None)
        await self._forget(council, edition)

    def _homes(self, lines: Iterator[tuple[int, Mapping[str, str]]], summary: Summary) -> Iterator[tuple[str, str]]:
        for line, row in lines:
            try:
                yield read_home(row)
            except Rejected as problem:
                self._turn_away(line, str(problem), summary)

    async def _forget(self, council: str, current: int) -> None:
        more = True
        while more:
            async with self._database.writing() as tx:
                more = await store.forget_homes(tx, council, current, BATCH)


def _invented(file: CsvFile) -> bool:
    return any(INVENTED in remark.lower() for remark in file.remarks)
