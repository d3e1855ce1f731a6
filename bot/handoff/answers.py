"""Answers at hand for staff: the best passages for a resident's message, and ready replies found by a word.

Ready replies share the library of the assistant: every article is one, beside the shorter ones of canned.yml. A ready reply
belongs to all teams or to some; its variables have a word to fall back on ({name|there}), so that nothing is sent with a
hole in it, and quote facts by key as articles do. Nothing here is sent by itself: it goes into the field where staff type.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.conversations import store as conversations
from bot.conversations.model import Source
from bot.conversations.service import NotFound
from bot.foundation.packs import UnreadablePackFile, read_pack_file
from bot.handoff.access import Access
from bot.handoff.model import Handoff
from bot.knowledge.rendering import filled, plain_text
from bot.knowledge.search import Found
from bot.knowledge.service import Knowledge
from bot.staff.model import ALL, Actor, Permission

FILE = "canned.yml"
PASSAGES = 3
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


@dataclass(frozen=True)
class Ready:
    """A reply at hand, with its variables filled in: where it is from, how well it fits and why."""

    id: str
    source: str  # article or canned
    title: str
    text: str
    score: float  # 0 to 1
    why: str
    sources: tuple[Source, ...] = ()


class Answers:
    """Passages and ready replies. Build one in app.py."""

    def __init__(self, access: Access, knowledge: Knowledge, canned: Mapping[str, Sequence[Canned]]) -> None:
        self._access = access
        self._knowledge = knowledge
        self._canned = canned

    async def passages(self, actor: Actor, conversation_id: str, seq: int) -> list[Ready]:
        """The three best passages of knowledge for one message, with score and why. Raises NotFound."""
        actor.needs(Permission.ANSWER_CHATS)
        async with self._access.parts.database.reading() as tx:
            conversation, _ = await self._access.readable(tx, actor, conversation_id)
            message = await conversations.message_at(tx, conversation_id, seq)
        if message is None:
            raise NotFound
        found = self._knowledge.search(conversation.council, message.text, limit=PASSAGES)
        return [self._article(conversation.council, one) for one in found]

    async def search(self, actor: Actor, conversation_id: str, words: str, limit: int = 8) -> list[Ready]:
        """Ready replies for what staff type, the best first; with no words, the team's own ones. Raises NotFound."""
        actor.needs(Permission.ANSWER_CHATS)
        async with self._access.parts.database.reading() as tx:
            conversation, handoff = await self._access.readable(tx, actor, conversation_id)
        council = conversation.council
        values = self._values(council, handoff, actor)
        own = [one for one in self._canned.get(council, ()) if not one.teams or handoff.team in one.teams or ALL in one.teams]
        ranked = sorted(((match(one, words), one) for one in own), key=lambda pair: (-pair[0], pair[1].title))
        ready = [
            Ready(one.id, "canned", one.title, self._filled(council, one.text, values), score, "words in common")
            for score, one in ranked
            if score > 0 or not words.strip()
        ]
        if words.strip():
            ready += [self._article(council, one) for one in self._knowledge.search(council, words, limit=limit)]
        return sorted(ready, key=lambda one: -one.score)[:limit]

    def _article(self, council: str, found: Found) -> Ready:
        answer = self._knowledge.answer(council, found.article)
        article = found.article
        return Ready(article.id, "article", article.title, answer.text, round(found.score, 3), found.why, answer.sources)

    def _values(self, council: str, handoff: Handoff, actor: Actor) -> dict[str, str]:
        plan = self._access.plan(council)
        team = plan.team(handoff.team)
        name = re.match(r"[A-Za-z'’ -]+(?=,)", handoff.card.contact)
        return {
            "name": name[0].strip() if name else "",
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
    return Canned(name, str(said["title"]), text, frozenset(map(str, said.get("teams") or ())), str(said.get("words", "")))
