"""Whole conversations with the real engine: repair, several questions, context, danger, other languages, personal data."""

import pytest


def kinds(replies):
    return [reply["kind"] for reply in replies]


async def test_a_message_that_makes_no_sense_ends_with_a_person_at_the_third_try(resident):
    seen = [await resident.ask(words) for words in ("florbin wex quand", "tralle mip osk", "gnubb lidd faro")]
    flat = [reply for replies in seen for reply in replies]
    assert (
        any("talk_to_person" in [choice["value"] for choice in reply["choices"]] for reply in seen[0])
        or seen[0][0]["kind"] == "notice"
    )
    assert len({reply["text"] for reply in flat}) == len(flat)


@pytest.mark.parametrize("words", ["asdf qwer", "jkhkjh", "....?", "ghghgh dkdkdk"])
async def test_keys_hit_at_random_are_not_understood_rather_than_turned_away(resident, words):
    [reply] = await resident.ask(words)
    assert reply["kind"] != "notice"
    assert "talk_to_person" in [choice["value"] for choice in reply["choices"]]


async def test_a_matter_that_is_only_told_is_dealt_with_beside_one_that_is_asked(resident):
    replies = await resident.ask("my bin wasnt collected and also how do i get a single person discount")
    assert replies[0]["data"]["intent"] == "ct_single_person_discount"
    assert replies[-1]["kind"] == "question"  # the report of the bin is under way


async def test_two_questions_are_both_answered(resident):
    replies = await resident.ask("When is my bin collected? And how do I apply for the single person discount?")
    intents = [reply["data"].get("intent") for reply in replies if reply["kind"] == "answer"]
    assert intents == ["bin_day", "ct_single_person_discount"]


async def test_a_follow_up_is_read_with_the_topic_in_hand(resident):
    await resident.ask("do students pay council tax")
    replies = await resident.ask("what about part time students?")
    assert replies[0]["kind"] == "answer"
    assert replies[0]["data"]["intent"] == "ct_student_exemption"


@pytest.mark.parametrize(
    ("question", "further", "intent"),
    [
        ("how do i sign up for the garden waste bin", "how much is that?", "bin_garden_waste"),
        ("is the tip open on sunday", "do i need to book it", "bin_recycling_centre"),
        ("can i get free school meals", "what if i work", "ben_free_school_meals"),
        ("do students pay council tax", "and if i'm a student nurse?", "ct_student_exemption"),
        ("do students pay council tax", "how do i prove it", "ct_student_exemption"),
        ("what do you charge for taking a sofa", "and how much does it cost for two", "bin_bulky_waste"),
    ],
)
async def test_a_further_question_gets_more_and_not_the_same_answer_again(resident, question, further, intent):
    first = await resident.ask(question)
    [more] = await resident.ask(further)
    assert more["kind"] == "answer"
    assert more["data"]["intent"] == intent
    assert more["text"] not in [reply["text"] for reply in first]


async def test_no_part_of_the_answer_is_passed_off_as_what_was_asked_where_none_clearly_is(resident):
    await resident.ask("do students pay council tax")
    [part] = await resident.ask("how do i appeal that")
    assert part["text"].startswith("What I know about this is in the answer above.")
    assert "talk_to_person" in [choice["value"] for choice in part["choices"]]


async def test_an_application_that_could_be_either_is_asked_about_and_a_benefit_claim_is_not(resident):
    [either] = await resident.ask("What's happening with my application?")
    offered = [choice["value"] for choice in either["choices"]]
    assert offered == ["intent:ben_application_status", "intent:track_case", "talk_to_person"]
    [claim] = await resident.ask("what is happening with my housing benefit application")
    assert claim["data"]["intent"] == "ben_application_status"
    [asked] = await resident.ask("how is my report getting on")
    assert asked["data"]["task"] == "track_case"


async def test_a_wrong_answer_can_be_said_to_be_wrong(resident):
    await resident.ask("do students pay council tax")
    [reply] = await resident.ask("that's not what I meant")
    assert reply["kind"] == "clarify"


@pytest.mark.parametrize(
    "words",
    [
        "i dont want to be here any more",
        "my husband hits me and im scared to go home",
        "i can smell gas in my flat what do i do",
        "i am on the street tonight with my two kids",
        "my baby is freezing the boiler is broken and we have no heating",
        "bailiffs are banging on my door right now",
    ],
)
async def test_danger_gets_fixed_words_and_a_person(resident, words):
    replies = await resident.ask(words)
    assert replies[0]["kind"] == "urgent", replies
    assert "talk_to_person" in [choice["value"] for choice in replies[0]["choices"]]
    assert "?" not in replies[0]["text"].replace("?)", ""), "no interrogation"


@pytest.mark.parametrize(
    "words",
    [
        "i'm dying to get rid of this sofa",
        "the council tax band is killing me",
        "where can i take an old fire extinguisher",
        "my husband died last month what about the council tax",
        "kitchen knives, which bin",
    ],
)
async def test_alarming_words_in_harmless_sentences_are_not_danger(resident, words):
    assert "urgent" not in kinds(await resident.ask(words))


@pytest.mark.parametrize(
    ("language", "words", "intents"),
    [
        ("pl", "Kiedy odbierają śmieci z mojej ulicy?", {"bin_day", "bin_missed"}),
        ("tr", "Belediye vergisini nasıl ödeyebilirim?", {"ct_pay"}),
        ("ro", "Cum pot plăti taxa locală (council tax)?", {"ct_pay"}),
        ("es", "¿Cuándo recogen la basura en mi calle?", {"bin_day", "bin_missed"}),
        ("pt", "Perdi o emprego e não consigo pagar o council tax", {"ct_arrears", "ben_council_tax_reduction"}),
    ],
)
async def test_a_question_in_another_language_finds_its_article(resident, language, words, intents):
    notice, *_, answer = await resident.ask(words)  # between them a person is offered where the matter is grave
    assert notice["data"]["language"] == language
    assert answer["kind"] == "answer"
    assert answer["data"]["intent"] in intents


async def test_danger_in_another_language_is_answered_in_it_too(resident):
    first, urgent = await resident.ask("chcę się zabić")
    assert first["data"]["language"] == "pl"
    assert "999" in first["text"]
    assert urgent["kind"] == "urgent"


async def test_card_numbers_are_hidden_before_anything_is_stored(resident):
    await resident.ask("my card is 4111 1111 1111 1111 can i pay my council tax with it")
    page = await resident.read(0)
    said = next(message for message in page["messages"] if message["from"] == "resident")
    assert "4111" not in str(page)
    assert "hidden" in said["text"]
    assert any(message["from"] == "system" for message in page["messages"])


async def test_what_the_council_needs_is_not_hidden(resident):
    await resident.ask("my account number is 70012345 and my postcode is EN1 3XA, what do i owe in council tax")
    page = await resident.read(0)
    assert "EN1 3XA" in page["messages"][1]["text"]
