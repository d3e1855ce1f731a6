"""Words for finding past replies: the terms of a message, and a small BM25 index over them that grows as replies come in.

It lives in memory beside the vectors (index.py). A term counts once in each text, since messages are short; terms that many
texts have are left out where there are enough rarer ones, which keeps a search among 100,000 texts to a few milliseconds.
"""

import math
import re
from array import array
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.knowledge.search import STOP

SEARCHED_TERMS = 10  # the rarest of a message
COMMON_SHARE = 0.1  # a term in more of the texts than this is common
COMMON_FROM = 2000  # texts from which on common terms are left out
K1, B = 1.2, 0.6
ENOUGH = 14.0  # a BM25 score that counts as a full match

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_CHAT = frozenset(
    [
        "hello",
        "hi",
        "hiya",
        "thanks",
        "thank",
        "please",
        "ok",
        "okay",
        "yes",
        "no",
        "name",
        "address",
        "postcode",
        "email",
        "telephone",
        "reference",
    ]
)
_ENDS = ("ings", "ing", "ied", "ies", "ed", "es", "s", "ly")


def terms(text: str) -> dict[str, str]:
    """The terms of a text, each with the word it comes from, in order. Words without meaning of their own are left out."""
    found: dict[str, str] = {}
    for word in _WORD.findall(text.lower()):
        if len(word) > 1 and word not in STOP and word not in _CHAT:
            found.setdefault(stem(word), word)
    return found


def stem(word: str) -> str:
    """The word without its ending, so that "bins" finds "bin"."""
    word = word.replace("’", "'").split("'", 1)[0]
    for end in _ENDS if word.endswith(_ENDS) else ():
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word.removesuffix(end) + ("y" if end in ("ied", "ies") else "")
    return word


class Lexicon:
    """Which texts have which terms. Texts are numbered from 0 in the order in which they were added."""

    def __init__(self) -> None:
        self._postings: dict[str, array[int]] = {}
        self._lengths = array("H")

    def add(self, found: Sequence[str]) -> None:
        """One more text, by its terms."""
        place = len(self._lengths)
        self._lengths.append(min(len(found), 65535))
        for term in found:
            postings = self._postings.get(term)
            if postings is None:
                postings = self._postings[term] = array("i")
            postings.append(place)

    def scores(self, found: Sequence[str]) -> npt.NDArray[np.float32]:
        """For every text how well its words fit, 0 to 1 where 1 is a full match."""
        count = len(self._lengths)
        total = np.zeros(count, np.float32)
        known = sorted((term for term in found if term in self._postings), key=lambda term: len(self._postings[term]))
        rare = [term for term in known if count < COMMON_FROM or len(self._postings[term]) < COMMON_SHARE * count]
        if not rare:
            return total
        lengths = np.asarray(self._lengths)
        usual = max(1.0, float(lengths.mean()))
        for term in rare[:SEARCHED_TERMS]:
            places = np.asarray(self._postings[term], np.int32)
            weight = math.log(1 + (count - len(places) + 0.5) / (len(places) + 0.5)) * (K1 + 1)
            total[places] += weight / (1 + K1 * (1 - B + B / usual * lengths[places].astype(np.float32)))
        return np.asarray(np.minimum(total / ENOUGH, 1.0), np.float32)
