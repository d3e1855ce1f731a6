"""The questions that the product must answer, through the public API with the real engine."""

import pytest

QUESTIONS = {
    "hi can i get money off my council tax i live on my own now": {"ct_single_person_discount"},
    "wen is my bin colected": {"bin_day"},
    "i lost my job and cant pay the council tax": {"ct_arrears", "ben_council_tax_reduction"},
    "what goes in the blue bin": {"bin_what_goes_where"},
    "my landlord is evicting me next week where do i go": {"homeless_help"},
    "how do i appeal about my housing benfit decision": {"ben_appeal"},
    "do students pay council tax": {"ct_student_exemption"},
    "where do old batteries go": {"bin_what_goes_where"},
    "im behind with my council tax what happens now": {"ct_arrears"},
}


@pytest.mark.parametrize("council", ["enfield", "buckinghamshire"])
@pytest.mark.parametrize(("question", "intents"), QUESTIONS.items())
async def test_a_resident_gets_the_right_answer_with_its_source(resident_of, council, question, intents):
    resident = await resident_of(council)
    replies = await resident.ask(question)
    answers = [reply for reply in replies if reply["kind"] == "answer"]
    assert answers, replies
    assert answers[0]["data"]["intent"] in intents
    assert answers[0]["sources"]
    assert all(source["checked"] for source in answers[0]["sources"])


async def test_the_same_question_has_each_councils_own_answer(resident_of):
    enfield = await (await resident_of("enfield")).ask("how do i pay my council tax")
    bucks = await (await resident_of("buckinghamshire")).ask("how do i pay my council tax")
    assert "enfield.gov.uk" in enfield[0]["sources"][0]["url"]
    assert "buckinghamshire.gov.uk" in bucks[0]["sources"][0]["url"]


async def test_the_blue_bin_has_its_own_article_in_enfield(resident):
    [answer] = await resident.ask("what goes in the blue bin")
    assert "blue" in answer["data"]["article"]


@pytest.mark.parametrize(
    ("question", "said"),
    {
        "im behind with my council tax what happens now": "You do not have to sort this out alone.",
        "my mum has died what do i do about her council tax": "I am sorry for your loss.",
        "what help is there with food and heating from the hardship fund": "It can be hard to ask for help.",
        "how do i make a complaint about the council": "I am sorry that something went wrong.",
    }.items(),
)
async def test_a_person_is_offered_before_the_answer_in_words_fit_for_the_matter(resident, question, said):
    replies = await resident.ask(question)
    kinds = [reply["kind"] for reply in replies]
    assert replies[0]["text"].startswith(said)
    assert [choice["value"] for choice in replies[0]["choices"]] == ["talk_to_person"]
    assert "answer" in kinds[1:]


@pytest.mark.parametrize("words", ["i want to talk to a human", "can i speak to someone please", "get me a real person"])
async def test_a_person_can_be_had_in_any_wording(resident, words):
    replies = await resident.ask(words)
    assert replies[0]["kind"] == "handoff"


@pytest.mark.parametrize(
    "words", ["who won the match last night", "write me a poem about dragons", "what is the capital of France"]
)
async def test_what_is_not_a_council_matter_is_said_to_be_so(resident, words):
    replies = await resident.ask(words)
    assert replies[0]["data"].get("reason") == "out_of_scope", replies


@pytest.mark.parametrize("words", ["/ct_pay", "/restart", "/session_start", '/greet{"a": 1}', " /bin_day"])
async def test_the_engines_commands_are_only_words(resident, words):
    replies = await resident.ask(words)
    assert replies
    assert all(reply["kind"] != "answer" or reply["data"].get("confidence", 0) < 1.0 for reply in replies)
