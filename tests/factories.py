"""Makes the records that tests need, with sensible defaults, so that a test names only what it is about.

Councils here are invented: "Borchester" stands for any council.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from bot.dialogue.engine import EngineUnavailable, Reading
from bot.knowledge.model import Article, CouncilKnowledge, Fact, SourcePage

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class FixedClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now

    def now(self) -> datetime:
        """The time that the test set."""
        return self.time


def make_article(id: str = "bin-day", **changes: Any) -> Article:  # noqa: A002
    """An article about bin days."""
    values: dict[str, Any] = {
        "title": "When your bins are collected",
        "area": "bins",
        "lgsl": 524,
        "intents": ("bin_day",),
        "primary": True,
        "questions": ("when is my bin day", "which bin goes out this week"),
        "owner": "Waste team",
        "sources": (SourcePage("Bin collections", "https://www.example.gov.uk/bins"),),
        "checked": date(2026, 11, 1),
        "review_by": date(2027, 4, 1),
        "body": "Look up your bin day by postcode.\n\n[Find your bin day](https://www.example.gov.uk/bins).",
        "pack": "borchester",
    }
    return Article(id=id, **{**values, **changes})


def make_fact(key: str = "garden_price", **changes: Any) -> Fact:
    """The price of a garden bin."""
    values: dict[str, Any] = {
        "value": "£60",
        "kind": "money",
        "label": "Garden bin, a year",
        "source": SourcePage("Garden waste", "https://www.example.gov.uk/garden"),
        "checked": date(2026, 11, 1),
        "status": "current",
        "pack": "borchester",
    }
    return Fact(key=key, **{**values, **changes})


def make_council(articles: Sequence[Article] = (), facts: Sequence[Fact] = (), **changes: Any) -> CouncilKnowledge:
    """An invented council with these articles and facts."""
    values: dict[str, Any] = {
        "id": "borchester",
        "name": "Borchester Council",
        "council": {},
        "facts": {fact.key: fact for fact in facts},
        "articles": {article.id: article for article in articles},
        "words": {},
    }
    return CouncilKnowledge(**{**values, **changes})


def make_reading(**probabilities: float) -> Reading:
    """A reading with these probabilities, likeliest first."""
    return Reading(tuple(sorted(probabilities.items(), key=lambda one: -one[1])))


class ScriptedEngine:
    """An engine for tests of everything around it: it reads by a list of words and answers like the real domain.

    The real one is used in tests/dialogue; this one makes tests of the API run in milliseconds.
    """

    def __init__(self) -> None:
        self.away = False
        self.asked: list[str] = []
        self.starting: dict[str, str] = {}  # intents that begin an application, as their rules in data/rules say
        self.readings: dict[str, Reading] = {}
        self.words = {"bin": "bin_day", "student": "ct_student_exemption", "pay": "ct_pay", "weather": "out_of_scope"}

    async def read(self, text: str) -> Reading:
        """The first word of the list that occurs decides; otherwise nothing is likely."""
        if self.away:
            raise EngineUnavailable("away")
        self.asked.append(text)
        if text in self.readings:
            return self.readings[text]
        for word, intent in self.words.items():
            if word in text.lower():
                return make_reading(**{intent: 0.95, "help": 0.05})
        return make_reading(help=0.04, bin_day=0.03)

    async def respond(self, conversation_id: str, intent: str, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A typed message as domain.yml has it."""
        if self.away:
            raise EngineUnavailable("away")
        if intent in self.starting:
            return [{"kind": "start", "task": "application", "what": self.starting[intent], "intent": intent}]
        if intent == "talk_to_human":
            return [{"kind": "handoff", "intent": intent}]
        if intent == "track_case":
            return [{"kind": "start", "task": "track_case", "intent": intent}]
        if intent == "out_of_scope":
            return [{"kind": "notice", "reason": "out_of_scope"}]
        if intent == "bin_day":
            return [{"kind": "answer", "intent": intent, "task": "bin_day"}]
        if intent in ("greet", "thank", "help", "start_over"):
            return [{"kind": "meta", "intent": intent}]
        return [{"kind": "answer", "intent": intent}]

    async def ready(self) -> bool:
        """Whether the test lets it answer."""
        return not self.away
