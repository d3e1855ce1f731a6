"""Reads packs from the folders of councils/: council.yml, facts.yml, words.yml and knowledge/*.md.

A file that cannot be read stops the start with one sentence that names it: a council must never run on half its
knowledge without knowing. texts.py reads one article or fact, model.py says what the pieces mean; `python -m bot knowledge
check` looks for mistakes that can be read but should not be published.
"""

from pathlib import Path
from typing import Any

import yaml

from bot.foundation.packs import in_plain_words, parse_yaml
from bot.knowledge.model import Article, CouncilKnowledge, Fact, Pack, councils_of
from bot.knowledge.texts import UnreadableText, article_from, as_read, fact_from, facts_apart


class UnreadablePack(Exception):
    """A file of a pack cannot be used; the message names the file and the reason in one sentence."""


def read_councils(folder: Path) -> dict[str, CouncilKnowledge]:
    """Every council of the folder with its base laid under it. Raises UnreadablePack."""
    return councils_of(read_packs(folder))


def read_packs(folder: Path) -> dict[str, Pack]:
    """Every pack of the folder, each with a base that is there or none. Raises UnreadablePack."""
    if not folder.is_dir():
        raise UnreadablePack(f"There is no folder {folder}: start from the top of the project, or set DESK_COUNCILS_FOLDER.")
    packs = {path.name: read_pack(path) for path in sorted(folder.iterdir()) if (path / "council.yml").is_file()}
    for pack in packs.values():
        if pack.base and pack.base not in packs:
            raise UnreadablePack(f"{folder / pack.id / 'council.yml'}: its base {pack.base!r} is not a pack.")
    return packs


def read_pack(folder: Path) -> Pack:
    """One folder of councils/. Raises UnreadablePack."""
    words_file = folder / "words.yml"
    words = _load_yaml(words_file) if words_file.exists() else {}
    articles: dict[str, Article] = {}
    texts: dict[str, str] = {}
    for path in sorted((folder / "knowledge").glob("*.md")):
        text = _read(path)
        try:
            article = article_from(text, folder.name)
        except UnreadableText as problem:
            raise UnreadablePack(f"{path}:{problem.line}: {problem}.") from problem
        if article.id != path.stem:
            raise UnreadablePack(f"{path}: its id is {article.id}, so it must be called {article.id}.md.")
        articles[article.id], texts[article.id] = article, text
    head, facts, fact_texts = _facts(folder / "facts.yml", folder.name)
    return Pack(folder.name, _load_yaml(folder / "council.yml"), facts, articles, words, texts, head, fact_texts)


def _facts(path: Path, pack: str) -> tuple[str, dict[str, Fact], dict[str, str]]:
    """The head of facts.yml, its facts, and the lines of each."""
    if not path.exists():
        return "", {}, {}
    text = _read(path)
    head, blocks = facts_apart(text)
    loaded = _load_yaml(path).get("facts") or {}
    if set(loaded) != set(blocks):
        raise UnreadablePack(f"{path}: write each fact with its name on a line of its own, two spaces in.")
    facts = {}
    line = head.count("\n") + 1
    for key, block in blocks.items():
        try:
            facts[key] = fact_from(block, pack, line)
        except UnreadableText as problem:
            raise UnreadablePack(f"{path}:{problem.line}: the fact {key}: {problem}.") from problem
        line += block.count("\n")
    return head, facts, blocks


def _load_yaml(path: Path) -> dict[str, Any]:
    try:
        loaded = parse_yaml(_read(path))
    except yaml.YAMLError as problem:
        raise UnreadablePack(f"{path}: {in_plain_words(problem)}.") from problem
    if not isinstance(loaded, dict):
        raise UnreadablePack(f"{path}: it must be a list of names with values.")
    return loaded


def _read(path: Path) -> str:
    try:
        return as_read(path.read_bytes())
    except (OSError, UnicodeDecodeError) as problem:
        raise UnreadablePack(f"{path}: {_first_line(problem)}.") from problem


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]
