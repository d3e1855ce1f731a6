"""Reads cases.yml: the closed list of statuses and the words about cases, for each council.

Everything that names a status asks here, so a council can add one or say it differently without a change of code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cases.model import Seen, Status
from bot.foundation.packs import UnreadablePackFile, read_pack_file

FILE = "cases.yml"


@dataclass(frozen=True)
class CaseWords:
    """What one council's cases.yml says."""

    statuses: Mapping[str, Status]
    words: Mapping[str, Any]

    @property
    def first(self) -> Status:
        """The status that a case opens with."""
        return next(iter(self.statuses.values()))


def read_case_words(councils_folder: Path) -> dict[str, CaseWords]:
    """The words of every council that is served. Raises UnreadablePackFile."""
    found = {}
    for council, words in read_pack_file(councils_folder, FILE).items():
        try:
            found[council] = CaseWords(_statuses(words.get("statuses")), words)
        except ValueError as problem:
            raise UnreadablePackFile(f"{councils_folder / council / FILE}: {problem}.") from problem
    return found


def _statuses(said: Any) -> dict[str, Status]:
    if not isinstance(said, dict) or not said:
        raise ValueError("statuses must be a list of names with label and meaning")
    statuses = {str(name): _status(str(name), values) for name, values in said.items()}
    first, *rest = statuses.values()
    if first.ends or first.seen_by == Seen.STAFF:
        raise ValueError(
            f"a case opens with the first status, so {first.name} must be one that residents see and that does not end"
        )
    if not any(status.ends and status.seen_by == Seen.RESIDENT for status in rest):
        raise ValueError("statuses must have at least one that ends a case")
    return statuses


def _status(name: str, values: Any) -> Status:
    if not isinstance(values, dict) or not values.get("label") or not values.get("meaning"):
        raise ValueError(f"the status {name} needs a label and a meaning")
    if values.get("seen_by", "resident") not in ("resident", "staff"):
        raise ValueError(f"seen_by of the status {name} must be resident or staff")
    if values.get("ends", False) not in (True, False):
        raise ValueError(f"ends of the status {name} must be true or false")
    ends = bool(values.get("ends", False))
    seen_by = Seen(values.get("seen_by", "resident"))
    if ends and seen_by == Seen.STAFF:
        raise ValueError(f"the status {name} ends a case, so the resident must see it")
    return Status(name, str(values["label"]), str(values["meaning"]), seen_by, ends)
