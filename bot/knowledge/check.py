"""Looks for mistakes in the packs that can be read but should not be published: `python -m bot knowledge check`.

Mistakes fail the check: those of mistakes.py, and intents without a main article. Notes do not: what is due for review
within a month.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml

from bot.knowledge.mistakes import Around, article_mistakes, fact_mistakes, readable, reading_grade
from bot.knowledge.model import CouncilKnowledge, Fact, Pack, councils_of
from bot.knowledge.reading import read_packs

REVIEW_SOON = timedelta(days=30)
# Intents that are answered from words.yml or the safety room rather than by an article.
WITHOUT_ARTICLE = {
    "greet",
    "goodbye",
    "thank",
    "affirm",
    "deny",
    "help",
    "bot_challenge",
    "start_over",
    "stop_form",
    "talk_to_human",
    "urgent_risk",
    "out_of_scope",
}


@dataclass(frozen=True)
class Report:
    """What the check found."""

    mistakes: list[str]
    notes: list[str]
    summary: str


def check_packs(folder: Path, today: date, domain: Path = Path("domain.yml")) -> Report:
    """Checks every pack of the folder. Raises UnreadablePack."""
    packs = read_packs(folder)
    intents = informational_intents(domain)
    mistakes: list[str] = []
    notes: list[str] = []
    grades: list[float] = []
    for pack in packs.values():
        facts = facts_for(pack, packs)
        around = Around(facts, intents, {}, today)
        for name, text in pack.article_texts.items():
            place = f"councils/{pack.id}/knowledge/{name}.md"
            mistakes += [f"{place}:{one.line}: {one.sentence}" for one in article_mistakes(text, pack.id, around)]
            article = pack.articles[name]
            if today <= article.review_by <= today + REVIEW_SOON:
                notes.append(f"{place}: review is due by {article.review_by}")
            if not any(key not in facts for key in article.fact_keys):
                grades.append(reading_grade(readable(article, facts)))
        mistakes += _fact_mistakes(pack, today)
    for council in councils_of(packs).values():
        mistakes += _council_mistakes(council, intents, today)
    count = sum(len(pack.articles) for pack in packs.values())
    average = sum(grades) / len(grades) if grades else 0.0
    summary = (
        f"{count} articles in {len(packs)} packs, {sum(len(pack.facts) for pack in packs.values())} facts,"
        f" average reading age {average + 5:.1f}: {len(mistakes)} mistakes, {len(notes)} notes."
    )
    return Report(mistakes, notes, summary)


def informational_intents(domain: Path) -> frozenset[str]:
    """The intents that articles answer."""
    names = yaml.safe_load(domain.read_text(encoding="utf-8"))["intents"]
    return frozenset(name if isinstance(name, str) else next(iter(name)) for name in names) - WITHOUT_ARTICLE


def facts_for(pack: Pack, packs: Mapping[str, Pack]) -> dict[str, Fact]:
    """The facts that articles of a pack may quote: its base's and its own over them."""
    return {**(packs[pack.base].facts if pack.base else {}), **pack.facts}


def _fact_mistakes(pack: Pack, today: date) -> list[str]:
    found = []
    line = pack.facts_head.count("\n") + 1
    for text in pack.fact_texts.values():
        mistakes = fact_mistakes(text, pack.id, today, line)
        found += [f"councils/{pack.id}/facts.yml:{one.line}: {one.sentence}" for one in mistakes]
        line += text.count("\n")
    return found


def _council_mistakes(council: CouncilKnowledge, intents: frozenset[str], today: date) -> list[str]:
    found = []
    for intent in sorted(intents):
        if council.primary_for(intent, today) is None:
            found.append(f"councils/{council.id}: the intent {intent} has no main article that can be given today")
        mains = [a.id for a in council.articles.values() if a.primary and a.intents[:1] == (intent,)]
        if len(mains) > 1:
            found.append(f"councils/{council.id}: the intent {intent} has several main articles: {', '.join(mains)}")
    telephone = council.facts.get(str(council.council.get("telephone")))
    if telephone is None or telephone.kind != "telephone" or not telephone.usable(today):
        found.append(f"councils/{council.id}/council.yml: telephone must name a current fact of the kind telephone")
    return found
