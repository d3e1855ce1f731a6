"""Every word of the residents' pages, from page.yml of the national base and of the council.

Templates and scripts hold no wording of their own. A council's page.yml may replace any part of the base's; {council} is
filled in here, so that a template only names what it needs.
"""

from pathlib import Path
from typing import Any

import yaml

from bot.foundation.packs import merged

BASE = "england"


class UnreadableWords(Exception):
    """A page.yml cannot be used; the message names the file and the reason in one sentence."""


class PageWords:
    """The words of the pages, by council."""

    def __init__(self, base: dict[str, Any], local: dict[str, dict[str, Any]]) -> None:
        self._base = base
        self._local = local

    @classmethod
    def read(cls, councils_folder: Path) -> "PageWords":
        """The words of all councils of a folder. Raises UnreadableWords."""
        found = {path.parent.name: _load(path) for path in sorted(councils_folder.glob("*/page.yml"))}
        base = found.pop(BASE, None)
        if base is None:
            raise UnreadableWords(f"{councils_folder / BASE / 'page.yml'} is missing: the pages have no words without it.")
        return cls(base, found)

    def of(self, council_id: str, name: str) -> dict[str, Any]:
        """A council's words, with its name filled in."""
        words: dict[str, Any] = _filled(merged(self._base, self._local.get(council_id, {})), name)
        return words

    def common(self) -> dict[str, Any]:
        """The words of pages that belong to no council."""
        return self._base


def _load(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # every value a text: a bare Yes too
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise UnreadableWords(f"{path}: {(str(problem).splitlines() or ['it cannot be read'])[0]}.") from problem
    if not isinstance(loaded, dict):
        raise UnreadableWords(f"{path}: it must be a list of names with values.")
    return loaded


def _filled(words: Any, name: str) -> Any:
    match words:
        case dict():
            return {key: _filled(value, name) for key, value in words.items()}
        case list():
            return [_filled(value, name) for value in words]
        case str():
            return words.replace("{council}", name)
        case _:
            return words
