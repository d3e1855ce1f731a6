"""The report of a period: its figures, and the same by day, hour, service and council. docs/reports.md defines each figure.

Days that are over come from their summaries (summarising.py), a day that is still going on is counted as it is asked for, and
both are added up. Figures belong to a council: nobody sees another one's.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.reports import sources, store
from bot.reports.model import SERVICES, SETTLED, Counted, DaySummary, Tally, UnitCosts, Waits
from bot.reports.periods import DAY, Period, Step, day_of, hour_of
from bot.reports.summarising import Days
from bot.reports.watching import Standing
from bot.staff.model import ALL, Actor, NotAllowed, Permission

LIVE_MOST = 2  # days without a summary that are counted when asked for: today, and yesterday just after midnight


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see. Without a council all of theirs; without a service all; a step only for the series."""

    period: Period
    council: str = ""
    service: str = ""
    step: Step | None = None


@dataclass(frozen=True)
class Group:
    """What was counted of one part: its name is a period, an hour, a service or a council."""

    name: Any
    counted: Counted


@dataclass(frozen=True)
class Report:
    """Everything about a period."""

    asked: Asked
    councils: tuple[str, ...]
    as_of: datetime
    whole: Counted
    before: Counted  # the period before, up to the same hour when the period is today
    before_period: Period
    series: tuple[Group, ...]  # by Period
    hours: tuple[Group, ...]  # by hour
    services: tuple[Group, ...]
    by_council: tuple[Group, ...]
    questions: tuple[tuple[str, int], ...]  # intents, most often first
    themes: tuple[tuple[str, int], ...] = ()  # what people asked for and did not get, and how many did; of every service
    missing: tuple[date, ...] = ()  # days that are not summarised yet
    standing: Standing | None = None  # what stands open now, when the period goes on and is about every service


class _Sums:
    """Sums of a period by each way of grouping, while they are added up."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[Any, Counted]] = {}
        self.questions: Counter[str] = Counter()

    def add(self, one: Counted, **names: Any) -> None:
        """Adds what was counted to a group of each kind that is named: day, hour, service, council."""
        for by, name in names.items():
            groups = self.groups.setdefault(by, {})
            groups[name] = groups.get(name, Counted()) + one

    def add_day(self, council: str, day: date, summary: DaySummary, service: str, hours: int) -> None:
        """Adds a day that is not kept yet."""
        for (hour, of), tally in summary.tallies.items():
            if service in ("", of) and hour < hours:
                waits = summary.waits.get((hour, of), Waits())
                self.add(Counted(tally, waits), council=council, day=day, hour=hour, service=of)
        for of, promises in summary.promises.items():
            if service in ("", of):
                self.add(Counted(promises=promises), council=council, day=day, service=of)
        for (of, intent), number in summary.questions.items():
            if service in ("", of):
                self.questions[intent] += number

    def of(self, by: str, names: Iterable[Any], costs: "Costs") -> Counted:
        """Some groups together, with what they cost."""
        groups = self.groups.get(by, {})
        together = sum((groups[name] for name in names if name in groups), Counted())
        return replace(together, cost=costs.of(together.tally))


@dataclass(frozen=True)
class Costs:
    """The unit costs of the councils that are asked for; several only when they are the same."""

    unit: UnitCosts | None

    def of(self, tally: Tally) -> float | None:
        """What the contacts cost together, in pounds; None when it is not known."""
        return self.unit.cost(tally) if self.unit else None


class Reports:
    """The figures of every council. Build one in app.py."""

    def __init__(self, database: Database, clock: Clock, days: Days, unit_costs: Mapping[str, UnitCosts]) -> None:
        self._database = database
        self._clock = clock
        self.days = days
        self.unit_costs = unit_costs

    def councils_of(self, actor: Actor) -> tuple[str, ...]:
        """The councils whose figures somebody may see. Raises NotAllowed without the permission."""
        actor.needs(Permission.READ_REPORTS)
        return tuple(one for one in self.days.councils if actor.council in (ALL, one))

    async def report(self, actor: Actor, asked: Asked) -> Report:
        """The report of a period. Raises NotAllowed for another council's."""
        councils = self.councils_of(actor)
        if asked.council:
            if asked.council not in councils:
                raise NotAllowed(Permission.READ_REPORTS)
            councils = (asked.council,)
        now = self._clock.now()
        costs = self._costs(councils)
        sums, missing = await self._sums(councils, asked.period, asked.service)
        before_period = asked.period.before
        before = await self._before(councils, asked, now)
        parts = list(asked.period.parts(asked.step or asked.period.usual_step))
        return Report(
            asked=asked,
            councils=councils,
            as_of=now,
            whole=sums.of("council", councils, costs),
            before=before.of("council", councils, costs),
            before_period=before_period,
            series=tuple(Group(part, sums.of("day", list(part.days), costs)) for part in parts),
            hours=tuple(Group(hour, sums.of("hour", [hour], costs)) for hour in range(24)),
            services=tuple(Group(one, sums.of("service", [one], costs)) for one in SERVICES),
            by_council=tuple(Group(one, sums.of("council", [one], self._costs([one]))) for one in councils),
            questions=tuple(sums.questions.most_common()),
            themes=() if asked.service else await self._themes(actor, councils, asked.period),
            missing=missing,
            standing=await self._standing(councils, now) if day_of(now) in asked.period and not asked.service else None,
        )

    async def _themes(self, actor: Actor, councils: Sequence[str], period: Period) -> tuple[tuple[str, int], ...]:
        """Themes of at least so many people that their words point at nobody, most people first."""
        async with self._database.reading() as tx:
            return await sources.themes_asked(tx, actor, councils, period)

    async def _standing(self, councils: Sequence[str], now: datetime) -> Standing:
        async with self._database.reading() as tx:
            return await sources.standing_now(tx, councils, now)

    async def _before(self, councils: Sequence[str], asked: Asked, now: datetime) -> _Sums:
        """The sums of the period before; while today is going on, of the same hours of the day it is compared with."""
        today = day_of(now)
        hours = hour_of(now) + 1 if asked.period == Period(today, today) else 24
        sums, _ = await self._sums(councils, asked.period.before, asked.service, hours)
        return sums

    async def _sums(
        self, councils: Sequence[str], period: Period, service: str, hours: int = 24
    ) -> tuple[_Sums, tuple[date, ...]]:
        sums, kept = _Sums(), store.Sums(councils, period, service, hours)
        settled_until = day_of(self._clock.now() - SETTLED) - DAY
        lacking: list[tuple[str, date]] = []
        async with self._database.reading() as tx:
            for (_, day), one in (await kept.by_day(tx)).items():
                back = (one.tally.conversations, one.tally.came_back) if day <= settled_until else (0, 0)
                sums.add(replace(one, settled=back[0], came_back=back[1]), day=day)
            for (council, hour, of), one in (await kept.by_hour_and_service(tx, settled_until)).items():
                sums.add(one, council=council, hour=hour, service=of)
            for (council, day, of), promises in (await kept.promises(tx)).items():
                sums.add(Counted(promises=promises), council=council, day=day, service=of)
            sums.questions = await kept.questions(tx)
            for council in councils:
                lacking += [(council, day) for day in await self._lacking(tx, council, period)]
        missing: set[date] = set()
        for council, day in lacking:
            if (self.days.today() - day).days < LIVE_MOST:
                sums.add_day(council, day, await self.days.live(council, day), service, hours)
            else:
                missing.add(day)
        return sums, tuple(sorted(missing))

    async def _lacking(self, tx: AsyncConnection, council: str, period: Period) -> list[date]:
        """The days of a period, up to today, that have no summary although there is something to count."""
        first = await self.days.first_day(tx, council)
        last = min(period.last, self.days.today())
        if first is None or last < max(first, period.first):
            return []
        wanted = Period(max(first, period.first), last)
        known = await store.summarised(tx, council, wanted)
        return [day for day in wanted.days if day not in known]

    def _costs(self, councils: Sequence[str]) -> Costs:
        known = {self.unit_costs.get(one) for one in councils}
        return Costs(known.pop() if len(known) == 1 else None)
