"""Ready replies for staff, by team and found by a word; bot/assist ranks them together with articles and past replies.

A ready reply of canned.yml belongs to all teams or to some; its variables have a word to fall back on ({name|there}), so
that nothing is sent with a hole in it, and quote facts by key as articles do. Nothing here is sent by itself: it goes into
the field where staff type.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.foundation.packs import UnreadablePackFile, read_pack_file
from bot.handoff.access import Access
from bot.handoff.model import Handoff
from bot.knowledge.rendering import filled, plain_text
from bot.knowledge.service import Knowledge
from bot.staff.model import ALL, Actor, Permission

FILE = "canned.yml"
_VARIABLE = re.compile(r"\{([a-z_]+)(?:\|([^{}]*))?\}")
VARIABLES = ("name", "staff", "team", "council", "topic", "reference")


@dataclass(frozen=True)
class Canned:
    """One ready reply of canned.yml."""

    id: str
    title: str
    text: str
    teams: frozenset[str] = frozenset()  # empty: all of them
    words: str = ""  # further words that it is found by
    intents: tuple[str, ...] = ()  # what the resident says when it is the reply
    for_details: bool = False  # whether it is one to an address, a number or a name that was asked for


@dataclass(frozen=True)
class Filled:
    """A ready reply with its variables filled in."""

    canned: Canned
    text: str


@dataclass(frozen=True)
class Ready:
    """A ready reply that was found, and how many of the words it was found by, 0 to 1."""

    id: str
    title: str
    text: str
    score: float


class Answers:
    """Ready replies. Build one in app.py."""

    def __init__(self, access: Access, knowledge: Knowledge, canned: Mapping[str, Sequence[Canned]]) -> None:
        self._access = access
        self._knowledge = knowledge
        self._canned = canned

    async def search(self, actor: Actor, conversation_id: str, words: str, limit: int = 8) -> list[Ready]:
        """Ready replies for what staff type, the best first; with no words, the team's own ones. Raises NotFound."""
        actor.needs(Permission.ANSWER_CHATS)
        async with self._access.parts.database.reading() as tx:
            conversation, handoff = await self._access.readable(tx, actor, conversation_id)
        own = self.own(conversation.council, handoff, actor)
        ranked = sorted(((match(one.canned, words), one) for one in own), key=lambda pair: (-pair[0], pair[1].canned.title))
        return [
            Ready(one.canned.id, one.canned.title, one.text, score) for score, one in ranked if score > 0 or not words.strip()
        ][:limit]

    def own(self, council: str, handoff: Handoff, actor: Actor) -> list[Filled]:
        """The ready replies of a chat's team, filled in for its resident and this actor."""
        values = self._values(council, handoff, actor)
        return [
            Filled(one, self._filled(council, one.text, values))
            for one in self._canned.get(council, ())
            if not one.teams or handoff.team in one.teams or ALL in one.teams
        ]

    @staticmethod
    def name_of(handoff: Handoff) -> str:
        """What the resident is called, when they have said so with their contact."""
        name = re.match(r"[A-Za-z'’ -]+(?=,)", handoff.card.contact)
        return name[0].strip() if name else ""

    def _values(self, council: str, handoff: Handoff, actor: Actor) -> dict[str, str]:
        plan = self._access.plan(council)
        team = plan.team(handoff.team)
        return {
            "name": self.name_of(handoff),
            "staff": plan.shown_name(actor.name, team),
            "team": team.name,
            "council": self._knowledge.council(council).name,
            "topic": self._access.parts.wording.topic(council, handoff.card.topic).lower() if handoff.card.topic else "",
            "reference": handoff.card.references[0] if handoff.card.references else "",
        }

    def _filled(self, council: str, text: str, values: Mapping[str, str]) -> str:
        named = _VARIABLE.sub(lambda found: values.get(found[1], "") or found[2] or "", text)
        return plain_text(filled(named, self._knowledge.council(council).facts))


def match(canned: Canned, words: str) -> float:
    """How many of the words begin a word of the reply, 0 to 1; its title and search words count more than its text."""
    asked = re.findall(r"\w+", words.lower())
    if not asked:
        return 0.0
    title = re.findall(r"\w+", f"{canned.title} {canned.words} {canned.id}".lower())
    text = re.findall(r"\w+", canned.text.lower())
    found = [1.0 if _begins(word, title) else 0.6 if _begins(word, text) else 0.0 for word in asked]
    return sum(found) / len(found) if any(found) else 0.0


def _begins(word: str, words: Sequence[str]) -> bool:
    return any(one.startswith(word) for one in words)


def read_canned(councils_folder: Path) -> dict[str, tuple[Canned, ...]]:
    """The ready replies of every council. Raises UnreadablePackFile."""
    found = {}
    for council, content in read_pack_file(councils_folder, FILE).items():
        try:
            replies = content.get("replies") or {}
            found[council] = tuple(_canned(str(name), said) for name, said in replies.items() if said)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise UnreadablePackFile(f"{councils_folder / council / FILE}: {problem}.") from problem
    return found


def _canned(name: str, said: Mapping[str, Any]) -> Canned:
    text = str(said["text"]).strip()
    for variable, fallback in _VARIABLE.findall(text):
        if variable not in VARIABLES:
            raise ValueError(f"{name} uses {variable!r}; there are {', '.join(VARIABLES)}")
        if variable in ("name", "topic", "reference") and not fallback:
            raise ValueError(f"{name} needs a word to fall back on, like {{{variable}|there}}")
    return Canned(
        name,
        str(said["title"]),
        text,
        frozenset(map(str, said.get("teams") or ())),
        str(said.get("words", "")),
        tuple(map(str, said.get("intents") or ())),
        bool(said.get("for_details", False)),
    )
