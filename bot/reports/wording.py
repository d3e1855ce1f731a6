"""Figures as people read them: numbers with their units, and "of what". The words stand in councils/england/reports.yml.

There is never 0% of nothing: a figure without anything to count says "Nothing yet".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.foundation.packs import UnreadablePackFile, load_yaml
from bot.foundation.words import day_in_words, time_in_words
from bot.reports.model import UNKNOWN, Counted, Figure
from bot.reports.periods import Period, Step, day_of

FILE = "reports.yml"


@dataclass(frozen=True)
class Definition:
    """What a figure is: its label, what it is a part of, how it is counted and what it leaves out."""

    name: str
    label: str
    of: str
    counted: str
    left_out: str = ""


class ReportWords:
    """The words of the reports, the same for every council. `labels` has what intents and services are called."""

    def __init__(self, words: Mapping[str, Any], labels: Mapping[str, str]) -> None:
        self.words = words
        self._labels = labels
        self.definitions = {
            str(name): Definition(str(name), said["label"], said["of"], said["counted"].strip(), said.get("not", "").strip())
            for name, said in words["figures"].items()
        }

    @classmethod
    def read(cls, councils_folder: Path, labels: Mapping[str, str]) -> "ReportWords":
        """The words as the national base has them. Raises UnreadablePackFile."""
        path = councils_folder / "england" / FILE
        words = cls(load_yaml(path), labels)
        if missing := Counted().figures().keys() ^ words.definitions.keys():
            raise UnreadablePackFile(
                f"{path}: figures must name exactly what is counted; look at {', '.join(sorted(missing))}."
            )
        return words

    def say(self, *path: str, **values: object) -> str:
        """A sentence, with its {names} filled in."""
        found: Any = self.words
        for name in path:
            found = found[name]
        return str(found).format(**values)

    def named(self, name: str) -> str:
        """What an intent or a service is called."""
        return self.say("services", UNKNOWN) if name == UNKNOWN else self._labels.get(name, name.replace("_", " "))

    # ---- figures

    def value(self, figure: Figure) -> str:
        """The number that is shown large: a share as a percentage, a time, an amount, a count."""
        if figure.value is None:
            return self.say("page", "nothing")
        match figure.kind:
            case "share":
                return percentage(figure.share or 0.0)
            case "seconds":
                return self.time(figure.value)
            case "pounds":
                return pounds(figure.value)
            case _:
                return f"{figure.value:,.0f}"

    def of(self, figure: Figure) -> str:
        """What it is of, in numbers: "171 of 212 conversations". Nothing for a plain count."""
        what = self.definitions[figure.name].of
        if not what or figure.value is None:
            return ""
        if figure.kind == "share":
            return self.say("page", "of", value=f"{figure.value:,.0f}", of=f"{figure.of:,}", what=what)
        return self.say("page", "from", of=f"{figure.of:,}", what=what)

    def time(self, seconds: float) -> str:
        """A length of time: "40 s", "3 min", "1 h 5 min"."""
        if seconds < 60:
            return self.say("page", "seconds", count=round(seconds))
        if seconds < 3600:
            return self.say("page", "minutes", count=round(seconds / 60))
        return self.say("page", "hours", hours=int(seconds // 3600), minutes=round(seconds % 3600 / 60))

    # ---- periods

    def period(self, period: Period, now: datetime) -> str:
        """A period in words: today until now, one day, or from a day to a day."""
        if period == Period(day_of(now), day_of(now)):
            return self.say("page", "so_far", time=time_in_words(now))
        if len(period) == 1:
            return self.say("page", "one_day", day=day_in_words(period.first))
        return self.say("page", "days", first=short_day(period.first), last=short_day(period.last))


def part_label(period: Period, step: Step) -> str:
    """A part of a series, as short as it can be said under a bar."""
    return f"{period.first:%b %Y}" if step == Step.MONTH else f"{period.first.day} {period.first:%b}"


def short_day(day: date) -> str:
    """A day as "24 Nov 2026"."""
    return f"{day.day} {day:%b %Y}"


def percentage(share: float) -> str:
    """A whole percentage; what is nearly nothing or nearly all says so, since 0% and 100% would be untrue."""
    if 0 < share < 0.005:
        return "under 1%"
    return "over 99%" if 0.995 <= share < 1 else f"{share:.0%}"


def pounds(amount: float) -> str:
    """An amount of money."""
    return f"£{amount:,.2f}"
