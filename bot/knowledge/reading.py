"""Reads packs from the folders of councils/: council.yml, facts.yml, words.yml and knowledge/*.md.

A file that cannot be read stops the start with one sentence that names it: a council must never run on half its
knowledge without knowing. model.py says what the pieces mean; `python -m bot knowledge check` looks for mistakes that
can be read but should not be published.
"""

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.foundation.packs import parse_yaml
from bot.knowledge.model import Article, CouncilKnowledge, Fact, Pack, SourcePage, overlay


class UnreadablePack(Exception):
    """A file of a pack cannot be used; the message names the file and the reason in one sentence."""


def read_councils(folder: Path) -> dict[str, CouncilKnowledge]:
    """Every council of the folder with its base laid under it. Raises UnreadablePack."""
    if not folder.is_dir():
        raise UnreadablePack(f"There is no folder {folder}: start from the top of the project, or set DESK_COUNCILS_FOLDER.")
    packs = {path.name: read_pack(path) for path in sorted(folder.iterdir()) if (path / "council.yml").is_file()}
    councils = {}
    for pack in packs.values():
        base = pack.council.get("base")
        if base is None:
            continue
        if base not in packs:
            raise UnreadablePack(f"{folder / pack.id / 'council.yml'}: its base {base!r} is not a pack.")
        councils[pack.id] = overlay(packs[base], pack)
    return councils


def read_pack(folder: Path) -> Pack:
    """One folder of councils/. Raises UnreadablePack."""
    facts_file = folder / "facts.yml"
    facts = _facts(facts_file, folder.name) if facts_file.exists() else {}
    words_file = folder / "words.yml"
    words = _load_yaml(words_file) if words_file.exists() else {}
    articles: dict[str, Article] = {}
    for path in sorted((folder / "knowledge").glob("*.md")):
        article = read_article(path, folder.name)
        if article.id in articles:
            raise UnreadablePack(f"{path}: another article of this pack has the id {article.id} too.")
        articles[article.id] = article
    return Pack(folder.name, _load_yaml(folder / "council.yml"), facts, articles, words)


def read_article(path: Path, pack: str) -> Article:
    """One article from its Markdown file with front matter. Raises UnreadablePack."""
    parts = path.read_text(encoding="utf-8").split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise UnreadablePack(f"{path}: an article begins with front matter between two lines of ---.")
    try:
        front: dict[str, Any] = parse_yaml(parts[1])
        return Article(
            id=front["id"],
            title=front["title"],
            area=front["area"],
            lgsl=int(front["lgsl"]),
            intents=tuple(front["intents"]),
            primary=bool(front.get("primary", False)),
            questions=tuple(str(question) for question in front["questions"]),
            owner=front["owner"],
            sources=tuple(SourcePage(source["title"], source["url"]) for source in front["sources"]),
            checked=_day(front["checked"]),
            review_by=_day(front["review_by"]),
            body=parts[2].strip(),
            pack=pack,
            valid_from=_optional_day(front.get("valid_from")),
            valid_to=_optional_day(front.get("valid_to")),
            disputed=bool(front.get("disputed", False)),
        )
    except KeyError as missing:
        raise UnreadablePack(f"{path}: the front matter has no {missing.args[0]}.") from missing
    except (yaml.YAMLError, TypeError, ValueError) as problem:
        raise UnreadablePack(f"{path}: {_first_line(problem)}.") from problem


def _facts(path: Path, pack: str) -> dict[str, Fact]:
    facts = {}
    for key, entry in (_load_yaml(path).get("facts") or {}).items():
        try:
            facts[key] = Fact(
                key=key,
                value=str(entry["value"]),
                kind=entry["kind"],
                label=entry["label"],
                source=SourcePage(entry["source"]["title"], entry["source"]["url"]),
                checked=_day(entry["checked"]),
                status=entry["status"],
                pack=pack,
                valid_from=_optional_day(entry.get("valid_from")),
                valid_to=_optional_day(entry.get("valid_to")),
            )
        except KeyError as missing:
            raise UnreadablePack(f"{path}: the fact {key} has no {missing.args[0]}.") from missing
        except (TypeError, ValueError) as problem:
            raise UnreadablePack(f"{path}: the fact {key}: {_first_line(problem)}.") from problem
    return facts


def _load_yaml(path: Path) -> dict[str, Any]:
    try:
        loaded = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise UnreadablePack(f"{path}: {_first_line(problem)}.") from problem
    if not isinstance(loaded, dict):
        raise UnreadablePack(f"{path}: it must be a list of names with values.")
    return loaded


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


def _optional_day(value: object) -> date | None:
    return None if value is None or value == "" else _day(value)


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]
