"""A calibrated reading becomes an answer, a question with two or three readings, or a repair."""

import pytest

from bot.dialogue.engine import Reading
from bot.dialogue.model import (
    Bands,
    Decision,
    Step,
    bare,
    decide,
    is_of_the_topic,
    leans_back,
    may_follow_up,
    questions_in,
    weighed,
)
from tests.factories import make_reading

BANDS = Bands(answer=0.5, lifted=0.3, offer=0.25, reading=0.08, out_of_scope=0.6)


def test_a_sure_reading_is_answered():
    assert decide(make_reading(ct_pay=0.8, ct_band=0.1), {}, BANDS) == Decision(Step.ANSWER, ("ct_pay",))


def test_a_doubtful_reading_is_answered_when_the_nearest_article_agrees():
    reading = make_reading(bin_missed=0.4, bin_day=0.35)
    assert decide(reading, {"bin_missed": 0.8, "bin_day": 0.6}, BANDS).step == Step.ANSWER
    assert decide(reading, {"bin_missed": 0.6, "bin_day": 0.8}, BANDS).step == Step.CLARIFY


def test_a_doubtful_reading_offers_at_most_three_readings():
    reading = make_reading(bin_missed=0.3, bin_day=0.25, bin_replacement=0.2, bin_bulky_waste=0.15, greet=0.1)
    assert decide(reading, {}, BANDS) == Decision(Step.CLARIFY, ("bin_missed", "bin_day", "bin_replacement"))


def test_small_talk_is_never_offered_as_a_reading():
    assert "greet" not in decide(make_reading(greet=0.4, bin_day=0.3), {}, BANDS).intents


def test_nothing_likely_is_a_repair():
    assert decide(make_reading(bin_day=0.05, ct_pay=0.04), {}, BANDS) == Decision(Step.REPAIR)


def test_a_resident_is_turned_away_only_when_it_is_sure():
    assert decide(make_reading(out_of_scope=0.9), {}, BANDS).intents == ("out_of_scope",)
    assert decide(make_reading(out_of_scope=0.55, bin_day=0.4), {}, BANDS) == Decision(Step.CLARIFY, ("bin_day",))


def test_letters_without_a_known_word_are_not_understood_rather_than_turned_away():
    letters = Reading((("out_of_scope", 0.9), ("bin_day", 0.1)), known=False)
    assert decide(letters, {}, BANDS) == Decision(Step.REPAIR)
    assert decide(weighed(letters, {}, BANDS), {}, BANDS) == Decision(Step.REPAIR)


def test_what_was_not_meant_is_not_offered_again():
    reading = make_reading(ct_pay=0.8, ct_direct_debit=0.15)
    assert "ct_pay" not in decide(reading, {}, BANDS, frozenset({"ct_pay"})).intents


def test_a_message_is_split_into_its_questions():
    assert questions_in("When is my bin day? And how do I pay council tax?") == [
        "When is my bin day?",
        "And how do I pay council tax?",
    ]
    assert questions_in("how do i pay my council tax and when is my bin collected") == [
        "how do i pay my council tax",
        "when is my bin collected",
    ]


@pytest.mark.parametrize(
    ("message", "matters"),
    [
        (
            "my bin wasnt collected and also how do i get a single person discount",
            ["my bin wasnt collected", "how do i get a single person discount"],
        ),
        (
            "i lost my job and cant pay the council tax also my landlord is evicting me next week where do i go",
            ["i lost my job and cant pay the council tax", "my landlord is evicting me next week where do i go"],
        ),
        (
            "The lid is broken. Also, when is it collected? And what goes in it?",
            ["The lid is broken", "when is it collected?", "And what goes in it?"],
        ),
    ],
)
def test_what_also_sets_apart_need_not_be_asked(message, matters):
    assert questions_in(message) == matters


def test_one_question_stays_whole():
    assert questions_in("I lost my job in May. I live alone. How do I pay?") == [
        "I lost my job in May. I live alone. How do I pay?"
    ]
    assert questions_in("my bin and my food caddy were missed") == ["my bin and my food caddy were missed"]
    assert questions_in("Hello. When is my bin day?") == ["Hello. When is my bin day?"]


def test_a_short_pointing_message_may_lean_on_the_last_answer():
    for text in ("and for a flat?", "what about students?", "how much is that?", "is it free"):
        assert may_follow_up(text), text
    assert not may_follow_up("I need to report that my neighbour's bin has been out in the road since last Tuesday")


def test_what_goes_on_or_points_leans_on_the_last_answer_and_a_whole_question_does_not():
    for text in ("and for a flat?", "what about students?", "how much is that?", "do i need to book it"):
        assert leans_back(text), text
    for text in ("when is my bin collected", "how do i pay my council tax", "android phone"):
        assert not leans_back(text), text


def test_what_every_service_is_asked_is_asked_of_the_topic_in_hand_unless_a_benefit_is_named():
    assert is_of_the_topic("how do I prove it", "ben_evidence", "ct_student_exemption")
    assert not is_of_the_topic("how do I prove it", "ben_evidence", "ben_housing_benefit")
    assert not is_of_the_topic("is it too late to appeal my housing benefit", "ben_appeal", "ct_student_exemption")
    assert not is_of_the_topic("they missed it this morning", "bin_missed", "ct_student_exemption")


def test_phrases_are_compared_without_marks_and_capitals():
    assert bare("That’s NOT what I meant!!") == "thats not what i meant"


def test_search_tips_the_balance_between_readings_that_are_close():
    reading = weighed(
        make_reading(bin_day=0.48, bin_assisted_collection=0.52), {"bin_day": 0.8, "bin_assisted_collection": 0.5}, BANDS
    )
    assert reading.intent == "bin_day"
    assert sum(probability for _, probability in reading.ranking) == pytest.approx(1)


def test_an_intent_without_articles_neither_gains_nor_loses_by_a_middling_match():
    reading = weighed(make_reading(greet=0.6, bin_day=0.4), {"bin_day": BANDS.no_article}, BANDS)
    assert reading.probability("greet") == pytest.approx(0.6)


def test_what_is_not_for_a_council_is_read_so_when_no_article_comes_near():
    reading = make_reading(bin_day=0.5, out_of_scope=0.45)
    assert weighed(reading, {"bin_day": 0.2}, BANDS).intent == "out_of_scope"
    assert weighed(reading, {"bin_day": 0.8}, BANDS).intent == "bin_day"
