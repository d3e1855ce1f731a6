"""Reads handoff.yml: the teams of each council, the numbers of the queue, outcomes, and every word about handing over.

England is the base and a council replaces any part of it. A team names the areas, intents and urgent matters that are its
business, and a fallback for when nobody of it can be had. Whatever cannot be used stops the start with one sentence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.foundation.packs import UnreadablePackFile, read_pack_file
from bot.handoff.model import Card, Outcome, Settings, Team

FILE = "handoff.yml"
STAFF_NAMES = ("first_name", "full_name", "team")


@dataclass(frozen=True)
class Plan:
    """Handing over in one council."""

    teams: dict[str, Team]
    settings: Settings
    outcomes: dict[str, Outcome]
    words: dict[str, Any]

    def say(self, *path: str, **values: object) -> str:
        """A sentence of the council, with its {names} filled in."""
        found: Any = self.words
        for name in path:
            found = found[name]
        return str(found).format(**values)

    def team(self, team_id: str) -> Team:
        """A team by its id; the default one for an id that is no longer there."""
        return self.teams.get(team_id) or self.teams[self.settings.default_team]

    def team_for(self, card: Card, area: str) -> Team:
        """The team whose business it is: by urgent matter, then by intent, then by area."""
        for team in self.teams.values():
            if card.matter and card.matter in team.matters:
                return team
        for team in self.teams.values():
            if card.topic and card.topic in team.intents:
                return team
        for team in self.teams.values():
            if area in team.areas:
                return team
        return self.teams[self.settings.default_team]

    def chain(self, team: Team) -> Iterator[Team]:
        """The team and its fallbacks, each once."""
        seen: set[str] = set()
        while team.id not in seen:
            yield team
            seen.add(team.id)
            team = self.teams.get(team.fallback, team)

    def capacity(self, team: Team) -> int:
        """How many chats one person of the team takes at once."""
        return team.capacity or self.settings.capacity

    def shown_name(self, name: str, team: Team) -> str:
        """What a resident sees of a member of staff: the council decides."""
        match team.staff_name or self.settings.staff_name:
            case "full_name":
                return name
            case "team":
                return team.name
            case _:
                return name.split(maxsplit=1)[0] if name.split() else team.name

    def supervised(self, card: Card) -> bool:
        """Whether replies about this wait for a second person, whoever writes them."""
        return bool({card.topic, card.matter} & set(self.settings.supervised_topics))

    def emergency(self, matter: str, topic: str) -> str:
        """The numbers for the matter at hand as Markdown with {fact:key}, the general ones otherwise."""
        numbers = self.words["emergency"]
        return str(numbers.get(matter) or numbers.get(topic) or numbers["general"])


def read_plans(councils_folder: Path) -> dict[str, Plan]:
    """The plan of every council that is served. Raises UnreadablePackFile."""
    plans = {}
    for council, content in read_pack_file(councils_folder, FILE).items():
        try:
            plans[council] = plan_from(content)
        except (KeyError, TypeError, ValueError) as problem:
            raise UnreadablePackFile(f"{councils_folder / council / FILE}: {problem}.") from problem
    return plans


def plan_from(content: dict[str, Any]) -> Plan:
    """The plan that a handoff.yml describes. Raises ValueError with the reason."""
    settings = _settings(content.get("settings") or {})
    teams = {str(name): _team(str(name), said) for name, said in (content.get("teams") or {}).items() if said}
    if settings.default_team not in teams:
        raise ValueError(f"settings name the default team {settings.default_team!r}, and teams have no such team")
    for team in teams.values():
        if team.fallback and team.fallback not in teams:
            raise ValueError(f"the fallback of {team.id} is {team.fallback!r}, and teams have no such team")
    outcomes = {
        str(name): Outcome(str(name), str(said["label"]), str(said["meaning"]))
        for name, said in (content.get("outcomes") or {}).items()
    }
    if not outcomes:
        raise ValueError("outcomes must name at least one way to end a chat")
    return Plan(teams, settings, outcomes, content["words"])


def _settings(said: dict[str, Any]) -> Settings:
    known = {name: value for name, value in said.items() if name in Settings.__dataclass_fields__}
    if unknown := sorted(set(said) - set(known)):
        raise ValueError(f"settings do not know {', '.join(unknown)}")
    known["supervised_topics"] = tuple(known.get("supervised_topics") or ())
    for name, value in known.items():
        numeric = isinstance(Settings.__dataclass_fields__[name].default, int)
        if numeric and (not isinstance(value, int) or value < 1):
            raise ValueError(f"{name} must be a number from 1")
    _check_staff_name(str(known.get("staff_name", "first_name")))
    return Settings(**known)


def _team(name: str, said: dict[str, Any]) -> Team:
    if not said.get("name"):
        raise ValueError(f"the team {name} needs a name that residents can read")
    _check_staff_name(str(said.get("staff_name", "first_name")))
    lists = {key: tuple(map(str, said.get(key) or ())) for key in ("areas", "intents", "matters")}
    numbers = {key: said.get(key) for key in ("capacity", "queue_limit", "promise_days")}
    texts = {key: str(said.get(key) or "") for key in ("fallback", "hours", "staff_name")}
    return Team(id=name, name=str(said["name"]), **lists, **numbers, **texts)  # type: ignore[arg-type]


def _check_staff_name(said: str) -> None:
    if said not in STAFF_NAMES:
        raise ValueError(f"staff_name must be one of {', '.join(STAFF_NAMES)}")
