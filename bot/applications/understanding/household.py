"""Who lives in a home, as people say it: "its just me and my daughter shes 19", "me my husband and 2 kids".

Adults are those of 18 or over; a son or daughter of no stated age is asked about rather than guessed, since the discount
turns on it. The value has the numbers; the words say who was counted as what, so that "check your answers" can be checked.
"""

import re
from dataclasses import dataclass

from bot.applications.model import Answer, Asked, Field, Problem
from bot.applications.understanding.plain import plain, with_digits

ADULT_AGE = 18
MOST = 20

_ADULTS = (
    "husband|wife|partner|boyfriend|girlfriend|fiance|fiancee|mum|mom|mother|dad|father|nan|nana|gran|grandma|grandmother|grandad|grandfather"
    "|friend|flatmate|housemate|lodger|tenant|aunt|uncle|carer|adult|grown up|ex"
)
_CHILDREN = (
    "daughter|son|child|kid|baby|toddler|boy|girl|stepson|stepdaughter|grandson|granddaughter|nephew|niece|teenager|teen"
)
_YOUNG = ("baby", "toddler", "kid", "child", "children", "kids", "babies", "toddlers", "boy", "girl", "little one")
_EITHER = ("brother", "sister", "cousin")  # asked about like sons and daughters
_COUNTED = r"\w*(?:kid|child|baby|babies|adult|people|person|of us|daughter|son|boy|girl|friend|toddler|teen)"
_PLURALS = {"wives": "wife", "children": "child", "babies": "baby", "mates": "mate"}
_ALONE = re.compile(
    r"\b(?:just|only) (?:me|myself|i)\b|\bon my own\b|\bby myself\b|\balone\b|\bno ?(?:one|body) else\b|^me$|^myself$|^(?:1|one)$|\bme only\b|\bi live (?:by|on) (?:myself|my own)\b"
)
_PERSON = re.compile(rf"\b(?:(\d{{1,2}}) )?((?:(?!and |my |or )\w+ )?)({_ADULTS}|{_CHILDREN}|{'|'.join(_EITHER)})s?\b")
_AGE_AFTER = re.compile(
    r"^\s*(?:who|thats|that is|and|,)?\s*(?:(?:shes|hes|theyre|is|are|aged?|whos|she is|he is|they are|turned|just turned|age of)\s*)*(?:only |about |nearly )?"
    rf"(\d{{1,3}})(?:\s?(?:yrs?|years?|yo|year)\b(?: olds?)?)?(?!\s?(?:{_COUNTED}))(?:\s*(?:and|,|&)\s*(\d{{1,3}})\b(?! (?:{_COUNTED})))?"
)
_MONTHS_OLD = re.compile(r"^\s*(?:who|thats|and)?\s*(?:(?:shes|hes|is|aged?|whos)\s*)*(\d{1,2})\s?(?:months?|weeks?|days?)\b")
_AGE_BEFORE = re.compile(r"(\d{1,3})\s?(?:yr|year|yo|y o)s?(?: old)?\s*$")
_COUNT_ADULTS = re.compile(r"\b(\d{1,2}) (?:adults?|grown ups?)\b")
_COUNT_PEOPLE = re.compile(r"\b(\d{1,2}) (?:people|persons|of us)\b|\bthere(?:s| are| is)? (\d{1,2}) of us\b")


_ANYBODY = rf"(?:{_ADULTS}|{_CHILDREN}|{'|'.join(_EITHER)})s?"
_GONE = re.compile(
    rf"\b(?:(?:since|after|because|when|as|but|and) )?(?:my |the |our )?(?:late |ex )?{_ANYBODY}(?: (?:has|have|had|just|sadly|recently|now|both|all|then|only))*"
    r" (?:died|dead|is dead|passed(?: away)?|passed on|left(?: me| us| home)?|moved (?:out|away)|walked out|gone|has gone|no longer lives? (?:here|with (?:me|us))"
    r"|(?:doesnt|dont|does not|do not) live (?:here|with (?:me|us))|lives? (?:elsewhere|somewhere else|on (?:his|her|their) own)|(?:is|are) in (?:a )?(?:care home|nursing home|prison))\b"
    rf"|\b(?:split up|split|separated|divorced|broke up) (?:with|from) (?:my |the )?{_ANYBODY}|\b(?:late|ex) (?:husband|wife|partner)\b"
)  # people who are spoken of because they do not live there any more
_SPEAKS_OF_HOME = re.compile(
    r"\b(?:just|only) (?:me|myself)\b|\blive(?:s)? (?:with|alone|by|on|here)\b|\bliving (?:with|alone|by|on|here)\b|\bon my own\b|\bby myself\b|\balone\b"
    r"|\bme (?:and|my|plus)\b|\band me\b|\b\d{1,2} (?:adults?|of us)\b"
)


@dataclass
class _Counted:
    adults: list[str]
    children: list[str]
    unknown: list[str]


def understand(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """How many adults and children live in the home, the resident among the adults."""
    said = _levelled(text)
    if re.search(r"(?<!\w)[-−]\s?\d", text):
        return Problem("below_zero")
    counted = _people(said)
    stated = _COUNT_ADULTS.search(said)
    if stated:
        adults = int(stated[1])
        words = _in_words(adults, counted.children, [])
        return _answer(adults, len(counted.children), words, text)
    others = bool(counted.adults or counted.children or counted.unknown)
    if counted.unknown:
        return Problem("how_old", {"who": _listed(counted.unknown)}, pending=text)
    if others:
        adults = 1 + len(counted.adults)
        return _answer(adults, len(counted.children), _in_words(adults, counted.children, counted.adults), text)
    if _ALONE.search(said):
        return _answer(1, 0, _in_words(1, [], []), text)
    if people := _COUNT_PEOPLE.search(said):
        return Problem("how_many_adults", {"people": people[1] or people[2]}, pending="")
    if said.isdigit() and 1 <= int(said) <= MOST:
        return _answer(int(said), 0, _in_words(int(said), [], []), text)
    return Problem("no_household", like_an_answer=False)


def household_in(field: Field, text: str, asked: Asked) -> Answer | None:
    """Who lives in the home, when a longer message says so: people who are only spoken of are not counted."""
    found = understand(field, text, asked) if _SPEAKS_OF_HOME.search(_levelled(text)) else None
    return found if isinstance(found, Answer) else None


def _answer(adults: int, children: int, words: str, text: str) -> Answer | Problem:
    if adults + children > MOST:
        return Problem("too_many_people", {"most": MOST})
    if adults < 1:
        return Problem("no_adult")
    return Answer({"adults": adults, "children": children}, words, " ".join(text.split()))


def _levelled(text: str) -> str:
    said = with_digits(text)
    for plural, one in _PLURALS.items():
        said = re.sub(rf"\b{plural}\b", one, said)
    return " ".join(_GONE.sub(" ", said).split())


def _people(said: str) -> _Counted:
    found = _Counted([], [], [])
    for person in _PERSON.finditer(said):
        if (
            person[3] in ("adult", "grown up")
            or said[: person.start()].endswith(("no ", "any "))
            or (person[2] or "").strip() in ("no", "any")
        ):
            continue
        if person[3] == "ex" and "left" in said:
            continue
        number = int(person[1]) if person[1] and int(person[1]) <= MOST else 1
        ages = _ages(said, person)
        if not person[1] and len(ages) > 1:
            number = len(ages)
        for place in range(number):
            age = ages[place] if place < len(ages) else (ages[-1] if len(ages) == 1 and number > 1 else None)
            _count(found, person[3], age)
    return found


def _count(found: _Counted, who: str, age: int | None) -> None:
    named = f"{who}, {age}" if age is not None else who
    if age is not None:
        (found.adults if age >= ADULT_AGE else found.children).append(named)
    elif who in _YOUNG:
        found.children.append(named)
    elif who in _EITHER or re.fullmatch(_CHILDREN, who):
        found.unknown.append(who)
    else:
        found.adults.append(named)


def _ages(said: str, person: re.Match[str]) -> list[int]:
    rest = said[person.end() :]
    if _MONTHS_OLD.match(rest):
        return [0]
    after = _AGE_AFTER.match(rest)
    if after:
        return [int(age) for age in after.groups() if age and int(age) <= 110]
    before = _AGE_BEFORE.search(said[: person.start()] + (person[2] or ""))
    if before and int(before[1]) <= 110:
        return [int(before[1])]
    later = re.search(rf"\b(?:my )?{person[3]}s? (?:is|are|who is|aged) (\d{{1,3}})\b", rest) or re.search(
        r"\b(?:shes|hes|she is|he is|theyre) (?:only |nearly |just )?(\d{1,3})\b", rest
    )
    return [int(later[1])] if later else []


def _in_words(adults: int, children: list[str], others: list[str]) -> str:
    parts = [f"{adults} adult{'s' if adults > 1 else ''}"]
    parts += [f"{len(children)} child{'ren' if len(children) > 1 else ''}"] if children else []
    named = [f"your {who}" for who in (*others, *children) if who not in _YOUNG]
    names = f" (you and {_listed(named)})" if named else " (you)" if adults == 1 else ""
    return " and ".join(parts) + names


def _listed(names: list[str]) -> str:
    names = list(names)
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def is_age_alone(text: str) -> bool:
    """Whether the message is only an age, such as an answer to "how old is your daughter"."""
    return bool(re.fullmatch(r"(?:shes|hes|she is|he is|theyre|aged?)?\s*\d{1,3}(?: (?:yrs?|years?)(?: old)?)?", plain(text)))
