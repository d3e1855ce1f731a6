"""What is counted, in plain Python: the tally of some conversations, waits, and the figures with their denominators.

Tallies can be added up, so a day is kept by hour and service and every period is a sum. A figure is a count "of" a number;
what each means in words, and what it leaves out, stands in councils/england/reports.yml under the same name. How one
conversation is counted is in counting.py.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Self

from bot.knowledge.model import AREAS

UNKNOWN = "unknown"  # the service of a conversation in which none was recognised
SERVICES = (*AREAS, UNKNOWN)
SETTLED = timedelta(days=7)  # how long after its beginning a conversation can count as come back to
FINAL = SETTLED + timedelta(days=1)  # after so many days nothing that a day's figures count can still change


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of some conversations each of these is true of; docs/reports.md defines every one."""

    conversations: int = 0
    answered: int = 0
    said_yes: int = 0
    said_partly: int = 0
    said_no: int = 0
    came_back: int = 0
    passed_on: int = 0
    queued: int = 0
    abandoned: int = 0
    reached: int = 0
    promised: int = 0
    unanswered: int = 0
    troubled: int = 0
    urgent: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(mine + theirs for mine, theirs in zip(self.numbers(), other.numbers(), strict=True)))

    def numbers(self) -> tuple[int, ...]:
        """Its numbers in the order of COUNTED."""
        return tuple(getattr(self, name) for name in COUNTED)

    @property
    def said(self) -> int:
        """Conversations whose resident said whether it helped."""
        return self.said_yes + self.said_partly + self.said_no


COUNTED = tuple(one.name for one in fields(Tally))


def tallied(tallies: Iterable[Tally]) -> Tally:
    """The sum."""
    return sum(tallies, Tally())


@dataclass(frozen=True)
class Promises:
    """Promises by the date that was first promised. One that was kept late or with another date was not kept."""

    due: int = 0
    kept: int = 0

    def __add__(self, other: "Promises") -> "Promises":
        return Promises(self.due + other.due, self.kept + other.kept)


# A wait is kept as the first of these seconds that it does not exceed; the last is for all that are longer.
WAIT_STEPS = (15, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 14400, 86400)


class Waits(Counter[int]):
    """How often residents waited at most so many seconds, by the steps of WAIT_STEPS."""

    @property
    def number(self) -> int:
        """How many waits there were."""
        return self.total()

    def within(self, share: float) -> int | None:
        """The shortest time within which at least this share of waits was over; None without any."""
        wanted, passed = share * self.total(), 0
        for seconds in sorted(self):
            passed += self[seconds]
            if passed >= wanted:
                return seconds
        return None

    @property
    def median(self) -> int | None:
        """Half of the waits were no longer."""
        return self.within(0.5)

    @property
    def p90(self) -> int | None:
        """Nine of ten waits were no longer."""
        return self.within(0.9)


def step_of(seconds: float) -> int:
    """The step that a wait is kept as."""
    return next((step for step in WAIT_STEPS if seconds <= step), WAIT_STEPS[-1])


@dataclass
class DaySummary:
    """One day of one council: tallies by hour and service, and what is not true or false but has a name or a length.

    Conversations are counted where they began, whatever happened later; promises by the date that was promised.
    """

    tallies: dict[tuple[int, str], Tally] = field(default_factory=dict)  # by hour and service
    waits: dict[tuple[int, str], Waits] = field(default_factory=dict)
    questions: Counter[tuple[str, str]] = field(default_factory=Counter)  # by service and intent
    promises: dict[str, Promises] = field(default_factory=dict)  # by service

    @property
    def conversations(self) -> int:
        """All of the day."""
        return sum(one.conversations for one in self.tallies.values())


@dataclass(frozen=True)
class UnitCosts:
    """What a contact costs a council, in pounds, from its council.yml. `status` is current or example."""

    assistant: float
    person: float
    telephone: float
    source: str
    url: str
    checked: date
    status: str

    @classmethod
    def read(cls, said: Mapping[str, object]) -> Self:
        """From `unit_costs` of a council.yml. Raises ValueError with the reason."""
        try:
            prices = {name: float(str(said[name])) for name in ("assistant", "person", "telephone")}
            checked = date.fromisoformat(str(said["checked"]))
            return cls(**prices, source=str(said["source"]), url=str(said["url"]), checked=checked, status=str(said["status"]))
        except KeyError as missing:
            raise ValueError(f"unit_costs must name {missing}") from missing

    def cost(self, tally: Tally) -> float:
        """All contacts together: the assistant has part in each, a person in some, and promises are kept by telephone."""
        return tally.conversations * self.assistant + tally.reached * self.person + tally.promised * self.telephone


@dataclass(frozen=True)
class Figure:
    """One number with what it is of. `value` is None where there is nothing to say yet; never 0 of 0."""

    name: str
    value: float | None
    of: int
    kind: str = "share"  # share: value of `of`; count; seconds and pounds: from `of` waits or conversations

    @property
    def share(self) -> float | None:
        """The value as a part of `of`."""
        return self.value / self.of if self.kind == "share" and self.value is not None and self.of else None


@dataclass(frozen=True)
class Counted:
    """Everything that was counted of one group: a period, a day, a service, an hour. Groups can be added up."""

    tally: Tally = Tally()
    waits: Waits = field(default_factory=Waits)
    promises: Promises = Promises()
    settled: int = 0  # conversations that began long enough ago to know whether somebody came back
    came_back: int = 0  # of those
    cost: float | None = None

    def __add__(self, other: "Counted") -> "Counted":
        together = Waits(self.waits)
        together.update(other.waits)
        settled, came_back = self.settled + other.settled, self.came_back + other.came_back
        return Counted(self.tally + other.tally, together, self.promises + other.promises, settled, came_back)

    def figures(self) -> dict[str, Figure]:
        """The figures of the group, by name, in the order in which they are shown."""
        tally, waits = self.tally, self.waits
        every = tally.conversations
        found = (
            Figure("conversations", every or None, every, "count"),
            _share("answered", tally.answered, every),
            _share("said_yes", tally.said_yes, tally.said),
            _share("said_partly", tally.said_partly, tally.said),
            _share("said_no", tally.said_no, tally.said),
            _share("silent", every - tally.said, every),
            _share("came_back", self.came_back, self.settled),
            _share("passed_on", tally.passed_on, every),
            _share("abandoned", tally.abandoned, tally.queued),
            Figure("wait_median", waits.median, waits.number, "seconds"),
            Figure("wait_p90", waits.p90, waits.number, "seconds"),
            _share("promises_kept", self.promises.kept, self.promises.due),
            _share("unanswered", tally.unanswered, every),
            _share("troubled", tally.troubled, every),
            Figure("cost", self.cost / every if every and self.cost is not None else None, every, "pounds"),
        )
        return {one.name: one for one in found}


def _share(name: str, value: int, of: int) -> Figure:
    return Figure(name, value if of else None, of)
