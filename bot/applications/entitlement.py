"""What somebody is likely to get or pay, worked out from a definition that ends in a result instead of a case.

The rules are data: results with conditions, the first that holds decides, and each says its rule, its source and what would change
it. Only two sums are code, since they are law: counting the adults who count, and the charge of a band by ninths of band D
(Local Government Finance Act 1992, sections 5 and 11). It is always "likely": the council decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bot.applications.model import Answer, Definition, Result, holds
from bot.applications.reading import number_in

NINTHS = {"a": 6, "b": 7, "c": 8, "d": 9, "e": 11, "f": 13, "g": 15, "h": 18}
PENNY = Decimal("0.01")


@dataclass(frozen=True)
class Likely:
    """The result that decided, its text with the sums filled in."""

    result: Result
    text: str


def likely(definition: Definition, answers: Mapping[str, Answer]) -> Likely | None:
    """What the answers come to; None when no rule of the definition fits."""
    values = _values(definition, answers)
    known = {**answers, **{name: Answer(value, str(value), str(value)) for name, value in values.items()}}
    for result in definition.results:
        if holds(result.when, known):
            return Likely(result, result.text.format_map(_shown(values, answers)))
    return None


def band_charge(band_d: Decimal, band: str, less_percent: int = 0) -> Decimal:
    """The year's charge of a band in pounds: so many ninths of band D, less a discount, to the nearest penny."""
    whole = (band_d * NINTHS[band] / 9).quantize(PENNY, ROUND_HALF_UP)
    return (whole * (100 - less_percent) / 100).quantize(PENNY, ROUND_HALF_UP)


def instalments(charge: Decimal, parts: int) -> tuple[Decimal, Decimal]:
    """The first payment and each of the others, in pounds: whole pounds, with what is left over in the first.

    Council Tax (Administration and Enforcement) Regulations 1992, schedule 1: instalments are rounded, and the rest is in the first.
    """
    other = (charge / parts).quantize(Decimal(1), ROUND_HALF_UP)
    return charge - other * (parts - 1), other


def _values(definition: Definition, answers: Mapping[str, Answer]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if counted := definition.counted:
        adults, left_out = (answers[counted[part]].value or 0 for part in ("adults", "not_counted"))
        values["counted"] = max(0, int(adults) - int(left_out))
    if charge := definition.charge:
        percent = int(number_in(answers[charge["less"]].value) or 0) if charge.get("less") in answers else 0
        year = band_charge(Decimal(str(number_in(charge["band_d"]))), str(answers[charge["band"]].value), percent)
        values["amount"] = year
        values["first"], values["other"] = instalments(year, int(number_in(answers[charge["parts"]].value) or 10))
    return values


def _shown(values: Mapping[str, Any], answers: Mapping[str, Answer]) -> dict[str, str]:
    shown = {name: f"£{value:,.2f}" if isinstance(value, Decimal) else str(value) for name, value in values.items()}
    return {**{name: answer.words for name, answer in answers.items()}, **shown}
