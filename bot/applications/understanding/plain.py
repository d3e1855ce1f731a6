"""A message brought to a form that can be compared: small letters, no marks, digits for small numbers in words.

Everything in this room that looks for words in what a resident wrote goes through here, so that "Nah!!", "nah" and "NAH"
are the same. Near misses of longer words count too, since people write on phones.
"""

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA

NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"a couple of": 2, "couple of": 2, "a couple": 2, "a dozen": 12}
SHORTEST_NEAR = 5  # shorter words are compared letter by letter; from here one slip is allowed, from twice as many two

NUMBER_WORDS = re.compile(r"\b(" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + r")\b")
_APOSTROPHES = re.compile(r"[’'`´]")
_MARKS = re.compile(r"[^\w\s@/.:+£%-]|(?<!\d)[.](?!\d)|[.](?!\d)|(?<!\w)-|-(?!\w)|:(?!\d)", re.UNICODE)


def plain(text: str) -> str:
    """The message in small letters without marks; what stands between digits stays, as in 3.50 and 24/11."""
    return " ".join(_MARKS.sub(" ", _APOSTROPHES.sub("", text.lower())).split())


def with_digits(text: str) -> str:
    """The plain message with small numbers as digits."""
    return NUMBER_WORDS.sub(lambda found: str(NUMBERS[found[1]]), plain(text))


def has_phrase(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a plain message as whole words, nearly the same where its words are long."""
    wanted = plain(phrase).split()
    words = text.split()
    return bool(wanted) and any(
        all(same_word(have, want) for have, want in zip(words[start:], wanted, strict=False))
        for start in range(len(words) - len(wanted) + 1)
    )


def same_word(have: str, want: str) -> bool:
    """Whether two words are the same but for a slip of the fingers or a plural."""
    if have == want or have in (want + "s", want + "es") or have + "s" == want:
        return True
    shorter = min(len(have), len(want))
    return shorter >= SHORTEST_NEAR and OSA.distance(have, want) <= (2 if shorter >= 2 * SHORTEST_NEAR else 1)


def is_one_of(text: str, phrases: Iterable[str]) -> bool:
    """Whether the whole message is one of these phrases."""
    said = plain(text)
    return any(said == plain(phrase) for phrase in phrases)
