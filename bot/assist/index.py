"""Past replies of one council in memory: for a resident's message, the replies that were sent to messages like it.

Replies that say nearly the same belong to one **group** (grouping.py). Whether a pair's reply fits is a sum of signals whose
weights ranking.py has: how near the message is to what was asked then and to the reply itself, how far the likely intents
agree, whether both open their chat or both come later, and whether both give details. Two of these are products with the
message's vector, so each pair keeps one vector, their weighted sum, and sketch.py finds those that are worth weighing. Wording
stays in the database, so that what is erased there is never shown. The newest MOST pairs are kept.
"""

import threading
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

import numpy as np
import numpy.typing as npt

from bot.assist.sketch import Sketches
from bot.assist.words import Lexicon

MOST = 100_000  # pairs of one council; about 230 MB
WEIGHED = 2000  # pairs whose whole vectors are looked at, where there are many
NEAREST = 64  # pairs whose replies are candidates
BY_WORDS = 16  # … and those that share the rarest words, which a name of a scheme or a street may need
PROFILE = 8  # likely intents that are kept of a pair

_NO_PAIRS: tuple[array[int], array[float]] = (array("i"), array("f"))

Vector = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Entry:
    """One pair as the index takes it in. `reply_vector` is needed only for the first of a group."""

    id: int
    group: str
    day: date
    first: bool  # whether it opens its conversation
    details: bool  # whether it gives an address or a number
    terms: tuple[str, ...]
    intents: Mapping[str, float]
    vector: Vector
    reply_vector: Vector | None = None


@dataclass(frozen=True)
class Near:
    """One group of past replies as a candidate."""

    group: str
    odds: float  # log-odds that this is the reply
    pairs: tuple[int, ...]  # ids of its nearest pairs, the nearest first
    times: int
    last: date
    vector: Vector  # of the reply


class PastReplies:
    """The index of one council. Give it what is there with `add`, and again whenever a pair comes or goes.

    `weights` are those of a reply (ranking.py). A lock lets suggestions be worked out in
    a thread while the event loop adds what was just sent.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._lock = threading.Lock()
        self._count = 0
        self._vectors = np.zeros((256, 0), np.float32)  # as wide as the first vector that comes
        self._of_group = np.zeros(256, np.int32)
        self._ids = np.zeros(256, np.int64)
        self._gone = np.zeros(256, bool)
        self._kinds = np.zeros(256, np.int8)  # 2 for a pair that opens its chat, and 1 for one that gives details
        self._sketches = Sketches()
        self._group_vectors = np.zeros((256, 0), np.float16)
        self._groups: dict[str, _Group] = {}
        self._names: list[str] = []
        self._read_as: dict[str, tuple[array[int], array[float]]] = {}  # of each intent: pairs, and how likely it is in each
        self._places: dict[int, int] = {}
        self._lexicon = Lexicon()

    def __len__(self) -> int:
        return len(self._places)

    @property
    def ids(self) -> set[int]:
        """The pairs that are in it."""
        return set(self._places)

    def without(self, ids: Iterable[int]) -> list[int]:
        """Those of the pairs that are not in it."""
        return [pair for pair in ids if pair not in self._places]

    def has_group(self, group: str) -> bool:
        """Whether it knows this group."""
        return group in self._groups

    def add(self, entries: Sequence[Entry]) -> None:
        """Takes pairs in; those that are there already are left out."""
        with self._lock:
            for entry in entries:
                if entry.id not in self._places:
                    self._add(entry)
            self._sketches.take(self._vectors[: self._count])
            for pair in list(islice(self._places, max(0, len(self._places) - MOST))):  # the oldest come first
                self._remove(pair)

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

    def around(
        self,
        vector: Vector,
        terms: Sequence[str],
        intents: Mapping[str, float],
        *,
        first: bool,
        details: bool = False,
        said: Vector | None = None,
    ) -> list[Near]:
        """The replies that were sent to messages like this one, the likeliest first.

        `vector` is the message's, `intents` are its likely ones, `first` says whether it opens its chat, `details` whether it
        gives any, and `said` is the vector of what was said in the chat before.
        """
        with self._lock:
            if not self._places:
                return []
            weigh = self._weights
            others = weigh["intent"] * self._agreement(unit(intents)) + self._of_place(first, details)
            others[self._gone[: self._count]] = -np.inf
            by_words = _top(self._lexicon.scores(terms), BY_WORDS)
            rows = np.union1d(self._nearest(others, vector), by_words)
            rows = rows[~self._gone[rows]]
            best = others[rows] + self._vectors[rows] @ vector
            if said is not None:
                best = best + weigh["context"] * (self._group_vectors[self._of_group[rows]].astype(np.float32) @ said)
            return self._by_group(rows, best)

    # ---- inside, under the lock

    def _of_place(self, first: bool, details: bool) -> Vector:
        """For every pair what the place of both messages in their chats says, and the details that they give."""
        weigh = self._weights
        values = np.full((2, 2), weigh["bias"], np.float32)  # by whether the pair opened its chat, and whether it gave details
        values[int(first)] += weigh["opens"] if first else weigh["later"]
        if details:
            values[:, 1] += weigh["details"]
        elif not first:
            values[0, 0] += weigh["plain"]
        return values.ravel().take(self._kinds[: self._count])

    def _nearest(self, others: Vector, vector: Vector) -> Rows:
        """The pairs with the highest log-odds; where there are many, among those that sketches find near enough."""
        near = self._sketches.products(vector)
        if near is None:
            return _top(others + self._vectors[: self._count] @ vector, NEAREST)
        rows = np.sort(np.argpartition(-(others + near), WEIGHED)[:WEIGHED])  # in order they lie nearer together
        return rows[_top(others[rows] + self._vectors[rows] @ vector, NEAREST)]

    def _by_group(self, rows: Rows, odds: Vector) -> list[Near]:
        """Each group once, with its likeliest pairs."""
        pairs: dict[int, list[int]] = {}
        best: dict[int, float] = {}
        for place in np.argsort(-odds, kind="stable"):
            group = int(self._of_group[rows[place]])
            best.setdefault(group, float(odds[place]))
            pairs.setdefault(group, []).append(int(self._ids[rows[place]]))
        return [
            Near(
                self._names[group],
                best[group],
                tuple(ids[:3]),
                self._groups[self._names[group]].count,
                date.fromordinal(self._groups[self._names[group]].last),
                self._group_vectors[group].astype(np.float32),
            )
            for group, ids in pairs.items()
        ]

    def _agreement(self, intents: Mapping[str, float]) -> Vector:
        """For every pair how far its intents are these, 0 to 1."""
        agreement = np.zeros(self._count, np.float32)
        for intent, chance in intents.items():
            places, chances = self._read_as.get(intent, _NO_PAIRS)
            agreement[np.asarray(places)] += chance * np.asarray(chances)  # a pair has an intent once
        return agreement

    def _add(self, entry: Entry) -> None:
        if not self._count:
            self._vectors = np.zeros((len(self._ids), len(entry.vector)), np.float32)
            self._group_vectors = np.zeros((256, len(entry.vector)), np.float16)
        if self._count == len(self._ids):
            self._grow()
        place = self._count
        self._count += 1
        group = self._group(entry)
        group.count += 1
        group.last = max(group.last, entry.day.toordinal())
        reply = self._group_vectors[group.place].astype(np.float32)
        self._vectors[place] = self._weights["asked"] * entry.vector + self._weights["fit"] * reply
        self._of_group[place] = group.place
        self._ids[place] = entry.id
        self._kinds[place] = 2 * entry.first + entry.details
        for intent, chance in unit(entry.intents).items():
            places, chances = self._read_as.setdefault(intent, (array("i"), array("f")))
            places.append(place)
            chances.append(chance)
        self._places[entry.id] = place
        self._lexicon.add(entry.terms)

    def _group(self, entry: Entry) -> "_Group":
        group = self._groups.get(entry.group)
        if group is None:
            group = self._groups[entry.group] = _Group(len(self._names))
            self._names.append(entry.group)
            if group.place == len(self._group_vectors):
                self._group_vectors = np.concatenate([self._group_vectors, np.zeros_like(self._group_vectors)])
            if entry.reply_vector is not None:
                self._group_vectors[group.place] = entry.reply_vector
        return group

    def _remove(self, pair: int) -> None:
        place = self._places.pop(pair, None)
        if place is not None:
            self._gone[place] = True
            self._vectors[place] = 0
            self._groups[self._names[self._of_group[place]]].count -= 1

    def _grow(self) -> None:
        for name in ("_vectors", "_of_group", "_ids", "_gone", "_kinds"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros_like(old)]))


@dataclass
class _Group:
    place: int
    count: int = 0
    last: int = 0


def unit(intents: Mapping[str, float]) -> dict[str, float]:
    """The likeliest intents as a vector of length one, so that two messages agree at most by 1."""
    best = sorted(intents.items(), key=lambda one: -one[1])[:PROFILE]
    length = float(np.sqrt(sum(chance**2 for _, chance in best))) or 1.0
    return {intent: chance / length for intent, chance in best}


def _top(values: Vector, most: int) -> Rows:
    places = np.flatnonzero(values)
    return places[np.argpartition(-values[places], most)[:most]] if len(places) > most else places
