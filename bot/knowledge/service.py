"""What the other rooms ask of knowledge: the councils there are, the articles of an intent, and search.

Everything is held in memory. What editors publish comes in whole packs: `prepare` builds what changed, in a thread if need
be, and `take` swaps it in between two questions (editing/live.py does both). A new day can withdraw articles, so each
council's index is also rebuilt when the date in London changes. Answers leave this room with their facts filled in, their
sources and the date checked.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.conversations.model import Source
from bot.foundation.clock import Clock
from bot.foundation.words import LONDON
from bot.knowledge.model import Article, CouncilKnowledge, Pack, councils_of
from bot.knowledge.reading import read_packs
from bot.knowledge.rendering import filled, html, parts, plain_text
from bot.knowledge.search import Encoder, Found, Kind, Search, Vectors
from bot.knowledge.vectors import RememberingEncoder

PART_NEAR = 0.28  # cosine from which a paragraph of an article is about a question


class UnknownCouncil(Exception):
    """There is no pack of this name."""


@dataclass(frozen=True)
class Answer:
    """An article as it is given: plain text, HTML, sources."""

    article: Article
    text: str
    html: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Prepared:
    """Packs made ready to answer from; see Knowledge.prepare."""

    packs: Mapping[str, Pack]
    councils: Mapping[str, CouncilKnowledge]
    indexes: Mapping[str, tuple[date, Search]]


class Knowledge:
    """The knowledge of every council of this product. Build one in app.py."""

    def __init__(self, files: Mapping[str, Pack], clock: Clock, encoder: Encoder, foreign: Encoder | None) -> None:
        self.files = files  # the packs as their folders have them
        self.packs = files  # the same with what editors have published over them
        self._councils = councils_of(files)
        self._clock = clock
        self._encoder = encoder
        self._foreign = foreign
        self._answers: dict[tuple[str, str], Answer] = {}  # rendering takes a millisecond, and articles are asked for often
        self._indexes: dict[str, tuple[date, Search]] = {}

    @classmethod
    def read(cls, folder: Path, clock: Clock, encoder: Encoder, foreign: Encoder | None) -> "Knowledge":
        """Knowledge from the packs of a folder. Raises UnreadablePack."""
        return cls(read_packs(folder), clock, encoder, foreign)

    def copy(self, clock: Clock | None = None) -> "Knowledge":
        """Knowledge that begins with all of this one's and changes by itself, for a trial or for a gateway of its own.

        A gateway hands in its clock, so that all of it has the same day.
        """
        other = copy.copy(self)
        other._clock = clock or self._clock
        other._answers = {}
        other._indexes = dict(self._indexes)
        return other

    def over(self, packs: Mapping[str, Pack]) -> "Knowledge":
        """Knowledge of its own over other packs, for a trial: an index is built only when it is searched."""
        other = self.copy()
        councils = councils_of(packs)
        other.packs = packs
        other._councils = {name: known if (known := self._councils.get(name)) == one else one for name, one in councils.items()}
        other._indexes = {name: one for name, one in self._indexes.items() if other._councils[name] is self._councils[name]}
        return other

    def prepare(self, packs: Mapping[str, Pack]) -> Prepared:
        """What must be built to answer from these packs; councils that they do not change keep what they have.

        Changes nothing here, so it can run in a thread. Raises KeyError for a pack whose base is not among them.
        """
        today = self.today()
        councils, indexes = {}, {}
        for council_id, council in councils_of(packs).items():
            known = self._councils.get(council_id)
            if known == council:
                councils[council_id] = known
                continue
            councils[council_id] = council
            indexes[council_id] = (today, self._indexed(council, today))
        return Prepared(packs, councils, indexes)

    def take(self, prepared: Prepared) -> None:
        """Answers from what was prepared, from the next question on."""
        self.packs = prepared.packs
        self._councils = dict(prepared.councils)
        self._indexes = {**self._indexes, **prepared.indexes}
        self._answers = {}

    def keep_vectors(self) -> None:
        """Writes down the vectors of passages that are new, for the next start."""
        for encoder in (self._encoder, self._foreign):
            if isinstance(encoder, RememberingEncoder):
                encoder.keep()

    @property
    def council_ids(self) -> list[str]:
        """The councils that residents can ask."""
        return sorted(self._councils)

    def council(self, council_id: str) -> CouncilKnowledge:
        """One council's knowledge; raises UnknownCouncil."""
        if council_id not in self._councils:
            raise UnknownCouncil(council_id)
        return self._councils[council_id]

    def words(self, council_id: str) -> dict[str, Any]:
        """The council's own wording of everything that is not an article."""
        return self.council(council_id).words

    def today(self) -> date:
        """The date in London."""
        return self._clock.now().astimezone(LONDON).date()

    def search(
        self,
        council_id: str,
        question: str,
        *,
        intents: dict[str, float] | None = None,
        foreign: bool = False,
        limit: int = 5,
        vector: Vectors | None = None,
    ) -> list[Found]:
        """The council's best articles for a question, best first; see Search.search."""
        return self._index(council_id).search(question, intents=intents, foreign=foreign, limit=limit, vector=vector)

    @property
    def encoder(self) -> str:
        """The mark of the encoder that questions are compared with; see Search.nearness."""
        return self._encoder.mark

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """One unit vector of search's encoder for each text; takes some milliseconds a text, so call it in a thread."""
        return self._encoder.embed(texts, kind)

    def nearness(self, council_id: str, question: str, vector: Vectors | None = None) -> dict[str, float]:
        """For each intent, how near the question is to its articles, 0 to 1; see Search.nearness."""
        return self._index(council_id).nearness(question, vector)

    def best_for_intent(self, council_id: str, intent: str, question: str) -> Article | None:
        """The article of an intent that fits the question best; the primary one where there is no question."""
        if not question:
            return self.council(council_id).primary_for(intent, self.today())
        return self._index(council_id).best_for_intent(intent, question)

    def article(self, council_id: str, article_id: str) -> Article | None:
        """An article that can be given today, or None."""
        council = self.council(council_id)
        article = council.articles.get(article_id)
        return None if article is None or council.withdrawn(article, self.today()) else article

    def answer(self, council_id: str, article: Article) -> Answer:
        """The article with its facts filled in, as a resident gets it."""
        kept = self._answers.get((council_id, article.id))
        if kept is None or kept.article is not article:
            body = filled(article.body, self.council(council_id).facts)
            sources = [Source(page.title, page.url, article.checked) for page in article.sources]
            kept = Answer(article, plain_text(body), html(body), tuple(sources))
            self._answers[council_id, article.id] = kept
        return kept

    def part(self, council_id: str, article: Article, words: str) -> tuple[int, str] | None:
        """The paragraph of an article that a further question is about, with its place, as Markdown with facts filled in.

        `words` are the resident's own: with the topic before them the first paragraph, which names it, would always be nearest.
        None where no paragraph is near, or there is only one.
        """
        found = parts(filled(article.body, self.council(council_id).facts))
        if len(found) < 2:
            return None
        near = self._encoder.embed([plain_text(one) for one in found], "passage") @ self._encoder.embed([words], "query")[0]
        best = int(near.argmax())
        return (best, found[best]) if near[best] >= PART_NEAR else None

    def warm_up(self) -> None:
        """Builds every council's index, so that the first question does not wait for it."""
        for council_id in self._councils:
            self._index(council_id)

    def _index(self, council_id: str) -> Search:
        today = self.today()
        day, index = self._indexes.get(council_id, (None, None))
        if index is None or day != today:
            index = self._indexed(self.council(council_id), today)
            self._indexes[council_id] = (today, index)
        return index

    def _indexed(self, council: CouncilKnowledge, today: date) -> Search:
        held_back = council.held_back()
        return Search(council, council.available(today), self._encoder, self._foreign, held_back=held_back)
