"""Definitions from files: a council's own over the national, facts filled in, and a check that names each mistake."""

import re
from datetime import date

import pytest

from bot.applications.check import check_applications
from bot.applications.model import FieldType
from bot.applications.reading import MissingFact, definition_of, number_in, read_definitions
from bot.applications.understanding.dates import out_of_window, shifted
from bot.foundation.packs import UnreadablePackFile
from bot.knowledge.reading import read_councils
from tests.conftest import ROOT
from tests.factories import make_fact

TODAY = date(2026, 11, 26)
BASE = """
owner: Waste team
review_by: 2027-05-22
id: lost_bin
title: Tell us that a bin is lost
button: Tell us
said: your report
team: waste
area: bins
next: [We look for it.]
fields:
  colour:
    type: choice
    label: Bin
    ask: Which bin is it?
    options:
      - {value: grey, label: Grey bin}
      - {value: blue, label: Blue bin}
  day:
    type: date
    label: Day
    ask: Since when?
    latest: today
    earliest: "-{fact?:lost_window}"
"""
COUNCIL = "name: {name}\nowner: Team\nwebsite: https://www.example.gov.uk\ncolour: '#123456'\ntelephone: x\ncontact_page: https://www.example.gov.uk\n"


@pytest.fixture
def councils(tmp_path):
    """A national pack and Borchester's over it."""
    for name in ("england", "borchester"):
        (tmp_path / name / "applications").mkdir(parents=True)
        (tmp_path / name / "knowledge").mkdir()
        base = "base: england\n" if name == "borchester" else ""
        (tmp_path / name / "council.yml").write_text(base + COUNCIL.format(name=name.capitalize()))
        (tmp_path / name / "facts.yml").write_text("owner: Team\nfacts: {}\n")
        (tmp_path / name / "handoff.yml").write_text("teams: {waste: {name: Waste team}, bins: {name: Bins team}}\n")
    (tmp_path / "england" / "applications" / "lost-bin.yml").write_text(BASE)
    return tmp_path


def built(councils, *facts):
    raw = read_definitions(councils)["borchester"]["lost_bin"]
    return definition_of(raw, "borchester", {fact.key: fact for fact in facts}, TODAY)


def own(councils, text):
    (councils / "borchester" / "applications" / "lost-bin.yml").write_text(text)


def mistakes(councils):
    return check_applications(councils, TODAY, ROOT / "data" / "rules", ROOT / "domain.yml").mistakes


def test_a_council_has_the_national_definitions():
    for definitions in read_definitions(ROOT / "councils").values():
        assert {"bin_missed", "call_back", "complaint", "moving_in", "rough_sleeper"} <= set(definitions)


def test_a_council_changes_one_part_and_keeps_the_rest(councils):
    own(councils, "owner: Team\nfields: {colour: {options: [{value: red, label: Red bin}, {value: blue, label: Blue bin}]}}\n")
    definition = built(councils)
    assert [option.value for option in definition.field("colour").options] == ["red", "blue"]
    assert definition.field("colour").ask == "Which bin is it?"
    assert definition.field("day").type == FieldType.DATE


def test_a_council_adds_a_question_where_it_belongs_and_leaves_one_out(councils):
    own(
        councils,
        "owner: Team\nfields:\n  day: {leave_out: true}\n  street: {type: text, label: Street, ask: Street, after: colour}\n",
    )
    assert [field.name for field in built(councils).fields] == ["colour", "street"]


def test_a_council_leaves_a_whole_application_out(councils):
    own(councils, "owner: Team\nleave_out: true\n")
    assert "lost_bin" not in read_definitions(councils)["borchester"]


def test_a_limit_is_a_fact_and_is_none_where_the_council_has_no_such_fact(councils):
    assert built(councils).field("day").earliest == ""
    field = built(councils, make_fact("lost_window", value="3 days", kind="duration")).field("day")
    problem = out_of_window(field, date(2026, 11, 20), TODAY)
    assert problem is not None
    assert problem.name == "too_early"
    assert problem.values["limit"] == "Monday 23 November 2026"
    assert out_of_window(field, date(2026, 11, 23), TODAY) is None


def test_a_needed_fact_that_is_missing_or_unchecked_withdraws_the_definition(councils):
    own(councils, "owner: Team\nintro: It costs {fact:garden_price}.\n")
    with pytest.raises(MissingFact):
        built(councils)
    with pytest.raises(MissingFact):
        built(councils, make_fact("garden_price", status="unverified"))
    assert built(councils, make_fact("garden_price")).intro == "It costs £60."


def test_numbers_are_found_in_facts():
    assert [number_in(value) for value in ("10 working days", "£1,350.50", 5, None, "soon")] == [10, 1350.5, 5, None, None]


def test_limits_are_days_from_today():
    assert [shifted(TODAY, limit) for limit in ("today", "-7 days", "+2 weeks", "-13 months")] == [
        TODAY,
        date(2026, 11, 19),
        date(2026, 12, 10),
        date(2025, 10, 26),
    ]


def test_a_limit_in_working_days_passes_over_weekends_and_bank_holidays():
    monday, after_easter = date(2026, 11, 30), date(2026, 4, 7)
    assert shifted(monday, "-2 working days") == date(2026, 11, 26)
    assert shifted(after_easter, "-1 working day") == date(2026, 4, 2)
    assert shifted(date(2026, 12, 24), "+1 working day") == date(2026, 12, 29)


def test_a_missed_bin_is_refused_after_the_window_once_a_council_confirms_one():
    raw = read_definitions(ROOT / "councils")["enfield"]["bin_missed"]
    facts = read_councils(ROOT / "councils")["enfield"].facts
    confirmed = make_fact("bin_missed_window", value="2 working days", kind="duration")
    field = definition_of(raw, "enfield", {**facts, confirmed.key: confirmed}, TODAY).field("day")
    problem = out_of_window(field, date(2026, 11, 23), TODAY)
    assert problem is not None
    assert "too long ago for us to send the crew back" in problem.sentence
    assert out_of_window(field, date(2026, 11, 24), TODAY) is None
    assert definition_of(raw, "enfield", facts, TODAY).field("day").earliest == ""


def test_the_shipped_definitions_have_no_mistakes():
    report = check_applications(ROOT / "councils", TODAY, ROOT / "data" / "rules", ROOT / "domain.yml")
    assert report.mistakes == []


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("fields: {day: {type: datee}}", "fields → day → type: 'datee' is none of"),
        ("fields: {day: {latest: sometime}}", "fields → day: 'sometime' is no limit"),
        ("fields: {day: {only_if: {brand: x}}}", "fields → day: it looks at brand, which is not asked"),
        ("fields: {colour: {only_if: {day: x}}}", "fields → colour: it looks at day, which is asked later"),
        ("intro: It costs {fact:unknown_price}.", "there is no fact unknown_price"),
        ("offered_by: [bin_lost]", "bin_lost is no intent of domain.yml"),
        ("started_by: [ct_pay]", "started_by: the rule of ct_pay"),
        ("contact: {email: colour}", "contact: email must name a question of the type email"),
        ("receipt: You told us {news}.", "receipt: it names {news}"),
        ("id: other", "id: it must be lost_bin"),
        ("team: wast", "team: wast is no team of handoff.yml. There are bins, waste"),
        ("offered_by: [bin_misssed]", "Did you mean bin_missed"),
        ("promise_days: soon", "promise_days: there is no number in 'soon'"),
        ("fields: {colour: {options: [{value: a, label: A}, {value: a, label: B}]}}", "two options have the value a"),
        (
            "fields: {colour: {options: [{value: no, label: A}, {value: b, label: B}]}}",
            'fields → colour → options → 1 → value: yes, no, on and off must stand in quotes, as in "no"',
        ),
        ("fields: {colour: {options: [{value: a, label: 7}, {value: b, label: B}]}}", "7 must stand in quotes"),
        (
            "fields: {colour: {options: [{value: A B, label: A}, {value: b, label: B}]}}",
            "'A B' may only have small letters, digits and _",
        ),
        ("colour: blue", "This is not known here ('colour' was unexpected)"),
        ("fields: {colour: {options: [{value: a}, {value: b, label: B}]}}", "the option a has no label"),
        (
            "intro: Utilisation of alternative containerisation necessitates administrative authorisation procedures.",
            "the words are too hard",
        ),
    ],
)
def test_each_mistake_is_named_with_its_file(councils, text, mistake):
    own(councils, f"owner: Team\n{text}\n")
    found = mistakes(councils)
    assert any(line.startswith("councils/borchester/applications/lost-bin.yml: ") and mistake in line for line in found), found


def test_a_fourth_button_under_one_answer_is_named_as_one_that_nobody_would_see(councils):
    for number in range(4):
        text = BASE.replace("lost_bin", f"lost_{number}").replace("team: waste", "team: waste\noffered_by: [bin_day]")
        (councils / "borchester" / "applications" / f"lost-{number}.yml").write_text(text)
    [found] = mistakes(councils)
    assert found.startswith(
        "councils/borchester/applications/lost-3.yml: offered_by: bin_day has 3 buttons already (lost_0, lost_1, lost_2)"
    )


@pytest.mark.parametrize(
    ("place", "mistake"),
    [
        ("borchester/applications/Lost Bin.yml", "the name of the file must be small letters"),
        ("borchester/applications/lost-bin.yaml", "the name of the file must be small letters"),
        ("borchestr/applications/lost-bin.yml", "borchestr is no council here"),
    ],
)
def test_a_file_that_nobody_reads_is_named(councils, place, mistake):
    (councils / place).parent.mkdir(parents=True, exist_ok=True)
    (councils / place).write_text(BASE)
    assert any(line.startswith(f"councils/{place}: ") and mistake in line for line in mistakes(councils))


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [
        ("title: Report: a lost bin", "line 5: a text with a colon in it must stand in quotes"),
        ("\ttitle: Report", "line 5: use spaces at the beginning of a line, not the tab key"),
        ("title: [Report", "line 6: a bracket is not closed"),
        ("owner: Another team", "line 5: owner stands here a second time"),
        ("? [owner, team]\n: Bins", "line 5: a name must be a plain word"),
        ("  title: Report", "line 5: "),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line_and_how_to_mend_it(councils, wrong, mended):
    path = councils / "england" / "applications" / "lost-bin.yml"
    path.write_text(BASE.replace("title: Tell us that a bin is lost", wrong))
    with pytest.raises(UnreadablePackFile, match=re.escape(mended)) as raised:
        mistakes(councils)
    assert str(path) in str(raised.value)
