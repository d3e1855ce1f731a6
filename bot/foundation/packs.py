"""Reads one YAML file of every pack, a council's over the national base's, for whichever room the file belongs to.

A room names its file ("handoff.yml") and gets one merged set of words or settings a council. A file that cannot be used is
one sentence with its name; app.py turns it into the end of the start.
"""

from pathlib import Path
from typing import Any

import yaml


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
    return yaml.load(text, Loader=yaml.CSafeLoader)


def load_yaml(path: Path) -> dict[str, Any]:
    """The mapping that a YAML file holds. Raises UnreadablePackFile."""
    try:
        loaded = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise UnreadablePackFile(f"{path}: {(str(problem).splitlines() or ['it cannot be read'])[0]}.") from problem
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
