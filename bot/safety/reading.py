"""Builds urgent screens from urgent.yml: the national one, and a council's own laid over it.

A council may replace any matter's words, add matters or give its own lists. A file that cannot be used stops the start,
as in the knowledge room: a council must never run without its screen. urgent.yml explains the phrases to its editors.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.foundation.packs import in_plain_words, merged, parse_yaml
from bot.safety.phrases import BadPhrase, Phrase, PhraseBook, PhraseReader
from bot.safety.screen import GENERAL, Answer, Concern, Screen, Vetted

FILE = "urgent.yml"


class UnreadableScreen(Exception):
    """urgent.yml cannot be used; the message names the file and the reason in one sentence."""


def read_screens(folder: Path) -> dict[str, Screen]:
    """A screen for every council of the folder councils/. Raises UnreadableScreen."""
    packs = {path.parent.name: _mapping(path, _text(path)) for path in sorted(folder.glob("*/council.yml"))}
    screens = {}
    for council, pack in packs.items():
        if pack.get("base"):
            base, own = folder / str(pack["base"]) / FILE, folder / council / FILE
            # Councils without words of their own share the national screen: thousands of phrases are compiled once.
            screens[council] = _screen(base, _text(base), own, _text(own)) if own.exists() else _screen(base, _text(base))
    return screens


def read_screen(path: Path) -> Screen:
    """The screen of one content file. Raises UnreadableScreen."""
    return _screen(path, _text(path))


@lru_cache(maxsize=16)
def _screen(path: Path, text: str, own: Path | None = None, own_text: str = "") -> Screen:
    """The screen of a file's text, with a council's own laid over it. The same text is compiled once in a process."""
    content = _mapping(path, text)
    return screen_from(merged(content, _mapping(own, own_text)), own) if own else screen_from(content, path)


def screen_from(content: dict[str, Any], path: Path) -> Screen:
    """The screen of content already read; `path` is for messages. Raises UnreadableScreen."""
    try:
        spelling = {str(word): str(right) for word, right in content["spelling"].items()}
        reader = PhraseReader(content["lists"], spelling)
        matters: dict[str, dict[str, Any]] = content["matters"]
        if GENERAL not in matters:
            raise UnreadableScreen(f"{path}: there is no matter {GENERAL!r}.")
        answers = {matter: Answer(entry["text"].strip(), bool(entry.get("quick_exit"))) for matter, entry in matters.items()}
        book = PhraseBook(_phrases(reader, matters, content.get("languages") or {}))
        sayings = PhraseBook([(saying, saying) for saying in map(reader.read, content["harmless"])])
        vetted = Vetted(content["owner"], date.fromisoformat(str(content["review_by"])))
        return Screen(vetted, answers, book, sayings, spelling, content["reply"]["person"])
    except KeyError as missing:
        raise UnreadableScreen(f"{path}: {missing.args[0]} is missing.") from missing
    except (AttributeError, TypeError, ValueError, BadPhrase) as problem:
        raise UnreadableScreen(f"{path}: {problem}") from problem


def _phrases(
    reader: PhraseReader, matters: dict[str, dict[str, Any]], languages: dict[str, dict[str, list[str]]]
) -> list[tuple[Phrase, Concern]]:
    found: list[tuple[Phrase, Concern]] = []
    for matter, entry in matters.items():
        unless = [entry["unless"]] if entry.get("unless") else []
        for kind, certain in (("phrases", True), ("hints", False)):
            found += [(reader.read(line, unless), Concern(matter, certain)) for line in entry.get(kind, ())]
    for phrases in languages.values():
        for matter, lines in phrases.items():
            if matter not in matters:
                raise BadPhrase(f"There are phrases for {matter!r}, which is not a matter.")
            found += [(reader.read(line), Concern(matter, certain=True)) for line in lines]
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UnreadableScreen(f"{path}: {str(problem).splitlines()[0]}.") from problem


def _mapping(path: Path, text: str) -> dict[str, Any]:
    try:
        loaded = parse_yaml(text)
    except yaml.YAMLError as problem:
        raise UnreadableScreen(f"{path}: {in_plain_words(problem)}.") from problem
    if not isinstance(loaded, dict):
        raise UnreadableScreen(f"{path}: it must be a list of names with values.")
    return loaded
