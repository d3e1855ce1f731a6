"""Numbers, sums of money and lists of things with how many of each.

Only the number counts: "about 40 quid a week", "two sofas and a fridge". Negative numbers and numbers out of range are named
in one plain sentence.
"""

import re
from collections.abc import Iterable
from typing import Any

from bot.applications.model import Answer, Asked, Field, Option, Price, Problem
from bot.applications.understanding.plain import NUMBER_WORDS, NUMBERS, plain, same_word, with_digits

_NUMBER = re.compile(r"((?<![\w])-|minus )?\s?£?\s?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(k\b)?")
_MANY_EACH = 50
_LISTED = re.compile(r"[,;\n]")
_JOINED = re.compile(r"\b(?:and|plus|also|as well as)\b")
_TIMES = re.compile(r"(\d)\s?x\b")
_SUM = re.compile(r"£\s?\d[\d,]*(?:\.\d+)?k?\b|\b\d[\d,]*(?:\.\d+)? ?(?:pounds?|quid)\b")
_IN_A_YEAR = {"week": 52, "fortnight": 26, "month": 12, "year": 1}
_PERIODS = (
    ("week", re.compile(r"\b(?:a|per|each|every|one) week\b|\bweekly\b|/ ?(?:week|wk)\b|\bp\.?w\b")),
    ("fortnight", re.compile(r"\b(?:a|per|each|every|one) fortnight\b|\bfortnightly\b|\b(?:every|each) (?:2|two) weeks\b")),
    ("month", re.compile(r"\b(?:a|per|each|every|one) (?:calendar )?month\b|\bmonthly\b|/ ?month\b|\bp\.?c\.?m\b|\bp\.?m\b")),
    ("year", re.compile(r"\b(?:a|per|each|every|one) year\b|\byearly\b|\bannual(?:ly)?\b|/ ?year\b|\bp\.?a\b")),
)
_WORDS_BEFORE_A_SUM = 4
_NOT_SO = frozenset({"cant", "cannot", "couldnt", "dont", "not"})
_NOTHING = ("nothing", "nil", "none", "zero", "0", "not a penny")


def number(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """A whole number within the field's limits."""
    found = _NUMBER.search(_with_signs(text))
    if not found:
        return Problem("no_number", like_an_answer=False)
    if found[3]:
        return Problem("whole_number")
    value = int(found[2].replace(",", "")) * (-1 if found[1] else 1)
    return _out_of_range(field, value) or Answer(value, f"{value:,}", str(value))


def money(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """A sum in pounds, for the time that the question is about: £900 a month in answer to what comes in each week is £207.69."""
    said = _with_signs(text)
    if said in _NOTHING:
        found_value = 0.0
    else:
        found = _NUMBER.search(said)
        if not found:
            return Problem("no_money", like_an_answer=False)
        whole = found[2].replace(",", "") + (found[3] or "")
        found_value = round(float(whole) * (1000 if found[4] else 1) * (-1 if found[1] else 1), 2)
    period = next((name for name, pattern in _PERIODS if pattern.search(said)), "") if field.per else ""
    if found_value and period not in ("", field.per):
        value = round(found_value * _IN_A_YEAR[period] / _IN_A_YEAR[field.per], 2)
        words = f"{pounds(value)} a {field.per} ({pounds(found_value)} a {period})"
        return _out_of_range(field, value, "£") or Answer(value, words, f"{found_value:.2f} a {period}")
    return _out_of_range(field, found_value, "£") or Answer(found_value, pounds(found_value), f"{found_value:.2f}")


def number_in(field: Field, text: str, asked: Asked) -> Answer | Problem | None:
    """The number of what the question asks about in a longer message: "2 garden bins", "we are 3 students"."""
    names = "|".join(re.escape(plain(word)) for word in field.words)
    found = re.search(rf"(?<![£/.\d])\b(\d{{1,2}}) (?:[\w-]+ )?(?:{names})s?\b", with_digits(text)) if names else None
    return number(field, found[1], asked) if found else None


def money_in(field: Field, text: str, asked: Asked) -> Answer | Problem | None:
    """The sum that a longer message gives for what the question asks about: "i owe £400 and can pay £20 a week"."""
    said = _with_signs(text)
    names = {word for name in field.words for word in plain(name).split()}
    for found in _SUM.finditer(said):
        before = plain(said[: found.start()]).split()[-_WORDS_BEFORE_A_SUM:]
        if names & set(before) and not _NOT_SO & set(before):
            after = " ".join(said[found.end() :].split()[:3])
            return money(field, f"{found[0]} {after}", asked)
    return None


def pounds(value: float) -> str:
    """£40 or £40.50."""
    return f"£{value:,.0f}" if value == int(value) else f"£{value:,.2f}"


def items(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """What is to be taken, with how many of each; things that are not on the list are kept as they were written."""
    counted = _counted(field.options, text)
    total = sum(count for _, count in counted)
    if not counted:
        return Problem("no_items", like_an_answer=False)
    if "-" in text and re.search(r"(?<!\w)[-−]\s?\d", text):
        return Problem("below_zero")
    if field.most and total > field.most:
        return Problem("too_many_items", {"most": int(field.most), "total": total})
    words = ", ".join(f"{count} × {label}" if count > 1 else label for label, count in counted)
    value: dict[str, Any] = {"items": [{"item": label, "count": count} for label, count in counted], "total": total}
    if field.price:
        value["price"] = price = price_of(field.price, total)
        words += f" ({pounds(price)})"
    return Answer(value, words, ", ".join(f"{count} {label}" for label, count in counted))


def price_of(price: Price, total: int) -> float:
    """What so many items cost: each group that is begun counts whole."""
    return -(-total // price.group) * price.amount


def _with_signs(text: str) -> str:
    """The message with digits for small numbers, its signs and commas kept."""
    return NUMBER_WORDS.sub(lambda found: str(NUMBERS[found[1]]), text.lower().replace("−", "-").strip(" .!"))


def _counted(options: tuple[Option, ...], text: str) -> list[tuple[str, int]]:
    parts = [
        part
        for listed in _LISTED.split(text.replace("×", " ").replace("&", " and "))
        for part in _JOINED.split(_TIMES.sub(r"\1", with_digits(listed)))
    ]
    found: dict[str, int] = {}
    for part in parts:
        words = part.split()
        option = _option_in(options, words)
        if option is None:
            continue
        number = next((int(word) for word in words if word.isdigit()), None)
        count = number if number is not None else 1
        if 1 <= count <= _MANY_EACH:
            found[option.label] = found.get(option.label, 0) + count
    return list(found.items())


def _option_in(options: Iterable[Option], words: list[str]) -> Option | None:
    best: tuple[int, Option] | None = None
    for option in options:
        for phrase in (option.label, *option.words):
            wanted = plain(phrase).split()
            fits = any(
                all(same_word(have, want) for have, want in zip(words[start:], wanted, strict=False))
                for start in range(len(words) - len(wanted) + 1)
            )
            if fits and (best is None or len(wanted) > best[0]):
                best = (len(wanted), option)
    return best[1] if best else None


def _out_of_range(field: Field, value: float, sign: str = "") -> Problem | None:
    if value < 0:
        return Problem("below_zero")
    if field.least is not None and value < field.least:
        return Problem("too_little", {"least": f"{sign}{field.least:,.0f}"})
    if field.most is not None and value > field.most:
        return Problem("too_much", {"most": f"{sign}{field.most:,.0f}"})
    return None
