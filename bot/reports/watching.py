"""Whether anything stands out, for the top of the page: a few rules with numbers that a council can change in reports.yml.

A share is looked at only where there are enough to mean something. What is said is a sentence with its numbers, the most
urgent first; the order is that of the file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.reports.model import Counted, Figure
from bot.reports.wording import ReportWords, percentage


@dataclass(frozen=True)
class Standing:
    """What cannot be counted of a day but stands open now."""

    overdue: int = 0  # promises past their date
    waiting: int = 0  # residents in the queue
    longest_wait: float = 0.0  # seconds


@dataclass(frozen=True)
class Noticed:
    """One thing that stands out, and where to look."""

    name: str
    text: str
    link: str = ""
    to: str = ""


def noticed(words: ReportWords, whole: Counted, before: Counted, standing: Standing | None) -> list[Noticed]:
    """What stands out in a period; `standing` only when it goes on now."""
    found = dict(_plain(whole, before, standing))
    figures = whole.figures()
    said = []
    for name, rule in words.words["watch"]["rules"].items():
        text = _counted(words, rule, found[name]) if name in found else _shared(words, rule, figures.get(name))
        if text:
            said.append(Noticed(str(name), text, str(rule.get("link", "")), str(rule.get("to", ""))))
    return said


def _plain(whole: Counted, before: Counted, standing: Standing | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What rules about plain numbers look at: the number they go by, and what their sentence says."""
    yield "troubled", {"by": whole.tally.troubled, "number": whole.tally.troubled}
    yield "urgent", {"by": whole.tally.urgent, "number": whole.tally.urgent}
    if standing:
        yield "overdue", {"by": standing.overdue, "number": standing.overdue}
        yield "waiting", {"by": standing.longest_wait, "number": standing.waiting, "seconds": standing.longest_wait}
    now, then = whole.tally.conversations, before.tally.conversations
    if then:
        yield "fewer", {"by": now / then, "number": now, "before": then, "of": then}
        yield "more", {"by": now / then, "number": now, "before": then, "of": then}


def _counted(words: ReportWords, rule: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    if found.get("of", rule.get("least", 0)) < rule.get("least", 0) or not _crossed(rule, found["by"]):
        return ""
    text = rule["one"] if found["number"] == 1 and "one" in rule else rule["text"]
    return str(text).format(number=f"{found['number']:,}", before=found.get("before"), time=words.time(found.get("seconds", 0)))


def _shared(words: ReportWords, rule: Mapping[str, Any], figure: Figure | None) -> str:
    if figure is None or figure.value is None or figure.of < rule["least"]:
        return ""
    by = figure.share if figure.share is not None else figure.value
    if not _crossed(rule, by):
        return ""
    share = percentage(figure.share) if figure.share is not None else ""
    return str(rule["text"]).format(share=share, of=words.of(figure), time=words.time(figure.value))


def _crossed(rule: Mapping[str, Any], number: float) -> bool:
    return bool(number < rule["under"] if "under" in rule else number >= rule["at"])
