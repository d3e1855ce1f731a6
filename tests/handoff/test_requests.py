"""Typed questions of staff, what comes back, forms with the assistant, and answers at hand."""

from datetime import timedelta

import pytest

from bot.conversations.service import UnknownChoice
from bot.handoff.forms import RequestKind
from bot.handoff.history import Wanted
from bot.handoff.refusals import NotYours, UnusableAnswers, UnusableRequest
from bot.staff.model import NotAllowed, Role
from tests.handoff.office import make_actor, reasons, texts, values

ASHA = make_actor()


async def answer(office, resident, request, **answers):
    given, more = await office.room.requests.check(resident.conversation, request, answers)
    triples = [(one.name, one.label, one.value) for one in given]
    await office.conversations.tell(resident.conversation, f"a-{request}", triples, {"request": request, **more})
    return await resident.news()


async def ask(office, chat, kind, **details):
    await office.room.requests.ask(ASHA, chat.conversation_id, f"ask-{kind}", kind, chat.epoch, **details)
    request = (await office.room.desks.open(ASHA, chat.conversation_id)).requests[-1]
    return request["id"]


async def test_contact_details_come_back_as_typed_data_and_stand_on_the_card(office):
    resident, chat = await office.chat(ASHA)
    request = await ask(office, chat, RequestKind.CONTACT_DETAILS)
    [question] = await resident.news()
    assert question.kind == "question"
    assert [field["name"] for field in question.data["form"]["fields"]] == ["name", "telephone", "email"]
    with pytest.raises(UnusableAnswers) as wrong:
        await office.room.requests.check(resident.conversation, request, {"email": "nonsense"})
    assert set(wrong.value.faults) == {"email"}
    with pytest.raises(UnusableAnswers):
        await office.room.requests.check(resident.conversation, request, {})
    await answer(office, resident, request, name="Sam Brown", telephone="07700900123")
    after = await office.room.desks.open(ASHA, resident.id)
    assert after.requests[0]["state"] == "answered"
    assert after.requests[0]["answers"] == {"name": "Sam Brown", "telephone": "07700 900123"}
    assert next(line.value for line in after.card if line.name == "contact") == "Sam Brown, 07700 900123"
    with pytest.raises(UnknownChoice):
        await office.room.requests.check(resident.conversation, request, {"name": "again"})


async def test_a_request_can_be_declined(office):
    resident, chat = await office.chat(ASHA)
    request = await ask(office, chat, RequestKind.CONTACT_DETAILS)
    [question] = await resident.news()
    assert values(question) == [f"request:{request}:decline"]
    assert await resident.ask(choice=f"request:{request}:decline") == []
    assert (await office.room.desks.open(ASHA, resident.id)).requests[0]["state"] == "declined"


async def test_an_address_that_no_list_has_is_kept_as_it_was_typed(office):
    resident, chat = await office.chat(ASHA)
    request = await ask(office, chat, RequestKind.ADDRESS)
    await answer(office, resident, request, number="12", postcode="en13xa")
    after = await office.room.desks.open(ASHA, resident.id)
    assert next(line.value for line in after.card if line.name == "address") == "12, EN1 3XA"


async def test_an_arranged_call_back_is_a_promise_with_a_date(office):
    resident, chat = await office.chat(ASHA)
    request = await ask(office, chat, RequestKind.CALL_BACK)
    await resident.news()
    [promise] = await answer(office, resident, request, telephone="020 8379 1000", time="morning")
    assert promise.kind == "promise"
    assert "by Wednesday 25 November" in promise.text


async def test_a_form_is_filled_in_with_the_assistant_who_then_gives_the_chat_back(office):
    resident, chat = await office.chat(ASHA)
    with pytest.raises(UnusableRequest):
        await ask(office, chat, RequestKind.APPLICATION)
    await ask(office, chat, RequestKind.APPLICATION, application="no_such_form")
    [question] = await resident.news()
    assert values(question)[0] == "start:application:no_such_form"
    told = await resident.ask(choice="start:application:no_such_form")
    assert "lent" in reasons(told)
    assert reasons(told)[-1] == "lent_back"  # this office has no forms, so it is over at once
    assert await resident.owner() == f"staff:{ASHA.staff_id}"
    with pytest.raises(NotYours):  # the epoch has moved on: look before you speak
        await office.room.desks.reply(ASHA, resident.id, "r", "hello", chat.epoch)
    now = await office.room.desks.news(ASHA, resident.id, 0)
    await office.room.desks.reply(ASHA, resident.id, "r", "hello", now.epoch)
    assert "hello" in texts(await resident.news())


async def test_an_article_goes_out_with_its_sources_and_date(office):
    resident, chat = await office.chat(ASHA)
    await office.room.sending.article(ASHA, resident.id, "s1", "bin-day", chat.epoch)
    await office.room.sending.article(ASHA, resident.id, "s1", "bin-day", chat.epoch)
    [article] = await resident.news()
    assert (article.kind, article.sender, article.data["name"]) == ("answer", "staff", "Asha")
    assert article.sources
    with pytest.raises(UnusableRequest):
        await office.room.sending.article(ASHA, resident.id, "s2", "no-such-article", chat.epoch)


async def test_a_case_is_opened_once_and_its_reference_told(office):
    resident, chat = await office.chat(ASHA)
    for _ in range(2):
        await office.room.sending.open_case(ASHA, resident.id, "c1", chat.epoch, title="Look at the bill again")
    [case] = await resident.news()
    assert case.kind == "case"
    assert case.data["reference"] in case.text
    assert len(await office.cases.of_conversation(resident.id)) == 1


async def test_ready_replies_are_found_by_words_and_filled_in(office):
    resident, _ = await office.chat(ASHA)
    [hello, *_] = await office.room.answers.search(ASHA, resident.id, "hello greet")
    assert hello.text.startswith("Hello there, I am Asha from the Council tax team.")
    found = await office.room.answers.search(ASHA, resident.id, "samaritans")
    assert "116 123" in found[0].text
    assert any(one.id == "arrears" for one in await office.room.answers.search(ASHA, resident.id, "arrears"))


async def test_ready_replies_of_one_team_are_not_offered_to_another(office):
    bins = make_actor("Bo Lind", teams="bins")
    await office.sign_in(bins)
    resident = await office.resident()
    await resident.ask("when is my bin collected")
    await resident.ask(choice="talk_to_person")
    await resident.ask(choice="handoff:send")
    await office.room.desks.claim(bins, resident.id)
    assert not [one for one in await office.room.answers.search(bins, resident.id, "arrears") if one.id == "arrears"]


async def test_past_chats_are_found_by_words_within_the_teams_alone(office):
    resident, chat = await office.chat(ASHA)
    await office.room.desks.reply(ASHA, resident.id, "r", "the magic word is Xylophone", chat.epoch)
    await office.room.passing.end(ASHA, resident.id, "answered")
    office.clock.time += timedelta(minutes=1)
    [past] = await office.room.history.search(ASHA, Wanted(text="xylophone MAGIC"))
    assert (past.conversation_id, past.outcome) == (resident.id, "answered")
    assert await office.room.history.search(ASHA, Wanted(text="trombone")) == []
    for stranger in (make_actor("Bo", teams="bins"), make_actor("Cy", council="buckinghamshire")):
        assert await office.room.history.search(stranger, Wanted()) == []
    with pytest.raises(NotAllowed):
        await office.room.history.search(make_actor("An", role=Role.ANALYST), Wanted())
