"""The library as it is live: the packs' files with the newest version of each article and fact over them.

`merged` makes whole packs out of files and versions; everything else that reads the library (the console, export, the check
of a draft) reads such packs. live.py keeps the running product on the newest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import structlog

from bot.knowledge.check import facts_for
from bot.knowledge.editing.model import Kind, Place, Version
from bot.knowledge.mistakes import Around, Mistake, article_mistakes, fact_mistakes
from bot.knowledge.model import Article, CouncilKnowledge, Fact, Pack, councils_of
from bot.knowledge.texts import UnreadableText, article_from, fact_from

log = structlog.get_logger()


def merged(files: Mapping[str, Pack], versions: Iterable[Version]) -> dict[str, Pack]:
    """The packs with versions laid over them. One that no pack of ours has, or that cannot be read, is left out and logged."""
    packs = dict(files)
    for version in versions:
        place = version.place
        if place.pack not in packs:
            log.warning("version_of_unknown_pack", place=str(place))
            continue
        try:
            packs[place.pack] = with_text(packs[place.pack], place, version.text)
        except UnreadableText as problem:
            log.error("version_unreadable", place=str(place), number=version.number, line=problem.line)
    return packs


def with_text(pack: Pack, place: Place, text: str) -> Pack:
    """The pack with one article or fact of another text; without it for an empty text. Raises UnreadableText."""
    if place.kind == Kind.ARTICLE:
        articles, texts = dict(pack.articles), dict(pack.article_texts)
        if text:
            articles[place.name], texts[place.name] = article_from(text, pack.id), text
        else:
            articles.pop(place.name, None)
            texts.pop(place.name, None)
        return replace(pack, articles=articles, article_texts=texts)
    facts, lines = dict(pack.facts), dict(pack.fact_texts)
    if text:
        facts[place.name], lines[place.name] = fact_from(text, pack.id), text
    else:
        facts.pop(place.name, None)
        lines.pop(place.name, None)
    return replace(pack, facts=facts, fact_texts=lines)


def own_text(packs: Mapping[str, Pack], place: Place) -> str:
    """The live text of an article or fact in its own pack; empty when the pack has none."""
    pack = packs.get(place.pack)
    if pack is None:
        return ""
    return (pack.article_texts if place.kind == Kind.ARTICLE else pack.fact_texts).get(place.name, "")


def live_text(packs: Mapping[str, Pack], place: Place) -> str:
    """The live text that residents of the pack's council meet: its own, or else its base's."""
    pack = packs.get(place.pack)
    if pack is None:
        return ""
    return own_text(packs, place) or own_text(packs, replace(place, pack=pack.base))


@dataclass(frozen=True)
class Rules:
    """What drafts and files are checked against beside the library: the intents there are, and today's date."""

    intents: frozenset[str]
    today: date

    def mistakes(self, packs: Mapping[str, Pack], place: Place, text: str, first_line: int = 1) -> list[Mistake]:
        """Every mistake of a text that would stand at this place of the library."""
        if place.kind == Kind.FACT:
            return fact_mistakes(text, place.pack, self.today, first_line)
        pack = packs[place.pack]
        articles = {**(packs[pack.base].articles if pack.base else {}), **pack.articles}
        mains = {one.intents[0]: one.id for one in articles.values() if one.primary and one.intents}
        around = Around(facts_for(pack, packs), self.intents, mains, self.today, place.name)
        return article_mistakes(text, place.pack, around)


def quoting(council: CouncilKnowledge | Pack, key: str) -> list[Article]:
    """The articles that quote a fact."""
    return [article for article in council.articles.values() if key in article.fact_keys]


def view_of(packs: Mapping[str, Pack], pack_id: str) -> CouncilKnowledge:
    """What an editor of a pack sees: the council's effective knowledge, or the base alone."""
    pack = packs[pack_id]
    if pack.base:
        return councils_of({pack.id: pack, pack.base: packs[pack.base]})[pack.id]
    return CouncilKnowledge(
        pack.id, str(pack.council.get("name", pack.id)), pack.council, pack.facts, pack.articles, pack.words
    )


def facts_of(packs: Mapping[str, Pack], pack_id: str) -> Mapping[str, Fact]:
    """The facts that articles of a pack may quote."""
    return facts_for(packs[pack_id], packs)
