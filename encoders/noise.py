"""Writes a message again as somebody in a hurry would: slips of the finger, spelling by ear, dropped words, no capitals.

Training on both ways of writing a message forgives misspelling, of which the training data has some and residents have more.
tuning/tune.py tunes the encoder on both, and the engine's n-grams learn from both (engine/desk_engine/reader.py).
"""

from __future__ import annotations

import random
import re

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BY_EAR = (
    ("ight", "ite"), ("ough", "uff"), ("tion", "shun"), ("able", "ible"), ("ence", "ance"), ("ance", "ence"),
    ("ment", "mant"), ("ent", "ant"), ("ant", "ent"), ("que", "k"), ("ph", "f"), ("ck", "k"), ("ei", "ie"), ("ie", "ei"),
    ("ea", "ee"), ("ee", "ea"), ("ss", "s"), ("ll", "l"), ("tt", "t"), ("cc", "c"), ("mm", "m"), ("nn", "n"), ("pp", "p"),
    ("rr", "r"), ("kn", "n"), ("wh", "w"), ("ou", "ow"), ("ai", "ay"), ("ce", "se"), ("se", "ce"), ("er", "a"),
    ("or", "er"), ("ar", "er"), ("th", "f"), ("gh", ""), ("ys", "ies"), ("el", "le"), ("le", "el"), ("au", "or"),
    ("sc", "s"), ("ge", "j"), ("c", "s"), ("c", "k"), ("x", "cks"), ("y", "ie"), ("e", "i"), ("i", "e"), ("a", "e"),
    ("o", "u"),
)  # fmt: skip
SHORT = {
    "you": "u", "your": "ur", "are": "r", "please": "pls", "for": "4", "to": "2", "because": "cos", "when": "wen",
    "what": "wot", "want": "wnt", "with": "wiv", "tonight": "2nite", "tomorrow": "tmrw", "thanks": "thx",
    "people": "ppl", "have": "hav", "the": "da", "this": "dis", "that": "dat", "my": "me", "before": "b4",
    "through": "thru", "about": "bout", "know": "no", "there": "their", "their": "there", "were": "where",
    "does": "dose", "of": "off", "too": "to", "don't": "dont", "can't": "cant", "i'm": "im", "i've": "ive",
    "it's": "its", "haven't": "havnt",
}  # fmt: skip


def _neighbours() -> dict[str, str]:
    places = {letter: (row, column) for row, letters in enumerate(ROWS) for column, letter in enumerate(letters)}
    return {
        letter: "".join(
            other for other, (r, c) in places.items() if other != letter and abs(r - row) <= 1 and abs(c - column) <= 1
        )
        for letter, (row, column) in places.items()
    }


NEIGHBOURS = _neighbours()


def rewritten(text: str, chance: random.Random) -> str:
    """One hurried way to write the text; how hurried, and where it slips, is decided by `chance`."""
    rate = chance.choice((0.08, 0.15, 0.25, 0.35))
    words = text.split(" ")
    written: list[str] = []
    for original in words:
        word = original
        bare = re.sub(r"[^\w']", "", word)
        roll = chance.random()
        if bare.lower() in SHORT and roll < rate * 1.2:
            word = word.replace(bare, SHORT[bare.lower()], 1)
        elif len(bare) >= 4 and roll < rate * 1.3 and not any(letter.isdigit() for letter in bare):
            word = _slipped(word, chance)
            if len(bare) > 7 and chance.random() < 0.3:
                word = _slipped(word, chance)
        elif len(words) > 5 and roll > 1 - rate * 0.2:
            continue
        elif len(words) > 3 and roll > 1 - rate * 0.4 and written:
            written[-1] += word
            continue
        written.append(word)
    result = " ".join(written)
    if chance.random() < 0.6:
        result = result.lower()
    if chance.random() < 0.5:
        result = re.sub(r"[.,?!'’]", "", result)
    return result.strip() or text


def _slipped(word: str, chance: random.Random) -> str:
    return _finger(word, chance) if chance.random() < 0.5 else _by_ear(word, chance)


def _finger(word: str, chance: random.Random) -> str:
    """A letter left out, swapped, hit beside, doubled or added."""
    place, kind = chance.randrange(len(word) - 1), chance.random()
    letter = word[place]
    near = NEIGHBOURS.get(letter.lower(), letter)
    if kind < 0.25:
        return word[:place] + word[place + 1 :]
    if kind < 0.5:
        return word[:place] + word[place + 1] + letter + word[place + 2 :]
    if kind < 0.7:
        return word[:place] + chance.choice(near) + word[place + 1 :]
    return word[:place] + (letter if kind < 0.85 else chance.choice(near)) + word[place:]


def _by_ear(word: str, chance: random.Random) -> str:
    """One sound written in another way, never the first letter."""
    lower = word.lower()
    heard = [(sound, spelt) for sound, spelt in BY_EAR if sound in lower[1:]]
    if not heard:
        return _finger(word, chance)
    sound, spelt = chance.choice(heard)
    place = lower.index(sound, 1)
    return word[:place] + spelt + word[place + len(sound) :]
