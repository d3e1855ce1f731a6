"""Answers in people's own words: each kind of question understands how they are really given, and names what is wrong."""

from datetime import date

import pytest

from bot.applications.model import Answer, Capacity, Option, Price, Problem
from bot.applications.understanding import find, understand
from bot.applications.understanding.dates import without_dates
from bot.applications.understanding.offered import days_with_room
from tests.factories_applications import BINS, THURSDAY, make_asked, make_field


def value(field, text, **asked):
    understood = understand(field, text, make_asked(**asked))
    return understood.value if isinstance(understood, Answer) else f"problem: {understood.name}"


PAST = make_field("date", latest="today", earliest="-60 days")
AHEAD = make_field("date", earliest="today", latest="+8 weeks")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday", "2026-11-25"),
        ("yday", "2026-11-25"),
        ("yesturday morning", "2026-11-25"),
        ("last tuesday", "2026-11-24"),
        ("on tuesday", "2026-11-24"),
        ("tues", "2026-11-24"),
        ("it was last weds i think", "2026-11-25"),
        ("thursday", "2026-11-26"),
        ("last thursday", "2026-11-19"),
        ("friday last week", "2026-11-20"),
        ("today", "2026-11-26"),
        ("this morning", "2026-11-26"),
        ("the 3rd", "2026-11-03"),
        ("3rd of november", "2026-11-03"),
        ("novemeber 3rd", "2026-11-03"),
        ("24th nov", "2026-11-24"),
        ("Tuesday 24 November 2026", "2026-11-24"),
        ("24/11/26", "2026-11-24"),
        ("24.11.2026", "2026-11-24"),
        ("2026-11-24", "2026-11-24"),
        ("24 11 2026", "2026-11-24"),
        ("24/11", "2026-11-24"),
        ("24nov", "2026-11-24"),
        ("24-Nov-2026", "2026-11-24"),
        ("2 weeks ago", "2026-11-12"),
        ("two days ago", "2026-11-24"),
        ("a couple of days ago", "2026-11-24"),
        ("day before yesterday", "2026-11-24"),
        ("Last Tuesday!!", "2026-11-24"),
    ],
)
def test_a_day_that_has_been_is_understood(text, day):
    assert value(PAST, text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", "2026-11-27"),
        ("friday", "2026-11-27"),
        ("next friday", "2026-12-04"),
        ("next tuesday", "2026-12-01"),
        ("tuesday week", "2026-12-08"),
        ("in 2 weeks", "2026-12-10"),
        ("the 3rd", "2026-12-03"),
        ("1 jan", "2027-01-01"),
        ("today", "2026-11-26"),
    ],
)
def test_a_day_to_come_is_understood(text, day):
    assert value(AHEAD, text) == day


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("31/2/2026", "no_such_date"),
        ("31 feb", "no_such_date"),
        ("29 february 2026", "no_such_date"),
        ("99/99/9999", "no_such_date"),
        ("0/0/2026", "no_such_date"),
        ("monday 24th", "wrong_weekday"),
        ("tomorrow", "in_the_future"),
        ("1 jan 2020", "too_early"),
        ("a while ago", "vague_date"),
        ("last week", "vague_date"),
        ("every week", "vague_date"),
        ("the other day", "vague_date"),
        ("🙂", "no_date"),
        ("-3", "no_date"),
        ("what day is my bin", "no_date"),
        ("dunno", "needed"),
    ],
)
def test_a_day_that_cannot_be_is_named(text, problem):
    assert value(PAST, text) == f"problem: {problem}"


def test_a_29_february_without_a_year_is_the_last_one_that_was():
    assert value(make_field("date", latest="today"), "29 feb") == "2024-02-29"


@pytest.mark.parametrize(
    ("text", "bin_"),
    [
        ("the brown one", "food"),
        ("Brown", "food"),
        ("brwon", "food"),
        ("gray", "rubbish"),
        ("the second one", "recycling"),
        ("2", "recycling"),
        ("last one", "garden"),
        ("recyclin", "recycling"),
        ("food waste", "food"),
        ("not the brown one, the blue", "recycling"),
        ("blue recycling bin", "recycling"),
        ("its the black one for rubbish", "rubbish"),
    ],
)
def test_one_of_several_is_understood(text, bin_):
    assert value(make_field("choice", options=BINS), text) == bin_


def test_two_that_fit_are_asked_about():
    understood = understand(make_field("choice", options=BINS), "blue and grey", make_asked())
    assert understood == Problem("which_of", {"options": "Grey rubbish bin or Blue recycling bin"})


def test_what_is_none_of_them_may_be_about_something_else():
    understood = understand(make_field("choice", options=BINS), "when do you open", make_asked())
    assert isinstance(understood, Problem)
    assert not understood.like_an_answer


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("yes", True),
        ("yh", True),
        ("yep it was out", True),
        ("it was", True),
        ("i think so", True),
        ("nah", False),
        ("nope", False),
        ("no it wasnt", False),
        ("NO!!", False),
        ("i think so yes", True),
        ("well yes i think it was", True),
        ("oh it was i think", True),
        ("well i dont think so", False),
        ("the bin was out so yes", True),
        ("it was not", "problem: yes_or_no"),
        ("im not sure it was", "problem: yes_or_no"),
        ("maybe", "problem: yes_or_no"),
        ("👍", "problem: yes_or_no"),
    ],
)
def test_yes_and_no_are_understood(text, yes):
    assert value(make_field("yes_no"), text) is yes or value(make_field("yes_no"), text) == yes


def test_a_question_can_have_its_own_words_for_yes():
    field = make_field("yes_no", options=(Option("yes", "", ("night before",)), Option("no", "", ("forgot",))))
    assert value(field, "put it out the night before") is True
    assert value(field, "i forgot") is False


@pytest.mark.parametrize(
    ("text", "adults", "children"),
    [
        ("its just me and my daughter shes 19", 2, 0),
        ("me and my daughter, 16", 1, 1),
        ("just me", 1, 0),
        ("only myself", 1, 0),
        ("on my own", 1, 0),
        ("no one else just me", 1, 0),
        ("1", 1, 0),
        ("me and my husband", 2, 0),
        ("me, my wife and our son, 12", 2, 1),
        ("me my partner and 2 children", 2, 2),
        ("2 adults and 3 kids", 2, 3),
        ("i live alone with my two kids 4 and 7", 1, 2),
        ("me and my kids 4 and 20", 2, 1),
        ("my son 17 and daughter 21 live with me", 2, 1),
        ("my mum lives with me shes 80", 2, 0),
        ("my 19 year old son and me", 2, 0),
        ("me and my son who is 17", 1, 1),
        ("just me and the baby", 1, 1),
        ("me and a lodger", 2, 0),
    ],
)
def test_who_lives_in_a_home_is_understood(text, adults, children):
    assert value(make_field("household"), text) == {"adults": adults, "children": children}


def test_the_age_of_a_grown_or_growing_child_is_asked_and_then_taken_with_what_was_said():
    field = make_field("household")
    first = understand(field, "me and my daughter", make_asked())
    assert isinstance(first, Problem)
    assert (first.name, first.values["who"]) == ("how_old", "daughter")
    second = understand(field, "19", make_asked(), first.pending)
    assert isinstance(second, Answer)
    assert second.value == {"adults": 2, "children": 0}
    assert second.words == "2 adults (you and your daughter, 19)"


@pytest.mark.parametrize(
    ("text", "problem"), [("there are 4 of us", "how_many_adults"), ("-2", "below_zero"), ("the red house", "no_household")]
)
def test_a_household_that_is_not_clear_is_asked_about(text, problem):
    assert value(make_field("household"), text) == f"problem: {problem}"


THINGS = (
    Option("sofa", "Sofa", ("settee", "couch")),
    Option("sofa_bed", "Sofa bed"),
    Option("mattress", "Mattress", ("matress",)),
    Option("fridge", "Fridge or freezer", ("fridge", "freezer")),
    Option("chair", "Chair", ("armchair",)),
)


@pytest.mark.parametrize(
    ("text", "items", "price"),
    [
        ("a sofa and two matresses", {"Sofa": 1, "Mattress": 2}, 59),
        ("3x chairs, 1 fridge freezer", {"Chair": 3, "Fridge or freezer": 1}, 118),
        ("2 sofa beds & a settee", {"Sofa bed": 2, "Sofa": 1}, 59),
        ("sofa\nmattress", {"Sofa": 1, "Mattress": 1}, 59),
    ],
)
def test_things_are_counted_and_priced_by_groups(text, items, price):
    found = value(make_field("items", options=THINGS, price=Price(59, 3), most=9), text)
    assert {one["item"]: one["count"] for one in found["items"]} == items
    assert found["price"] == price


@pytest.mark.parametrize(
    ("text", "problem"), [("12 chairs", "too_many_items"), ("a unicorn", "no_items"), ("-2 sofas", "below_zero")]
)
def test_things_that_cannot_be_taken_are_named(text, problem):
    assert value(make_field("items", options=THINGS, most=9), text) == f"problem: {problem}"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("07700 900123", "+447700900123"),
        ("its 020 8379 1000", "+442083791000"),
        ("(0300) 131-6000", "+443001316000"),
        ("+48 22 123 45 67", "+48221234567"),
        ("0048221234567", "+48221234567"),
        ("12345", "problem: no_telephone"),
        ("0770090012", "problem: wrong_telephone"),
        ("ring me", "problem: no_telephone"),
    ],
)
def test_a_telephone_number_of_any_country_is_understood(text, stored):
    assert value(make_field("telephone"), text) == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("bob@example.org", "bob@example.org"),
        ("its bob at example dot org", "bob@example.org"),
        ("zoe.o'neil@example.co.uk.", "zoe.o'neil@example.co.uk"),
        ("bob@@example", "problem: wrong_email"),
        ("bob@example", "problem: wrong_email"),
        ("i dont use it", "problem: no_email"),
    ],
)
def test_an_email_address_is_understood(text, stored):
    assert value(make_field("email"), text) == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("my name is José Ñandú", "José Ñandú"),
        ("O'Brien-Smith", "O'Brien-Smith"),
        ("王小明", "王小明"),
        ("a" * 300, "problem: too_long"),
        ("😀", "problem: no_name"),
        ("12", "problem: no_name"),
        ("yes", "problem: no_name"),
        ("Yasmin No", "Yasmin No"),
    ],
)
def test_a_name_in_any_script_is_understood(text, stored):
    assert value(make_field("name"), text) == stored


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        ("number", "three", 3),
        ("number", "about 4", 4),
        ("number", "-3", "problem: below_zero"),
        ("number", "minus 3", "problem: below_zero"),
        ("number", "2.5", "problem: whole_number"),
        ("number", "99", "problem: too_much"),
        ("number", "lots", "problem: no_number"),
        ("money", "£40", 40.0),
        ("money", "40 quid", 40.0),
        ("money", "1,200.50", 1200.5),
        ("money", "nothing", 0.0),
        ("money", "-£20", "problem: below_zero"),
    ],
)
def test_numbers_and_money_are_understood(kind, text, stored):
    assert value(make_field(kind, most=20 if kind == "number" else None), text) == stored


def test_what_may_be_left_out_can_be_left_out():
    understood = understand(make_field("email", optional=True), "skip", make_asked())
    assert understood == Answer(None, "Not given", "")


def test_not_knowing_is_an_answer_where_the_question_allows_it():
    assert value(make_field("date", unknown=True), "dunno") is None


def test_days_are_offered_while_there_is_room():
    capacity = Capacity(weekdays=(1, 3), places=2, from_days=2, to_days=14)
    days = days_with_room(capacity, THURSDAY, {date(2026, 12, 1): 2})
    assert days == (date(2026, 12, 3), date(2026, 12, 8), date(2026, 12, 10))
    field = make_field("day_offered", capacity=capacity)
    assert value(field, "next thursday", days=days) == "2026-12-03"
    assert value(field, "the first", days=days) == "2026-12-03"
    assert value(field, "1 december", days=days) == "problem: day_full"


def test_an_answer_is_understood_again_from_its_own_text():
    for field, text in (
        (PAST, "last tuesday"),
        (make_field("choice", options=BINS), "brown"),
        (make_field("several", options=BINS), "brown and blue"),
        (make_field("yes_no"), "nah"),
        (make_field("household"), "me and my daughter shes 19"),
        (make_field("items", options=THINGS), "2 sofas, a chair"),
        (make_field("telephone"), "020 8379 1000"),
        (make_field("money"), "forty"),
        (make_field("date", unknown=True), "dunno"),
    ):
        first = understand(field, text, make_asked())
        if isinstance(first, Answer):
            assert understand(field, first.raw, make_asked()) == first, text


def test_an_opening_message_gives_the_bin_and_the_day():
    said = "my brown bin at 4 Oak Rd EN2 wasn't emptied yesterday"
    assert find(make_field("choice", options=BINS), said, make_asked()).value == "food"
    assert find(PAST, said, make_asked()).value == "2026-11-25"
    assert find(make_field("choice", options=BINS), "brown or blue, i forget", make_asked()) is None


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("my bin at 4 oak rd was missed on Monday 23 November", "my bin at 4 oak rd was missed on Monday"),
        ("4 oak rd en2 3rd of nov 2026", "4 oak rd en2"),
        ("4 oak rd, 23/11/26", "4 oak rd,"),
        ("4 march road", "4 march road"),
        ("12 may street", "12 may street"),
    ],
)
def test_dates_are_taken_out_before_an_address_is_looked_for(said, left):
    assert without_dates(said).split() == left.split()
