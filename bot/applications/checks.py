"""What is looked up before a report is taken: an existing report of the same thing, a round that has not passed.

A definition names its checks; each says which questions it needs and is run when the last of them is answered. It finds nothing,
or a sentence for the resident, which may end the application. What bins know comes through a small protocol, so that this
room stands beside theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.applications.filling import Form
from bot.cases.model import Wanted
from bot.cases.service import Cases
from bot.foundation.words import day_in_words


@dataclass(frozen=True)
class Finding:
    """What a check found, as a sentence; `ends` when there is nothing to send, `reopen` names a question to ask again."""

    text: str
    ends: bool = False
    reopen: str = ""


class Check(Protocol):
    """One thing that is looked up. It is run when the last of the questions it needs is answered."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the questions it looks at."""

    async def look(self, form: Form) -> Finding | None:
        """What it finds with these answers, or None."""


class SameReport:
    """An open report of the same kind about the same address and the same thing."""

    def __init__(self, cases: Cases, words: Mapping[str, Mapping[str, Any]]) -> None:
        self._cases = cases
        self._words = words

    @property
    def needs(self) -> tuple[str, ...]:
        """Where it is and what it is about."""
        return ("address", "container")

    async def look(self, form: Form) -> Finding | None:
        """The open report that there is already."""
        council, address = form.definition.council, form.answers["address"].value
        uprn = address.get("uprn") if isinstance(address, dict) else ""
        if not uprn:
            return None
        wanted = Wanted([council], kinds=[form.definition.id], uprn=str(uprn), ended=False)
        for case in await self._cases.search(wanted):
            if case.data.get("container") == form.answers["container"].value:
                due = day_in_words(case.due) if case.due else ""
                text = self._words[council]["say"]["exists" if due else "exists_without_date"]
                return Finding(text.format(reference=case.reference, due=due), ends=True)
        return None
