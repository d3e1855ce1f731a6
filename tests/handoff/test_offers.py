"""What is offered when no person can be had: each case in its own words, with numbers for the matter and a dated promise."""

import pytest

from bot.cases.store import Wanted
from bot.conversations.model import Kind
from tests.handoff.office import CHRISTMAS, NIGHT, make_actor, texts, values

ASHA = make_actor()


async def offered(office, said="how do i pay"):
    resident = await office.resident()
    if said:
        await resident.ask(said)
    return resident, (await resident.ask(choice="talk_to_person"))[-1]


async def test_out_of_hours_says_when_it_opens(office):
    office.clock.time = NIGHT
    _, offer = await offered(office)
    assert offer.data["offer"] == "closed"
    assert "The Council tax team is closed now. It opens tomorrow at 9am." in offer.text
    assert values(offer) == ["start:handoff:call_back", "start:handoff:message"]


async def test_on_a_bank_holiday_it_says_which(office):
    office.clock.time = CHRISTMAS
    _, offer = await offered(office)
    assert offer.data["offer"] == "holiday"
    assert "Christmas Day" in offer.text


async def test_with_nobody_signed_in_it_says_so_although_it_is_open(office):
    _, offer = await offered(office)
    assert offer.data["offer"] == "nobody"
    assert "we are open until 5pm" in offer.text


async def test_a_full_queue_says_so_and_lets_urgent_ones_in(office, monkeypatch):
    await office.sign_in(ASHA)
    monkeypatch.setattr("bot.handoff.store.count_waiting", _twenty)
    _, offer = await offered(office)
    assert offer.data["offer"] == "full"
    urgent = await office.resident()
    await urgent.ask("i want to kill myself")
    await urgent.ask(choice="talk_to_person")
    assert await urgent.owner() == "queue"


async def _twenty(*_):
    return 20


async def test_with_the_offer_switched_off_it_says_so(office):
    await office.sign_in(ASHA)
    office.offered = False
    _, offer = await offered(office)
    assert offer.data["offer"] == "switched_off"
    assert "start:handoff:message" in values(offer)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("i am homeless tonight and have nowhere to sleep", "020 8379 1000"),
        ("i want to kill myself", "116 123"),
        ("i can smell gas in my kitchen", "999"),
        ("my husband is hitting me", "999"),
    ],
)
async def test_in_danger_out_of_hours_the_numbers_for_the_matter_come_at_once(office, said, number):
    office.clock.time = NIGHT
    _, offer = await offered(office, said)
    assert number in offer.text
    assert "the team sees it first" in offer.text


async def test_in_danger_there_is_no_card_to_check_and_the_queue_has_it_first(office):
    normal = await office.waiting(ASHA)
    resident = await office.resident()
    await resident.ask("i want to kill myself")
    sent, queued = await resident.ask(choice="talk_to_person")
    assert sent.data["step"] == "sent"
    assert "as urgent" in queued.text
    order = [item.conversation_id for item in (await office.room.desks.queue(ASHA)).items]
    assert order == [resident.id, normal.id]


async def test_danger_is_shown_to_staff_who_can_step_in_unasked(office):
    await office.sign_in(ASHA)
    resident = await office.resident()
    await resident.ask("i want to kill myself")
    [alert] = (await office.room.desks.queue(ASHA)).alerts
    assert (alert.conversation_id, alert.matter) == (resident.id, "suicide_self_harm")
    chat = await office.room.desks.step_in(ASHA, resident.id)
    assert chat.mine
    assert "is here to help" in texts(await resident.news())
    assert (await office.room.desks.queue(ASHA)).alerts == ()


async def test_a_call_back_becomes_a_dated_promise_in_the_staffs_list(office):
    office.clock.time = NIGHT
    resident, _ = await offered(office)
    [ask] = await resident.ask(choice="start:handoff:call_back")
    assert "phone number" in ask.text
    [wrong] = await resident.ask("12345")
    assert wrong.data["reason"] == "wrong"
    [when] = await resident.ask("it is 07700 900123")
    assert "handoff:time:morning" in values(when)
    [card] = await resident.ask(choice="handoff:time:morning")
    assert "In the morning" in card.text
    sent, promise = await resident.ask(choice="handoff:send")
    assert sent.data["step"] == "sent"
    assert promise.kind == Kind.PROMISE
    assert "by Thursday 26 November" in promise.text
    [case] = await office.cases.list_due(Wanted(councils=("enfield",)))
    assert (case.reference, case.team, case.contact.phone) == (promise.data["reference"], "council_tax", "07700 900123")
    assert await resident.owner() == "assistant"


async def test_a_message_can_be_left_without_a_way_to_answer(office):
    office.clock.time = NIGHT
    resident, _ = await offered(office, "")
    await resident.ask(choice="start:handoff:message")
    [card] = await resident.ask(choice="handoff:check_here")
    [ask] = await resident.ask(choice="handoff:send")
    assert ask.data["line"] == "want"
    [card] = await resident.ask("my neighbour has a lot of noise and i want to know who to tell")
    assert "noise" in card.text
    *_, promise = await resident.ask(choice="handoff:send")
    assert promise.data["reference"] in promise.text


async def test_after_an_offer_the_assistant_goes_on_as_before(office):
    office.clock.time = NIGHT
    resident, _ = await offered(office)
    [answer] = await resident.ask("when is my bin collected")
    assert answer.data["intent"] == "bin_day"


async def test_when_nobody_of_the_team_is_there_the_fallback_takes_it_and_it_is_said(office):
    await office.sign_in(make_actor("Cara Dunn", teams="customer_services"))
    _, card = await offered(office)
    assert "Nobody of the Council tax team can be had now, so you go to the Customer services team." in card.text


async def test_the_third_miss_brings_the_card_and_it_knows_what_was_said(office):
    await office.sign_in(ASHA)
    resident = await office.resident()
    await resident.ask("flibber")
    await resident.ask("garb lorp")
    sorry, card = await resident.ask("wuzzle nim")
    assert sorry.data["reason"] == "not_understood"
    want = next(line["answer"] for line in card.data["lines"] if line["name"] == "want")
    assert want == "flibber\ngarb lorp\nwuzzle nim"


async def test_a_person_can_be_had_with_the_engine_away(office):
    await office.sign_in(ASHA)
    office.engine.away = True
    resident = await office.resident()
    [card] = await resident.ask(choice="talk_to_person")
    assert "handoff:send" in values(card)


async def test_lines_are_corrected_and_added_to_in_plain_words(office):
    await office.sign_in(ASHA)
    resident, card = await offered(office)
    [ask] = await resident.ask(choice="handoff:change:want")
    assert "handoff:stop" in values(ask)
    [card] = await resident.ask("i moved out and still get bills")
    [card] = await resident.ask("it has been three months")
    want = next(line["answer"] for line in card.data["lines"] if line["name"] == "want")
    assert want == "i moved out and still get bills\nit has been three months"
    [stopped] = await resident.ask("never mind")
    assert stopped.data["reason"] == "handoff_stopped"
    assert await resident.owner() == "assistant"
