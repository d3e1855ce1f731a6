"""Reads the graded set and recent questions with the live model and with a candidate, and says what would change.

The real assistant answers every message twice, once with each model's readings, so what is listed is what a resident would get and
not a probability. A group of graded messages that loses more than two points is a reason to refuse the candidate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.conversations.text import clean_text
from bot.dialogue.model import Bands, bare, questions_in
from bot.evaluation.baseline import groups
from bot.evaluation.engine import Readings
from bot.evaluation.model import Example, Judged, Rate, read_held_out, words_of_training
from bot.evaluation.residents import Served, beside_search, danger, serve_all
from bot.knowledge.service import Knowledge
from bot.languages.service import Languages
from bot.learning.model import Change, Got, Group, Replay
from bot.safety.service import UrgentScreens

HELD_OUT = Path("data/evaluation/held_out.csv")
TRAINING = Path("data/nlu")
WAYS = {"clarify": "asked", "repair": "not_understood"}


@dataclass(frozen=True)
class Recent:
    """A masked question of a resident."""

    council: str
    conversation_id: str
    text: str


@dataclass(frozen=True)
class Replaying:
    """The packs that the assistant answers from."""

    knowledge: Knowledge
    screens: UrgentScreens
    languages: Languages

    def replay(self, live: Readings, candidate: Readings, recent: Sequence[Recent], learnt: set[str]) -> Replay:
        """Both models on everything. Blocking, for a thread. `learnt` are examples that the candidate was taught, bare.

        Raises CannotRead and UnreadableHeldOut. Nothing that either model was trained on is graded.
        """
        known = words_of_training(TRAINING) | learnt
        graded = [one for one in read_held_out(HELD_OUT) if bare(one.text) not in known]
        for readings in (live, candidate):  # in one go: each time costs the engine's Python its start
            readings.of(_texts_of([*(one.text for one in graded), *(one.text for one in recent)]))
        council = self.knowledge.council_ids[0]
        before, after = (self._groups(readings, graded, council) for readings in (live, candidate))
        counted = tuple(Group(name, rate.of, rate.count, after[name].count) for name, rate in before.items())
        changes = self._changes(council, graded, live, candidate)
        for one in self.knowledge.council_ids:
            asked = [Example(question.text, ("",), question.conversation_id) for question in recent if question.council == one]
            changes += self._changes(one, asked, live, candidate)
        return Replay(counted, tuple(changes), len(graded), len(recent))

    def _groups(self, readings: Readings, graded: Sequence[Example], council: str) -> dict[str, Rate]:
        alone: list[Judged] = readings.judge(graded)
        dangerous = danger(alone, self.screens, council, Bands())
        judged = beside_search(alone, dangerous, self.knowledge, council, Bands())
        return groups(judged, [at_once for _, at_once in dangerous])

    def _changes(self, council: str, examples: Sequence[Example], live: Readings, candidate: Readings) -> list[Change]:
        if not examples:
            return []
        before, after = (
            serve_all(council, examples, readings, self.knowledge, self.screens, self.languages)
            for readings in (live, candidate)
        )
        found = []
        for old, new in zip(before, after, strict=True):
            got, gets = self._got(council, old), self._got(council, new)
            if got != gets:
                found.append(_change(council, old, new, got, gets))
        return found

    def _got(self, council: str, served: Served) -> Got:
        """What the resident gets, as far as the model has a part in it."""
        if served.urgent:
            return Got("urgent")
        if served.turned_away:
            return Got("turned_away")
        if served.answered:
            articles = (self.knowledge.best_for_intent(council, intent, served.example.text) for intent in served.answered)
            return Got("answered", served.answered, tuple(article.id for article in articles if article))
        return Got(WAYS.get(served.way, "asked" if served.offered else "other"), served.offered)


def _texts_of(messages: Sequence[str]) -> list[str]:
    """What the assistant asks to be read of these messages: each as it is sent, and its parts."""
    cleaned = [clean_text(text) for text in messages]
    return list(dict.fromkeys([*messages, *cleaned, *(part for text in cleaned for part in questions_in(text))]))


def _change(council: str, old: Served, new: Served, got: Got, gets: Got) -> Change:
    example = old.example
    if example.intents == ("",):  # a resident's: nobody has said what it means
        return Change(example.text, got, gets, council, example.style)
    right = tuple(one.outcome in ("answered_right", "asked_right") for one in (old, new))
    return Change(example.text, got, gets, "", "", example.intents, *right)
