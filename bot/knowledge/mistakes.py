"""What is wrong with an article or a fact that can be read but should not be published, each mistake with its line.

The same rules for `python -m bot knowledge check`, for drafts in the console and for files that are brought in. They are
those of GOV.UK's content guidance; reading age is Flesch-Kincaid grade plus five.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from urllib.parse import urlsplit

import pyphen

from bot.knowledge.model import AREAS, FACT, Article, Fact
from bot.knowledge.rendering import filled, plain_text
from bot.knowledge.texts import Fault, UnreadableText, article_and_faults, fact_and_faults, front_and_body, line_of

LONGEST_SENTENCE = 25  # words
HARDEST_GRADE = 8.0  # Flesch-Kincaid; the goal for an average article is 4 to 6, a reading age of 9 to 11
FEWEST_QUESTIONS = 3
LONGEST_BODY = 8000  # characters; a message that a resident gets may not be longer either
KINDS = ("money", "percent", "date", "telephone", "email", "url", "text", "number", "duration")
STATUSES = ("current", "unverified")
SHORT = {"id": 80, "title": 120, "owner": 80}  # characters

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEY = re.compile(r"[a-z0-9_]+")
_RAW_VALUE = re.compile(r"£\s?\d|\b0\d{2,4}[ -]?\d{3}[ -]?\d{3,4}\b|\b[\w.]+@[\w.]+\b")
_LINK = re.compile(r"\]\(([^)\n]*)(\)?)")
_BRACES = re.compile(r"\{[^{}\n]*\}?")
_HTML = re.compile(r"<(?!https?://|mailto:)[/!?]?[A-Za-z!?][^>\n]*>?")
_SENTENCE = re.compile(r"[.!?:](?:\s|$)|\n")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_REACHES = re.compile(r"\((?:https?|tel|mailto)[^)]*\)")


@dataclass(frozen=True)
class Mistake:
    """One mistake: the line of the text (from 1), the entry it belongs to, and a plain sentence.

    `dated`: it comes from the calendar alone, so the same text was without it once.
    """

    line: int
    field: str
    sentence: str
    dated: bool = False


@dataclass(frozen=True)
class Around:
    """What an article is judged against: the facts it may quote, the intents there are, and who answers them already."""

    facts: Mapping[str, Fact]
    intents: Collection[str]
    mains: Mapping[str, str]  # the main article of an intent, by intent
    today: date
    name: str = ""  # what its id must be; empty where any will do


def article_mistakes(text: str, pack: str, around: Around) -> list[Mistake]:
    """Every mistake of an article's text, by line."""
    try:
        article, faults = article_and_faults(text, pack)
    except UnreadableText as problem:
        return [Mistake(problem.line, problem.field, f"{problem}")]
    front, body = front_and_body(text)
    above = front.count("\n") + 2 + (body[: len(body) - len(body.lstrip())].count("\n") if article.body else 0)
    found = _without_doubles(faults, _of_front(article, around), lambda field: line_of(front, field, 2))
    found += [Mistake(above + line, "body", sentence) for line, sentence in _of_body(article, around)]
    return sorted(found, key=lambda one: one.line)


def fact_mistakes(text: str, pack: str, today: date, first_line: int = 1) -> list[Mistake]:
    """Every mistake of a fact's lines of facts.yml."""
    try:
        fact, faults = fact_and_faults(text, pack, first_line)
    except UnreadableText as problem:
        return [Mistake(problem.line, problem.field, f"{problem}")]
    return _without_doubles(faults, _of_fact(fact, today), lambda field: line_of(text, field, first_line))


def _without_doubles(
    faults: Iterable[Fault], more: Iterable[tuple[str, str, bool]], line: Callable[[str], int]
) -> list[Mistake]:
    """What cannot be read, and whatever else is wrong in other entries."""
    found = [Mistake(one.line, one.field, one.sentence) for one in faults]
    unread = {one.field for one in found}
    return found + [Mistake(line(field), field, sentence, dated) for field, sentence, dated in more if field not in unread]


def reading_grade(text: str) -> float:
    """Flesch-Kincaid grade of a text: 0.39 × words a sentence + 11.8 × syllables a word − 15.59 (Kincaid et al., 1975)."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    count = sum(_syllables(word.lower()) for word in words)
    sentences = len([one for one in _SENTENCE.split(text) if _WORD.search(one)])
    return 0.39 * len(words) / max(1, sentences) + 11.8 * count / len(words) - 15.59


def readable(article: Article, facts: Mapping[str, Fact]) -> str:
    """What a reader reads of an article: without the addresses of links."""
    return _REACHES.sub("", plain_text(filled(article.body, facts)))


def _of_front(article: Article, around: Around) -> Iterator[tuple[str, str, bool]]:
    today = around.today
    if not _NAME.fullmatch(article.id):
        yield "id", "the id may have small letters, digits and hyphens only", False
    elif around.name not in ("", article.id):
        yield "id", f"the id {article.id} is not the name {around.name} that it stands under", False
    for field, most in SHORT.items():
        if len(str(getattr(article, field))) > most:
            yield field, f"the {field} is longer than {most} characters", False
    if not article.sources:
        yield "sources", "it names no source", False
    for page in article.sources:
        if fault := _address_fault(page.url):
            yield "sources", f"the source {page.url} {fault}", False
    if article.area not in AREAS:
        yield "area", f"the area {article.area} is unknown", False
    if not article.intents:
        yield "intents", "it answers no intent, so it would never be given", False
    for intent in sorted(set(article.intents) - set(around.intents)):
        yield "intents", f"the intent {intent} is unknown", False
    main = around.mains.get(article.intents[0] if article.intents else "", article.id)
    if article.primary and main != article.id:
        yield "primary", f"the intent {article.intents[0]} has the main article {main} already", False
    for intent in sorted(one for one, name in around.mains.items() if name == article.id):
        if not (article.primary and article.intents[:1] == (intent,)):
            yield "primary", f"the intent {intent} would have no main article any more", False
    if len(article.questions) < FEWEST_QUESTIONS:
        yield "questions", "it needs at least three questions", False
    for field, said in (
        ("title", article.title),
        ("owner", article.owner),
        ("questions", "\n".join(article.questions)),
        ("sources", "\n".join(page.title for page in article.sources)),
    ):
        if markup := _HTML.search(said):
            yield field, _no_html(markup[0]), False
    if article.checked > today:
        yield "checked", "it was checked in the future", False
    if article.valid_from and article.valid_to and article.valid_to < article.valid_from:
        yield "valid_to", "it ends before it begins", False
    if article.valid_to and article.valid_to < today:
        yield "valid_to", f"it expired on {article.valid_to}", True
    if article.review_by < today:
        yield "review_by", f"its review was due by {article.review_by}", True


def _of_body(article: Article, around: Around) -> Iterator[tuple[int, str]]:
    """Mistakes of the body with their line in it, from 1."""
    if not article.body:
        yield 1, "it says nothing"
    if len(article.body) > LONGEST_BODY:
        yield 1, f"it is longer than {LONGEST_BODY} characters"
    for line, text in enumerate(article.body.split("\n"), 1):
        for sentence in _of_line(text, around):
            yield line, sentence
    if any(key not in around.facts for key in article.fact_keys):
        return
    text = readable(article, around.facts)
    for line, one in enumerate(text.split("\n"), 1):
        for sentence in _SENTENCE.split(one):
            if len(sentence.split()) > LONGEST_SENTENCE:
                yield line, f"a sentence has more than {LONGEST_SENTENCE} words: {' '.join(sentence.split()[:8])} …"
    grade = reading_grade(text)
    if grade > HARDEST_GRADE:
        yield 1, f"its reading age is {grade + 5:.0f}: use shorter words and sentences"


def _of_line(text: str, around: Around) -> Iterator[str]:
    for braces in _BRACES.findall(text):
        if not FACT.fullmatch(braces):
            yield f"{braces} is not how a fact is quoted: write {{fact:key}}"
    for key in dict.fromkeys(FACT.findall(text)):
        fact = around.facts.get(key)
        if fact is None:
            yield f"the fact {key} is unknown"
        elif fact.status != "current":
            yield f"the fact {key} is not verified and may not be quoted"
        elif not fact.usable(around.today):
            yield f"the fact {key} is out of date"
    for address, closed in _LINK.findall(text):
        if not closed:
            yield f"the link {address} has no closing bracket"
        elif fault := _address_fault(address):
            yield f"the link {address} {fault}"
    if markup := _HTML.search(text):
        yield _no_html(markup[0])
    bare = FACT.sub("", _LINK.sub("]", text))
    for raw in _RAW_VALUE.findall(bare):
        yield f"{raw!r} stands in the text: make it a fact"


def _of_fact(fact: Fact, today: date) -> Iterator[tuple[str, str, bool]]:
    if not _KEY.fullmatch(fact.key):
        yield "key", "the key may have small letters, digits and _ only", False
    if fact.kind not in KINDS:
        yield "kind", f"{fact.key} has the unknown kind {fact.kind}", False
    if fact.status not in STATUSES:
        yield "status", f"{fact.key} has the unknown status {fact.status}", False
    if "\n" in fact.value.strip() or len(fact.value) > 300:
        yield "value", "the value must be one line of at most 300 characters", False
    if fact.kind == "telephone" and not re.search(r"\d{3}", fact.value):
        yield "value", f"{fact.value} is no telephone number", False
    if fact.kind == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", fact.value):
        yield "value", f"{fact.value} is no e-mail address", False
    for field, said in (("value", fact.value), ("label", fact.label), ("source", fact.source.title), ("note", fact.note)):
        if markup := _HTML.search(said):
            yield field, _no_html(markup[0]), False
    if fault := _address_fault(fact.source.url):
        yield "source", f"the source {fact.source.url} {fault}", False
    if fact.checked > today:
        yield "checked", "it was checked in the future", False
    if fact.valid_from and fact.valid_to and fact.valid_to < fact.valid_from:
        yield "valid_to", "it ends before it begins", False


def _address_fault(address: str) -> str:
    """What is wrong with where a link leads, to go on "the link …"; nothing for a good one or a fact."""
    if address.startswith(("tel:", "mailto:", "sms:", "{fact:")):
        return ""
    if not address.startswith("https://"):
        return "does not begin with https://"
    try:
        host = urlsplit(FACT.sub("x", address)).hostname or ""
    except ValueError:
        host = ""
    if "." not in host.strip(".") or re.search(r"\s", address):
        return "leads nowhere: it is not a whole address"
    return ""


def _no_html(markup: str) -> str:
    return f"{markup[:40]} is HTML, and a resident would see it as it stands: write plain words or Markdown"


@cache
def _hyphens() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_GB")


def _syllables(word: str) -> int:
    return len(_hyphens().inserted(word).split("-"))
