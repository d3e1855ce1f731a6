"""Every word of the residents' pages, from page.yml of the national base and of the council.

Templates and scripts hold no wording of their own. A council's page.yml may replace any part of the base's; {council}, and how
long it keeps chats, are filled in here, so that a template only names what it needs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.foundation.packs import merged
from bot.privacy.keeping import read_keep_days

YEAR = 365  # days
BASE = "england"


class UnreadableWords(Exception):
    """A page.yml cannot be used; the message names the file and the reason in one sentence."""


class PageWords:
    """The words of the pages, by council."""

    def __init__(self, base: dict[str, Any], local: dict[str, dict[str, Any]], keep_days: Mapping[str, int]) -> None:
        self._base = base
        self._local = local
        self._keep_days = keep_days

    @classmethod
    def read(cls, councils_folder: Path) -> "PageWords":
        """The words of all councils of a folder. Raises UnreadableWords and UnreadablePackFile."""
        found = {path.parent.name: _load(path) for path in sorted(councils_folder.glob("*/page.yml"))}
        base = found.pop(BASE, None)
        if base is None:
            raise UnreadableWords(f"{councils_folder / BASE / 'page.yml'} is missing: the pages have no words without it.")
        return cls(base, found, read_keep_days(councils_folder))

    def of(self, council_id: str, name: str) -> dict[str, Any]:
        """A council's words, with its name filled in."""
        words = merged(self._base, self._local.get(council_id, {}))
        kept_for = _kept_for(words["privacy_panel"]["kept_for"], self._keep_days[council_id])
        filled: dict[str, Any] = _filled(words, {"{council}": name, "{kept_for}": kept_for})
        return filled

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


def _kept_for(words: Mapping[str, str], days: int) -> str:
    """How long a chat is kept, in whole years where it is some."""
    count, unit = (days // YEAR, "year") if days % YEAR == 0 else (days, "day")
    return words[unit if count == 1 else f"{unit}s"].replace("{count}", str(count))


def _filled(words: Any, values: Mapping[str, str]) -> Any:
    match words:
        case dict():
            return {key: _filled(value, values) for key, value in words.items()}
        case list():
            return [_filled(value, values) for value in words]
        case str():
            for name, value in values.items():
                words = words.replace(name, value)
            return words
        case _:
            return words
