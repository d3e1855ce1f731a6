"""What a first message fills in of each report and application, so that nobody is asked what they have said already."""

import pytest

from bot.applications.filling import Form, answered
from bot.applications.model import Answer, Problem
from bot.applications.reading import definition_of, read_definitions
from bot.applications.understanding import find, understand
from bot.knowledge.reading import read_councils
from tests.conftest import ROOT
from tests.factories_applications import THURSDAY, make_asked, make_field

RAW = read_definitions(ROOT / "councils")["enfield"]
FACTS = read_councils(ROOT / "councils")["enfield"].facts


def noted(name, said):
    """The values that a message fills in of Enfield's definition."""
    form = Form(definition_of(RAW[name], "enfield", FACTS, THURSDAY), "key")
    for field in form.definition.fields:
        if field in form.applicable and (found := find(field, said, make_asked())):
            form = answered(form, field.name, found)
    return {field.name: answer.value for field, answer in form.given}


@pytest.mark.parametrize(
    ("name", "said", "values"),
    [
        ("bin_missed", "my brown bin wasn't emptied yesterday", {"container": "food", "day": "2026-11-25"}),
        ("container", "the lid of my blue bin is broken", {"container": "recycling", "reason": "broken"}),
        ("container", "we need a bigger grey bin there are 6 of us", {"container": "rubbish", "reason": "larger", "people": 6}),
        ("garden_waste", "can i sign up for 2 garden bins please", {"bins": 2}),
        ("assisted_collection", "i broke my leg and cant move my bins for a few months", {"how_long": "for_now"}),
        (
            "fly_tip",
            "somebody dumped a sofa and black bags next to the shops on Green Lane yesterday",
            {"place": "next to the shops on Green Lane", "what": ["black_bags", "furniture"], "seen": "2026-11-25"},
        ),
        (
            "single_person_discount",
            "can i get the single person discount its just me and my daughter shes 16 since 1 september",
            {"household": {"adults": 1, "children": 1}, "since": "2026-09-01"},
        ),
        ("single_person_discount", "i live with my son hes 20 and at uni", {"household": {"adults": 2, "children": 0}, "not_counted": ["student"]}),
        ("moving_in", "im moving in on friday with my wife, do i tell the council", {"date": "2026-11-27"}),
        ("moving_out", "i moved out on the 12th", {"date": "2026-11-12"}),
        ("moving_out", "how do i tell you im leaving on the 12th", {"date": "2026-12-12"}),
        ("moving_within", "moving house tuesday", {"date": "2026-12-01"}),
        ("student_exemption", "do we pay council tax, we are 3 students in a house", {"students": 3}),
        (
            "payment_arrangement",
            "i got a summons, i owe £400 but i can only pay £20 a week from 1 december",
            {"letter": "summons", "pay": 20.0, "every": "week", "begin": "2026-12-01"},
        ),
        ("council_tax_reduction", "help with council tax im on universal credit", {"benefits": ["universal_credit"]}),
        ("change_of_circumstances", "my partner moved in last tuesday", {"change": "partner_in", "date": "2026-11-24"}),
        ("discretionary_housing_payment", "i get housing benefit and my rent is £900 a month", {"benefit": "housing_benefit", "rent": 900.0}),
        ("hardship", "i have nothing to eat and the electric meter is empty", {"need": ["food", "energy"]}),
        (
            "rough_sleeper",
            "there is a man sleeping in the doorway of the old bank on Church Street, saw him at 7 this morning",
            {"place": "in the doorway of the old bank on Church Street", "time": "at 7 this morning"},
        ),
        ("complaint", "i want to complain about my bins since last monday", {"about": "bins", "since": "2026-11-23"}),
        ("call_back", "can you call me on 07700 900123 in the afternoon", {"telephone": "+447700900123", "time": "afternoon"}),
    ],
)  # fmt: skip
def test_first_words_fill_what_they_say(name, said, values):
    assert noted(name, said) == values


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rough_sleeper", "i saw a man sleeping rough in a doorway"),
        ("fly_tip", "i want to report fly tipping in my road"),
        ("fly_tip", "a white van dumped rubbish behind the building at the car park"),
        ("moving_in", "i am moving house what about council tax"),
        ("single_person_discount", "my mum died last week"),
        ("call_back", "is there any way i am able to contact you"),
        ("payment_arrangement", "i cant pay £400 of my council tax bill"),
        ("discretionary_housing_payment", "my landlord is fine, what help is there"),
    ],
)
def test_what_is_only_spoken_of_is_asked(name, said):
    assert noted(name, said) == {}


@pytest.mark.parametrize(
    ("said", "adults", "children"),
    [
        ("just me since my husband died", 1, 0),
        ("i live alone now, my wife passed away last year", 1, 0),
        ("my ex moved out so its me and my 2 kids", 1, 2),
        ("i split up with my partner so its just me", 1, 0),
        ("my mum is in a care home so only me", 1, 0),
        ("my husband left me with 3 kids", 1, 3),
    ],
)
def test_people_who_have_gone_are_not_counted(said, adults, children):
    understood = understand(make_field("household"), said, make_asked())
    assert isinstance(understood, Answer)
    assert understood.value == {"adults": adults, "children": children}


@pytest.mark.parametrize(
    ("per", "said", "value", "words"),
    [
        ("week", "£900 a month", 207.69, "£207.69 a week (£900 a month)"),
        ("month", "£200 per week", 866.67, "£866.67 a month (£200 a week)"),
        ("year", "125 pounds a month", 1500, "£1,500 a year (£125 a month)"),
        ("month", "25k a year", 2083.33, "£2,083.33 a month (£25,000 a year)"),
        ("week", "£90 a week", 90, "£90"),
        ("week", "£90", 90, "£90"),
        ("", "£90 a month", 90, "£90"),
    ],
)
def test_a_sum_for_another_time_is_worked_out_and_says_so(per, said, value, words):
    field = make_field("money", per=per)
    understood = understand(field, said, make_asked())
    assert isinstance(understood, Answer)
    assert (understood.value, understood.words) == (value, words)
    assert understand(field, understood.raw, make_asked()) == understood


@pytest.mark.parametrize(
    ("said", "day"), [("friday", "2026-11-27"), ("we moved on friday", "2026-11-20"), ("the 3rd", "2026-12-03"), ("last monday", "2026-11-23")]
)  # fmt: skip
def test_a_move_on_a_bare_day_is_one_to_come_unless_it_is_over(said, day):
    field = make_field("date", earliest="-6 years", latest="+8 weeks", leans="future")
    understood = understand(field, said, make_asked())
    assert isinstance(understood, Answer)
    assert understood.value == day


def test_a_time_of_day_is_understood_from_its_short_name():
    time = definition_of(RAW["call_back"], "enfield", FACTS, THURSDAY).field("time")
    for said, value in (("am", "morning"), ("10am", "morning"), ("i am free in the afternoon", "afternoon"), ("any", "any")):
        understood = understand(time, said, make_asked())
        assert not isinstance(understood, Problem), said
        assert understood.value == value
