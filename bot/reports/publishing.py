"""Open data: the figures of a month as CSV files that anybody may have, with small numbers left out (suppression.py).

A month is a Data Package (https://specs.frictionlessdata.io/data-package/): one file a table, and a description with the
definitions, the licence and a hash of each file. Each file is written beside its place and then moved there, the description
last, so that a reader never has half a file. `python -m bot reports publish DIR` does it, or the gateway by itself (settings
DESK_OPEN_DATA and DESK_OPEN_DATA_EVERY).
"""

import asyncio
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import structlog

from bot.foundation.database import Database
from bot.reports.model import Counted, Tally
from bot.reports.periods import DAY, Period, Step
from bot.reports.service import Asked, Group, Report, Reports
from bot.reports.suppression import SMALL, Cell, Published, Sum
from bot.reports.tables import Table, Value, as_csv
from bot.reports.wording import ReportWords
from bot.staff.audit import Action, Audit
from bot.staff.model import Actor

log = structlog.get_logger()

LEFT_OUT = "suppressed"
# What is published, and what each is a part of: those who are not in it are a number that can point at somebody as well.
BASES = {
    "conversations": "",
    "answered": "conversations",
    "said_yes": "conversations",
    "said_no": "conversations",
    "passed_on": "conversations",
    "queued": "conversations",
    "abandoned": "queued",
    "unanswered": "conversations",
    "promises_due": "",
    "promises_kept": "promises_due",
}
KINDS = ("days", "services", "hours")
TOTAL = "total"


class NothingToPublish(Exception):
    """There is nothing in the month, or its days are not summarised yet; the message is one plain sentence."""


@dataclass(frozen=True)
class Package:
    """The files of one month by name, the description last."""

    files: Mapping[str, bytes]

    def write(self, folder: Path) -> list[Path]:
        """Writes all of it. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        return [write_whole(folder / name, content) for name, content in self.files.items()]


def write_whole(path: Path, content: bytes) -> Path:
    """Puts a file in its place at once: whoever reads has the old one or the new one, never a part."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


class OpenData:
    """The figures of a council as open data. Build one beside the reports."""

    def __init__(
        self, database: Database, audit: Audit, reports: Reports, words: ReportWords, names: Mapping[str, str]
    ) -> None:
        self._database = database
        self._audit = audit
        self._reports = reports
        self._words = words
        self._names = names

    def today(self) -> date:
        """The date in London."""
        return self._reports.days.today()

    async def publish(self, actor: Actor, council: str, month: Period, folder: Path) -> list[Path]:
        """Writes the files of a month into the council's folder, and that they were published into the audit.

        Raises NothingToPublish, NotAllowed and OSError.
        """
        package = await self.package(actor, council, month)
        files = await asyncio.to_thread(package.write, folder / council)
        async with self._database.writing() as tx:
            detail = {"month": f"{month.first:%Y-%m}", "files": len(files)}
            await self._audit.record(tx, actor, Action.OPEN_DATA_PUBLISHED, f"council:{council}", detail, council)
        log.info("open_data_published", council=council, month=f"{month.first:%Y-%m}")
        return files

    async def package(self, actor: Actor, council: str, month: Period) -> Package:
        """The files of a month, up to yesterday while it goes on. Raises NothingToPublish and NotAllowed."""
        yesterday = self.today() - DAY
        period = Period(month.first, min(month.last, yesterday)) if month.first <= yesterday else None
        if period is None:
            raise NothingToPublish(f"{council}: {month.first:%B %Y} has no day that is over.")
        report = await self._reports.report(actor, Asked(period, council, step=Step.DAY))
        if report.missing:
            raise NothingToPublish(
                f"{council}: {len(report.missing)} days of {month.first:%B %Y} are not summarised yet: run reports rebuild."
            )
        if not report.whole.tally.conversations and not report.whole.promises.due:
            raise NothingToPublish(f"{council}: nothing happened in {month.first:%B %Y}.")
        return self._package(report, council)

    def _package(self, report: Report, council: str) -> Package:
        published = protected(report)
        name = f"{council}-{report.asked.period.first:%Y-%m}"
        tables = [self._table(report, published, kind) for kind in KINDS] + [self._questions(report)]
        files = {f"{name}-{table.name}.csv": as_csv(table) for table in tables if table.rows}
        described = self._description(report, council, name, tables, files)
        return Package({**files, f"{name}.json": described})

    def _table(self, report: Report, published: Published, kind: str) -> Table:
        rows = [
            (
                self._words.named(label) if kind == "services" else label,
                *(_shown(published, (kind, label, name)) for name in BASES),
            )
            for label, counted in _rows(report, kind)
            if kind == "days" or counted.tally.conversations or counted.promises.due
        ]
        rows.append((TOTAL, *(_shown(published, (TOTAL, TOTAL, column)) for column in BASES)))
        return Table(kind, "", (), (), (_KEYS[kind], *BASES), tuple(rows))

    def _questions(self, report: Report) -> Table:
        """Questions add up to nothing that is published, so leaving out the small ones is enough."""
        rows = tuple((self._words.named(intent), number) for intent, number in report.questions if number >= SMALL)
        return Table("questions", "", (), (), ("question", "conversations"), rows)

    def _description(
        self, report: Report, council: str, name: str, tables: Sequence[Table], files: Mapping[str, bytes]
    ) -> bytes:
        said, period = self._words.words["open_data"], report.asked.period
        values = {"council": self._names[council], "first": period.first.isoformat(), "last": period.last.isoformat()}
        resources = [
            {
                "name": f"{name}-{table.name}",
                "path": f"{name}-{table.name}.csv",
                "title": said["tables"][table.name],
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "bytes": len(files[f"{name}-{table.name}.csv"]),
                "hash": f"sha256:{hashlib.sha256(files[f'{name}-{table.name}.csv']).hexdigest()}",
                "schema": {"fields": [self._field(column) for column in table.columns], "missingValues": [LEFT_OUT, ""]},
            }
            for table in tables
            if table.rows
        ]
        content: dict[str, Any] = {
            "profile": "tabular-data-package",
            "name": name,
            "title": said["title"].format(**values),
            "description": f"{said['description'].format(**values).strip()} {said['small'].format(small=SMALL).strip()}",
            "licenses": [dict(said["licence"])],
            "created": report.as_of.isoformat(timespec="seconds"),
            "temporal": {"start": period.first.isoformat(), "end": period.last.isoformat()},
            "contributors": [{"title": self._names[council], "role": "publisher"}],
            "resources": resources,
        }
        return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()

    def _field(self, column: str) -> dict[str, str]:
        kind = "date" if column == "day" else "integer" if column in (*BASES, "conversations") else "string"
        known = self._words.definitions.get(column)
        if known is None:
            return {"name": column, "type": kind, "description": str(self._words.words["open_data"]["columns"][column])}
        return {"name": column, "type": kind, "title": known.label, "description": f"{known.counted} {known.left_out}".strip()}


_KEYS = {"days": "day", "services": "service", "hours": "hour"}


def protected(report: Report) -> Published:
    """The cells of a month's tables with small numbers left out, and what would give them away."""
    values: dict[Cell, int] = {}
    sums: list[Sum] = []
    hidden: set[Cell] = set()
    groups = {kind: list(_rows(report, kind)) for kind in KINDS}
    for column, base in BASES.items():
        total: Cell = (TOTAL, TOTAL, column)
        values[total] = _number(report.whole, column)
        places = [(total, report.whole)]
        for kind, rows in groups.items():
            if kind == "hours" and column.startswith("promises"):  # a promise has a day and no hour
                continue
            parts: list[Cell] = []
            for label, counted in rows:
                parts.append((kind, label, column))
                values[kind, label, column] = _number(counted, column)
                places.append(((kind, label, column), counted))
            sums.append(Sum(total, tuple(parts)))
        for cell, counted in places if base else ():
            rest = ("rest", cell)
            values[rest] = _number(counted, base) - _number(counted, column)
            hidden.add(rest)
            sums.append(Sum((*cell[:2], base), (cell, rest)))  # type: ignore[index]
    found = Published(values, sums, frozenset(hidden))
    found.protect()
    return found


def _rows(report: Report, kind: str) -> list[tuple[str, Counted]]:
    groups: Sequence[Group] = {"days": report.series, "services": report.services, "hours": report.hours}[kind]
    return [(_label(one.name), one.counted) for one in groups]


def _label(name: Any) -> str:
    return name.first.isoformat() if isinstance(name, Period) else f"{name:02}" if isinstance(name, int) else str(name)


def _number(counted: Counted, column: str) -> int:
    if column in ("promises_due", "promises_kept"):
        return counted.promises.due if column == "promises_due" else counted.promises.kept
    tally: Tally = counted.tally
    return int(getattr(tally, column))


def _shown(published: Published, cell: Cell) -> Value:
    if cell not in published.values:
        return None
    return LEFT_OUT if cell in published.left_out else published.values[cell]
