"""Reads opening hours and closures from council.yml: the national base's, with a council's own over them.

```yaml
hours:
  default: {monday_to_friday: "09:00-17:00", source: …, url: …, checked: 2026-11-22, status: assumed}
  emergency: {every_day: "00:00-24:00", bank_holidays: open, …}
closures:
  - {from: 2026-12-29, to: 2026-12-31, reason: Christmas closure}
  - {from: 2026-12-24, reason: Christmas Eve, open: "09:00-12:00", teams: [benefits]}
```
Whatever cannot be used stops the start with one sentence: a council that looks open when it is not misleads people.
"""

import re
from datetime import date, time
from pathlib import Path
from typing import Any

from bot.foundation.packs import UnreadablePackFile, read_pack_file
from bot.hours.model import DEFAULT_TEAM, MIDNIGHT, WEEKDAYS, Closure, Hours, Span, TeamHours

FILE = "council.yml"
_DAYS = [day.lower() for day in WEEKDAYS]
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)|([01]\d|2[0-3]):([0-5]\d)-24:00")
_ABOUT = {"source", "url", "checked", "status", "bank_holidays"}


def read_hours(councils_folder: Path) -> dict[str, Hours]:
    """The hours of every council that is served. Raises UnreadablePackFile."""
    found = {}
    for council, pack in read_pack_file(councils_folder, FILE).items():
        try:
            found[council] = hours_from(pack)
        except ValueError as problem:
            raise UnreadablePackFile(f"{councils_folder / council / FILE}: {problem}.") from problem
    return found


def hours_from(pack: dict[str, Any]) -> Hours:
    """The hours that a council.yml says. Raises ValueError with the reason."""
    teams = pack.get("hours") or {}
    if not isinstance(teams, dict) or DEFAULT_TEAM not in teams:
        raise ValueError("hours must name at least the hours of the team 'default'")
    closures = pack.get("closures") or []
    if not isinstance(closures, list):
        raise ValueError("closures must be a list")
    return Hours({str(name): _team(str(name), said) for name, said in teams.items()}, tuple(map(_closure, closures)))


def _team(name: str, said: Any) -> TeamHours:
    if not isinstance(said, dict):
        raise ValueError(f"hours of {name} must be a list of days with times")
    week: list[tuple[Span, ...]] = [()] * 7
    for days, times in said.items():
        if days not in _ABOUT:
            for day in _days(name, str(days)):
                week[day] = _spans(f"hours of {name}, {days}", times)
    if not any(week):
        raise ValueError(f"the team {name} is never open")
    checked = said.get("checked")
    if checked is not None and type(checked) is not date:
        raise ValueError(f"checked of the hours of {name} must be a date like 2026-11-22")
    return TeamHours(
        week=tuple(week),
        open_on_bank_holidays=_one_of(name, "bank_holidays", said.get("bank_holidays", "closed"), "closed", "open") == "open",
        assumed=_one_of(name, "status", said.get("status", "assumed"), "assumed", "current") == "assumed",
        source=str(said.get("source", "")),
        url=str(said.get("url", "")),
        checked=checked,
    )


def _days(name: str, said: str) -> range:
    if said == "every_day":
        return range(7)
    first, _, last = said.partition("_to_")
    last = last or first
    if first not in _DAYS or last not in _DAYS or _DAYS.index(first) > _DAYS.index(last):
        raise ValueError(f"hours of {name}: {said!r} is no day like monday, monday_to_friday or every_day")
    return range(_DAYS.index(first), _DAYS.index(last) + 1)


def _spans(where: str, said: Any) -> tuple[Span, ...]:
    if said == "closed":
        return ()
    spans: list[Span] = []
    for part in str(said).split(","):
        match = _SPAN.fullmatch(part.strip())
        if not match:
            raise ValueError(f'{where}: {said!r} is no time like "09:00-17:00", "09:00-12:30, 13:30-17:00" or closed')
        opens = time(int(match[1] or match[5]), int(match[2] or match[6]))
        closes = time(int(match[3]), int(match[4])) if match[3] else MIDNIGHT
        if closes != MIDNIGHT and closes <= opens:
            raise ValueError(
                f"{where}: {part.strip()!r} ends before it begins; write a night as two days, the first until 24:00"
            )
        if spans and (spans[-1].closes == MIDNIGHT or opens < spans[-1].closes):
            raise ValueError(f"{where}: the times overlap")
        spans.append(Span(opens, closes))
    return tuple(spans)


def _closure(said: Any) -> Closure:
    if not isinstance(said, dict) or type(said.get("from")) is not date:
        raise ValueError("each of closures needs from with a date like 2026-12-29")
    first, last = said["from"], said.get("to", said["from"])
    if type(last) is not date or last < first:
        raise ValueError(f"the closure from {first} must end with a date that is not before it")
    if not said.get("reason"):
        raise ValueError(f"the closure from {first} needs a reason that residents can read")
    teams = said.get("teams") or []
    if not isinstance(teams, list):
        raise ValueError(f"teams of the closure from {first} must be a list")
    return Closure(
        first=first,
        last=last,
        reason=str(said["reason"]),
        teams=frozenset(map(str, teams)),
        open=_spans(f"closure from {first}", said.get("open", "closed")),
    )


def _one_of(team: str, key: str, said: Any, *allowed: str) -> str:
    if said not in allowed:
        raise ValueError(f"{key} of the hours of {team} must be {' or '.join(allowed)}")
    return str(said)
