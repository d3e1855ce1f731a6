"""Filling an application: what comes next, going back, changing, conditions, and what is said about the form itself."""

import pytest

from bot.applications.commands import Command, command_in, is_question, is_request
from bot.applications.filling import Form, answered, back, change, form_from_json, notes_due
from bot.applications.model import Answer, Note
from tests.factories_applications import WORDS, make_definition, make_field, make_form


def yes(value=True):
    return Answer(value, "Yes" if value else "No", "yes" if value else "no")


PARTNER = make_field("yes_no", "partner")
SINCE = make_field("date", "since", only_if={"partner": True}, words=("moving date",))
RENT = make_field("money", "rent")


def said(text, form):
    found = command_in(text, form, WORDS)
    return (found.command, found.field, found.rest) if found else None


def test_questions_come_in_order_and_only_those_that_apply():
    form = make_form(PARTNER, SINCE, RENT)
    assert form.open is PARTNER
    assert form.place == (1, 2)
    with_partner = answered(form, "partner", yes())
    assert with_partner.open is SINCE
    assert with_partner.place == (2, 3)
    assert answered(form, "partner", yes(False)).open is RENT


def test_an_answer_whose_condition_has_gone_is_not_sent():
    form = answered(answered(make_form(PARTNER, SINCE, RENT), "partner", yes()), "since", Answer("2026-11-01", "x", "x"))
    changed = answered(change(form, "partner"), "partner", yes(False))
    assert [field.name for field, _ in changed.given] == ["partner"]


def test_going_back_opens_the_question_before_and_keeps_what_was_said():
    form = answered(make_form(PARTNER, SINCE, RENT), "partner", yes())
    earlier = back(form)
    assert earlier is not None
    assert earlier.open is PARTNER
    assert earlier.answers == form.answers
    assert back(earlier) is None


def test_after_a_change_from_the_check_the_check_comes_again():
    form = answered(make_form(RENT), "rent", Answer(4.0, "£4", "4"))
    assert form.open is None
    again = answered(change(form, "rent"), "rent", Answer(5.0, "£5", "5"))
    assert again.open is None
    assert again.complete


def test_a_form_survives_the_database():
    form = answered(make_form(PARTNER, SINCE, RENT), "partner", yes())
    assert form_from_json(form.definition, form.as_json()) == form


def test_an_answer_to_a_question_that_the_council_has_dropped_is_forgotten():
    form = answered(make_form(PARTNER, RENT), "partner", yes())
    assert form_from_json(make_definition(RENT), form.as_json()) == Form(make_definition(RENT), "key")


def test_a_note_is_said_when_its_answers_are_given():
    noted = make_field("number", "adults", notes=(Note({"adults": {"more_than": 1}}, "Two adults count.", ends=True),))
    assert notes_due(answered(make_form(noted), "adults", Answer(1, "1", "1")), "adults") == []
    assert [note.text for note in notes_due(answered(make_form(noted), "adults", Answer(2, "2", "2")), "adults")] == [
        "Two adults count."
    ]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("stop", Command.STOP),
        ("Forget it.", Command.STOP),
        ("I've changed my mind", Command.STOP),
        ("go back", Command.BACK),
        ("previous question", Command.BACK),
        ("why do you need that?", Command.WHY),
        ("why?", Command.WHY),
        ("check my answers", Command.REVIEW),
        ("what happens next?", Command.WHAT_NEXT),
        ("I want to change something", Command.REVIEW),
    ],
)
def test_what_is_said_about_the_form_is_recognised(text, command):
    form = answered(make_form(PARTNER, SINCE, RENT), "partner", yes())
    found = command_in(text, form, WORDS)
    assert found is not None
    assert found.command == command


@pytest.mark.parametrize(
    ("text", "field", "rest"),
    [
        ("change the date", "since", ""),
        ("can i change the date please", "since", ""),
        ("the date is wrong", "since", ""),
        ("no wait the moving date is wrong", "since", ""),
        ("change the date to Last Friday", "since", "Last Friday"),
        ("sorry, can you correct the rent to £400", "rent", "£400"),
    ],
)
def test_a_change_names_its_question_and_may_give_the_answer(text, field, rest):
    form = answered(make_form(PARTNER, SINCE, RENT), "partner", yes())
    form = answered(answered(form, "since", Answer("2026-11-01", "x", "x")), "rent", Answer(4.0, "£4", "4"))
    assert said(text, form) == (Command.CHANGE, field, rest)


@pytest.mark.parametrize(
    "text",
    [
        "my pay has changed",
        "the council changed the bins",
        "we changed flats in May",
        "brown",
        "its about a change of name on a bill that came in the post last week for my mum",
    ],
)
def test_an_answer_that_speaks_of_change_is_no_command(text):
    assert said(text, make_form(PARTNER, RENT)) is None


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("how much does it cost", True),
        ("is it free?", True),
        ("and when do you come", True),
        ("do i have to pay", True),
        ("last tuesday", False),
        ("by the gate, what used to be the garage", False),
        ("can you hear the dog", True),
    ],
)
def test_a_question_is_told_from_an_answer(text, asks):
    assert is_question(text) is asks


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("can you take away an old sofa and 2 matresses", True),
        ("hi could someone collect my fridge please", True),
        ("can i book a collection", True),
        ("can you tell me what it costs", False),
        ("how much is it", False),
        ("my bin was missed", False),
    ],
)
def test_a_polite_request_is_told_from_a_question(text, asks):
    assert is_request(text) is asks
