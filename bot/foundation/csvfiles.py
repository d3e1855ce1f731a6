"""Reads CSV files as councils have them: any usual encoding, even several in one file, any usual separator, of any size.

Each line is decoded by itself (UTF-8, else Windows-1252), so one old name does not spoil a file. Lines that begin with "#"
before the header are remarks. A line that cannot be read comes out as a reason with its number, never as a traceback.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ",;\t|"


class UnusableFile(Exception):
    """A file cannot be imported at all; the message is one plain sentence."""


@dataclass(frozen=True)
class Row:
    """One line of values with the number of its (last) line in the file; `problem` says why it cannot be read."""

    line: int
    values: Sequence[str] = ()
    problem: str = ""


@dataclass(frozen=True)
class Reject:
    """A line that was not imported, and why."""

    line: int
    reason: str


@dataclass
class CsvFile:
    """An open file. `remarks` are the lines with "#" before the first row; `old_lines` counts those not in UTF-8."""

    path: Path
    remarks: list[str] = field(default_factory=list)
    old_lines: int = 0

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty. Raises UnusableFile when the file cannot be opened or is empty."""
        lines = self._after_remarks(self._lines())
        first = next(lines, None)
        if first is None:
            raise UnusableFile(f"{self.path} is empty.")
        separator = max(_SEPARATORS, key=first.count)
        reader = csv.reader(self._again(first, lines), delimiter=separator, strict=True)
        skipped = len(self.remarks)
        begins = 0
        while True:
            begins = reader.line_num
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Row(
                    skipped + reader.line_num,
                    problem=f"the quotation marks that begin on line {skipped + begins + 1} do not fit, so this part cannot be read",
                )
                continue
            if any(value.strip() for value in values):
                yield Row(skipped + reader.line_num, [value.strip().replace("\0", "") for value in values])

    def _lines(self) -> Iterator[str]:
        try:
            with self.path.open("rb") as file:
                begin = file.read(3)
                file.seek(0)
                if begin.startswith(_UTF16_MARKS):
                    with self.path.open(encoding="utf-16", errors="replace", newline="") as text:
                        yield from text
                    return
                if begin == _UTF8_MARK:
                    file.seek(3)
                for line in file:
                    yield self._decoded(line)
        except OSError as problem:
            raise UnusableFile(f"{self.path} cannot be read: {(problem.strerror or 'unknown reason').lower()}.") from problem

    def _decoded(self, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            self.old_lines += 1
            return line.decode("cp1252", errors="replace")

    def _after_remarks(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            if not line.startswith("#"):
                yield line
                yield from lines
                return
            self.remarks.append(line[1:].strip())

    @staticmethod
    def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
        yield first
        yield from rest


def column_name(text: str) -> str:
    """A column's name without differences of case, spaces and marks."""
    return "_".join(text.strip().strip('"').upper().replace("-", " ").replace("_", " ").split())
