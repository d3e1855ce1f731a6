"""Articles, facts and packs in plain Python: which are valid today, and what a reader sees of them.

A council's effective pack is the national base with the council's own articles and facts laid over it by id and key.
Values that change live once, as facts; an article quotes them as {fact:key} and withdraws itself when one has expired.
reading.py reads packs from councils/, search.py finds articles, check.py finds mistakes in them.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.foundation.packs import merged

FACT = re.compile(r"\{fact:([a-z0-9_]+)\}")
AREAS = ("council_tax", "benefits", "bins", "housing", "contact", "other")
AREA_OF_PREFIX = {"ct": "council_tax", "ben": "benefits", "bin": "bins", "homeless": "housing", "rough": "housing"}


def area_of(intent: str) -> str:
    """The service area of an intent, "other" when it has none."""
    return AREA_OF_PREFIX.get(intent.split("_", 1)[0], "other")


@dataclass(frozen=True)
class SourcePage:
    """A page that a statement rests on."""

    title: str
    url: str


@dataclass(frozen=True)
class Fact:
    """A value that changes: a charge, a date, a telephone number. `status` unverified means no article may quote it."""

    key: str
    value: str
    kind: str
    label: str
    source: SourcePage
    checked: date
    status: str
    pack: str
    valid_from: date | None = None
    valid_to: date | None = None

    def usable(self, today: date) -> bool:
        """Whether it may be stated today."""
        return self.status == "current" and within(today, self.valid_from, self.valid_to)


@dataclass(frozen=True)
class Article:
    """One answer, written and owned by somebody, with its sources and dates. `body` is Markdown with {fact:key}."""

    id: str
    title: str
    area: str
    lgsl: int
    intents: tuple[str, ...]
    primary: bool
    questions: tuple[str, ...]
    owner: str
    sources: tuple[SourcePage, ...]
    checked: date
    review_by: date
    body: str
    pack: str
    valid_from: date | None = None
    valid_to: date | None = None
    disputed: bool = False

    @property
    def fact_keys(self) -> tuple[str, ...]:
        """Keys of the facts that it quotes, in order of first use."""
        return tuple(dict.fromkeys(FACT.findall(self.body)))


@dataclass(frozen=True)
class Pack:
    """Everything in one folder of councils/: its settings, facts, articles and words."""

    id: str
    council: dict[str, Any]
    facts: dict[str, Fact]
    articles: dict[str, Article]
    words: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CouncilKnowledge:
    """What one council answers from: its own pack over the national base."""

    id: str
    name: str
    council: dict[str, Any]
    facts: dict[str, Fact]
    articles: dict[str, Article]
    words: dict[str, Any]

    def withdrawn(self, article: Article, today: date) -> str:
        """Why an article cannot be given today, in plain words; empty when it can."""
        if article.disputed:
            return "it is disputed"
        if not within(today, article.valid_from, article.valid_to):
            return "it is out of date"
        for key in article.fact_keys:
            fact = self.facts.get(key)
            if fact is None or not fact.usable(today):
                return f"the value {key} is missing or out of date"
        return ""

    def available(self, today: date) -> list[Article]:
        """Articles that can be given today."""
        return [article for article in self.articles.values() if not self.withdrawn(article, today)]

    def primary_for(self, intent: str, today: date) -> Article | None:
        """The main article of an intent, or None when it is missing or withdrawn."""
        for article in self.articles.values():
            if article.primary and article.intents[:1] == (intent,) and not self.withdrawn(article, today):
                return article
        return None


def within(today: date, start: date | None, end: date | None) -> bool:
    """Whether a day lies between two days, both included; a missing one is open."""
    return (start is None or start <= today) and (end is None or today <= end)


def overlay(base: Pack, local: Pack) -> CouncilKnowledge:
    """The local pack over the base: same id or key replaces, everything else adds."""
    return CouncilKnowledge(
        id=local.id,
        name=local.council["name"],
        council={**base.council, **local.council},
        facts={**base.facts, **local.facts},
        articles={**base.articles, **local.articles},
        words=merged(base.words, local.words),
    )
