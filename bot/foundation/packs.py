"""Reads one YAML file of every pack, a council's over the national base's, for whichever room the file belongs to.

A room names its file ("handoff.yml") and gets one merged set of words or settings a council. A file that cannot be used is
one sentence with its name; app.py turns it into the end of the start.
"""

from pathlib import Path
from typing import Any

import yaml

# What the parser says of the mistakes that people make, and how somebody who is no programmer mends them.
_MENDED = {
    "mapping values are not allowed": "a text with a colon in it must stand in quotes",
    "tab character": "use spaces at the beginning of a line, not the tab key",
    "cannot start any token": "a text that begins with a sign must stand in quotes, and a line must not begin with the tab key",
    "could not find expected ':'": "a name needs a colon and a space after it, or the line above is not finished",
    "did not find expected key": "the spaces at the beginning of this line, or of one just above, do not fit the others",
    "did not find expected '-' indicator": "the spaces at the beginning of this line, or of one just above, do not fit the others",
    "did not find expected ',' or": "a bracket is not closed, or a comma is missing, here or just above",
    "did not find expected node content": "something is missing after a comma, a colon or a bracket",
    "found unexpected end of stream": "a quote that was opened is not closed",
}


class UnreadablePackFile(Exception):
    """A file of councils/ cannot be used; the message names the file and the reason in one sentence."""


def read_pack_file(councils_folder: Path, name: str) -> dict[str, dict[str, Any]]:
    """What `name` says for each council that is served, the council's own values over its base's.

    A pack without a base in its council.yml is a base itself and not served. Raises UnreadablePackFile.
    """
    packs = {path.parent.name: load_yaml(path) for path in sorted(councils_folder.glob("*/council.yml"))}
    found = {}
    for council, pack in packs.items():
        if base := pack.get("base"):
            own = councils_folder / council / name
            found[council] = merged(load_yaml(councils_folder / str(base) / name), load_yaml(own) if own.exists() else {})
    return found


def parse_yaml(text: str) -> Any:
    """What a YAML text says, read safely and by the fast parser: a start reads some thousand lines. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=_OneOfEach)


def in_plain_words(problem: Exception) -> str:
    """Why a file cannot be read, in half a sentence with its line where there is one."""
    if not isinstance(problem, yaml.MarkedYAMLError) or problem.problem_mark is None:
        return (str(problem).splitlines() or ["it cannot be read"])[0]
    said = problem.problem or "it cannot be read"
    reason = next((mended for sign, mended in _MENDED.items() if sign in said), said)
    return f"line {problem.problem_mark.line + 1}: {reason}"


class _OneOfEach(yaml.CSafeLoader):
    """Refuses a name that stands twice in one place: plain YAML forgets the first without a word, and a question is gone."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a name must be a plain word", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} stands here a second time", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load_yaml(path: Path) -> dict[str, Any]:
    """The mapping that a YAML file holds. Raises UnreadablePackFile."""
    try:
        loaded = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise UnreadablePackFile(f"{path}: {in_plain_words(problem)}.") from problem
    if not isinstance(loaded, dict):
        raise UnreadablePackFile(f"{path}: it must be a list of names with values.")
    return loaded


def merged(base: dict[str, Any], local: dict[str, Any]) -> dict[str, Any]:
    """Nested values, the local ones over the base's."""
    result = dict(base)
    for key, value in local.items():
        inner = result.get(key)
        result[key] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return result
