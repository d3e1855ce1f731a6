"""Groups messages by meaning and names each group by its most telling words, in plain numpy.

Messages in the midst of many like them come first and draw their neighbours; then every message goes to the group whose middle
it is nearest to, and groups with the same middle become one. No number of groups is given, and the same messages always give the
same groups. theming.py keeps the groups and their ids.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

NEAR = 0.50  # cosine from which two messages ask for much the same; measured on the held-out messages (docs/learning.md)
MERGED = 0.80  # cosine of two middles from which they are one theme
ROUNDS = 2
TELLING = 3  # words in a name
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_STANDS_FOR = re.compile(r"\[\w+\]")
_EMPTY = frozenset(
    [
        "a",
        "about",
        "after",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "aren't",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "but",
        "by",
        "can",
        "can't",
        "cant",
        "could",
        "couldn't",
        "did",
        "didn't",
        "do",
        "does",
        "doesn't",
        "doing",
        "don't",
        "dont",
        "down",
        "for",
        "from",
        "get",
        "getting",
        "go",
        "going",
        "got",
        "had",
        "has",
        "have",
        "haven't",
        "having",
        "he",
        "hello",
        "help",
        "her",
        "here",
        "hi",
        "him",
        "his",
        "how",
        "i",
        "i'd",
        "i'll",
        "i'm",
        "i've",
        "if",
        "im",
        "in",
        "into",
        "is",
        "isn't",
        "it",
        "it's",
        "its",
        "ive",
        "just",
        "know",
        "like",
        "me",
        "more",
        "much",
        "my",
        "need",
        "no",
        "not",
        "now",
        "of",
        "off",
        "ok",
        "on",
        "one",
        "or",
        "our",
        "out",
        "over",
        "please",
        "put",
        "really",
        "say",
        "she",
        "should",
        "so",
        "some",
        "such",
        "take",
        "tell",
        "than",
        "thank",
        "thanks",
        "that",
        "that's",
        "thats",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "they're",
        "thing",
        "this",
        "those",
        "to",
        "too",
        "up",
        "us",
        "very",
        "want",
        "wanted",
        "was",
        "we",
        "we're",
        "well",
        "were",
        "what",
        "what's",
        "whats",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "won't",
        "would",
        "yes",
        "you",
        "your",
    ]
)


@dataclass(frozen=True)
class Group:
    """Places of the messages in one group, the one that stands for it first."""

    places: tuple[int, ...]


def grouped(vectors: Vectors, near: float = NEAR) -> list[Group]:
    """Groups of at least two messages, the largest first. `vectors` are unit vectors, one a row."""
    if len(vectors) < 2:
        return []
    labels = _nearest(vectors, _middles(vectors, _by_density(vectors, near)), near)
    for _ in range(ROUNDS - 1):
        labels = _nearest(vectors, _merged(_middles(vectors, labels)), near)
    groups = []
    for label in range(int(labels.max()) + 1):
        places = np.flatnonzero(labels == label)
        if len(places) > 1:
            middle = vectors[places].mean(0)
            groups.append(Group(tuple(int(place) for place in places[np.argsort(-(vectors[places] @ middle), kind="stable")])))
    return sorted(groups, key=lambda group: (-len(group.places), group.places))


def _by_density(vectors: Vectors, near: float) -> npt.NDArray[np.intp]:
    """A first label for each message, -1 for those that stand alone."""
    alike = (vectors @ vectors.T) >= near
    counts = alike.sum(1)
    labels = np.full(len(vectors), -1, np.intp)
    free = np.ones(len(vectors), bool)
    label = 0
    while True:
        seed = int(np.argmax(np.where(free, counts, 0)))
        if not free[seed] or counts[seed] < 2:
            return labels
        members = np.flatnonzero(alike[seed] & free)
        labels[members] = label
        free[members] = False
        counts = counts - alike[:, members].sum(1)
        label += 1


def _middles(vectors: Vectors, labels: npt.NDArray[np.intp]) -> Vectors:
    rows = [vectors[labels == label].mean(0) for label in range(int(labels.max()) + 1) if (labels == label).any()]
    if not rows:
        return np.zeros((0, vectors.shape[1]), np.float32)
    middles = np.stack(rows)
    return np.asarray(middles / np.linalg.norm(middles, axis=1, keepdims=True), np.float32)


def _merged(middles: Vectors) -> Vectors:
    """The middles, without those that say the same as an earlier one."""
    kept: list[int] = []
    for place in range(len(middles)):
        if not kept or float((middles[kept] @ middles[place]).max()) < MERGED:
            kept.append(place)
    return middles[kept]


def _nearest(vectors: Vectors, middles: Vectors, near: float) -> npt.NDArray[np.intp]:
    if not len(middles):
        return np.full(len(vectors), -1, np.intp)
    closeness = vectors @ middles.T
    labels = closeness.argmax(1)
    return np.where(closeness.max(1) >= near, labels, -1)


def kept_ids(found: Sequence[Sequence[int]], before: Sequence[tuple[int, str]], new_id: Callable[[], str]) -> list[str]:
    """An id for each group: that of the earlier group which most of its members were in, else a new one.

    `found` are the members of each group, `before` says in which group a member was. An id is given once only.
    """
    was = dict(before)
    overlaps = sorted(
        (
            (-count, place, theme)
            for place, members in enumerate(found)
            for theme, count in Counter(was[member] for member in members if member in was).items()
        ),
    )
    ids: dict[int, str] = {}
    for _, place, theme in overlaps:
        if place not in ids and theme not in ids.values():
            ids[place] = theme
    return [ids.get(place) or new_id() for place in range(len(found))]


def telling_words(groups: Sequence[Sequence[str]]) -> list[str]:
    """For each group of texts the words that it has and the others have not, as a name: "soft plastics, crisp packets"."""
    counted = [Counter(term for text in texts for term in _terms(text)) for texts in groups]
    everywhere = Counter(term for counts in counted for term in counts)
    return [_name(counts, everywhere, len(groups), len(texts)) for counts, texts in zip(counted, groups, strict=True)]


def _name(counts: Counter[str], everywhere: Counter[str], groups: int, size: int) -> str:
    def telling(term: str) -> float:
        phrase = 1.6 if " " in term else 1.0
        return counts[term] / size * math.log(1 + groups / everywhere[term]) * phrase

    chosen: list[str] = []
    for term in sorted(counts, key=lambda term: (-telling(term), term)):
        words = set(term.split())
        if counts[term] < min(2, size) or any(words & set(other.split()) for other in chosen):
            continue
        chosen.append(term)
        if len(chosen) == TELLING:
            break
    return ", ".join(chosen)


def _terms(text: str) -> set[str]:
    """The words of a text that say something, and pairs of words that stand together."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(_STANDS_FOR.sub(" ", text))]
    full = [word not in _EMPTY and len(word) > 2 for word in words]
    pairs = {f"{one} {two}" for one, two, yes, also in zip(words, words[1:], full, full[1:], strict=False) if yes and also}
    return {word for word, says in zip(words, full, strict=True) if says} | pairs
