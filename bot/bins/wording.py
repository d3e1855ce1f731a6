"""Says bin days in words: for the chat as Markdown, for the page as rows. The words themselves are in bins.yml.

The order is always the same: what is disrupted today, the address read back once, the next day of every container, days on
which nobody comes, what the list leaves out, and when it was looked up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.addresses.model import Address
from bot.bins.model import EVERY, Change, Collection, Container, Gathered, HomeBins
from bot.bins.reading import CouncilBins
from bot.foundation.words import LONDON, day_in_words, time_in_words


@dataclass(frozen=True)
class DayRow:
    """One day of a calendar: the day in words, and each container with a remark."""

    day: date
    words: str
    bins: tuple[tuple[Container, str], ...]


@dataclass(frozen=True)
class Month:
    """The days of one month."""

    name: str
    days: tuple[DayRow, ...]


def short_day(day: date, today: date) -> str:
    """A day as "Friday 27 November"; the year is said when it is another one."""
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day:%A} {day.day} {day:%B}{year}"


def chat_answer(bins: CouncilBins, home: HomeBins) -> str:
    """The whole answer in Markdown."""
    words = bins.words["words"]
    parts = [*_disruptions(bins, home), words["for"].format(address=home.address.line)]
    parts.append("\n".join(f"- {_line(bins, one, home.today)}" for one in home.next))
    if home.cancelled:
        parts.append("\n".join(f"- {_cancelled(bins, one, home.today)}" for one in home.cancelled))
    parts.append(words["out_by"])
    parts.append(" ".join(left_out(bins, home.gathered, home.today)))
    links = f"[{words['calendar']}]({calendar_path(home.address)})."
    parts.append(f"{links} {looked_up(bins, home.gathered, home.today)}")
    return "\n\n".join(part for part in parts if part)


def round_changes(bins: CouncilBins, changes: Sequence[Change], today: date) -> str:
    """Which days move or fall out for everybody, in Markdown; empty when nothing is known of changes."""
    words = bins.words["holidays"]
    lines = [
        _change(words, one.day, one.new_day, one.reason, today)
        for one in changes
        if (one.round, one.container) == (EVERY, EVERY)
    ]
    if not changes:
        return ""
    some = words["some"] if len(lines) < len(changes) else ""
    listed = [words["every"], "\n".join(lines)] if lines else []
    return "\n\n".join(part for part in (*listed, some) if part)


def home_changes(bins: CouncilBins, address: Address, found: Sequence[Collection], today: date) -> str:
    """Which of a home's days move or fall out, in Markdown, each day once; or that none does."""
    words = bins.words["holidays"]
    if not found:
        return str(words["none"]).format(address=address.line)
    days = dict.fromkeys((one.usual, None if one.cancelled else one.day, one.reason) for one in found)
    lines = "\n".join(_change(words, usual, day, reason, today) for usual, day, reason in days)
    return f"{words['home'].format(address=address.line)}\n\n{lines}"


def left_out(bins: CouncilBins, gathered: Gathered, today: date) -> list[str]:
    """Sentences on what the list does not have, and why."""
    words = bins.words["words"]
    there = {one.container for one in gathered.collections}
    paused = dict(gathered.seasons)
    found = []
    for container in bins.containers.values():
        if container.id in paused:
            day = short_day(paused[container.id], today)
            found.append(words["resting"].format(name=container.name, bin=container.bin, day=day))
        elif container.id not in there and container.without:
            found.append(container.without)
    found.append(words["always_left_out"])
    if gathered.known_until and gathered.known_until < today + timedelta(days=92):
        found.append(words["known_until"].format(day=short_day(gathered.known_until, today)))
    return [sentence for sentence in found if sentence]


def looked_up(bins: CouncilBins, gathered: Gathered, today: date) -> str:
    """When it was looked up."""
    local = gathered.fetched_at.astimezone(LONDON)
    day = bins.words["words"]["today"] if local.date() == today else short_day(local.date(), today)
    return str(bins.words["words"]["fetched"]).format(day=day, time=time_in_words(local))


def looked_up_on_paper(bins: CouncilBins, gathered: Gathered) -> str:
    """The same for a page that may be printed and kept: with the whole date."""
    local = gathered.fetched_at.astimezone(LONDON)
    return str(bins.words["page"]["fetched"]).format(day=day_in_words(local.date()), time=time_in_words(local))


def months(bins: CouncilBins, gathered: Gathered) -> tuple[Month, ...]:
    """A calendar by months."""
    words = bins.words["page"]
    days: dict[date, list[tuple[Container, str]]] = {}
    for one in gathered.collections:
        remark = ""
        if one.cancelled:
            remark = _sentence(words["none"], one.reason)
        elif one.moved:
            remark = _sentence(words["instead"].format(usual=f"{one.usual:%A} {one.usual.day} {one.usual:%B}"), one.reason)
        days.setdefault(one.day, []).append((bins.container(one.container), remark))
    by_month: dict[str, list[DayRow]] = {}
    for day, found in days.items():
        row = DayRow(day, f"{day:%A} {day.day} {day:%B}", tuple(found))
        by_month.setdefault(f"{day:%B %Y}", []).append(row)
    return tuple(Month(name, tuple(rows)) for name, rows in by_month.items())


def calendar_path(address: Address) -> str:
    """Where a home's calendar is on our pages."""
    return f"/bins/{address.council}/{address.uprn}"


def _disruptions(bins: CouncilBins, home: HomeBins) -> Iterator[str]:
    words = bins.words["words"]
    for one in home.disruptions:
        text = one.text if one.text[-1] in ".?!" else f"{one.text}."
        if one.back_on:
            yield words["disruption_back"].format(text=_plain(text), day=short_day(one.back_on, home.today))
        else:
            yield words["disruption"].format(text=_plain(text))


def _line(bins: CouncilBins, one: Collection, today: date) -> str:
    words = bins.words["words"]
    container = bins.container(one.container)
    day = short_day(one.day, today)
    if one.day <= today + timedelta(days=1):
        near = words["today"] if one.day == today else words["tomorrow"]
        day = f"{near}, {day}"
    name = "moved" if one.moved else "line" if container.bin else "line_no_bin"
    said = words[name].format(
        name=container.name, bin=container.bin, day=day, usual=short_day(one.usual, today), reason=_reason(one.reason)
    )
    return str(said).strip()


def _cancelled(bins: CouncilBins, one: Collection, today: date) -> str:
    container = bins.container(one.container)
    said = bins.words["words"]["cancelled"].format(
        name=container.name, bin=container.bin, day=short_day(one.day, today), reason=_reason(one.reason)
    )
    return str(said).strip()


def _change(words: Mapping[str, str], usual: date, day: date | None, reason: str, today: date) -> str:
    said = words["moved" if day else "cancelled"]
    new = short_day(day, today) if day else ""
    return f"- {said.format(usual=short_day(usual, today), day=new, reason=_plain(_reason(reason)))}".strip()


def _reason(reason: str) -> str:
    return "" if not reason else reason if reason[-1] in ".?!" else f"{reason}."


def _sentence(first: str, reason: str) -> str:
    return f"{first} ({reason})" if reason else first


def _plain(text: str) -> str:
    """Staff's words without anything that Markdown would take as a mark."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|" else letter for letter in text)
