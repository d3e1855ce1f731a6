"""Reads files of past conversations: CSV with a line for each message, JSON as a list or with a conversation on each line.

Files are read piece by piece, so their size does not matter. What cannot be used comes out as a Reject with its line; a file
that cannot be a file of conversations at all raises UnusableFile. docs/assist.md documents both forms.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.foundation.csvfiles import CsvFile, Reject, UnusableFile, column_name
from bot.foundation.words import LONDON

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("CONVERSATION ID", "CONVERSATION", "CHAT ID", "CHAT", "ID"),
    "at": ("AT", "TIME", "TIMESTAMP", "SENT AT", "DATE", "DATETIME"),
    "from": ("FROM", "SENDER", "AUTHOR", "ROLE", "DIRECTION"),
    "text": ("TEXT", "MESSAGE", "BODY", "CONTENT"),
    "council": ("COUNCIL",),
}
NEEDED = ("id", "at", "from", "text")
RESIDENT = frozenset({"resident", "customer", "user", "citizen", "visitor", "client", "in", "inbound"})
STAFF = frozenset({"staff", "agent", "adviser", "advisor", "operator", "officer", "council", "out", "outbound"})
OTHERS = frozenset({"assistant", "bot", "system"})  # left out without a word
LONGEST_TEXT = 20_000  # characters of one message
LONGEST_PIECE = 4 * 1024 * 1024  # characters of one conversation in a JSON list
PART = 256 * 1024  # bytes of a JSON list that are read at once
_DATES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%y %H:%M", "%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M")


@dataclass(frozen=True)
class Line:
    """One message of a past conversation."""

    resident: bool
    at: datetime
    text: str


@dataclass
class PastConversation:
    """One conversation of a file, as it was."""

    id: str
    line: int
    council: str = ""
    messages: list[Line] = field(default_factory=list)


@dataclass
class ConversationFile:
    """An open file of conversations. `lines` counts what was read, `old_lines` those that were not in UTF-8."""

    path: Path
    lines: int = 0
    old_lines: int = 0

    def conversations(self) -> Iterator[PastConversation | Reject]:
        """Every conversation, and every line that cannot be used. Raises UnusableFile."""
        self.lines = self.old_lines = 0
        return self._json() if _first_mark(self.path) in ("{", "[") else self._csv()

    # ---- CSV

    def _csv(self) -> Iterator[PastConversation | Reject]:
        file = CsvFile(self.path)
        rows = file.rows()
        header = next(rows, None)
        if header is None or header.problem:
            raise UnusableFile(f"{self.path} has no first line that can be read.")
        places = _places([column_name(value) for value in header.values], self.path)
        seen: set[int] = set()
        current: PastConversation | None = None
        for row in rows:
            self.lines, self.old_lines = row.line, file.old_lines
            if row.problem or len(row.values) != len(header.values):
                yield Reject(
                    row.line, row.problem or f"it has {len(row.values)} values where {len(header.values)} were expected"
                )
                continue
            values = {name: row.values[place] for name, place in places.items()}
            if not values["id"]:
                yield Reject(row.line, "it names no conversation")
                continue
            if current is None or values["id"] != current.id:
                if current is not None:
                    yield current
                if hash(values["id"]) in seen:
                    current = None
                    yield Reject(row.line, "its conversation stands further up already; the lines of one must stand together")
                    continue
                seen.add(hash(values["id"]))
                current = PastConversation(values["id"], row.line, values.get("council", ""))
            try:
                if (message := _line(values)) is not None:
                    current.messages.append(message)
            except ValueError as problem:
                yield Reject(row.line, str(problem))
        if current is not None:
            yield current

    # ---- JSON

    def _json(self) -> Iterator[PastConversation | Reject]:
        seen: set[int] = set()
        for line, piece in self._pieces():
            if isinstance(piece, Reject):
                yield piece
                continue
            if not isinstance(piece, dict) or not piece.get("id") or not isinstance(piece.get("messages"), list):
                yield Reject(line, 'it must have an "id" and a list of "messages"')
                continue
            found = PastConversation(str(piece["id"]), line, str(piece.get("council") or ""))
            if hash(found.id) in seen:
                yield Reject(line, "its conversation stands further up already")
                continue
            seen.add(hash(found.id))
            for number, said in enumerate(piece["messages"], 1):
                try:
                    if not isinstance(said, dict):
                        raise ValueError("it is not an object")
                    values = {name: "" if said.get(name) is None else str(said[name]) for name in ("from", "at", "text")}
                    if (message := _line(values)) is not None:
                        found.messages.append(message)
                except ValueError as problem:
                    yield Reject(line, f"message {number}: {problem}")
            yield found

    def _pieces(self) -> Iterator[tuple[int, Any]]:
        """Each conversation with the line that it begins on, or a Reject in its place."""
        return self._of_list() if _first_mark(self.path) == "[" else self._of_lines()

    def _of_lines(self) -> Iterator[tuple[int, Any]]:
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                self.lines = number
                if not line.strip():
                    continue
                try:
                    yield number, json.loads(self._decoded(line))
                except json.JSONDecodeError as problem:
                    yield number, Reject(number, f"it is not JSON that can be read: {problem.msg.lower()}")

    def _of_list(self) -> Iterator[tuple[int, Any]]:
        """Reads a part of the file at a time and takes the conversations off its beginning."""
        decoder, buffer, line, ended = json.JSONDecoder(), "", 1, False
        with self.path.open("rb") as file:
            while True:
                rest = buffer.lstrip(" \t\r\n,[\ufeff")
                line += buffer.count("\n", 0, len(buffer) - len(rest))
                buffer = rest
                try:
                    piece, end = decoder.raw_decode(buffer)
                except json.JSONDecodeError as problem:
                    if not ended and len(buffer) < LONGEST_PIECE:
                        part = file.read(PART) + file.readline()  # whole lines, so that a letter is never cut in two
                        buffer, ended = buffer + self._decoded(part), not part
                        continue
                    if ended and not buffer.strip(" \t\r\n]"):
                        return
                    yield line, Reject(line, f"from here on it is not JSON that can be read: {problem.msg.lower()}")
                    return
                yield line, piece
                line += buffer.count("\n", 0, end)
                self.lines, buffer = line, buffer[end:]

    def _decoded(self, line: bytes) -> str:
        try:
            return line.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.old_lines += 1
            return line.decode("cp1252", errors="replace")


def _line(values: Mapping[str, str]) -> Line | None:
    """One message; None for one of neither side. Raises ValueError with what is wrong with it."""
    sender = values["from"].strip().lower()
    if sender in OTHERS:
        return None
    if sender not in RESIDENT | STAFF:
        raise ValueError(f"{sender[:30]!r} is neither resident nor staff" if sender else "it does not say who it is from")
    if not values["text"].strip():
        raise ValueError("it has no text")
    return Line(sender in RESIDENT, _moment(values["at"].strip()), values["text"].strip()[:LONGEST_TEXT])


def _moment(text: str) -> datetime:
    """A moment in UTC; without a zone it is the time in London. Raises ValueError."""
    found = None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        for form in _DATES:
            try:
                found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes below
                break
            except ValueError:
                continue
    if found is None:
        raise ValueError(f"{text[:30]!r} is not a date and time" if text else "it has no date and time")
    return (found if found.tzinfo else found.replace(tzinfo=LONDON)).astimezone(UTC)


def _places(header: list[str], path: Path) -> dict[str, int]:
    places = {}
    for name, known in COLUMNS.items():
        place = next((header.index(column_name(one)) for one in known if column_name(one) in header), None)
        if place is not None:
            places[name] = place
    missing = [COLUMNS[name][0].replace(" ", "_").lower() for name in NEEDED if name not in places]
    if missing:
        there = ", ".join(one.lower() for one in header[:12]) or "nothing"
        raise UnusableFile(f"{path} lacks the column {' and '.join(missing)}. Its columns are: {there}.")
    return places


def _first_mark(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(200).decode("utf-8", "replace").lstrip("\ufeff \t\r\n")[:1]
    except OSError as problem:
        raise UnusableFile(f"{path} cannot be read: {(problem.strerror or 'unknown reason').lower()}.") from problem
