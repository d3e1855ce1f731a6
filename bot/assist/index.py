"""Past replies of one council in memory: for a resident's message, the kinds of reply that were sent to messages like it.

Replies that say nearly the same belong to one **group** (grouping.py). Of every pair the index holds the vector of what was
asked, its words and its likely intents, and of every group one vector of the reply; the wording itself stays in the
database, so that what is erased there is never shown. The newest MOST pairs are kept. A lock lets suggestions be worked out
in a thread while the event loop adds what was just sent.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from bot.assist.words import Lexicon

MOST = 100_000  # pairs of one council; about 170 MB
NEIGHBOURS = 24  # earlier messages that say what is usually replied to this one
NEAREST = 48  # earlier messages whose replies are candidates, by meaning
BY_WORDS = 16  # … and by words
PROFILE = 3  # likely intents that are kept of a message
SHARPNESS = 14.0  # how much more a nearer neighbour counts
WORDS_COUNT = 0.15  # of a cosine: what a full match of words adds to being a neighbour

Vector = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Entry:
    """One pair as the index takes it in. `reply_vector` is needed only for the first of a group."""

    id: int
    group: str
    day: date
    terms: tuple[str, ...]
    intents: Mapping[str, float]
    vector: Vector
    reply_vector: Vector | None = None


@dataclass(frozen=True)
class Near:
    """One group of past replies as a candidate, with what speaks for it."""

    group: str
    pairs: tuple[int, ...]  # ids of the nearest pairs of the group, the nearest first
    meaning: float  # cosine of the message with the nearest message that drew this reply
    words: float  # how well the words of such a message fit, 0 to 1
    intent: float  # how far the likely intents agree, 0 to 1
    share: float  # of the nearest earlier messages, how many drew this reply, 0 to 1
    like: float  # the same, counting replies like this one by their likeness
    fit: float  # cosine of the message with the reply itself
    times: int
    last: date
    vector: Vector  # of the reply


@dataclass(frozen=True)
class Neighbourhood:
    """What was replied to messages like this one: candidates, and the replies around for judging other kinds of answer."""

    near: tuple[Near, ...] = ()
    vectors: Vector | None = None  # of the replies around, one a row
    shares: Vector | None = None  # how much of the neighbourhood each of them is

    def like(self, vector: Vector) -> float:
        """How like the replies around this answer is, 0 to 1."""
        if self.vectors is None or self.shares is None or not len(self.shares):
            return 0.0
        return float(likeness(self.vectors @ vector) @ self.shares)


@dataclass
class _Group:
    place: int
    count: int = 0
    last: int = 0


class PastReplies:
    """The index of one council. Give it what is there with `add`, and again whenever a pair comes or goes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._vectors = np.zeros((256, 0), np.float32)  # as wide as the first vector that comes
        self._of_group = np.zeros(256, np.int32)
        self._ids = np.zeros(256, np.int64)
        self._gone = np.zeros(256, bool)
        self._intents = np.full((256, PROFILE), -1, np.int16)
        self._odds = np.zeros((256, PROFILE), np.float16)
        self._group_vectors = np.zeros((256, 0), np.float16)
        self._groups: dict[str, _Group] = {}
        self._names: list[str] = []
        self._numbers: dict[str, int] = {}  # of intents
        self._places: dict[int, int] = {}
        self._lexicon = Lexicon()

    def __len__(self) -> int:
        return len(self._places)

    @property
    def ids(self) -> set[int]:
        """The pairs that are in it."""
        return set(self._places)

    def has_group(self, group: str) -> bool:
        """Whether it knows this group."""
        return group in self._groups

    def add(self, entries: Sequence[Entry]) -> None:
        """Takes pairs in; those that are there already are left out."""
        with self._lock:
            for entry in entries:
                if entry.id not in self._places:
                    self._add(entry)
            if len(self._places) > MOST:
                for place in sorted(self._places.values())[: len(self._places) - MOST]:
                    self._remove(int(self._ids[place]))

    def remove(self, ids: Sequence[int]) -> None:
        """Forgets pairs."""
        with self._lock:
            for pair in ids:
                self._remove(pair)

    def closest_groups(self, vectors: Vector, least: float) -> list[list[str]]:
        """For each reply (one a row), up to three groups that are at least this near in meaning, the nearest first."""
        with self._lock:
            if not self._names:
                return [[] for _ in vectors]
            cosines = vectors @ self._group_vectors[: len(self._names)].astype(np.float32).T
            best = np.argsort(-cosines, axis=1)[:, :3]
            return [
                [self._names[place] for place in row if line[place] >= least] for row, line in zip(best, cosines, strict=True)
            ]

    def around(self, vector: Vector, terms: Sequence[str], intents: Mapping[str, float]) -> Neighbourhood:
        """What was replied to messages like this one. `vector` is the message's, `intents` are its likely ones."""
        with self._lock:
            if not self._places:
                return Neighbourhood()
            count = self._count
            cosines = self._vectors[:count] @ vector
            cosines[self._gone[:count]] = -1
            words = self._lexicon.scores(terms)
            words[self._gone[:count]] = 0
            rows: Rows = np.union1d(_top(cosines, NEAREST), _top(words, BY_WORDS)).astype(np.int64)
            rows = rows[~self._gone[rows]]
            if not len(rows):
                return Neighbourhood()
            return self._neighbourhood(vector, rows, cosines[rows], words[rows], self._agreement(rows, intents))

    # ---- inside, under the lock

    def _neighbourhood(self, vector: Vector, rows: Rows, cosines: Vector, words: Vector, agreement: Vector) -> Neighbourhood:
        groups, inverse = np.unique(self._of_group[rows], return_inverse=True)
        closeness = cosines + WORDS_COUNT * words
        order = np.argsort(-closeness)[:NEIGHBOURS]
        weights = np.exp(SHARPNESS * (closeness[order] - closeness[order[0]]))
        shares = np.bincount(inverse[order], weights / weights.sum(), len(groups)).astype(np.float32)
        vectors = self._group_vectors[groups].astype(np.float32)
        alike = likeness(vectors @ vectors.T) @ shares
        fits = vectors @ vector
        found = []
        for number, group in enumerate(groups):
            own = np.flatnonzero(inverse == number)
            own = own[np.argsort(-closeness[own])]
            known = self._groups[self._names[group]]
            found.append(
                Near(
                    group=self._names[group],
                    pairs=tuple(int(self._ids[rows[place]]) for place in own[:3]),
                    meaning=float(cosines[own].max()),
                    words=float(words[own].max()),
                    intent=float(agreement[own].max()),
                    share=float(shares[number]),
                    like=float(min(1.0, alike[number])),
                    fit=float(fits[number]),
                    times=known.count,
                    last=date.fromordinal(known.last),
                    vector=vectors[number],
                )
            )
        return Neighbourhood(tuple(sorted(found, key=lambda one: (-one.like, one.group))), vectors, shares)

    def _agreement(self, rows: Rows, intents: Mapping[str, float]) -> Vector:
        wanted = np.zeros(len(self._numbers) + 1, np.float32)  # the last one is for "none", which is number -1
        for intent, chance in intents.items():
            if intent in self._numbers:
                wanted[self._numbers[intent]] = chance
        return np.asarray((wanted[self._intents[rows]] * self._odds[rows]).sum(axis=1), np.float32)

    def _add(self, entry: Entry) -> None:
        if not self._count:
            self._vectors = np.zeros((256, len(entry.vector)), np.float32)
            self._group_vectors = np.zeros((256, len(entry.vector)), np.float16)
        if self._count == len(self._ids):
            self._grow()
        place = self._count
        self._count += 1
        self._vectors[place] = entry.vector
        self._ids[place] = entry.id
        self._gone[place] = False
        for spot, (intent, chance) in enumerate(sorted(entry.intents.items(), key=lambda one: -one[1])[:PROFILE]):
            self._intents[place, spot] = self._numbers.setdefault(intent, len(self._numbers))
            self._odds[place, spot] = chance
        group = self._groups.get(entry.group)
        if group is None:
            group = self._groups[entry.group] = _Group(len(self._names))
            self._names.append(entry.group)
            if group.place == len(self._group_vectors):
                self._group_vectors = np.concatenate([self._group_vectors, np.zeros_like(self._group_vectors)])
        if entry.reply_vector is not None:
            self._group_vectors[group.place] = entry.reply_vector
        group.count += 1
        group.last = max(group.last, entry.day.toordinal())
        self._of_group[place] = group.place
        self._places[entry.id] = place
        self._lexicon.add(entry.terms)

    def _remove(self, pair: int) -> None:
        place = self._places.pop(pair, None)
        if place is None:
            return
        self._gone[place] = True
        self._vectors[place] = 0
        self._groups[self._names[self._of_group[place]]].count -= 1

    def _grow(self) -> None:
        for name in ("_vectors", "_of_group", "_ids", "_gone", "_odds"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
        self._intents = np.concatenate([self._intents, np.full_like(self._intents, -1)])


def likeness(cosines: Vector) -> Vector:
    """How far two replies say the same, 0 to 1, from the cosine of their vectors: little below 0.5, nearly 1 from 0.9 on."""
    return np.asarray(1 / (1 + np.exp(-18 * (cosines - 0.72))), np.float32)


def _top(values: Vector, most: int) -> Rows:
    places = np.argpartition(-values, most)[:most] if len(values) > most else np.arange(len(values))
    return np.asarray(places[values[places] > 0], np.int64)
