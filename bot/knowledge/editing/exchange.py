"""The library out to files and in from files, in the packs' own form: FOLDER/<pack>/facts.yml and FOLDER/<pack>/knowledge/*.md.

Out: files as they would be if nothing had ever been edited in the console, byte for byte where nothing was. In: what differs
from what is live becomes a new version, all in one transaction or, with one mistake in it, none of it.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.packs import parse_yaml
from bot.knowledge.editing import store
from bot.knowledge.editing.library import Rules, merged, own_text, with_text
from bot.knowledge.editing.model import Change, Kind, Place, Version
from bot.knowledge.editing.publishing import add_version
from bot.knowledge.model import Pack
from bot.knowledge.texts import UnreadableText, as_read, facts_apart
from bot.staff.audit import Action, Audit
from bot.staff.model import Actor

LARGEST_FILE = 2_000_000  # bytes; more is no file of a pack


class UnusableFiles(Exception):
    """Something in the files cannot be used, so nothing was taken from them; `faults` say what, each with file and line."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(f"{len(faults)} mistakes")
        self.faults = faults


@dataclass(frozen=True)
class Exported:
    """How many files were written, were the same already, and were removed, since their article was given up."""

    written: int
    same: int
    removed: int


@dataclass(frozen=True)
class Imported:
    """How many articles and facts became new versions, how many were live already, and what should be looked at."""

    changed: int
    same: int
    notes: list[str]


@dataclass(frozen=True)
class Incoming:
    """One article or fact of the files: where it stands and what it says."""

    place: Place
    path: Path
    text: str
    first_line: int = 1


@dataclass
class Found:
    """What a folder has, and what of it cannot be read."""

    texts: list[Incoming] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# ---- out


def export(packs: Mapping[str, Pack], files: Mapping[str, Pack], folder: Path, only: Collection[str] = ()) -> Exported:
    """Writes packs to a folder, each file whole or not at all. `files` are the packs without what was edited. Raises OSError."""
    written = same = removed = 0
    for pack in packs.values():
        if only and pack.id not in only:
            continue
        for path, text in _files_of(pack, folder / pack.id):
            if path.exists() and path.read_bytes() == text.encode():
                same += 1
                continue
            _write(path, text)
            written += 1
        for name in set(files[pack.id].articles) - set(pack.articles):
            path = folder / pack.id / "knowledge" / f"{name}.md"
            removed += path.exists()
            path.unlink(missing_ok=True)
    return Exported(written, same, removed)


async def live_packs(database: Database, files: Mapping[str, Pack]) -> dict[str, Pack]:
    """The packs with what is published over them."""
    async with database.reading() as tx:
        return merged(files, await store.live_versions(tx))


def _files_of(pack: Pack, folder: Path) -> Iterator[tuple[Path, str]]:
    for name, text in pack.article_texts.items():
        yield folder / "knowledge" / f"{name}.md", text
    if pack.fact_texts or pack.facts_head:
        head = pack.facts_head or f"owner: {pack.council.get('owner', 'Customer services')}\nfacts:\n"
        yield folder / "facts.yml", head + "".join(pack.fact_texts.values())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(text.encode())
    unfinished.replace(path)


# ---- in


class Importing:
    """Takes files in. `files` are the packs as their folders have them."""

    def __init__(self, database: Database, clock: Clock, audit: Audit, files: Mapping[str, Pack], rules: Rules) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._files = files
        self._rules = rules

    async def run(self, actor: Actor, folder: Path, only: str = "") -> Imported:
        """Makes new versions of what differs. Raises UnusableFiles, after which nothing has changed."""
        found = read_folder(folder, self._files, only)
        async with self._database.writing() as tx:
            packs = merged(self._files, await store.live_versions(tx))
            changed = [one for one in found.texts if one.text != own_text(packs, one.place)]
            notes = [*found.notes, *self._check(packs, changed, found.faults)]
            for one in changed:
                now = self._clock.now()
                note = f"From {one.path.name}"
                version = Version(one.place, 0, one.text, Change.IMPORTED, note, actor.name, actor.name, now)
                number = await add_version(tx, self._files, version)
                detail = {"version": number, "file": one.path.name}
                await self._audit.record(tx, actor, Action.KNOWLEDGE_IMPORTED, f"{one.place}"[:120], detail, one.place.pack)
        return Imported(len(changed), len(found.texts) - len(changed), notes)

    def _check(self, packs: Mapping[str, Pack], changed: list[Incoming], faults: list[str]) -> list[str]:
        """Raises UnusableFiles for any mistake; gives what is only due to be looked at."""
        faults, after = list(faults), dict(packs)
        notes: list[str] = []
        for one in changed:  # all of them first, since an article may quote a fact that comes with it
            try:
                after[one.place.pack] = with_text(after[one.place.pack], one.place, one.text)
            except UnreadableText:
                continue  # named below with its line
        for one in changed:
            for mistake in self._rules.mistakes(after, one.place, one.text, one.first_line):
                line = f"{one.path}:{mistake.line}: {mistake.sentence}"
                (notes if mistake.dated else faults).append(line)
        if faults:
            raise UnusableFiles(faults)
        return notes


def read_folder(folder: Path, packs: Mapping[str, Pack], only: str = "") -> Found:
    """What the files of a folder say: folders of packs, or one pack's own files where `only` names it."""
    found = Found()
    whole = (folder / "knowledge").is_dir() or (folder / "facts.yml").is_file()
    if not folder.is_dir():
        found.faults.append(f"{folder}: there is no such folder")
    elif whole and not only:
        found.faults.append(f"{folder}: these are the files of one pack; say of which with --council")
    elif whole:
        _read_pack(folder, packs[only], found)
    else:
        for inner in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
            if only and inner.name != only:
                continue
            if inner.name in packs:
                _read_pack(inner, packs[inner.name], found)
            else:
                found.faults.append(f"{inner}: there is no pack of this name")
    if not found.texts and not found.faults:
        found.faults.append(f"{folder}: there are no articles and no facts here")
    return found


def _read_pack(folder: Path, pack: Pack, found: Found) -> None:
    for path in sorted((folder / "knowledge").glob("*.md")):
        if (text := _text(path, found)) is not None:
            found.texts.append(Incoming(Place(pack.id, Kind.ARTICLE, path.stem), path, text))
    path = folder / "facts.yml"
    if not path.is_file() or (text := _text(path, found)) is None:
        return
    head, facts = facts_apart(text)
    try:
        loaded = parse_yaml(text)
    except (yaml.YAMLError, ValueError):
        loaded = None  # each fact is read by itself below, and says where
    if isinstance(loaded, dict) and set(loaded.get("facts") or {}) != set(facts):
        found.faults.append(
            f"{path}:{head.count(chr(10)) + 1}: write each fact with its name on a line of its own, two spaces in"
        )
        return
    if head != pack.facts_head:
        found.notes.append(f"{path}: what stands above the first fact is not taken over")
    line = head.count("\n") + 1
    for key, block in facts.items():
        found.texts.append(Incoming(Place(pack.id, Kind.FACT, key), path, block, line))
        line += block.count("\n")


def _text(path: Path, found: Found) -> str | None:
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST_FILE:
            found.faults.append(f"{path}: the file is larger than {LARGEST_FILE // 1_000_000} MB")
            return None
        return as_read(raw)
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        found.faults.append(f"{path}:{line}: this is not UTF-8; save the file as UTF-8")
    except OSError as problem:
        found.faults.append(f"{path}: {problem.strerror}")
    return None
