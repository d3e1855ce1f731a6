"""Articles, facts and packs in plain Python: which are valid today, and what a reader sees of them.

A council's effective pack is the national base with the council's own articles and facts laid over it by id and key.
Values that change live once, as facts; an article quotes them as {fact:key} and withdraws itself when one has expired.
reading.py reads packs from councils/, search.py finds articles, check.py finds mistakes in them.
"""

import re
from collections.abc import Mapping
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
    note: str = ""  # for whoever checks it next; residents never see it

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
    disputed: bool = False  # withdrawn by somebody, whatever its dates say

    @property
    def fact_keys(self) -> tuple[str, ...]:
        """Keys of the facts that it quotes, in order of first use."""
        return tuple(dict.fromkeys(FACT.findall(self.body)))


@dataclass(frozen=True)
class Pack:
    """Everything in one folder of councils/: its settings, facts, articles and words.

    The texts of articles and facts are kept as they were read, so that an editor sees and a file gets the very same.
    """

    id: str
    council: dict[str, Any]
    facts: dict[str, Fact]
    articles: dict[str, Article]
    words: dict[str, Any] = field(default_factory=dict)
    article_texts: dict[str, str] = field(default_factory=dict)  # by id: the whole file
    facts_head: str = ""  # of facts.yml, down to the line "facts:"
    fact_texts: dict[str, str] = field(default_factory=dict)  # by key: its lines of facts.yml

    @property
    def base(self) -> str:
        """The pack that lies under it; empty for a base itself."""
        return str(self.council.get("base") or "")


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
            return "it is withdrawn"
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

    def held_back(self) -> list[Article]:
        """Articles that somebody withdrew: never given, and nothing else is given in the place of one."""
        return [article for article in self.articles.values() if article.disputed]

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


def councils_of(packs: Mapping[str, Pack]) -> dict[str, CouncilKnowledge]:
    """Every council that is served: each pack that names a base, over it. Raises KeyError for a base that is not there."""
    return {pack.id: overlay(packs[pack.base], pack) for pack in packs.values() if pack.base}
