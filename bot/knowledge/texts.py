"""An article and a fact as text, in the form of the packs' files: read into records, each fault with its line.

An article is Markdown under front matter; a fact is a few lines of facts.yml. Files, the database and the console all keep
these texts, so this is the one place that reads them. reading.py reads folders; editing/fields.py writes texts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from bot.foundation.packs import parse_yaml
from bot.knowledge.model import Article, Fact, SourcePage

FENCE = "---\n"
_DAY_LINE = re.compile(r"\s*(\w+):\s*(\d{4}-\d\d?-\d\d?)\s*$")
_BETWEEN = re.compile(r" {0,2}#|\s*$")
_FACT_LINE = re.compile(r"  ([A-Za-z0-9_]+):\s*\n?")


@dataclass(frozen=True)
class Fault:
    """One thing in a text that cannot be read: its line (from 1), its entry, and why in one sentence."""

    line: int
    field: str
    sentence: str


class UnreadableText(Exception):
    """A text cannot be read; the message says why in one sentence, `line` where (from 1), `field` in which entry."""

    def __init__(self, line: int, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.field = field


def article_from(text: str, pack: str) -> Article:
    """The article that a text with front matter holds. Raises UnreadableText."""
    article, faults = article_and_faults(text, pack)
    for fault in faults:
        raise UnreadableText(fault.line, fault.field, fault.sentence)
    return article


def article_and_faults(text: str, pack: str) -> tuple[Article, list[Fault]]:
    """The same as far as it can be read, with every entry that cannot; what is missing is empty. Raises UnreadableText."""
    front, body = front_and_body(text)
    entry = _Entry(_mapping(front, 1), front, 2)
    article = Article(
        id=entry.words("id"),
        title=entry.words("title"),
        area=entry.words("area"),
        lgsl=entry.number("lgsl"),
        intents=entry.several("intents"),
        primary=entry.flag("primary"),
        questions=entry.several("questions"),
        owner=entry.words("owner"),
        sources=entry.pages("sources"),
        checked=entry.day("checked"),
        review_by=entry.day("review_by"),
        body=body.strip(),
        pack=pack,
        valid_from=entry.optional_day("valid_from"),
        valid_to=entry.optional_day("valid_to"),
        disputed=entry.flag("disputed"),
    )
    return article, entry.faults


def fact_from(text: str, pack: str, first_line: int = 1) -> Fact:
    """The fact that its lines of facts.yml hold; `first_line` is where they stand. Raises UnreadableText."""
    fact, faults = fact_and_faults(text, pack, first_line)
    for fault in faults:
        raise UnreadableText(fault.line, fault.field, fault.sentence)
    return fact


def fact_and_faults(text: str, pack: str, first_line: int = 1) -> tuple[Fact, list[Fault]]:
    """As article_and_faults, for a fact. Raises UnreadableText."""
    loaded = _mapping(text, first_line - 1)
    if len(loaded) != 1:
        raise UnreadableText(first_line, "key", "one fact is one name with its values below")
    [(key, values)] = loaded.items()
    if not isinstance(values, dict):
        raise UnreadableText(first_line, "key", f"the fact {key} has no values below its name")
    entry = _Entry(values, text, first_line)
    fact = Fact(
        key=str(key),
        value=entry.words("value"),
        kind=entry.words("kind"),
        label=entry.words("label"),
        source=entry.page("source"),
        checked=entry.day("checked"),
        status=entry.words("status"),
        pack=pack,
        valid_from=entry.optional_day("valid_from"),
        valid_to=entry.optional_day("valid_to"),
        note=entry.words("note") if "note" in values else "",
    )
    return fact, entry.faults


def front_and_body(text: str) -> tuple[str, str]:
    """The front matter without its fences, and what follows it. Raises UnreadableText."""
    parts = text.split(FENCE, 2)
    if len(parts) != 3 or parts[0].strip():
        raise UnreadableText(1, "body", "an article begins with front matter between two lines of ---")
    return parts[1], parts[2]


def facts_apart(text: str) -> tuple[str, dict[str, str]]:
    """facts.yml in its parts: all down to the line "facts:", then the lines of each fact; joined they are the file again.

    A comment above a fact belongs to it.
    """
    lines = text.splitlines(keepends=True)
    start = next((place + 1 for place, line in enumerate(lines) if line.rstrip() == "facts:"), len(lines))
    facts: dict[str, str] = {}
    key, above = "", ""
    for line in lines[start:]:
        if found := _FACT_LINE.fullmatch(line):
            key = found[1]
        elif _BETWEEN.match(line):
            above += line
            continue
        facts[key], above = facts.get(key, "") + above + line, ""
    facts[key] = facts.get(key, "") + above
    return "".join(lines[:start]) + facts.pop("", ""), facts


def as_read(raw: bytes) -> str:
    """A file's bytes as text: UTF-8 with or without a mark, any line ends. Raises UnicodeDecodeError."""
    return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def line_of(text: str, name: str, first_line: int = 1) -> int:
    """The line of a text on which an entry of this name begins; the first when there is none."""
    found = re.search(rf"^ *{re.escape(name)}:", text, re.M)
    return first_line + (text[: found.start()].count("\n") if found else 0)


class _Entry:
    """A mapping of YAML whose values are read one by one; each that cannot be read is noted with its line."""

    def __init__(self, values: Mapping[str, Any], text: str, first_line: int) -> None:
        self._values = values
        self._text = text
        self._first_line = first_line
        self.faults: list[Fault] = []

    def words(self, name: str) -> str:
        value = self._values.get(name)
        if isinstance(value, dict | list) or value is None or not str(value).strip():
            self._note(name, f"{name} is missing")
            return ""
        return str(value)

    def number(self, name: str) -> int:
        try:
            return int(self._values[name])
        except (KeyError, TypeError, ValueError):
            self._note(name, f"{name} must be a number")
            return 0

    def flag(self, name: str) -> bool:
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            self._note(name, f"{name} must be true or false")
        return value is True

    def several(self, name: str) -> tuple[str, ...]:
        value = self._values.get(name)
        if not isinstance(value, list) or any(isinstance(one, dict | list) or one is None for one in value):
            self._note(name, f"{name} must be a list")
            return ()
        return tuple(str(one) for one in value)

    def pages(self, name: str) -> tuple[SourcePage, ...]:
        value = self._values.get(name)
        if not isinstance(value, list):
            self._note(name, f"{name} must be a list")
            return ()
        return tuple(self._page(name, one) for one in value)

    def page(self, name: str) -> SourcePage:
        return self._page(name, self._values.get(name))

    def day(self, name: str) -> date:
        value = self._values.get(name)
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self._note(name, f"{name} must be a day like 2026-11-24")
            return date.min

    def optional_day(self, name: str) -> date | None:
        return None if self._values.get(name) in (None, "") else self.day(name)

    def _page(self, name: str, value: object) -> SourcePage:
        if not isinstance(value, dict) or not value.get("title") or not value.get("url"):
            self._note(name, f"{name} needs a title and an address")
            return SourcePage("", "")
        return SourcePage(str(value["title"]), str(value["url"]))

    def _note(self, name: str, sentence: str) -> None:
        self.faults.append(Fault(line_of(self._text, name, self._first_line), name, sentence))


def _mapping(text: str, lines_above: int) -> dict[str, Any]:
    try:
        loaded = parse_yaml(text)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
        raise UnreadableText(lines_above + (mark.line if mark else 0) + 1, "", _said(problem)) from None
    except ValueError as problem:
        raise _no_such_day(text, lines_above) or UnreadableText(lines_above + 1, "", _said(problem)) from None
    if not isinstance(loaded, dict):
        raise UnreadableText(lines_above + 1, "", "here must stand names with values")
    return loaded


def _no_such_day(text: str, lines_above: int) -> UnreadableText | None:
    """The fault of a day that the calendar does not have, which YAML does not even read."""
    for line, written in enumerate(text.splitlines(), lines_above + 1):
        if found := _DAY_LINE.match(written):
            try:
                date.fromisoformat(found[2])
            except ValueError:
                return UnreadableText(line, found[1], f"{found[1]} must be a day like 2026-11-24")
    return None


def _said(problem: Exception) -> str:
    said = str(getattr(problem, "problem", None) or problem).splitlines()
    return f"this is not readable as YAML: {said[0] if said else 'it cannot be read'}"
