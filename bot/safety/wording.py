"""A message as bare words, so that one phrase fits the many ways in which people type it.

Case, accents, apostrophes and the commonest short forms and misspellings are levelled; sentence ends stay as a word of
their own (a full stop), so that a phrase does not join two sentences. phrases.py compares the result with the phrases of
urgent.yml, which pass through the same function and can therefore be written as people write.
"""

import re
import unicodedata
from collections.abc import Mapping

END = "."
_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u200b-\u200f]")  # accents and vowel signs that many leave out
_LETTERS = str.maketrans(
    {"ł": "l", "ı": "i", "đ": "d", "ø": "o", "ß": "ss", "ي": "ی", "ى": "ی", "ك": "ک", "ہ": "ه", "ۀ": "ه", "ς": "σ"}
)
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'"))
_NOT = re.compile(r"n't\b")
_IS = re.compile(r"\b(he|she|it|that|there|here|who|what|where|everyone|everything|someone|somebody|nobody)'s\b")
_SHORT = ((re.compile(r"\b(\w+)'ll\b"), r"\1 will"), (re.compile(r"\b(\w+)'re\b"), r"\1 are"),
          (re.compile(r"\b(\w+)'ve\b"), r"\1 have"), (re.compile(r"\bi'm\b"), "i am"), (re.compile(r"\b(\w+)'d\b"), r"\1 would"))  # fmt: skip
_STOPS = re.compile(r"[.!?;:\n\r।۔؟…]+")


def bare_words(text: str, spelling: Mapping[str, str]) -> str:
    """The words of a text in a form that can be compared, with single spaces between them."""
    text = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).lower())
    text = _MARKS.sub("", text).translate(_LETTERS)
    if "'" in text:
        text = text.replace("can't", "can not").replace("won't", "will not")
        text = _IS.sub(r"\1 is", _NOT.sub(" not", text))
        for short, full in _SHORT:
            text = short.sub(full, text)
        text = text.replace("'", "")
    text = _STOPS.sub(f" {END} ", text)
    text = "".join(map(_letter_or_space, text)) if not text.isascii() else _NOT_ASCII_WORD.sub(" ", text)
    return " ".join(spelling.get(word, word) for word in text.split())


_NOT_ASCII_WORD = re.compile(rf"[^a-z0-9{re.escape(END)}]+")


def _letter_or_space(letter: str) -> str:
    """Marks belong to the word: the vowels of Bengali and Punjabi are marks."""
    return letter if letter.isalnum() or letter == END or unicodedata.category(letter)[0] == "M" else " "
