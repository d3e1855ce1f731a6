"""Phrases that stand for many sentences, compiled once and looked up fast.

A phrase is written on one line of urgent.yml: `kill|end my|me .. <list>`. Words stand side by side; `..` leaves room for
up to three words of the same sentence, `...` for eight words of any sentence; `a|b` are alternatives, `my_life` is one of two
words, `word*` any word that begins so, `word+` also its plural, `word?` may be missing, `<list>` a list of the file; `^` begins
and `$` ends the message; ` & ` joins phrases that stand near each other in any order; ` unless ` names phrases that make it
harmless, separated by `;`. A phrase is tried only on messages that hold one of its rarest words. screen.py decides what follows.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.safety.wording import END, bare_words

NEAR = 140  # characters between phrases joined by &
EXCUSE = 110  # characters within which other words make a phrase harmless
_WORD = rf"[^ {re.escape(END)}]+"
_LAST = rf"(?:{re.escape(END)} )*$"
_GAPS = {"..": rf"(?:{_WORD} ){{0,3}}", "...": r"(?:[^ ]+ ){0,8}"}


class BadPhrase(Exception):
    """A phrase of the content file cannot be read; the message names it."""


class Message:
    """The words of a message, each with the places where it begins; `stem*` stands for every word that begins so."""

    def __init__(self, words: str, stem_lengths: Sequence[int]) -> None:
        self.words = words
        self.places: defaultdict[str, list[int]] = defaultdict(list)
        place = 0
        for word in words.split():
            self.places[word].append(place)
            for length in stem_lengths:
                if length > len(word):
                    break
                self.places[word[:length] + "*"].append(place)
            place += len(word) + 1


@dataclass(frozen=True)
class Part:
    """One stretch of words, the words it can begin with, and the sets of words of which it needs one each."""

    pattern: re.Pattern[str]
    first: frozenset[str]
    needs: tuple[frozenset[str], ...]

    def found(self, message: Message, start: int = 0, stop: int | None = None) -> Iterator[re.Match[str]]:
        """Where a message says this, between two places. Only words that can begin it are tried, which is what makes it fast."""
        places = {place for word in self.first for place in message.places.get(word, ())}
        for place in sorted(places):
            if start <= place and (stop is None or place < stop):
                match = self.pattern.match(message.words, place)
                if match:
                    yield match

    def possible(self, message: Message) -> bool:
        """Whether the message has the words at all."""
        return all(any(word in message.places for word in need) for need in self.needs)


@dataclass(frozen=True)
class Phrase:
    """One line of the content file."""

    parts: tuple[Part, ...]
    unless: tuple[Part, ...]

    @property
    def needs(self) -> list[frozenset[str]]:
        """Sets of words of which a message must hold one each."""
        return [need for part in self.parts for need in part.needs]

    def fits(self, message: Message) -> bool:
        """Whether the message says this, and nothing near makes it harmless."""
        if not all(part.possible(message) for part in self.parts):
            return False
        first, *others = self.parts
        return any(
            all(_near(other, message, found, NEAR) for other in others)
            and not any(_near(excuse, message, found, EXCUSE) for excuse in self.unless)
            for found in first.found(message)
        )

    def without(self, words: str, instead: str) -> str:
        """The message with every such phrase of one part replaced."""
        return re.sub(f"(?<![^ ]){self.parts[0].pattern.pattern}", instead, words)


def _near(part: Part, message: Message, found: re.Match[str], distance: int) -> bool:
    if not part.possible(message):
        return False
    return next(part.found(message, found.start() - distance, found.end() + distance), None) is not None


@dataclass(frozen=True)
class _Option:
    """One alternative of a word: its pattern, the word it begins with and a word that must be there."""

    pattern: str
    first: str
    needed: str


class PhraseReader:
    """Reads phrases with the lists and spellings of one content file."""

    def __init__(self, lists: Mapping[str, Sequence[str]], spelling: Mapping[str, str]) -> None:
        self._lists = lists
        self._spelling = spelling
        self._parts: dict[str, Part] = {}  # a matter's exclusions are the same for all its phrases

    def read(self, line: str, always_unless: Iterable[str] = ()) -> Phrase:
        """One phrase. Raises BadPhrase."""
        said, _, exclusions = line.partition(" unless ")
        parts = tuple(self._part(part) for part in said.split(" & "))
        unless = [exclusion for exclusion in exclusions.split(";") if exclusion.strip()]
        return Phrase(parts, tuple(self._part(one) for one in [*unless, *always_unless]))

    def _part(self, text: str) -> Part:
        if text not in self._parts:
            self._parts[text] = self._compiled(text)
        return self._parts[text]

    def _compiled(self, text: str) -> Part:
        pieces: list[str] = []
        needs: list[frozenset[str]] = []
        first: set[str] = set()
        open_start = True  # until a word that cannot be missing
        for token in text.split():
            if token in _GAPS or token == "^" or token == "$":
                pieces.append(_GAPS.get(token) or (_LAST if token == "$" else "^"))
                continue
            optional = token.endswith("?")
            options = self._options(token.removesuffix("?"), text)
            if open_start:
                first.update(option.first for option in options)
                open_start = optional
            joined = "|".join(sorted((option.pattern for option in options), key=len, reverse=True))
            pieces.append(f"(?:{joined})" + ("?" if optional else ""))
            if not optional and all(option.needed for option in options):
                needs.append(frozenset(option.needed for option in options))
        if not needs or open_start:
            raise BadPhrase(f"The phrase {text!r} has no word that must be there.")
        return Part(_pattern("".join(pieces)), frozenset(first), tuple(needs))

    def _options(self, token: str, text: str) -> list[_Option]:
        """The alternatives of a token. Every word of a message is followed by one space, so every pattern ends in one."""
        options: list[_Option] = []
        for option in token.split("|"):
            if option == "$":
                options.append(_Option(_LAST, "", ""))
                continue
            if option.startswith("<"):
                name = option.strip("<>")
                if name not in self._lists:
                    raise BadPhrase(f"The phrase {text!r} names the list {name!r}, which is not there.")
                for entry in self._lists[name]:
                    options += self._options(entry.replace(" ", "_"), text)
                continue
            words = bare_words(option.rstrip("*+").replace("_", " "), {} if option.endswith("*") else self._spelling)
            if not words:
                raise BadPhrase(f"The phrase {text!r} has an empty word.")
            options.append(_option(words, "[^ ]*" if option.endswith("*") else ""))
            if option.endswith("+"):
                options.append(_option(words + "s", ""))
        return options


def _option(words: str, ending: str) -> _Option:
    *before, last = words.split()
    marked = [*before, last + "*" if ending else last]
    return _Option(re.escape(words) + ending + " ", marked[0], max(marked, key=len))


class PhraseBook[Label]:
    """Phrases with a label each, found by the words of a message."""

    def __init__(self, phrases: Iterable[tuple[Phrase, Label]]) -> None:
        self._phrases = list(phrases)
        use = Counter(word for phrase, _ in self._phrases for need in phrase.needs for word in need)
        self._by_word: defaultdict[str, list[int]] = defaultdict(list)
        for number, (phrase, _) in enumerate(self._phrases):
            for word in min(phrase.needs, key=lambda need: sum(use[word] for word in need)):
                self._by_word[word].append(number)
        parts = [part for phrase, _ in self._phrases for part in (*phrase.parts, *phrase.unless)]
        stems = {word for part in parts for need in (part.first, *part.needs) for word in need if word.endswith("*")}
        self._stem_lengths = sorted({len(stem) - 1 for stem in stems})

    def labels(self, words: str) -> list[Label]:
        """The labels of all phrases that the message says; `words` end with a space."""
        message = Message(words, self._stem_lengths)
        numbers = {number for word in message.places for number in self._by_word.get(word, ())}
        return [label for phrase, label in map(self._phrases.__getitem__, sorted(numbers)) if phrase.fits(message)]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Compiled once: every council reads the same thousand phrases of the national base, and re keeps only 512."""
    return re.compile(text)
