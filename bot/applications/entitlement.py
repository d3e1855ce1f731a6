"""What somebody is likely to get or pay, worked out from a definition that ends in a result instead of a case.

The rules are data: results with conditions, the first that holds decides, and each says its rule, its source and what would change
it. Only the sums are code, since they are law; they are in entitlement_sums.py, and a definition names the questions and
facts that go into them. It is always "likely": the council decides. Nothing of it is stored once it was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bot.applications.entitlement_sums import (
    PensionAge,
    band_charge,
    days_of_financial_year,
    instalments,
    pension_age_reduction,
    weekly,
)
from bot.applications.model import Answer, Definition, Result, holds
from bot.applications.reading import number_in


@dataclass(frozen=True)
class Likely:
    """The result that decided, and its words with the answers and sums filled in."""

    result: Result
    text: str
    rule: str
    changes: str


def likely(definition: Definition, answers: Mapping[str, Answer], today: date) -> Likely | None:
    """What the answers come to; None when no rule of the definition fits."""
    values = {**_counted(definition, answers), **_charge(definition, answers), **_reduction(definition, answers, today)}
    known = {**answers, **{name: Answer(value, str(value), str(value)) for name, value in values.items()}}
    for result in definition.results:
        if holds(result.when, known):
            shown = _shown(values, answers)
            return Likely(result, *(words.format_map(shown) for words in (result.text, result.rule, result.changes)))
    return None


def _counted(definition: Definition, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """`counted`: how many adults count once those who are disregarded are left out."""
    if not definition.counted:
        return {}
    adults, left_out = (answers[name].value or 0 if name in answers else 0 for name in _adults(definition.counted))
    return {"counted": max(0, int(adults) - int(left_out))}


def _charge(definition: Definition, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """`amount`, the year's charge, and how it is paid: `first`, `other` and in how many `payments`."""
    charge = definition.charge
    if not charge:
        return {}
    if "year" in charge:
        year = _pounds(answers[charge["year"]].value)
    else:
        percent = int(number_in(answers[charge["less"]].value) or 0) if charge.get("less") in answers else 0
        year = band_charge(_pounds(charge["band_d"]), str(answers[charge["band"]].value), percent)
    paid = instalments(year, int(answers[charge["parts"]].value))
    return {"amount": year, "first": paid.first, "other": paid.other, "payments": paid.number}


def _reduction(definition: Definition, answers: Mapping[str, Answer], today: date) -> dict[str, Any]:
    """`reduction` and what is `left` to pay in a year and `weekly`; nothing when an amount or an answer is not there."""
    given = definition.reduction
    allowance = given.get("couple" if _is_yes(answers, given.get("partner", "")) else "single")
    questions = [given.get(part, "") for part in ("bill", "income", "savings")]
    if allowance is None or any(name not in answers for name in questions):
        return {}
    bill, income, savings = (_pounds(answers[name].value) for name in questions)
    rules = PensionAge(
        allowance=_pounds(allowance),
        ignored_savings=_pounds(given["ignored_savings"]),
        step=_pounds(given["step"]),
        taper_percent=_pounds(given["taper"]),
    )
    days = days_of_financial_year(today)
    found = pension_age_reduction(bill, income, savings, rules, days)
    return {
        "reduction": found,
        "weekly": weekly(found, days),
        "left": bill - found,
        "allowance": rules.allowance,
        "bill": bill,
    }


def _adults(counted: Mapping[str, str]) -> tuple[str, str]:
    return counted["adults"], counted["not_counted"]


def _is_yes(answers: Mapping[str, Answer], name: str) -> bool:
    return name in answers and bool(answers[name].value)


def _pounds(value: object) -> Decimal:
    return Decimal(str(number_in(value) or 0))


def _shown(values: Mapping[str, Any], answers: Mapping[str, Answer]) -> dict[str, str]:
    shown = {name: f"£{value:,.2f}" if isinstance(value, Decimal) else str(value) for name, value in values.items()}
    return {**{name: answer.words for name, answer in answers.items()}, **shown}
