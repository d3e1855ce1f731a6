"""Texts of articles and facts: read with the line of each fault, written without touching what stays, compared line by line."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.editing.fields import ArticleFields, FactFields, is_withdrawn, withdrawn_text
from bot.knowledge.editing.library import Rules, with_text
from bot.knowledge.editing.model import Kind, Place, differences, name_from
from bot.knowledge.reading import read_packs
from bot.knowledge.texts import UnreadableText, article_from, fact_from, facts_apart
from tests.factories_editing import make_article_fields, make_fact_fields

TODAY = date(2026, 11, 24)
ROOT = Path(__file__).resolve().parents[2]
INTENTS = frozenset({"other_service", "bin_day"})
HENS = Place("enfield", Kind.ARTICLE, "keeping-chickens")


@pytest.fixture(scope="module")
def packs():
    return read_packs(ROOT / "councils")


def text_of(**changes) -> str:
    """The text of an article about chickens with some fields changed."""
    return ArticleFields.stored(make_article_fields(**{"id": "keeping-chickens", **changes})).text()


def mistakes(packs, text: str, place: Place = HENS) -> list[str]:
    """The mistakes of a text, each with its line."""
    return [f"{one.line}: {one.sentence}" for one in Rules(INTENTS, TODAY).mistakes(packs, place, text)]


def test_every_article_and_fact_of_the_packs_goes_through_its_form_byte_for_byte(packs):
    count = 0
    for pack in packs.values():
        assert pack.facts_head + "".join(pack.fact_texts.values()) == (ROOT / "councils" / pack.id / "facts.yml").read_text()
        for name, text in pack.article_texts.items():
            fields = ArticleFields.stored(ArticleFields.of(pack.articles[name]).as_json())
            assert fields.text(text) == text
            assert ArticleFields.of(article_from(fields.text(), pack.id)) == fields
            assert fields.text(withdrawn_text(Kind.ARTICLE, text)) == text
            count += 1
        for key, text in pack.fact_texts.items():
            fields = FactFields.stored(FactFields.of(pack.facts[key]).as_json())
            assert fields.text(text) == text
            assert FactFields.of(fact_from(fields.text(), pack.id)) == fields
            count += 1
    assert count >= 255 + 212


def test_a_change_touches_only_the_lines_that_say_something_else(packs):
    text = packs["enfield"].article_texts["bin-day"]
    fields = ArticleFields.of(packs["enfield"].articles["bin-day"])
    changed = replace(fields, title="Bins: when", questions=(*fields.questions[1:], "which bin is it"), valid_to="2027-03-31")
    found = [one for one in differences(text, changed.text(text), around=0) if one.sign != "…"]
    assert [one.text for one in found if one.sign == "+"] == [
        'title: "Bins: when"',
        '  - "which bin is it"',
        "valid_to: 2027-03-31",
    ]
    assert len([one for one in found if one.sign == "-"]) == 2


def test_what_no_field_knows_stays(packs):
    text = packs["enfield"].article_texts["bin-day"].replace("owner:", "# Ask the depot\nseen_by: Depot\nowner:", 1)
    changed = replace(ArticleFields.of(article_from(text, "enfield")), title="New").text(text)
    assert "# Ask the depot\n" in changed
    assert "seen_by: Depot\n" in changed


def test_words_that_yaml_would_read_otherwise_are_put_in_quotes():
    fields = ArticleFields.stored(
        make_article_fields(
            id="x", title="Bins: when? # today", questions=["yes", "null", "12", 'what\'s "on"', "- dash"], owner="no"
        )
    )
    assert ArticleFields.of(article_from(fields.text(), "enfield")) == fields


def test_what_nobody_can_see_is_left_out():
    fields = ArticleFields.stored(make_article_fields(title="Hens\u200b \x00 \n rule", body="One\r\ntwo \x07\ufeff\n"))
    assert fields.title == "Hens rule"
    assert fields.body == "One\ntwo"


def test_an_article_without_mistakes_has_none(packs):
    assert mistakes(packs, text_of()) == []


@pytest.mark.parametrize(
    ("changes", "line", "part"),
    [
        ({"body": "Fine.\n\nIt costs {fact:nothing}."}, 20, "the fact nothing is unknown"),
        ({"body": "Fine {fact:Bad Key} here."}, 18, "is not how a fact is quoted"),
        ({"body": "<script>alert(1)</script>"}, 18, "is HTML"),
        ({"body": "Look <img src=x onerror=alert(1)"}, 18, "is HTML"),
        ({"title": "Hens <b>now</b>"}, 3, "is HTML"),
        ({"body": "Go [here](http://example.gov.uk)."}, 18, "does not begin with https://"),
        ({"body": "Go [here](javascript:alert(1))."}, 18, "does not begin with https://"),
        ({"body": "Go [here](https://nowhere)."}, 18, "leads nowhere"),
        ({"body": "Go [here](https://example.gov.uk"}, 18, "no closing bracket"),
        ({"body": "It costs £12."}, 18, "make it a fact"),
        ({"body": "Say " + "and so on " * 12 + "."}, 18, "more than 25 words"),
        ({"body": "Administrative prerequisites necessitate comprehensive documentation."}, 18, "its reading age is"),
        ({"body": ""}, 18, "it says nothing"),
        ({"sources": []}, 13, "names no source"),
        ({"sources": [["Page", "ftp://example.gov.uk"]]}, 13, "does not begin with https://"),
        ({"intents": ["no_such_intent"]}, 6, "the intent no_such_intent is unknown"),
        ({"intents": []}, 6, "answers no intent"),
        ({"intents": ["bin_day"], "primary": True}, 7, "has the main article bin-day already"),
        ({"questions": ["only one"]}, 8, "at least three questions"),
        ({"checked": "tomorrow"}, 15, "must be a day like 2026-11-24"),
        ({"checked": "2026-02-31"}, 15, "must be a day like 2026-11-24"),
        ({"checked": "2027-01-01"}, 15, "checked in the future"),
        ({"review_by": "2026-01-01"}, 16, "its review was due"),
        ({"lgsl": "many"}, 5, "lgsl must be a number"),
        ({"owner": ""}, 12, "owner is missing"),
        ({"id": "other-name"}, 2, "is not the name keeping-chickens"),
        ({"area": "parks"}, 4, "the area parks is unknown"),
    ],
)
def test_each_mistake_is_named_with_its_line(packs, changes, line, part):
    found = mistakes(packs, text_of(**changes))
    assert any(one.startswith(f"{line}: ") and part in one for one in found), found


def test_all_mistakes_are_named_at_once(packs):
    found = mistakes(packs, text_of(title="", checked="soon", sources=[["", "x"]], body="<b>It</b> costs {fact:nothing}."))
    assert [one.split(":")[0] for one in found] == ["3", "13", "15", "18", "18"]


def test_a_main_article_cannot_become_a_lesser_one_and_leave_its_intent_without_any(packs):
    text = packs["enfield"].article_texts["bin-day"].replace("primary: true", "primary: false")
    found = mistakes(packs, text, Place("enfield", Kind.ARTICLE, "bin-day"))
    assert any("bin_day would have no main article" in one for one in found), found


def test_a_broken_front_matter_says_where():
    with pytest.raises(UnreadableText) as problem:
        article_from(text_of().replace("area: other", "area: [other"), "enfield")
    assert problem.value.line >= 4


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"kind": "colour"}, "unknown kind"),
        ({"kind": "telephone", "value": "ask us"}, "no telephone number"),
        ({"kind": "email", "value": "us"}, "no e-mail address"),
        ({"value": "<b>£12</b>"}, "is HTML"),
        ({"source_url": "example"}, "does not begin with https://"),
        ({"checked": "soon"}, "must be a day"),
        ({"valid_from": "2026-05-01", "valid_to": "2026-04-01"}, "ends before it begins"),
        ({"status": "maybe"}, "unknown status"),
    ],
)
def test_each_mistake_of_a_fact_is_named(packs, changes, part):
    text = FactFields.stored(make_fact_fields(**changes)).text()
    found = mistakes(packs, text, Place("enfield", Kind.FACT, "hen_licence"))
    assert any(part in one for one in found), found


def test_a_fact_is_laid_over_its_file_in_its_place(packs):
    pack = packs["enfield"]
    fact = replace(FactFields.of(pack.facts["main_switchboard"]), value="020 8379 9999")
    text = fact.text(pack.fact_texts["main_switchboard"])
    changed = with_text(pack, Place("enfield", Kind.FACT, "main_switchboard"), text)
    whole = changed.facts_head + "".join(changed.fact_texts.values())
    old = pack.facts_head + "".join(pack.fact_texts.values())
    assert [(one.sign, one.text) for one in differences(old, whole, 0) if one.sign != "…"] == [
        ("-", '    value: "020 8379 1000"'),
        ("+", '    value: "020 8379 9999"'),
    ]
    assert facts_apart(whole)[1] == changed.fact_texts
    assert is_withdrawn(Kind.FACT, withdrawn_text(Kind.FACT, text), "enfield")


def test_a_name_is_made_of_a_title():
    assert name_from("Can I keep chickens — & café hens?") == "can-i-keep-chickens-cafe-hens"
    assert name_from("Licence for hens, a year", "_") == "licence_for_hens_a_year"
    assert len(name_from("word " * 60)) <= 80
    assert name_from("!?") == ""


def test_differences_show_what_changed_with_a_little_around_it():
    old, new = "a\nb\nc\nd\ne\nf", "a\nb\nc\nD\ne\nf\ng"
    assert [f"{one.sign}{one.text}" for one in differences(old, new, 1)] == ["…", " c", "-d", "+D", " e", " f", "+g"]
    assert differences(old, old) == []
