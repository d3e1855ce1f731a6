"""The sums of council tax that are law: the charge of a band, instalments, and the reduction for people of pension age.

Plain arithmetic in pounds, with nothing of any council in it. Amounts that change from year to year are handed in; they are
facts of the packs. tests/unit/test_entitlement.py holds each sum against examples that councils and others have published.
"""

import calendar
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

PENNY = Decimal("0.01")
LEAST_INSTALMENT = 5  # pounds
NINTHS = {"a": 6, "b": 7, "c": 8, "d": 9, "e": 11, "f": 13, "g": 15, "h": 18}


@dataclass(frozen=True)
class Payments:
    """How a year's charge is paid: the first payment, each of the others, and how many there are."""

    first: Decimal
    other: Decimal
    number: int


@dataclass(frozen=True)
class PensionAge:
    """The amounts of the national scheme: pounds a week to live on, savings that are ignored, and each step above them
    that counts as £1 a week; the percentage of income above the allowance by which the reduction falls."""

    allowance: Decimal
    ignored_savings: Decimal
    step: Decimal
    taper_percent: Decimal


def band_charge(band_d: Decimal, band: str, less_percent: int = 0) -> Decimal:
    """The year's charge of a band: so many ninths of band D, less a discount, to the nearest penny.

    Local Government Finance Act 1992, sections 5 and 11.
    """
    whole = (band_d * NINTHS[band] / 9).quantize(PENNY, ROUND_HALF_UP)
    return (whole * (100 - less_percent) / 100).quantize(PENNY, ROUND_HALF_UP)


def instalments(charge: Decimal, parts: int) -> Payments:
    """The payments of a charge: each the nearest whole pound, with what is left over or missing in the first.

    Council Tax (Administration and Enforcement) Regulations 1992, schedule 1, paragraph 2(5) and (6); where a payment would be less
    than £5 there may be fewer, by paragraph 3.
    """
    if charge / parts < LEAST_INSTALMENT:
        parts = 1 if charge < 2 * LEAST_INSTALMENT else int(charge // LEAST_INSTALMENT)
    other = (charge / parts).quantize(Decimal(1), ROUND_HALF_UP)
    return Payments(charge - other * (parts - 1), other, parts)


def tariff_income(savings: Decimal, ignored: Decimal, step: Decimal) -> Decimal:
    """Pounds a week that savings count as: £1 for each step above what is ignored, a part of a step counting whole.

    Council Tax Reduction Schemes (Prescribed Requirements) (England) Regulations 2012, schedule 1, paragraph 37.
    """
    above = max(Decimal(0), savings - ignored)
    return (above / step).quantize(Decimal(1), ROUND_CEILING)


def pension_age_reduction(bill: Decimal, income: Decimal, savings: Decimal, rules: PensionAge, days: int) -> Decimal:
    """The year's reduction of a bill, from a weekly income: all of it up to the allowance, then less by the taper.

    The same Regulations, schedule 1, paragraphs 7 and 10: by the day, 2 6/7 per cent of a week's income above the allowance, which is a
    seventh of 20 per cent. Deductions for other adults are left out, since their amounts depend on those adults' incomes.
    """
    excess = max(Decimal(0), income + tariff_income(savings, rules.ignored_savings, rules.step) - rules.allowance)
    lost = excess * rules.taper_percent / 100 / 7 * days
    return max(Decimal(0), bill - lost).quantize(PENNY, ROUND_HALF_UP)


def weekly(bill: Decimal, days: int) -> Decimal:
    """A year's amount by the week, as councils show it: divided by the days of the year, times seven."""
    return (bill / days * 7).quantize(PENNY, ROUND_HALF_UP)


def days_of_financial_year(day: date) -> int:
    """365 or 366: the days of the year from 1 April in which a day lies."""
    begins = day.year if day.month >= 4 else day.year - 1
    return 366 if calendar.isleap(begins + 1) else 365
