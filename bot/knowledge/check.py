"""Looks for mistakes in the packs that can be read but should not be published: `python -m bot knowledge check`.

Mistakes fail the check: unknown or unverified facts, raw amounts and telephone numbers in an article, expired articles,
intents without an article, words that are too hard. Notes do not: what is due for review within a month. The rules of
writing are those of GOV.UK's content guidance; reading age is Flesch-Kincaid grade plus five.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyphen
import yaml

from bot.knowledge.model import AREAS, FACT, Article, CouncilKnowledge, Pack
from bot.knowledge.reading import read_councils, read_pack
from bot.knowledge.rendering import filled, plain_text

LONGEST_SENTENCE = 25  # words
HARDEST_GRADE = 8.0  # Flesch-Kincaid; the goal for an average article is 4 to 6, a reading age of 9 to 11
REVIEW_SOON = timedelta(days=30)
KINDS = {"money", "percent", "date", "telephone", "email", "url", "text", "number", "duration"}
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

_RAW_VALUE = re.compile(r"£\s?\d|\b0\d{2,4}[ -]?\d{3}[ -]?\d{3,4}\b|\b[\w.]+@[\w.]+\b")
_ADDRESS = re.compile(r"\]\(([^)]*)\)")
_SENTENCE = re.compile(r"[.!?:](?:\s|$)|\n")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True)
class Report:
    """What the check found."""

    mistakes: list[str]
    notes: list[str]
    summary: str


def check_packs(folder: Path, today: date, domain: Path = Path("domain.yml")) -> Report:
    """Checks every pack of the folder. Raises UnreadablePack."""
    packs = [read_pack(path) for path in sorted(folder.iterdir()) if (path / "council.yml").is_file()]
    councils = read_councils(folder)
    intents = _informational_intents(domain)
    mistakes: list[str] = []
    notes: list[str] = []
    grades: list[float] = []
    for pack in packs:
        facts = {fact.key: fact for other in packs if other.council.get("base") is None for fact in other.facts.values()}
        facts |= pack.facts
        council = CouncilKnowledge(pack.id, "", {}, facts, pack.articles, {})
        for article in pack.articles.values():
            name = f"councils/{pack.id}/knowledge/{article.id}.md"
            mistakes += [f"{name}: {mistake}" for mistake in _article_mistakes(article, council, intents, today)]
            if today <= article.review_by <= today + REVIEW_SOON:
                notes.append(f"{name}: review is due by {article.review_by}")
            if not any(key not in facts for key in article.fact_keys):
                grades.append(reading_grade(_readable(article, council)))
        mistakes += _pack_mistakes(pack)
    for one in councils.values():
        for intent in sorted(intents):
            if one.primary_for(intent, today) is None:
                mistakes.append(f"councils/{one.id}: the intent {intent} has no main article that can be given today")
            mains = [a.id for a in one.articles.values() if a.primary and a.intents[:1] == (intent,)]
            if len(mains) > 1:
                mistakes.append(f"councils/{one.id}: the intent {intent} has several main articles: {', '.join(mains)}")
        telephone = one.facts.get(str(one.council.get("telephone")))
        if telephone is None or telephone.kind != "telephone" or not telephone.usable(today):
            mistakes.append(f"councils/{one.id}/council.yml: telephone must name a current fact of the kind telephone")
    count = sum(len(pack.articles) for pack in packs)
    average = sum(grades) / len(grades) if grades else 0.0
    summary = (
        f"{count} articles in {len(packs)} packs, {sum(len(pack.facts) for pack in packs)} facts,"
        f" average reading age {average + 5:.1f}: {len(mistakes)} mistakes, {len(notes)} notes."
    )
    return Report(mistakes, notes, summary)


def reading_grade(text: str) -> float:
    """Flesch-Kincaid grade of a text: 0.39 × words a sentence + 11.8 × syllables a word − 15.59 (Kincaid et al., 1975)."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    syllables = pyphen.Pyphen(lang="en_GB")
    count = sum(len(syllables.inserted(word.lower()).split("-")) for word in words)
    sentences = len([one for one in _SENTENCE.split(text) if _WORD.search(one)])
    return 0.39 * len(words) / max(1, sentences) + 11.8 * count / len(words) - 15.59


def _informational_intents(domain: Path) -> set[str]:
    names = yaml.safe_load(domain.read_text(encoding="utf-8"))["intents"]
    return {name if isinstance(name, str) else next(iter(name)) for name in names} - WITHOUT_ARTICLE


def _readable(article: Article, council: CouncilKnowledge) -> str:
    return re.sub(r"\((?:https?|tel|mailto)[^)]*\)", "", plain_text(filled(article.body, council.facts)))


def _article_mistakes(article: Article, council: CouncilKnowledge, intents: set[str], today: date) -> Iterator[str]:
    for key in article.fact_keys:
        fact = council.facts.get(key)
        if fact is None:
            yield f"the fact {key} is unknown"
        elif fact.status != "current":
            yield f"the fact {key} is not verified and may not be quoted"
        elif not fact.usable(today):
            yield f"the fact {key} is out of date"
    if not article.sources:
        yield "it names no source"
    if article.area not in AREAS:
        yield f"the area {article.area} is unknown"
    for intent in set(article.intents) - intents:
        yield f"the intent {intent} is unknown"
    if article.valid_to and article.valid_to < today:
        yield f"it expired on {article.valid_to}"
    if article.review_by < today:
        yield f"its review was due by {article.review_by}"
    if article.checked > today:
        yield "it was checked in the future"
    if not len(article.questions) >= 3:
        yield "it needs at least three questions"
    text = FACT.sub("", _ADDRESS.sub("]", article.body))
    for raw in _RAW_VALUE.findall(text):
        yield f"{raw!r} stands in the text: make it a fact"
    for address in _ADDRESS.findall(article.body):
        if not address.startswith(("https://", "tel:", "mailto:", "sms:", "{fact:")):
            yield f"the link {address} does not begin with https://"
    if any(key not in council.facts for key in article.fact_keys):
        return
    readable = _readable(article, council)
    for sentence in _SENTENCE.split(readable):
        if len(sentence.split()) > LONGEST_SENTENCE:
            yield f"a sentence has more than {LONGEST_SENTENCE} words: {' '.join(sentence.split()[:8])} …"
    grade = reading_grade(readable)
    if grade > HARDEST_GRADE:
        yield f"its reading age is {grade + 5:.0f}: use shorter words and sentences"


def _pack_mistakes(pack: Pack) -> Iterator[str]:
    for fact in pack.facts.values():
        if fact.kind not in KINDS:
            yield f"councils/{pack.id}/facts.yml: {fact.key} has the unknown kind {fact.kind}"
        if fact.status not in ("current", "unverified"):
            yield f"councils/{pack.id}/facts.yml: {fact.key} has the unknown status {fact.status}"
