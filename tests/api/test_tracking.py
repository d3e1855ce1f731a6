"""Asking in the chat how a report is going, through the public API."""

import pytest

from bot.conversations.store import conversation_with_token
from bot.web import keys
from tests.api.desk import Resident
from tests.factories import make_reading
from tests.factories_cases import make_new_case

ASK = "how is my report going"


@pytest.fixture
async def case(product):
    async with product.public[keys.DATABASE].writing() as tx:
        return await product.public[keys.CASES].open(tx, make_new_case())


@pytest.fixture
async def resident(client, engine):
    engine.readings[ASK] = make_reading(track_case=0.95)
    resident = Resident(client)
    await resident.begin("enfield")
    return resident


def texts(replies):
    return " ".join(reply["text"] for reply in replies)


async def under_way(product, resident):
    async with product.public[keys.DATABASE].reading() as tx:
        conversation, _ = await conversation_with_token(tx, resident.id)
    return conversation.context.under_way


async def test_the_reference_is_asked_for_then_the_code_then_the_answer_comes(resident, product, case):
    assert "What is your reference?" in texts(await resident.ask(ASK))
    assert "And the code?" in texts(await resident.ask(case.reference.lower()))
    [answer] = await resident.ask(case.code.lower())
    assert answer["kind"] == "case"
    assert answer["data"]["reference"] == case.reference
    assert answer["data"]["due"] == case.due.isoformat()
    assert "Received" in answer["text"]
    assert case.code not in str(answer)
    assert "Sample Road" not in str(answer)
    assert await under_way(product, resident) == ()


@pytest.mark.parametrize("code", ["HXWF-MTMX", "4KPT-7WXM"])
async def test_both_in_one_message_are_answered_at_once(resident, product, engine, monkeypatch, code):
    monkeypatch.setattr("bot.cases.service.new_code", lambda: code)
    async with product.public[keys.DATABASE].writing() as tx:
        case = await product.public[keys.CASES].open(tx, make_new_case())
    said = f"{ASK}? its {case.reference} and the code is {case.code}"
    engine.readings[said] = make_reading(track_case=0.95)
    [answer] = await resident.ask(said)
    assert answer["data"]["reference"] == case.reference


async def test_a_case_of_this_conversation_needs_no_code(resident, product):
    async with product.public[keys.DATABASE].writing() as tx:
        case = await product.public[keys.CASES].open(tx, make_new_case("mine", conversation_id=resident.id))
    [answer] = await resident.ask(ASK)
    assert answer["data"]["reference"] == case.reference
    [another] = [choice for choice in answer["choices"] if choice["value"].startswith("start:")]
    assert "What is your reference?" in texts(await resident.ask(choice=another["value"]))


async def test_a_wrong_code_asks_again_and_at_last_offers_a_person(resident, case, product):
    await resident.ask(ASK)
    for _ in range(2):
        await resident.ask(case.reference)
        assert "could not find a report" in texts(await resident.ask("2222-2222"))
    await resident.ask(case.reference)
    replies = await resident.ask("2222-2222")
    assert "A person can look for it" in texts(replies)
    assert "talk_to_person" in [choice["value"] for choice in replies[-1]["choices"]]
    assert await under_way(product, resident) == ()


async def test_a_mistyped_reference_is_noticed(resident, case):
    await resident.ask(ASK)
    wrong = case.reference[:-1] + ("3" if case.reference[-1] != "3" else "4")
    assert "one sign is wrong" in texts(await resident.ask(wrong))
    assert "And the code?" in texts(await resident.ask(case.reference))


async def test_a_question_in_the_middle_is_answered_and_the_reference_asked_for_again(resident):
    await resident.ask(ASK)
    replies = await resident.ask("when is my bin collected")
    assert replies[0]["kind"] == "answer"
    assert "What is your reference?" in replies[-1]["text"]


@pytest.mark.parametrize("words", ["stop", "never mind", "I don't have it", "I’ve lost it"])
async def test_one_can_stop_or_say_that_it_is_lost(resident, product, words, engine):
    await resident.ask(ASK)
    await resident.ask(words)
    assert await under_way(product, resident) == (), words


async def test_another_council_s_case_is_found_too(resident, product):
    async with product.public[keys.DATABASE].writing() as tx:
        case = await product.public[keys.CASES].open(tx, make_new_case(council="buckinghamshire"))
    await resident.ask(ASK)
    await resident.ask(case.reference)
    [answer] = await resident.ask(case.code)
    assert answer["data"]["reference"] == case.reference
