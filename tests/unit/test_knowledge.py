"""Articles quote facts by key, local ones replace national ones, and what has expired withdraws itself."""

from datetime import date

from bot.knowledge.model import Pack, overlay
from bot.knowledge.rendering import filled, html, parts, plain_text
from tests.factories import make_article, make_council, make_fact

TODAY = date(2026, 11, 23)


def make_pack(id, articles=(), facts=(), **changes):  # noqa: A002
    values = {"council": {"name": id.title()}, "words": {}} | changes
    return Pack(id, facts={fact.key: fact for fact in facts}, articles={article.id: article for article in articles}, **values)


def test_a_local_article_and_a_local_fact_replace_the_national_ones():
    base = make_pack("england", [make_article(title="National"), make_article("ct-pay")], [make_fact(value="£1")])
    local = make_pack("borchester", [make_article(title="Local")], [make_fact(value="£2")])
    council = overlay(base, local)
    assert council.articles["bin-day"].title == "Local"
    assert set(council.articles) == {"bin-day", "ct-pay"}
    assert council.facts["garden_price"].value == "£2"


def test_local_words_replace_only_what_they_name():
    base = make_pack("england", words={"meta": {"greet": "Hello", "thank": "Thanks"}})
    local = make_pack("borchester", words={"meta": {"greet": "Good day"}})
    assert overlay(base, local).words == {"meta": {"greet": "Good day", "thank": "Thanks"}}


def test_an_expired_or_disputed_article_withdraws_itself():
    council = make_council()
    assert council.withdrawn(make_article(valid_to=date(2026, 3, 31)), TODAY)
    assert council.withdrawn(make_article(valid_from=date(2027, 4, 1)), TODAY)
    assert council.withdrawn(make_article(disputed=True), TODAY)
    assert not council.withdrawn(make_article(valid_to=TODAY), TODAY)


def test_an_article_withdraws_itself_with_the_fact_it_quotes():
    article = make_article(body="It costs {fact:garden_price} a year.")
    assert make_council([article], [make_fact(valid_to=date(2026, 3, 31))]).withdrawn(article, TODAY)
    assert make_council([article], [make_fact(status="unverified")]).withdrawn(article, TODAY)
    assert make_council([article]).withdrawn(article, TODAY)
    assert not make_council([article], [make_fact()]).withdrawn(article, TODAY)


def test_the_main_article_of_an_intent_is_the_primary_one():
    narrow = make_article("bin-day-flats", primary=False)
    council = make_council([narrow, make_article()])
    assert council.primary_for("bin_day", TODAY).id == "bin-day"
    assert council.primary_for("ct_pay", TODAY) is None


def test_facts_are_filled_in_and_telephone_numbers_can_be_tapped():
    facts = {fact.key: fact for fact in (make_fact(), make_fact("line", kind="telephone", value="020 8379 1000"))}
    text = filled("It is {fact:garden_price}. Call {fact:line}.", facts)
    assert plain_text(text) == "It is £60. Call 020 8379 1000."
    assert html(text) == '<p>It is £60. Call <a href="tel:02083791000">020 8379 1000</a>.</p>'


def test_links_keep_their_address_in_plain_text():
    assert plain_text("[Find your bin day](https://example.gov.uk/bins)") == "Find your bin day (https://example.gov.uk/bins)"


def test_nothing_in_an_article_can_run_in_a_browser():
    shown = html("<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> **fine**")
    assert "<script" not in shown
    assert "<img" not in shown
    assert "javascript:" not in shown.replace("&lt;", "<").split("[x]")[0]
    assert 'href="javascript' not in shown
    assert "<strong>fine</strong>" in shown


def test_a_list_stays_with_the_line_that_announces_it():
    assert parts("Yes.\n\nBring:\n\n- a letter\n- a bill\n\nThen wait.") == [
        "Yes.",
        "Bring:\n\n- a letter\n- a bill",
        "Then wait.",
    ]
