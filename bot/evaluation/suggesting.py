"""Tries suggestions on past conversations whose replies are labelled by people, for fitting them and for measuring them.

Half of the conversations, chosen by a hash of their ids, are past replies to learn from and to fit weights on; the other half
is asked. Each question gets what its own council's advisers would get at the desk: the same index, gathering and ranking.
A label (`matter`) says which replies are the same with small edits; only judging sees it. commands/assist.py prints.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from itertools import batched
from pathlib import Path

import numpy as np
import yaml
from rapidfuzz.fuzz import token_sort_ratio

from bot.assist.encoding import Encoding
from bot.assist.formats import ConversationFile, PastConversation
from bot.assist.gathering import Gathering, Question
from bot.assist.grouping import NEAR, grouped
from bot.assist.importing import pairs_of
from bot.assist.index import Entry, PastReplies, unit
from bot.assist.model import SHOWN, From
from bot.assist.ranking import SIGNALS, Candidate, Weights, ranked
from bot.assist.words import terms
from bot.foundation.csvfiles import Reject
from bot.handoff.answers import Canned
from bot.knowledge.service import Knowledge
from bot.privacy.pseudonyms import gives_details

CONVERSATIONS, MATTERS = Path("data/assist/conversations.jsonl"), Path("data/assist/matters.yml")
FOLDS = 10
ALIKE = 80.0  # of 100: a suggestion this near to the reply in its wording is right in the strict textual measure


@dataclass(frozen=True)
class Turn:
    """One reply of staff, and what was asked before it, as it was and as past replies are kept."""

    conversation: str
    council: str
    service: str
    asked: str
    reply: str
    masked_asked: str
    masked_reply: str
    matter: str
    at: datetime
    first: bool
    before: tuple[str, ...]
    intents: Mapping[str, float]


@dataclass(frozen=True)
class Matters:
    """Which articles and ready replies say what a matter says, and which matters have no standard reply."""

    articles: Mapping[str, frozenset[str]]
    canned: Mapping[str, frozenset[str]]
    own: frozenset[str]

    @classmethod
    def read(cls, path: Path = MATTERS) -> "Matters":
        """The labels' meanings."""
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls(
            {name: frozenset(one["articles"]) for name, one in said.items()},
            {name: frozenset(one.get("canned", ())) for name, one in said.items()},
            frozenset(name for name, one in said.items() if one.get("own")),
        )


@dataclass(frozen=True)
class Tried:
    """What was suggested for one turn: log-odds, whether it is right, and whether its wording is the reply's."""

    turn: Turn
    odds: tuple[float, ...]
    right: tuple[bool, ...]
    alike: tuple[bool, ...]
    sources: tuple[From, ...]


@dataclass(frozen=True)
class Examples:
    """What could be replied to one question, by kind: the signals of each candidate, one a row, and whether it is right."""

    signals: Mapping[From, np.ndarray]
    right: Mapping[From, np.ndarray]


@dataclass
class _Memory:
    """Past replies of one council with their labels."""

    index: PastReplies
    wordings: dict[str, str] = field(default_factory=dict)  # of each group, its newest
    matters: dict[str, Counter[str]] = field(default_factory=dict)

    def matter(self, group: str) -> str:
        return self.matters[group].most_common(1)[0][0]


class Suggesting:
    """Fits and measures on labelled turns."""

    def __init__(
        self,
        knowledge: Knowledge,
        encoding: Encoding,
        canned: Mapping[str, Sequence[Canned]],
        turns: Sequence[Turn],
        matters: Matters,
        today: date,
    ) -> None:
        self._knowledge = knowledge
        self._encoding = encoding
        self._canned = canned
        self._matters = matters
        self._today = today
        self.turns = turns
        asked = encoding.embed_known([one.masked_asked for one in turns])
        replies = encoding.embed_known([one.masked_reply for one in turns])
        self._asked = dict(zip(map(id, turns), asked, strict=True))
        self._replies = dict(zip(map(id, turns), replies, strict=True))
        encoding.keep()

    @property
    def learnt_from(self) -> list[Turn]:
        """The half that past replies and weights come from."""
        return [one for one in self.turns if not held_out(one.conversation)]

    @property
    def asked(self) -> list[Turn]:
        """The half that is only asked."""
        return [one for one in self.turns if held_out(one.conversation)]

    def standard(self, turns: Iterable[Turn]) -> list[Turn]:
        """Those whose reply has a standard, so that a suggestion can be right."""
        return [one for one in turns if one.matter not in self._matters.own]

    # ---- trying

    def tried(self, weights: Weights) -> list[Tried]:
        """The held-out half, asked of past replies of the other half."""
        return self._try(self.asked, self.learnt_from, weights)

    def tried_by_folds(self, weights: Weights) -> list[Tried]:
        """The other half asked of itself, each fold of the rest, for calibrating."""
        turns = self.learnt_from
        found: list[Tried] = []
        for fold in range(FOLDS):
            asked = [one for one in turns if fold_of(one.conversation) == fold]
            found += self._try(asked, [one for one in turns if fold_of(one.conversation) != fold], weights)
        return found

    def _try(self, asked: Sequence[Turn], learnt: Sequence[Turn], weights: Weights) -> list[Tried]:
        memories = {council: self._memory(council, learnt, weights) for council in {one.council for one in asked}}
        gathering = Gathering(self._knowledge, self._encoding, weights)
        found = []
        for turn in asked:
            memory = memories[turn.council]
            candidates = gathering.candidates(_question(turn), memory.index, self._canned[turn.council])
            best = ranked(candidates, {}, self._today, weights)[:SHOWN]
            found.append(
                Tried(
                    turn,
                    tuple(one.odds for one in best),
                    tuple(self._is_right(turn, one, memory) for one in best),
                    tuple(token_sort_ratio(self._text(turn, one, memory), turn.masked_reply) >= ALIKE for one in best),
                    tuple(one.source for one in best),
                )
            )
        return found

    def _memory(self, council: str, turns: Sequence[Turn], weights: Weights) -> _Memory:
        memory = _Memory(PastReplies(weights.of[From.REPLY]))
        own = [one for one in turns if one.council == council]
        for number, some in enumerate(batched(own, 100)):
            vectors = np.stack([self._replies[id(one)] for one in some])
            near = memory.index.closest_groups(vectors, NEAR)
            groups = grouped(near, memory.wordings, [one.masked_reply for one in some], vectors)
            entries = []
            for place, (one, group) in enumerate(zip(some, groups, strict=True)):
                memory.wordings[group.group] = one.masked_reply
                memory.matters.setdefault(group.group, Counter())[one.matter] += 1
                words, vector = tuple(terms(one.masked_asked)), self._asked[id(one)]
                reply = vectors[place] if group.first else None
                known = (100 * number + place, group.group, one.at.date(), one.first, gives_details(one.masked_asked))
                entries.append(Entry(*known, words, one.intents, vector, reply))
            memory.index.add(entries)
        return memory

    def _is_right(self, turn: Turn, one: Candidate, memory: _Memory) -> bool:
        if turn.matter in self._matters.own:
            return False
        match one.source:
            case From.REPLY:
                return memory.matter(one.id) == turn.matter
            case From.ARTICLE:
                return one.id in self._matters.articles[turn.matter]
            case From.CANNED:
                return one.id in self._matters.canned[turn.matter]

    def _text(self, turn: Turn, one: Candidate, memory: _Memory) -> str:
        if one.source == From.REPLY:
            return memory.wordings[one.id]
        article = self._knowledge.article(turn.council, one.id) if one.source == From.ARTICLE else None
        return self._knowledge.answer(turn.council, article).text if article else ""

    # ---- what weights are fitted on

    def examples(self, weights: Weights) -> list[Examples]:
        """For every question of the half that is learnt from, its candidates from the rest of that half."""
        gathering = Gathering(self._knowledge, self._encoding, weights)
        return [self._examples(turn, gathering) for turn in self.learnt_from]

    def _examples(self, turn: Turn, gathering: Gathering) -> Examples:
        vector, question = self._encoding.embed_known([turn.asked])[0], _question(turn)
        said, intents = gathering.said(question), gathering.intents(question)
        own = turn.matter in self._matters.own
        signals, right = {}, {}
        past = [one for one in self.learnt_from if one.council == turn.council and one.conversation != turn.conversation]
        signals[From.REPLY] = self._pairs(turn, past, vector, said)
        right[From.REPLY] = np.array([one.matter == turn.matter and not own for one in past])
        for source, found, known in (
            (From.ARTICLE, gathering.articles(question, vector, intents, said), self._matters.articles),
            (From.CANNED, gathering.ready(question, vector, intents, self._canned[turn.council]), self._matters.canned),
        ):
            signals[source] = np.array([[1.0, *(one.values[name] for name in SIGNALS[source][1:])] for one in found])
            right[source] = np.array([one.id in known[turn.matter] and not own for one in found])
        return Examples(signals, right)

    def _pairs(self, turn: Turn, past: Sequence[Turn], vector: np.ndarray, said: np.ndarray | None) -> np.ndarray:
        intents, details = unit(turn.intents), gives_details(turn.asked)
        rows = []
        for one in past:
            reply, theirs, they = self._replies[id(one)], unit(one.intents), gives_details(one.masked_asked)
            later = not one.first and not turn.first
            values = {
                "asked": self._asked[id(one)] @ vector,
                "fit": reply @ vector,
                "intent": sum(chance * theirs.get(name, 0.0) for name, chance in intents.items()),
                "opens": one.first and turn.first,
                "later": later,
                "context": reply @ said if said is not None else 0.0,
                "details": details and they,
                "plain": later and not details and not they,
            }
            rows.append([1.0, *(float(values[name]) for name in SIGNALS[From.REPLY][1:])])
        return np.array(rows)


def read_turns(
    path: Path,
    mask: Callable[[str, Sequence[str]], Sequence[str]],
    read: Callable[[Sequence[str]], Sequence[Mapping[str, float]]],
) -> list[Turn]:
    """Every labelled reply of a file. `mask` takes a council and texts, `read` gives each text's intents."""
    labels = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        labels[said["id"]] = (said["service"], [one.get("matter", "") for one in said["messages"]])
    found: list[Turn] = []
    for conversation in ConversationFile(path).conversations():
        if isinstance(conversation, Reject):
            raise ValueError(f"{path}, line {conversation.line}: {conversation.reason}")
        found += _turns(conversation, *labels[conversation.id])
    readings = read([one.asked for one in found])
    masked: dict[tuple[str, str], str] = {}
    for council in {one.council for one in found}:
        texts = [text for one in found if one.council == council for text in (one.asked, one.reply)]
        masked.update(zip(((council, text) for text in texts), mask(council, texts), strict=True))
    return [
        Turn(**{
            **vars(one), "intents": intents,
            "masked_asked": masked[one.council, one.asked], "masked_reply": masked[one.council, one.reply],
        })
        for one, intents in zip(found, readings, strict=True)
    ]  # fmt: skip


def _turns(conversation: PastConversation, service: str, matters: Sequence[str]) -> list[Turn]:
    before: list[str] = []
    found = []
    for pair in pairs_of(conversation):
        found.append(
            Turn(
                conversation.id, conversation.council, service, pair.asked, pair.reply, "", "", matters[pair.seq - 1],
                pair.at, pair.first, tuple(before), {},
            )
        )  # fmt: skip
        before += [pair.asked, pair.reply]
    return found


def _question(turn: Turn) -> Question:
    return Question(turn.council, turn.asked, turn.first, turn.before, turn.intents)


def held_out(conversation: str) -> bool:
    """Whether a conversation is only asked."""
    return sha256(conversation.encode()).digest()[0] % 2 == 0


def fold_of(conversation: str) -> int:
    """Which fold a conversation is in."""
    return sha256(f"fold {conversation}".encode()).digest()[0] % FOLDS


def names_of(tried: Collection[Tried]) -> list[str]:
    """The services among what was tried."""
    return sorted({one.turn.service for one in tried})
