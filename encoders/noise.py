"""Writes a message again as somebody in a hurry would: slips of the finger, spelling by ear, dropped words, no capitals.

Training on both ways of writing a message forgives misspelling, of which the training data has some and residents have more.
tuning/tune.py tunes the encoder on both, and the engine's n-grams learn from both (engine/desk_engine/reader.py).
"""

from __future__ import annotations

import random
import re

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BY_EAR = (
    ("ight", "ite"), ("ough", "uff"), ("ould", "ud"), ("tion", "shun"), ("able", "ible"), ("ence", "ance"), ("ance", "ence"),
    ("ment", "mant"), ("ent", "ant"), ("ant", "ent"), ("que", "k"), ("ph", "f"), ("ck", "k"), ("ei", "ie"), ("ie", "ei"),
    ("ea", "ee"), ("ee", "ea"), ("kn", "n"), ("wh", "w"), ("ou", "ow"), ("ow", "ou"), ("ai", "ay"), ("ce", "se"), ("se", "ce"),
    ("er", "a"), ("er", "u"), ("or", "er"), ("ar", "er"), ("th", "f"), ("gh", ""), ("ys", "ies"), ("el", "le"), ("le", "el"),
    ("au", "or"), ("aw", "or"), ("sc", "s"), ("ge", "j"), ("dge", "j"), ("oo", "u"), ("oa", "o"), ("ui", "oo"), ("tch", "ch"),
    ("ct", "k"), ("mb", "m"), ("st", "ss"), ("gu", "g"), ("c", "s"), ("c", "k"), ("s", "c"), ("s", "z"), ("k", "c"), ("x", "cks"),
    ("y", "ie"), ("y", "i"), ("e", "i"), ("i", "e"), ("a", "e"), ("e", "a"), ("o", "u"), ("u", "o"), ("h", ""), ("t", "d"),
)  # fmt: skip
ENDS = (
    ("ing", "in"), ("ing", "ink"), ("tion", "shun"), ("tion", "ton"), ("sion", "tion"), ("ous", "us"), ("ful", "full"),
    ("ed", "d"), ("ed", "t"), ("er", "a"), ("el", "le"), ("le", "el"), ("al", "le"), ("il", "el"), ("ly", "ley"), ("y", "ey"),
    ("y", "ie"), ("e", ""), ("es", "s"), ("ies", "ys"), ("ence", "ense"), ("ment", "mint"), ("age", "ige"), ("ure", "er"),
)  # fmt: skip
SHORT = {
    "about": "bout", "address": "adress", "again": "agen", "always": "allways", "and": "n", "any": "ne", "anyone": "any1",
    "anything": "anyfin", "appointment": "apt", "are": "r", "be": "b", "because": "cos", "before": "b4", "being": "bein",
    "brother": "bruv", "can": "cn", "can't": "carnt", "come": "cum", "could": "cud", "council": "counsil", "does": "dose",
    "doesn't": "dosnt", "don't": "dont", "every": "evry", "everyone": "every1", "everything": "evryfin", "for": "4",
    "from": "frm", "getting": "gettin", "give": "giv", "going": "goin", "great": "gr8", "has": "as", "have": "hav",
    "haven't": "havnt", "he's": "hes", "here": "ere", "him": "im", "house": "hous", "i'm": "im", "i've": "iv", "is": "iz",
    "isn't": "isnt", "it's": "its", "just": "jus", "know": "no", "letter": "leter", "live": "liv", "money": "munny",
    "month": "mth", "mother": "mum", "much": "mutch", "my": "me", "new": "nu", "nothing": "nuffin", "number": "numba",
    "of": "off", "once": "wunce", "one": "1", "paid": "payed", "people": "ppl", "phone": "fone", "please": "pls",
    "see": "c", "shouldn't": "shudnt", "should": "shud", "some": "sum", "someone": "sum1", "something": "sumfin", "still": "stil",
    "than": "then", "thanks": "thx", "that": "dat", "the": "da", "their": "there", "them": "em", "there": "their",
    "they": "thay", "they're": "there", "this": "dis", "through": "thru", "to": "2", "today": "2day", "tomorrow": "tmrw",
    "tonight": "2nite", "too": "to", "until": "untill", "very": "v", "want": "wnt", "was": "woz", "week": "wk", "were": "where",
    "what": "wot", "when": "wen", "where": "were", "which": "wich", "who": "hu", "why": "y", "will": "wil", "with": "wiv",
    "without": "wivout", "won't": "wont", "would": "wud", "wouldn't": "wudnt", "yes": "yeh", "you": "u", "you're": "ur",
    "your": "ur",
}  # fmt: skip
HURRY = (0.08, 0.15, 0.25, 0.4, 0.6)  # how likely a word is to be written otherwise
LONG = 7  # letters; a longer word goes wrong in two places now and then


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
    rate = chance.choice(HURRY)
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
            if len(bare) > LONG and chance.random() < 0.3 + rate / 2:
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
    slip = chance.choice((_finger, _finger, _by_ear, _by_ear, _worn))
    return slip(word, chance)


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
    ends = [(sound, spelt) for sound, spelt in ENDS if lower.endswith(sound) and len(lower) > len(sound) + 1]
    if ends and chance.random() < 0.3:
        sound, spelt = chance.choice(ends)
        return word[: -len(sound)] + spelt
    heard = [(sound, spelt) for sound, spelt in BY_EAR if sound in lower[1:]]
    if not heard:
        return _finger(word, chance)
    sound, spelt = chance.choice(heard)
    place = lower.index(sound, 1)
    return word[:place] + spelt + word[place + len(sound) :]


def _worn(word: str, chance: random.Random) -> str:
    """A double letter written once, or a vowel that nobody hears left out."""
    doubled = [place for place in range(1, len(word)) if word[place] == word[place - 1]]
    quiet = [place for place in range(2, len(word) - 1) if word[place].lower() in "aeiou"]
    places = doubled or quiet
    if not places:
        return _finger(word, chance)
    place = chance.choice(places)
    return word[:place] + word[place + 1 :]
