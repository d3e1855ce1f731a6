"""Repairs misspelt words against the words of the training messages: "counicl" and "deibt" become "council" and "debit".

A word is changed only when no training message has it twice, and only to a frequent word with the same first letter that is
one slip away (a letter missing, extra, wrong or swapped). The tuned encoder, which has learnt from misspelt messages, reads
the text as it stands and the n-grams read both, so a wrong repair never misleads all three views of reader.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

SHORTEST = 4
FREQUENT = 6
KNOWN = 2
WORD = re.compile(r"[A-Za-z]+")


class Speller:
    """Knows the words that residents use of council services, and how often."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = {word: count for word, count in counts.items() if count >= KNOWN and len(word) > 1}
        self._near: dict[str, list[str]] = {}
        for word, count in self.counts.items():
            if count >= FREQUENT and len(word) >= SHORTEST:
                for shape in _shapes(word):
                    self._near.setdefault(shape, []).append(word)

    @classmethod
    def learn(cls, texts: Sequence[str]) -> Speller:
        """One that knows the words of these texts."""
        return cls(Counter(word for text in texts for word in WORD.findall(text.lower())))

    def repaired(self, text: str) -> str:
        """The text with every repairable word repaired."""
        return WORD.sub(lambda found: self._repaired_word(found[0]), text)

    def knows(self, text: str) -> bool:
        """Whether any word of the text is known, as it stands or, where it is long enough to tell, repaired."""
        words = WORD.findall(text.lower())
        return any(word in self.counts or (len(word) > SHORTEST and self._repaired_word(word) != word) for word in words)

    def _repaired_word(self, word: str) -> str:
        lower = word.lower()
        if not SHORTEST <= len(lower) <= 20 or lower in self.counts:
            return word
        near = {other for shape in _shapes(lower) for other in self._near.get(shape, ()) if other[0] == lower[0]}
        return max(near, key=lambda other: (self.counts[other], other), default=word)


def _shapes(word: str) -> set[str]:
    """The word, and the word with each letter left out: two words one slip apart share a shape."""
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}
