"""Gathers what could be replied to one message: past replies of the index, articles that search finds, ready replies.

It is plain work of the processor, done in a thread for staff (service.py) and by the thousand for measuring
(bot/evaluation/suggesting.py), so both rank exactly the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.assist.encoding import Encoding
from bot.assist.index import PastReplies, Vector
from bot.assist.model import From
from bot.assist.ranking import Candidate, Weights, of_replies, profile
from bot.assist.words import terms
from bot.handoff.answers import Canned
from bot.knowledge.rendering import first_paragraph
from bot.knowledge.search import Found
from bot.knowledge.service import Knowledge
from bot.privacy.pseudonyms import gives_details

ARTICLES = 10  # articles that are candidates


@dataclass(frozen=True)
class Question:
    """One message that a reply is wanted for. `intents` are the engine's reading; without one, search says what is likely."""

    council: str
    text: str
    first: bool  # whether staff have not replied in its chat yet
    before: tuple[str, ...] = ()  # what was said in the chat before, the resident's and staff's
    intents: Mapping[str, float] | None = None
    vector: Vector | None = None  # the text's, of search's encoder, where somebody has made it already


@dataclass(frozen=True)
class Signals:
    """One article or ready reply with its signals, before they are weighed."""

    source: From
    id: str
    vector: Vector
    values: Mapping[str, float]


class Gathering:
    """Candidates for messages of any council. Build one in app.py."""

    def __init__(self, knowledge: Knowledge, encoding: Encoding, weights: Weights) -> None:
        self._knowledge = knowledge
        self._encoding = encoding
        self._weights = weights

    def candidates(self, question: Question, index: PastReplies, canned: Sequence[Canned]) -> list[Candidate]:
        """Everything that could be replied, not in order yet."""
        vector = self._encoding.embed_chat([question.text])[0]
        said, intents = self.said(question), self.intents(question)
        details = gives_details(question.text)
        near = index.around(vector, list(terms(question.text)), intents, first=question.first, details=details, said=said)
        others = [*self.articles(question, vector, intents, said), *self.ready(question, vector, intents, canned)]
        weighed = [Candidate(one.source, one.id, self._weights.odds(one.source, one.values), one.vector) for one in others]
        return [*of_replies(near), *weighed]

    def intents(self, question: Question) -> Mapping[str, float]:
        """What the resident probably wants."""
        if question.intents is not None:
            return question.intents
        return profile(self._knowledge.nearness(question.council, question.text))

    def said(self, question: Question) -> Vector | None:
        """What was said in the chat before, as one vector."""
        if not question.before:
            return None
        total = self._encoding.embed_chat(question.before).sum(axis=0)
        return np.asarray(total / max(1e-9, float(np.linalg.norm(total))), np.float32)

    def articles(self, question: Question, vector: Vector, intents: Mapping[str, float], said: Vector | None) -> list[Signals]:
        """The articles that search finds, with their signals."""
        found = self._knowledge.search(
            question.council, question.text, intents=dict(intents), limit=ARTICLES, vector=question.vector
        )
        return [self._article(question, one, vector, said) for one in found]

    def ready(
        self, question: Question, vector: Vector, intents: Mapping[str, float], canned: Sequence[Canned]
    ) -> list[Signals]:
        """Ready replies with their signals."""
        details = gives_details(question.text) and not question.first
        found = []
        for one in canned:
            title, text = self._encoding.embed_known([f"{one.title}. {one.words}", one.text])
            values = {
                "title": float(title @ vector),
                "text": float(text @ vector),
                "first": float(question.first),
                "intent": sum(intents.get(name, 0.0) for name in one.intents),
                "details": float(details and one.for_details),
            }
            found.append(Signals(From.CANNED, one.id, text, values))
        return found

    def _article(self, question: Question, found: Found, vector: Vector, said: Vector | None) -> Signals:
        article = found.article
        answer = self._knowledge.answer(question.council, article)
        texts = [article.title, *article.questions, f"{article.title}. {first_paragraph(answer.text)}"]
        vectors = self._encoding.embed_known(texts)
        cosines = vectors @ vector
        values = {
            "question": float(cosines[:-1].max()),
            "answer": float(cosines[-1]),
            "words": found.words,
            "intent": found.intent,
            "primary": float(article.primary),
            "score": found.score,
            "first": float(question.first),
            "context": float(vectors[-1] @ said) if said is not None else 0.0,
        }
        return Signals(From.ARTICLE, article.id, vectors[-1], values)
