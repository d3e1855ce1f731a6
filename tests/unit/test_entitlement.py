"""What somebody is likely to get or pay: rules from the packs, sums from the bands that Enfield's charge gives."""

from decimal import Decimal

import pytest

from bot.applications.entitlement import band_charge, instalments, likely
from bot.applications.filling import Form, answered
from bot.applications.model import Answer
from bot.applications.reading import definition_of, read_definitions
from bot.applications.understanding import understand
from bot.knowledge.reading import read_councils
from tests.conftest import ROOT
from tests.factories_applications import THURSDAY, make_asked

BAND_D = Decimal("2267.67")  # Enfield, 2026 to 2027
FACTS = {council: one.facts for council, one in read_councils(ROOT / "councils").items()}


def result(name, *said, council="enfield", today=THURSDAY):
    form = Form(definition_of(read_definitions(ROOT / "councils")[council][name], council, FACTS[council], today), "key")
    for words in said:
        answer = understand(form.open, words, make_asked())
        assert isinstance(answer, Answer), (form.open.name, answer)
        form = answered(form, form.open.name, answer)
    assert form.open is None
    return likely(form.definition, form.answers)


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
    first, other = instalments(Decimal("2267.67"), 10)
    assert (first, other) == (Decimal("224.67"), Decimal(227))
    assert first + other * 9 == Decimal("2267.67")


@pytest.mark.parametrize(
    ("said", "text", "then"),
    [
        (("one", "0"), "25% off", "single_person_discount"),
        (("2", "1", "no"), "25% off", "single_person_discount"),
        (("2", "2", "no"), "50% off", "single_person_discount"),
        (("3", "3", "yes"), "no council tax", "student_exemption"),
        (("2", "0"), "not likely", ""),
    ],
)
@pytest.mark.parametrize("council", ["enfield", "buckinghamshire"])
def test_who_counts_decides_the_discount(council, said, text, then):
    found = result("check_discount", *said, council=council)
    assert found is not None
    assert text in found.text
    assert "The council decides" in found.text
    assert found.result.then == then
    assert found.result.rule
    assert found.result.source_url.startswith("https://")
    assert found.result.changes
    assert found.result.checked <= THURSDAY


def test_a_charge_is_worked_out_for_the_year_and_each_payment():
    found = result("check_charge", "band a", "no discount", "ten")
    assert found is not None
    assert "£1,511.78" in found.text
    assert "first £152.78, then £151.00 each time" in found.text
