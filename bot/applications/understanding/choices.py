"""Yes or no, one of several answers, or several of them, in people's own words.

"nah", "yh", "the brown one", "1", "the second", "not the brown, the blue": words come from the definition and from
applications.yml. Where two answers fit, the resident is asked which.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.applications.model import Answer, Asked, Field, Option, Problem
from bot.applications.understanding.plain import has_phrase, is_one_of, plain, with_digits

LONGEST_YES = 12  # words of an answer in which yes or no is looked for
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_NUMBER = re.compile(r"^(?:number |option |no )?(\d{1,2})(?:st|nd|rd|th)?(?: one)?$")
_I_AM = re.compile(r"\bi am\b")
_REFUSED = re.compile(r"\b(?:not|isnt|wasnt|instead of|rather than) (?:the |a |my )?(\w+)")
_ALL = ("all", "all of them", "all of those", "everything", "both", "both of them", "the lot", "every one", "all bins")
_NO_FACTS = ("none", "neither", "other")  # values of options that a message in passing does not speak of
_NONE = ("none", "none of them", "none of these", "none of those", "neither", "nothing", "no one", "nobody", "no")


def yes_no(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """Yes or no; the first word decides when more is said, then the longest phrase ("i think so yes", "well i dont think so")."""
    words = asked.words
    said = plain(text)
    first = said.split()[0] if said else ""
    labels = words["labels"]
    for value, name in ((True, "yes"), (False, "no")):
        if is_one_of(text, words[name]) or (
            first in [one for one in words[name] if " " not in one] and len(said.split()) <= LONGEST_YES
        ):
            return Answer(value, labels[name], name)
    if len(said.split()) <= LONGEST_YES and (decided := _longest(said, words)) is not None:
        return Answer(decided, labels["yes" if decided else "no"], "yes" if decided else "no")
    for option in field.options:  # the definition's own ways of saying yes or no to this very question
        if any(has_phrase(said, phrase) for phrase in option.words):
            return Answer(option.value == "yes", labels[option.value], option.value)
    return Problem("yes_or_no", like_an_answer=False)


def _longest(said: str, words: Mapping[str, Any]) -> bool | None:
    """What the longest phrase for yes or no in a short message says; single words count only at its end. Doubt is neither."""
    if any(has_phrase(said, one) for one in words["unknown"] if " " in one):
        return None
    last = said.rsplit(maxsplit=1)[-1] if said else ""
    found = {
        name: max((len(one.split()) for one in words[name] if _says(said, one, last)), default=0) for name in ("yes", "no")
    }
    return None if found["yes"] == found["no"] else found["yes"] > found["no"]


def _says(said: str, phrase: str, last: str) -> bool:
    return bool(re.search(rf"(?<!\S){re.escape(phrase)}(?!\S)(?! (?:not|never)\b)", said)) if " " in phrase else last == phrase


def choice(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """One of the options."""
    found = _exact(field.options, text) or _mentioned(field.options, text)
    if len(found) == 1:
        return Answer(found[0].value, found[0].label, found[0].value)
    if found:
        return Problem("which_of", {"options": _either(found)})
    return Problem("one_of", like_an_answer=False)


def several(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """Any number of the options; "none" where the options have it or the question may be left."""
    said = plain(text)
    none = next((option for option in field.options if option.value == "none"), None)
    if said in _NONE and (none or field.optional):
        return Answer([], none.label if none else asked.words["labels"]["none"], "none")
    options = [option for option in field.options if option is not none]
    if said in _ALL:
        found = options
    elif parts := [part.strip() for part in said.split("+")] if "+" in said else []:
        found = [option for option in options if option.value in parts]
    else:
        found = _exact(tuple(options), text) or _mentioned(tuple(options), text)
    if not found:
        return Problem("some_of", like_an_answer=False)
    return _several(found)


def found_in(field: Field, text: str) -> Answer | None:
    """The one option that a longer message mentions, if there is exactly one; "none" and "other" are no facts."""
    found = _mentioned(_facts(field.options), text)
    return Answer(found[0].value, found[0].label, found[0].value) if len(found) == 1 else None


def several_found_in(field: Field, text: str) -> Answer | None:
    """The options that a longer message mentions, if any."""
    found = _mentioned(_facts(field.options), text)
    return _several(found) if found else None


def _several(found: list[Option]) -> Answer:
    return Answer([one.value for one in found], ", ".join(one.label for one in found), "+".join(one.value for one in found))


def _facts(options: tuple[Option, ...]) -> tuple[Option, ...]:
    return tuple(option for option in options if option.value not in _NO_FACTS)


def _exact(options: tuple[Option, ...], text: str) -> list[Option]:
    said = with_digits(text)
    for option in options:
        if said in (plain(option.value), plain(option.label), plain(option.value.replace("_", " "))):
            return [option]
    number = _NUMBER.match(said)
    place = int(number[1]) if number else _place(plain(text), len(options))
    return [options[place - 1]] if 1 <= place <= len(options) else []


def _place(said: str, last: int) -> int:
    """The number that "the second one" or "the last" means, 0 for none."""
    word = said.removeprefix("the ").removesuffix(" one")
    return last if word == "last" else _PLACES.index(word) + 1 if word in _PLACES else 0


def _mentioned(options: tuple[Option, ...], text: str) -> list[Option]:
    """Options that the message names; a longer name goes before a shorter one within it, and what is ruled out does not count."""
    said = _I_AM.sub("im", plain(text))  # "am" is a time of day
    refused = set(_REFUSED.findall(said))
    found: list[tuple[int, Option]] = []
    for option in options:
        phrases = [phrase for phrase in (option.label, *option.words) if has_phrase(said, phrase)]
        phrases = [phrase for phrase in phrases if not refused & set(plain(phrase).split())]
        if phrases:
            found.append((max(len(plain(phrase).split()) for phrase in phrases), option))
    if not found:
        return []
    longest = max(length for length, _ in found)
    if longest > 1 and len(found) > 1:
        fuller = [option for length, option in found if length == longest]
        if len(fuller) == 1 and all(_inside(option, fuller[0], said) for length, option in found if length < longest):
            return fuller
    return [option for _, option in found]


def _inside(shorter: Option, longer: Option, said: str) -> bool:
    """Whether every mention of the shorter option is only a part of the longer one's name."""
    rest = said
    for phrase in (longer.label, *longer.words):
        rest = rest.replace(plain(phrase), " ")
    return not any(has_phrase(rest, phrase) for phrase in (shorter.label, *shorter.words))


def _either(options: list[Option]) -> str:
    labels = [option.label for option in options]
    return f"{', '.join(labels[:-1])} or {labels[-1]}"
