"""What lists of articles and facts show: one line each with its state, its owner and the day on which it must be looked at.

Plain Python over packs and drafts. An article is due by its review date, a fact by the last day on which it holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.knowledge.check import REVIEW_SOON
from bot.knowledge.editing.library import view_of
from bot.knowledge.editing.model import Draft, Kind, Place, State
from bot.knowledge.model import Article, CouncilKnowledge, Fact, Pack, within

SOON: timedelta = REVIEW_SOON


class Standing(StrEnum):
    """How it stands with an article or fact for residents."""

    LIVE = "live"
    WITHDRAWN = "withdrawn"
    OUT_OF_DATE = "out_of_date"
    NOT_YET = "not_yet"
    FACT_MISSING = "fact_missing"  # it quotes a fact that may not be stated, so it is not given
    NEW = "new"  # there is only a draft


class Due(StrEnum):
    """Whether somebody must look at it again."""

    NO = ""
    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Line:
    """One article or fact in a list. `own` says whether the council has its own, rather than the national one."""

    place: Place
    title: str
    area: str
    owner: str
    standing: Standing
    own: bool
    checked: date | None
    look_by: date | None
    due: Due
    words: str  # what a search looks through, in small letters
    draft: Draft | None = None


@dataclass(frozen=True)
class Wanted:
    """What to list. `state` is a standing, "draft", "waiting" or "due"; empty for everything."""

    kind: Kind
    text: str = ""
    state: str = ""
    area: str = ""


STATES = ("due", "waiting", "draft", *(one.value for one in Standing if one != Standing.NEW))


def lines(packs: Mapping[str, Pack], pack_id: str, kind: Kind, drafts: Iterable[Draft], today: date) -> list[Line]:
    """Every article or fact of a pack with what lies under it, and drafts of new ones, by title."""
    council = view_of(packs, pack_id)
    begun = {draft.place.name: draft for draft in drafts if draft.place.pack == pack_id and draft.place.kind == kind}
    if kind == Kind.ARTICLE:
        found = [_article(council, one, begun.pop(one.id, None), pack_id, today) for one in council.articles.values()]
    else:
        found = [_fact(one, begun.pop(one.key, None), pack_id, today) for one in council.facts.values()]
    found += [_new(draft) for draft in begun.values()]
    return sorted(found, key=lambda one: (one.title.lower(), one.place.name))


def chosen(all_lines: Iterable[Line], wanted: Wanted) -> list[Line]:
    """The lines that fit; what is due comes by its day."""
    terms = wanted.text.lower().split()
    found = [
        one
        for one in all_lines
        if _has_state(one, wanted.state) and wanted.area in ("", one.area) and all(term in one.words for term in terms)
    ]
    return sorted(found, key=lambda one: one.look_by or date.max) if wanted.state == "due" else found


def due_on(day: date | None, today: date) -> Due:
    """Whether a day on which something must be looked at is near or past."""
    if day is None or day > today + SOON:
        return Due.NO
    return Due.SOON if day >= today else Due.OVERDUE


def standing_of(council: CouncilKnowledge, article: Article, today: date) -> Standing:
    """How it stands with an article for residents of a council."""
    if article.disputed:
        return Standing.WITHDRAWN
    if not within(today, article.valid_from, article.valid_to):
        return Standing.NOT_YET if article.valid_from and today < article.valid_from else Standing.OUT_OF_DATE
    return Standing.FACT_MISSING if council.withdrawn(article, today) else Standing.LIVE


def standing_of_fact(fact: Fact, today: date) -> Standing:
    """How it stands with a fact."""
    if fact.status != "current":
        return Standing.WITHDRAWN
    if within(today, fact.valid_from, fact.valid_to):
        return Standing.LIVE
    return Standing.NOT_YET if fact.valid_from and today < fact.valid_from else Standing.OUT_OF_DATE


def _article(council: CouncilKnowledge, article: Article, draft: Draft | None, pack_id: str, today: date) -> Line:
    words = f"{article.id} {article.title} {article.owner} {' '.join(article.questions)} {article.body}"
    return Line(
        Place(pack_id, Kind.ARTICLE, article.id),
        article.title,
        article.area,
        article.owner,
        standing_of(council, article, today),
        article.pack == pack_id,
        article.checked,
        article.review_by,
        due_on(article.review_by, today),
        words.lower(),
        draft,
    )


def _fact(fact: Fact, draft: Draft | None, pack_id: str, today: date) -> Line:
    words = f"{fact.key} {fact.label} {fact.value} {fact.source.title}"
    standing = standing_of_fact(fact, today)
    look_by = fact.valid_to if standing == Standing.LIVE else None
    return Line(
        Place(pack_id, Kind.FACT, fact.key),
        fact.label,
        "",
        fact.value,
        standing,
        fact.pack == pack_id,
        fact.checked,
        look_by,
        due_on(look_by, today),
        words.lower(),
        draft,
    )


def _new(draft: Draft) -> Line:
    fields = draft.fields
    owner = str(fields.get("owner") or fields.get("value") or "")
    words = f"{draft.place.name} {draft.title} {' '.join(fields.get('questions', ()))} {fields.get('body', '')}".lower()
    return Line(
        draft.place, draft.title, str(fields.get("area", "")), owner, Standing.NEW, True, None, None, Due.NO, words, draft
    )


def _has_state(line: Line, state: str) -> bool:
    match state:
        case "":
            return True
        case "due":
            return line.due != Due.NO
        case "draft":
            return line.draft is not None and line.draft.state == State.WRITING
        case "waiting":
            return line.draft is not None and line.draft.state == State.WAITING
        case _:
            return line.standing == state
