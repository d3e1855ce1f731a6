"""Reports and applications through the public API, with a scripted engine, on both databases."""

import asyncio

import pytest

from bot.conversations.store import conversation_with_token
from bot.web import keys
from tests.api.desk import Resident
from tests.factories import make_reading

CALL_BACK = ("my council tax bill is wrong", "Robert Smith", "07700 900123", "in the morning")


@pytest.fixture
async def resident(client, engine):
    engine.starting = {"bin_missed": "bin_missed", "rough_sleeper_report": "rough_sleeper", "bin_bulky_waste": "bulky_waste"}
    engine.words |= {
        "emptied": "bin_missed",
        "rough": "rough_sleeper_report",
        "bulky": "bin_bulky_waste",
        "contact": "contact_and_hours",
    }
    resident = Resident(client)
    await resident.begin()
    return resident


@pytest.fixture
async def cases(product):
    """The cases of Enfield, newest first."""

    async def listed():
        from bot.cases.model import Wanted

        return await product.public[keys.CASES].search(Wanted(["enfield"]))

    return listed


def press(replies, label):
    """The value of the button with these words."""
    found = [choice["value"] for reply in replies for choice in reply["choices"] if choice["label"] == label]
    assert found, f"no button {label!r} in {[choice['label'] for reply in replies for choice in reply['choices']]}"
    return found[0]


async def call_back(resident):
    """A call back with everything answered; gives the answers to check."""
    replies = await resident.ask("how can i contact you")
    replies = await resident.ask(choice=press(replies, "Ask us to call you"))
    for answer in CALL_BACK:
        replies = await resident.ask(answer)
    return replies


def field(replies):
    return replies[-1]["data"].get("field")


async def test_a_question_has_its_progress_and_its_reason(resident):
    replies = await resident.ask("how can i contact you")
    intro, question = await resident.ask(choice=press(replies, "Ask us to call you"))
    assert intro["kind"] == "text"
    assert question["kind"] == "question"
    assert question["data"]["progress"] == {"place": 1, "of": 4, "text": "Question 1 of 4"}
    assert question["data"]["why"]


async def test_answers_are_checked_and_sent_with_a_reference_and_a_date(resident, cases):
    [check] = await call_back(resident)
    assert check["kind"] == "check_answers"
    assert [line["answer"] for line in check["data"]["lines"]] == [*CALL_BACK[:3], "In the morning"]
    assert await cases() == []
    [case] = await resident.ask("yes")
    assert case["kind"] == "case"
    assert case["data"]["reference"] in case["text"]
    assert case["data"]["due"]
    [stored] = await cases()
    assert stored.reference == case["data"]["reference"]
    assert stored.contact.phone == "+447700900123"
    assert ("Your name", "Robert Smith") in stored.answers
    assert stored.conversation_id == resident.id


@pytest.mark.parametrize("words", ["no", "maybe", "hmm", "change the name", "what happens then"])
async def test_nothing_is_sent_without_yes(resident, cases, words):
    await call_back(resident)
    replies = await resident.ask(words)
    assert replies
    assert await cases() == []


async def test_sending_twice_makes_one_case(resident, cases):
    send = press(await call_back(resident), "Yes, send it")
    [case] = await resident.ask(choice=send)
    [again] = await resident.ask(choice=send)
    assert case["data"]["reference"] in again["text"]
    assert len(await cases()) == 1


async def test_pressing_send_twice_at_once_makes_one_case(resident, cases):
    send = press(await call_back(resident), "Yes, send it")
    await asyncio.gather(*(resident.send(choice=send) for _ in range(4)))
    await resident.ask("thank you")
    assert len(await cases()) == 1


async def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(resident):
    replies = await resident.ask("how can i contact you")
    await resident.ask(choice=press(replies, "Ask us to call you"))
    await resident.ask(CALL_BACK[0])
    answer, question = await resident.ask("do students have to pay?")
    assert answer["kind"] == "answer"
    assert answer["data"]["intent"] == "ct_student_exemption"
    assert question["data"]["field"] == "name"
    assert field(await resident.ask("Robert Smith")) == "telephone"


async def test_a_person_can_be_had_in_the_middle(resident, engine):
    replies = await resident.ask("how can i contact you")
    await resident.ask(choice=press(replies, "Ask us to call you"))
    engine.readings["get me a human"] = make_reading(talk_to_human=0.97)
    await resident.ask(CALL_BACK[0])
    replies = await resident.ask("get me a human")
    assert replies[0]["kind"] == "handoff"


async def test_danger_in_the_middle_comes_first_and_the_form_is_kept(resident):
    replies = await resident.ask("how can i contact you")
    await resident.ask(choice=press(replies, "Ask us to call you"))
    [urgent] = await resident.ask("i want to kill myself")
    assert urgent["kind"] == "urgent"
    assert field(await resident.ask("about my bill please")) == "name"


async def test_going_back_changing_and_stopping(resident, cases):
    replies = await resident.ask("how can i contact you")
    await resident.ask(choice=press(replies, "Ask us to call you"))
    for answer in CALL_BACK[:2]:
        await resident.ask(answer)
    assert field(await resident.ask("go back")) == "name"
    assert field(await resident.ask("Bob Smith")) == "telephone"
    was, question = await resident.ask("the name is wrong")
    assert "Bob Smith" in was["text"]
    assert question["data"]["field"] == "name"
    assert field(await resident.ask("Robert Smith")) == "telephone"
    [stopped] = await resident.ask("forget it")
    assert "Nothing was sent" in stopped["text"]
    assert await cases() == []
    assert (await resident.ask("do students pay"))[-1]["kind"] == "answer"


async def test_a_change_from_the_check_comes_back_to_the_check(resident):
    check = await call_back(resident)
    _was, question = await resident.ask(choice=press(check, "Change telephone"))
    assert question["data"]["field"] == "telephone"
    [check] = await resident.ask("020 8379 1000")
    assert check["kind"] == "check_answers"
    [check] = await resident.ask("change the name to Rita Smith")
    assert "Rita Smith" in [line["answer"] for line in check["data"]["lines"]]


async def test_a_wrong_answer_gets_one_plain_correction_and_then_something_to_choose_from(resident):
    replies = await resident.ask("how can i contact you")
    await resident.ask(choice=press(replies, "Ask us to call you"))
    for answer in CALL_BACK[:2]:
        await resident.ask(answer)
    [first] = await resident.ask("12345")
    assert first["kind"] == "question"
    assert first["choices"] == []
    [second] = await resident.ask("999999999999999")
    assert {"Go back", "Stop", "Talk to a person"} <= {choice["label"] for choice in second["choices"]}


async def test_leaving_and_coming_back_goes_on(resident, client):
    replies = await resident.ask("how can i contact you")
    await resident.ask(choice=press(replies, "Ask us to call you"))
    await resident.ask(CALL_BACK[0])
    later = Resident(client)
    later.id, later.headers = resident.id, resident.headers
    assert field(await later.ask("Robert Smith")) == "telephone"


async def test_asking_for_the_same_again_goes_on_with_it(resident):
    replies = await resident.ask("how can i contact you")
    begin = press(replies, "Ask us to call you")
    await resident.ask(choice=begin)
    await resident.ask(CALL_BACK[0])
    replies = await resident.ask(choice=begin)
    assert [field(replies), len(replies)] == ["name", 1]


async def test_without_the_engine_a_form_goes_on(resident, engine, cases):
    replies = await resident.ask("how can i contact you")
    await resident.ask(choice=press(replies, "Ask us to call you"))
    engine.away = True
    for answer in (*CALL_BACK, "yes"):
        replies = await resident.ask(answer)
    assert replies[-1]["kind"] == "case"
    assert len(await cases()) == 1


async def test_an_information_question_is_answered_first_with_a_button_to_begin(resident, engine):
    said = "how long do you take to come back when a bin was missed?"
    engine.readings[said] = make_reading(bin_missed=0.95)
    [answer] = await resident.ask(said)
    assert answer["kind"] == "answer"
    assert "Report a missed bin" in [choice["label"] for choice in answer["choices"]]


async def test_a_check_of_entitlement_shows_its_rule_and_source_and_leaves_nothing(resident, cases, product):
    replies = await resident.ask("do students have to pay")
    await resident.ask(choice=press(replies, "Check if I may get it"))
    for answer in ("2", "dementia"):
        await resident.ask(answer)
    [result] = await resident.ask("1")
    assert "likely to get 25% off" in result["text"]
    assert "The council decides" in result["text"]
    assert "What would change this" in result["text"]
    assert result["sources"][0]["url"]
    assert "start:application:single_person_discount" in [choice["value"] for choice in result["choices"]]
    assert await cases() == []
    async with product.public[keys.DATABASE].reading() as tx:
        conversation, _ = await conversation_with_token(tx, resident.id)
    assert conversation.context.under_way == ()
    assert "severe_mental_impairment" not in str(conversation.context.as_json()), "an answer is only in the messages"
