"""Tells which language a message is written in, and above all when it is English.

Three witnesses, the cheapest first: the letters (Greek, Bengali and Gurmukhi need no more), common words of a language
without accents or in Latin letters, and lingua's letter statistics, which need no internet. Misspelt, slangy and
second-language English must never be taken for something else, so doubt means English. docs/decisions/0005-languages.md
has the measurements; the words are content (languages.yml).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from lingua import Language as Known
from lingua import LanguageDetector, LanguageDetectorBuilder

from bot.languages.model import Language

SURE = 0.45  # from this on lingua's first choice stands;
SURE_UNLIKE_ENGLISH = 0.3  # from this on, where English is out of the question (neighbours such as Spanish share the rest);
UNLIKE_ENGLISH = 0.06  # which it is below this;
SURE_OF_TWO_WORDS = 0.8  # when the rest are words that every language borrows, such as "council tax";
SURE_OF_OTHERS = 0.7  # and from this on one that the product has no sentences for, since nothing is gained by a guess
FEWEST_WORDS = 3  # in Latin letters; fewer are names, places and single borrowed words
FEWEST_WORDS_OTHER_LETTERS = 2
CUES = 2  # different common words of a language that say which it is …
CUES_SHARE = 0.34  # … if they are this part of the message
ENGLISH_SHARE = 0.34  # of common English words in a message that is English whatever its other words look like

_OURS = {
    Known.TURKISH: Language.TURKISH,
    Known.POLISH: Language.POLISH,
    Known.ROMANIAN: Language.ROMANIAN,
    Known.BULGARIAN: Language.BULGARIAN,
    Known.BENGALI: Language.BENGALI,
    Known.SOMALI: Language.SOMALI,
    Known.ALBANIAN: Language.ALBANIAN,
    Known.GREEK: Language.GREEK,
    Known.URDU: Language.URDU,
    Known.PUNJABI: Language.PUNJABI,
    Known.PORTUGUESE: Language.PORTUGUESE,
    Known.SPANISH: Language.SPANISH,
}
# Recognised so that they are not taken for a neighbour of theirs: Czech for Polish, Arabic for Urdu.
_NEIGHBOURS = (
    Known.ENGLISH, Known.ARABIC, Known.CZECH, Known.CROATIAN, Known.FRENCH, Known.GERMAN, Known.HUNGARIAN, Known.ITALIAN,
    Known.LATVIAN, Known.LITHUANIAN, Known.PERSIAN, Known.RUSSIAN, Known.SLOVAK, Known.UKRAINIAN, Known.VIETNAMESE,
)  # fmt: skip
_SCRIPTS = {"GREEK": Language.GREEK, "BENGALI": Language.BENGALI, "GURMUKHI": Language.PUNJABI}
_SEVERAL_LANGUAGES = ("CYRILLIC", "ARABIC")  # letters that say too little by themselves
_ONLY_URDU = re.compile("[ٹڈڑںےۓ]")  # letters of Urdu and Punjabi that Arabic and Persian lack
_VOWELS = frozenset("aeiouy")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*[\u0300-\u036f\u0900-\u0dff]*")


class Detector:
    """Recognises the language of a message. Building one takes milliseconds; lingua reads its tables when they are needed."""

    def __init__(
        self,
        cues: Mapping[str, Iterable[str]],
        shahmukhi: Iterable[str],
        borrowed: Iterable[str],
        english: Iterable[str],
    ) -> None:
        self._cues = {Language(code): frozenset(map(_plain, words)) for code, words in cues.items()}
        self._shahmukhi = frozenset(shahmukhi)
        self._borrowed = frozenset(borrowed)
        self._english = frozenset(english)
        self._lingua = LanguageDetectorBuilder.from_languages(*_OURS, *_NEIGHBOURS).build()
        self._cyrillic = _among(Known.BULGARIAN, Known.RUSSIAN, Known.UKRAINIAN)
        self._arabic = _among(Known.URDU, Known.ARABIC, Known.PERSIAN)

    def detect(self, text: str) -> Language | None:
        """The language of a message; None when it is English, or too short or too mixed to say."""
        words = text.split()
        script = _main_script(text)
        if script == "LATIN":
            return self._by_words(text)
        if not script or (len(words) < FEWEST_WORDS_OTHER_LETTERS and script not in ("CJK", "HIRAGANA", "THAI")):
            return None
        if script in _SEVERAL_LANGUAGES:
            return self._by_letters(text, script)
        return _SCRIPTS.get(script, Language.OTHER)

    def _by_letters(self, text: str, script: str) -> Language:
        if script == "CYRILLIC":
            return _ours(self._cyrillic.detect_language_of(text))
        if len(self._shahmukhi.intersection(_WORD.findall(text))) >= CUES:
            return Language.PUNJABI
        if _ONLY_URDU.search(text):
            return Language.URDU
        return _ours(self._arabic.detect_language_of(text))

    def _by_words(self, text: str) -> Language | None:
        said = [word for word in _WORD.findall(text) if word.lower() not in self._borrowed]
        if len(_WORD.findall(text)) < FEWEST_WORDS or len(said) < FEWEST_WORDS - 1:
            return None
        plain = [_plain(word) for word in said]
        by_cues = self._by_cues(plain)
        if by_cues is not None:
            return by_cues
        if sum(word.lower() in self._english for word in said) / len(said) >= ENGLISH_SHARE:
            return None
        if 2 * sum(not _VOWELS.isdisjoint(word) for word in plain) < len(plain):
            return None  # a cat on the keyboard
        chances = {one.language: one.value for one in self._lingua.compute_language_confidence_values(" ".join(said).lower())}
        first = max(chances, key=lambda language: chances[language])
        impossible = chances[Known.ENGLISH] < UNLIKE_ENGLISH
        ours, others = (SURE_UNLIKE_ENGLISH, SURE) if impossible else (SURE, SURE_OF_OTHERS)
        if len(said) < FEWEST_WORDS:
            ours = others = SURE_OF_TWO_WORDS
        if first == Known.ENGLISH or chances[first] < (ours if first in _OURS else others):
            return None
        return _ours(first)

    def _by_cues(self, plain: list[str]) -> Language | None:
        there = set(plain)
        found = Counter({language: len(there & words) for language, words in self._cues.items()})
        (first, most), (_, next_most) = found.most_common(2)
        covered = sum(word in self._cues[first] for word in plain) / len(plain)
        english = len((there & self._english) - self._cues[first])
        return first if most >= CUES and most > next_most and covered >= CUES_SHARE and english < most / 2 else None


def _among(*languages: Known) -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*languages).build()


def _ours(known: Known | None) -> Language:
    return _OURS.get(known, Language.OTHER) if known is not None else Language.OTHER


def _plain(word: str) -> str:
    """A word without accents, in small letters."""
    decomposed = unicodedata.normalize("NFKD", word.lower().replace("ı", "i").replace("ł", "l"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("'", "").replace("’", "")


def _main_script(text: str) -> str:
    """The script of most letters, as Unicode names it; empty when there are none."""
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else ""
    scripts = Counter(unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha())
    return scripts.most_common(1)[0][0] if scripts else ""
