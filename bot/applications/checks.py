"""What is looked up before a report is taken: an existing report of the same thing, a round that has not passed.

A definition names its checks; each says which questions it needs and is run when the last of them is answered. It finds nothing,
or a sentence for the resident, which may end the application.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from bot.applications.filling import Form
from bot.bins.building import HomesAndBins
from bot.bins.providers import NoBinDays, ProviderFailed
from bot.cases.model import Wanted
from bot.cases.service import Cases
from bot.foundation.words import day_in_words
from bot.hours.model import Hours


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


class BinCollection:
    """What bins know about a collection that is said to be missed: a known disruption, a round that is not over, a wrong day."""

    def __init__(self, homes: HomesAndBins, words: Mapping[str, Mapping[str, Any]], hours: Mapping[str, Hours]) -> None:
        self._addresses = homes.addresses
        self._bins = homes.bins
        self._words = words
        self._hours = hours

    @property
    def needs(self) -> tuple[str, ...]:
        """Where it is, which container and which day."""
        return ("address", "container", "day")

    async def look(self, form: Form) -> Finding | None:
        """What speaks against sending the crew back, or None; nothing where bins do not know this home."""
        council, value = form.definition.council, form.answers["address"].value
        address = (
            await self._addresses.by_uprn(council, str(value["uprn"])) if isinstance(value, dict) and value["uprn"] else None
        )
        if address is None:
            return None
        say = self._words[council]["say"]
        if disrupted := await self._bins.disruptions_at(address):
            return Finding(say["disrupted"].format(text=disrupted[0].text), ends=True)
        try:
            collected = await self._bins.last_collections(address)
        except (NoBinDays, ProviderFailed):
            return None
        container, day = form.answers["container"], date.fromisoformat(form.answers["day"].value)
        due = [one.day for one in collected if one.container == container.value]
        if not due:
            return None
        if day not in due:
            values = {"bin": container.words, "date": day_in_words(day), "last": day_in_words(due[0])}
            return Finding(say["not_due"].format(**values), reopen="day")
        if day == self._bins.today() and self._hours[council].is_open(form.definition.team, self._bins.now()):
            return Finding(say["round_not_over"].format(bin=container.words), ends=True)
        return None
