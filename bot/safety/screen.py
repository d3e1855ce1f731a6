"""The urgent screen of one council: what a message says about danger, and the fixed words that answer it.

It reads words alone, so that it works with the engine down and costs less than a millisecond. A concern is `certain` when
a phrase stands by itself; otherwise it only counts beside the engine's own reading, which the caller has. reading.py
builds a screen from urgent.yml, service.py keeps one for each council.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.conversations.model import PERSON_CHOICE, Choice, Kind, Reply
from bot.knowledge import rendering
from bot.safety.phrases import Phrase, PhraseBook
from bot.safety.wording import bare_words

GENERAL = "general"
INTENT = "urgent_risk"
REMOVED = "~ "  # stands where a harmless saying was


@dataclass(frozen=True)
class Concern:
    """What kind of danger a message speaks of, and whether its wording alone is enough to say so."""

    matter: str
    certain: bool


@dataclass(frozen=True)
class Answer:
    """The vetted words for one matter, as Markdown, and whether the page should offer a quick way out."""

    words: str
    quick_exit: bool


@dataclass(frozen=True)
class Vetted:
    """Who answers for the words and until when they were found right."""

    owner: str
    review_by: date


class Screen:
    """Recognises danger in a message and answers it with vetted words. Never asks a question back."""

    def __init__(
        self,
        vetted: Vetted,
        answers: Mapping[str, Answer],
        book: PhraseBook[Concern],
        sayings: PhraseBook[Phrase],
        spelling: Mapping[str, str],
        person: str,
    ) -> None:
        self.vetted = vetted
        self._answers = answers
        self._order = {matter: place for place, matter in enumerate(answers)}
        self._book = book
        self._sayings = sayings
        self._spelling = spelling
        self._person = person
        self._html: dict[str, str] = {}  # of each matter, once it was needed

    @property
    def matters(self) -> Sequence[str]:
        """The kinds of danger that have an answer, the most pressing first."""
        return tuple(self._answers)

    def look(self, text: str) -> Concern | None:
        """The most pressing concern that the wording of a message gives, or None."""
        words = bare_words(text, self._spelling) + " "
        for saying in self._sayings.labels(words):
            words = saying.without(words, REMOVED)
        return min(self._book.labels(words), key=lambda one: (not one.certain, self._order[one.matter]), default=None)

    def reply(self, matter: str = GENERAL) -> Reply:
        """The vetted answer to a kind of danger; an unknown kind gets the general one."""
        matter = matter if matter in self._answers else GENERAL
        answer = self._answers[matter]
        if matter not in self._html:
            self._html[matter] = rendering.html(answer.words)
        data: dict[str, Any] = {"matter": matter, "intent": INTENT, "html": self._html[matter]}
        if answer.quick_exit:
            data["quick_exit"] = True
        return Reply(Kind.URGENT, rendering.plain_text(answer.words), (Choice(PERSON_CHOICE, self._person),), data=data)
