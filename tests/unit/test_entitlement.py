"""What somebody is likely to get or pay: rules from the packs, held against examples that councils and others have published."""

from datetime import date
from decimal import Decimal

import pytest

from bot.applications.entitlement import likely
from bot.applications.entitlement_sums import (
    Payments,
    PensionAge,
    band_charge,
    days_of_financial_year,
    instalments,
    pension_age_reduction,
    tariff_income,
    weekly,
)
from bot.applications.filling import Form, answered
from bot.applications.model import Answer
from bot.applications.reading import definition_of, read_definitions
from bot.applications.understanding import understand
from bot.knowledge.reading import read_councils
from tests.conftest import ROOT
from tests.factories_applications import THURSDAY, make_asked

BAND_D = Decimal("2267.67")  # Enfield, 2026 to 2027
FACTS = {council: one.facts for council, one in read_councils(ROOT / "councils").items()}
DEFINITIONS = read_definitions(ROOT / "councils")
# The national scheme as it was in 2018 to 2019 (SI 2017/1305): one person or a couple of 65 or over.
ONE_2018, COUPLE_2018 = Decimal("176.40"), Decimal("263.80")


def result(name, *said, council="enfield", today=THURSDAY):
    """What the answers of a resident, in the order of the questions, come to."""
    form = Form(definition_of(DEFINITIONS[council][name], council, FACTS[council], today), "key")
    for words in said:
        answer = understand(form.open, words, make_asked())
        assert isinstance(answer, Answer), (form.open.name, answer)
        form = answered(form, form.open.name, answer)
    assert form.open is None, form.open.name
    return likely(form.definition, form.answers, today)


def rules(allowance):
    return PensionAge(allowance, ignored_savings=Decimal(10000), step=Decimal(500), taper_percent=Decimal(20))


def every_council(test):
    return pytest.mark.parametrize("council", ["enfield", "buckinghamshire"])(test)


# ---- the sums


@pytest.mark.parametrize(
    ("band", "charge"),
    [
        ("a", "1511.78"),
        ("b", "1763.74"),
        ("c", "2015.71"),
        ("d", "2267.67"),
        ("e", "2771.60"),
        ("f", "3275.52"),
        ("g", "3779.45"),
        ("h", "4535.34"),
    ],
)
def test_the_bands_are_ninths_of_band_d(band, charge):
    assert band_charge(BAND_D, band) == Decimal(charge)


def test_a_quarter_comes_off_for_one_adult():
    assert band_charge(BAND_D, "d", 25) == Decimal("1700.75")


def test_instalments_are_whole_pounds_with_the_rest_in_the_first():
    paid = instalments(Decimal("2267.67"), 10)
    assert paid == Payments(Decimal("224.67"), Decimal(227), 10)
    assert paid.first + paid.other * 9 == Decimal("2267.67")


@pytest.mark.parametrize(
    ("charge", "parts", "paid"),
    [
        ("1200.00", 10, ("120.00", "120", 10)),
        ("1204.00", 12, ("104.00", "100", 12)),
        ("9.99", 10, ("9.99", "10", 1)),
        ("43.20", 10, ("8.20", "5", 8)),
    ],
)
def test_instalments_are_even_when_the_charge_divides_and_never_below_five_pounds(charge, parts, paid):
    found = instalments(Decimal(charge), parts)
    assert found == Payments(Decimal(paid[0]), Decimal(paid[1]), paid[2])
    assert found.first + found.other * (found.number - 1) == Decimal(charge)


def test_a_week_of_a_bill_is_as_hinckley_and_bosworth_shows_it():
    """https://www.hinckley-bosworth.gov.uk/info/63/apply_for_help_paying_council_tax/1062/council_tax_support/2"""
    assert weekly(Decimal("1096.37"), 365) == Decimal("21.03")
    assert weekly(Decimal("1034.50"), 365) == Decimal("19.84")


@pytest.mark.parametrize(
    ("savings", "a_week"), [("10000", 0), ("10000.01", 1), ("10500", 1), ("10501", 2), ("12000", 4), ("16000", 12), ("0", 0)]
)
def test_savings_count_as_newcastle_under_lyme_explains(savings, a_week):
    """A pound for every £500 or part of it: https://www.newcastle-staffs.gov.uk/benefit/council-tax-support-calculated/7"""
    assert tariff_income(Decimal(savings), Decimal(10000), Decimal(500)) == a_week


def test_an_income_at_the_allowance_leaves_nothing_to_pay_as_chiltern_shows():
    """Paul, alone, £20 a week less a quarter, gets £15 a week: https://www.chiltern.gov.uk/pension-age-customers"""
    bill = band_charge(Decimal(20) * 365 / 7, "d", 25)
    found = pension_age_reduction(bill, ONE_2018, Decimal(0), rules(ONE_2018), 365)
    assert found == bill
    assert weekly(found, 365) == Decimal("15.00")


@pytest.mark.parametrize(
    ("bill", "allowance", "still", "no_more"), [("943.50", ONE_2018, "266", "267"), ("1258", COUPLE_2018, "384", "385")]
)
def test_help_ends_at_the_incomes_that_radio_times_published(bill, allowance, still, no_more):
    """For an average bill of £1,258: some help below £266 a week alone, with a quarter off, and £384 for a couple.

    https://radiotimesmoney.com/news/cutting-your-council-tax
    """

    def help_with(income):
        return pension_age_reduction(Decimal(bill), Decimal(income), Decimal(0), rules(allowance), 365)

    assert help_with(allowance) == Decimal(bill)
    assert 0 < help_with(still) < 50
    assert help_with(no_more) == 0


def test_a_pound_above_the_allowance_costs_twenty_pence_a_week():
    """As Test Valley explains: https://testvalley.gov.uk/benefitsandcounciltax (information for pension age residents)."""
    bill = Decimal("1825")
    lost = bill - pension_age_reduction(bill, ONE_2018 + 10, Decimal(0), rules(ONE_2018), 365)
    assert weekly(lost, 365) == Decimal("2.00")


def test_a_financial_year_has_the_days_of_its_february():
    assert days_of_financial_year(date(2026, 11, 26)) == 365
    assert days_of_financial_year(date(2027, 4, 1)) == 366
    assert days_of_financial_year(date(2028, 3, 31)) == 366


# ---- the discount for few adults who count


@pytest.mark.parametrize(
    ("said", "text", "then"),
    [
        (("one", "none"), "25% off", "single_person_discount"),
        (("2", "student", "1"), "25% off", "single_person_discount"),
        (("2", "carer and a student", "2"), "50% off", "single_person_discount"),
        (("3", "students", "3"), "no council tax", "student_exemption"),
        (("2", "dementia", "2"), "no council tax", ""),
        (("2", "student and dementia", "2"), "no council tax", ""),
        (("0",), "no council tax", ""),
        (("2", "none of these"), "not likely", ""),
        (("4", "apprentice", "1"), "not likely", ""),
    ],
)
@every_council
def test_who_counts_decides_the_discount(council, said, text, then):
    care_leaver = ("no",) if council == "buckinghamshire" and said != ("0",) else ()
    found = result("check_discount", *said, *care_leaver, council=council)
    assert found is not None
    assert text in found.text
    assert "The council decides" in found.text
    assert found.result.then == then


# ---- homes with nothing to pay


@pytest.mark.parametrize(
    ("said", "class_of_homes"),
    [
        (("no", "a charity owns it", "3"), "B"),
        (("no", "he is in prison"), "D"),
        (("no", "she moved into a care home"), "E"),
        (("no", "my dad died", "no"), "F"),
        (("no", "my dad died", "yes", "5"), "F"),
        (("no", "the law does not let anybody live there"), "G"),
        (("no", "minister"), "H"),
        (("no", "getting care"), "I"),
        (("no", "giving care"), "J"),
        (("no", "student"), "K"),
        (("no", "repossessed"), "L"),
        (("yes", "hall of residence"), "M"),
        (("yes", "only students"), "N"),
        (("yes", "armed forces"), "O"),
        (("yes", "visiting forces"), "P"),
        (("no", "bankruptcy"), "Q"),
        (("no", "mooring"), "R"),
        (("yes", "everybody there is under 18"), "S"),
        (("no", "annexe"), "T"),
        (("yes", "everybody there is severely mentally impaired"), "U"),
        (("yes", "diplomat"), "V"),
        (("yes", "granny flat", "over 65"), "W"),
    ],
)
@every_council
def test_every_class_of_exempt_homes_is_known(council, said, class_of_homes):
    found = result("check_exemption", *said, council=council)
    assert found is not None
    assert "likely to be nothing to pay" in found.text
    assert f"(class {class_of_homes})" in found.result.rule


@pytest.mark.parametrize(
    "said",
    [
        ("no", "my dad died", "yes", "6"),
        ("no", "charity", "7"),
        ("no", "we are doing works"),
        ("yes", "none of these"),
        ("yes", "relative", "none"),
    ],
)
def test_a_home_that_fits_no_class_is_not_exempt(said):
    assert "not likely" in result("check_exemption", *said).text


# ---- help for a low income


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (("no",), "has its own rules"),
        (("yes", "yes"), "council's own rules hold"),
        (("yes", "no", "yes", "no"), "all of your council tax"),
        (("yes", "no", "no", "no", "£16,001", "no"), "more than £16,000 in savings"),
        (("yes", "no", "no", "no", "£16000", "£200", "£1,500", "no", "no"), "all of your council tax paid, £1,500.00 a year"),
        (
            ("yes", "no", "no", "no", "nothing", "£258", "£1,500", "no", "no"),
            "£1,291.43 off your bill of £1,500.00. That is £24.77 a week, and £208.57 is left",
        ),
        (("yes", "no", "no", "yes", "12,000", "£359.25", "£2,000", "no", "no"), "all of your council tax"),
        (("yes", "no", "no", "yes", "12,001", "£359.25", "£2,000", "no", "no"), "£1,989.57 off your bill"),
        (("yes", "no", "no", "no", "nothing", "£900", "£1,500", "no", "no"), "income is too high"),
    ],
)
@every_council
def test_help_for_pension_age_follows_the_national_scheme(council, said, text):
    found = result("check_reduction", *said, council=council)
    assert found is not None
    assert text in found.text
    assert "{" not in found.text + found.rule + found.changes


@pytest.mark.parametrize("said", [("no",), ("yes", "yes")])
@every_council
def test_where_the_council_s_own_scheme_is_not_known_it_says_so_and_where_to_look(council, said):
    found = result("check_reduction", *said, council=council)
    assert found is not None
    assert "I do not have its rules for this year" in found.text
    assert "Look at the council's page about" in found.text
    assert f"https://www.{council}.gov.uk/" in found.result.source_url
    assert "£" not in found.text


def test_without_this_year_s_amounts_it_says_so_instead_of_a_figure():
    found = result("check_reduction", "yes", "no", "no", "no", "nothing", "£258", "£1,500", "no", "no", today=date(2027, 4, 1))
    assert found is not None
    assert "do not have this year's amounts" in found.text
    assert "£" not in found.text


# ---- what a bill comes to


def test_a_charge_is_worked_out_for_the_year_and_each_payment():
    found = result("check_charge", "band a", "no discount", "ten")
    assert found is not None
    assert "£1,511.78" in found.text
    assert "first £152.78, then £151.00 each time" in found.text


@every_council
def test_payments_are_worked_out_from_a_bill(council):
    assert (
        "£224.67 first, and then £227.00 each time, 10 payments"
        in result("check_instalments", "£2267.67", "ten", council=council).text
    )
    assert "£9.00 at once" in result("check_instalments", "9", "4", council=council).text


@pytest.mark.parametrize(
    ("council", "name"),
    [(council, name) for council in DEFINITIONS for name, raw in DEFINITIONS[council].items() if raw.get("results")],
)
def test_every_result_names_its_rule_its_source_and_what_would_change_it(council, name):
    definition = definition_of(DEFINITIONS[council][name], council, FACTS[council], THURSDAY)
    for one in definition.results:
        assert one.rule
        assert one.changes
        assert one.source_url.startswith("https://")
        assert one.checked <= date(2026, 11, 30)
        assert not one.then or one.then in DEFINITIONS[council]
