"""Cleaning and checking what a resident sends, before anything else sees it.

Removed without a word: control characters, Unicode tag characters (invisible text that can carry instructions),
lone surrogates and bidirectional overrides. Refused with a plain sentence: nothing left, or more than 2,000 characters.
"""

import re
import unicodedata

from bot.conversations.model import TEXT_LIMIT

_TAGS = re.compile("[\U000e0000-\U000e007f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BLANK_LINES = re.compile(r"\n{3,}")


class UnusableText(Exception):
    """The message cannot be taken; the text is the sentence for the resident and `code` the name for programs."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def clean_text(text: str) -> str:
    """The message without what nobody can see; raises UnusableText when it is empty or too long."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _OVERRIDES.sub("", _SURROGATES.sub("", _TAGS.sub("", text)))
    text = "".join(mark for mark in text if mark in "\n\t" or unicodedata.category(mark) != "Cc")
    text = _BLANK_LINES.sub("\n\n", unicodedata.normalize("NFC", text)).strip()
    if not any(unicodedata.category(mark)[0] not in "ZC" for mark in text):
        raise UnusableText("empty_message", "Type a message first, then press Send.")
    if len(text) > TEXT_LIMIT:
        raise UnusableText(
            "message_too_long", f"Your message has {len(text):,} characters. Shorten it to {TEXT_LIMIT:,} or fewer."
        )
    return text


def has_words(text: str) -> bool:
    """Whether anything in it can be read: a letter or a digit, in any script."""
    return any(mark.isalnum() for mark in text)


def is_a_number(text: str) -> bool:
    """Whether it is nothing but digits and what stands between them: a reference or an account number with no word beside it."""
    marks = [mark for mark in text if mark.isalnum()]
    return bool(marks) and all(mark.isdigit() for mark in marks)
