"""When it is not clear: readings to choose from, another method, a person; never the same reply twice running."""

import pytest

from bot.dialogue.engine import Reading
from tests.api.desk import Resident
from tests.factories import make_reading


@pytest.fixture
async def resident(client):
    resident = Resident(client)
    await resident.begin()
    return resident


def values(reply):
    return [choice["value"] for choice in reply["choices"]]


async def test_a_doubtful_message_offers_two_or_three_readings_in_plain_words(resident, engine):
    engine.readings["the usual thing"] = make_reading(bin_missed=0.32, bin_day=0.3, bin_bulky_waste=0.3)
    [reply] = await resident.ask("the usual thing")
    assert reply["kind"] == "clarify"
    assert set(values(reply)) == {"intent:bin_missed", "intent:bin_day", "intent:bin_bulky_waste", "talk_to_person"}
    assert all("_" not in choice["label"] for choice in reply["choices"])
    [answer] = await resident.ask(choice="intent:bin_missed")
    assert answer["data"]["intent"] == "bin_missed"


async def test_three_misses_change_the_method_each_time_and_end_with_a_person(resident):
    seen = [await resident.ask(words) for words in ("flibber", "garb lorp", "wuzzle nim")]
    assert [replies[0]["kind"] for replies in seen] == ["clarify", "clarify", "notice"]
    assert values(seen[0][0])[:2] == ["menu:council_tax", "menu:benefits"]
    assert seen[2][1]["kind"] == "handoff"
    assert len({replies[0]["text"] for replies in seen}) == 3
    assert all("talk_to_person" in values(replies[0]) for replies in seen[:2])


async def test_an_answer_starts_the_count_afresh(resident):
    await resident.ask("flibber")
    await resident.ask("garb lorp")
    await resident.ask("when is my bin collected")
    [reply] = await resident.ask("wuzzle nim")
    assert reply["kind"] == "clarify"


async def test_that_is_not_what_i_meant_offers_something_else(resident):
    await resident.ask("when is my bin collected")
    [reply] = await resident.ask("That's not what I meant!")
    assert reply["kind"] == "clarify"
    assert "article:bin-day" not in values(reply)
    assert "talk_to_person" in values(reply)


async def test_going_back_is_understood(resident):
    await resident.ask("when is my bin collected")
    [reply] = await resident.ask("go back")
    assert "ask:When is my bin collected?" in values(reply)


@pytest.mark.parametrize(
    ("word", "first"), [("bin", "bin_day"), ("Benefits", "ben_council_tax_reduction"), ("council tax", "ct_pay")]
)
async def test_a_bare_word_gets_its_short_menu(resident, word, first):
    [reply] = await resident.ask(word)
    assert reply["kind"] == "clarify"
    assert values(reply)[0] == f"intent:{first}"


async def test_the_same_reply_never_comes_twice_running(resident):
    [first] = await resident.ask("when is my bin collected")
    [second] = await resident.ask("when is my bin collected")
    assert second["kind"] == "clarify"
    assert second["text"] != first["text"]


async def test_what_no_council_does_is_said_in_other_words_the_second_time(resident):
    [first] = await resident.ask("what is the weather")
    [second] = await resident.ask("and the weather tomorrow at the seaside")
    assert [one["data"]["reason"] for one in (first, second)] == ["out_of_scope", "out_of_scope"]
    assert second["text"] != first["text"]


async def test_letters_that_are_no_words_are_not_understood_rather_than_turned_away(resident, engine):
    engine.readings["asdf qwer"] = Reading((("out_of_scope", 0.9),), known=False)
    [reply] = await resident.ask("asdf qwer")
    assert reply["kind"] == "clarify"
    assert values(reply)[0] == "menu:council_tax"
    [marks] = await resident.ask("....?")
    assert "only read words" in marks["text"]


async def test_a_number_alone_is_asked_about_rather_than_turned_away(resident):
    [reply] = await resident.ask("4471 9002")
    assert reply["text"].startswith("I see a number")
    assert values(reply)[:2] == ["intent:track_case", "intent:ct_balance"]


async def test_two_questions_in_one_message_get_two_answers(resident):
    replies = await resident.ask("when is my bin collected and how do i pay my council tax")
    assert [reply["data"]["intent"] for reply in replies] == ["bin_day", "ct_pay"]


async def test_a_third_question_is_named(resident):
    replies = await resident.ask("when is my bin day? how do i pay my bill? are student flats free of tax?")
    assert [reply["data"].get("intent") for reply in replies[:2]] == ["bin_day", "ct_pay"]
    assert "Council tax for students" in replies[2]["text"]
    assert "intent:ct_student_exemption" in values(replies[2])


async def test_a_follow_up_is_read_with_the_topic_in_hand(resident, engine):
    await resident.ask("how do i pay")
    await resident.ask("what about by phone?")
    assert engine.asked[-1] == "Pay council tax: what about by phone?"


async def test_a_follow_up_about_the_answer_just_given_gets_the_part_that_it_is_about(resident, engine):
    engine.words = {"new job": "ben_change_of_circumstances", "rent": "ben_change_of_circumstances"}
    [whole] = await resident.ask("I have a new job")
    [part] = await resident.ask("and if my rent changes?")
    assert part["kind"] == "answer"
    assert part["data"]["article"] == whole["data"]["article"]
    assert part["text"].startswith("This is what the answer above says about that:")
    assert len(part["text"]) < len(whole["text"])
    [again] = await resident.ask("and if my rent changes?")
    assert again["kind"] == "clarify"


async def test_a_new_question_is_not_taken_for_a_follow_up(resident):
    await resident.ask("how do i pay")
    [answer] = await resident.ask("when is my bin collected")
    assert answer["data"]["intent"] == "bin_day"


async def test_starting_over_forgets_the_topic(resident, engine):
    await resident.ask("how do i pay")
    engine.words["start again"] = "start_over"
    await resident.ask("please start again")
    await resident.ask("what about that?")
    assert engine.asked[-1] == "what about that?"


async def test_danger_is_answered_even_with_the_engine_away(resident, engine):
    engine.away = True
    [reply] = await resident.ask("i want to kill myself")
    assert reply["kind"] == "urgent"
    assert "116 123" in reply["text"]
    assert "talk_to_person" in values(reply)


async def test_danger_that_is_only_hinted_at_gets_the_numbers_beside_an_answer_while_the_engine_is_away(resident, engine):
    engine.away = True
    replies = await resident.ask("i am at breaking point with this bin day")
    assert [reply["kind"] for reply in replies].count("urgent") == 1
    assert "116 123" in replies[-1]["text"]
    assert "urgent" not in [reply["kind"] for reply in await resident.ask("when is my bin collected")]


async def test_a_likely_danger_beside_another_reading_mentions_999(resident, engine):
    engine.readings["odd"] = make_reading(bin_day=0.85, urgent_risk=0.08)
    replies = await resident.ask("odd")
    assert replies[-1]["data"]["reason"] == "danger"
    assert "999" in replies[-1]["text"]
