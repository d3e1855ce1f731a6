"""While a resident waits and while staff have the chat: places, leaving, coming back, closing time, people who vanish."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.conversations.service import UnknownChoice
from bot.handoff.model import Presence
from bot.staff.model import Role
from tests.handoff.office import make_actor, reasons, texts

ASHA, BEN = make_actor("Asha Patel"), make_actor("Ben Cole")


async def keep(office, *actors):
    for actor in actors:
        await office.room.presences.here(actor)


async def test_places_move_up_and_the_wait_is_a_range_of_recent_ones(office):
    await office.sign_in(ASHA)
    for number, minutes in enumerate((2, 3, 4, 5, 6, 7)):
        resident = await (await office.resident()).queue()
        office.clock.time += timedelta(minutes=minutes)
        await keep(office, ASHA)
        chat = await office.room.desks.claim(ASHA, resident.id)
        await office.room.desks.reply(ASHA, resident.id, f"r{number}", "hello", chat.epoch)
        await office.room.passing.end(ASHA, resident.id, "answered")
    first = await (await office.resident()).queue()
    office.clock.time += timedelta(seconds=1)
    second = await (await office.resident()).queue()
    state = (await office.conversations.read(second.id, 0)).state
    assert state.queue["position"] == 2
    assert state.queue["wait_minutes"] == {"least": 3, "most": 6}
    assert "Recent waits were 3 to 6 minutes." in state.queue["text"]
    await office.room.desks.claim(ASHA, first.id)
    assert (await office.conversations.read(second.id, 0)).state.queue["position"] == 1


async def test_a_resident_who_leaves_the_page_keeps_the_place_and_then_loses_it(office):
    resident = await office.waiting(ASHA)
    await office.later(minutes=2)
    await keep(office, ASHA)
    [item] = (await office.room.desks.queue(ASHA)).items
    assert item.away
    await resident.news()
    await office.later(seconds=10)
    assert not (await office.room.desks.queue(ASHA)).items[0].away
    for _ in range(6):
        await keep(office, ASHA)
        await office.later(minutes=1)
    assert reasons(await resident.news()) == ["abandoned"]
    assert await resident.owner() == "assistant"
    assert (await office.room.desks.queue(ASHA)).items == ()


async def test_leaving_the_queue_by_choice_brings_the_assistant_back(office):
    resident = await office.waiting(ASHA)
    assert reasons(await resident.ask(choice="queue:leave")) == ["assistant_back"]
    [answer] = await resident.ask("when is my bin collected")
    assert answer.data["intent"] == "bin_day"
    with pytest.raises(UnknownChoice):
        await resident.press("queue:forged")


async def test_from_the_queue_to_a_call_back(office):
    resident = await office.waiting(ASHA)
    [ask] = await resident.ask(choice="queue:call_back")
    assert "phone number" in ask.text
    await resident.ask("020 8379 1000")
    await resident.ask(choice="handoff:time:any_time")
    *_, promise = await resident.ask(choice="handoff:send")
    assert promise.kind == "promise"


async def test_a_claim_without_a_first_reply_goes_back_to_the_front(office):
    resident = await office.waiting(ASHA, BEN)
    office.clock.time += timedelta(minutes=1)
    await (await office.resident()).queue()
    await office.room.desks.claim(ASHA, resident.id)
    for _ in range(3):
        await keep(office, ASHA, BEN)
        await resident.news()
        await office.later(seconds=50)
    assert "You are back at the front of the queue" in texts((await office.conversations.read(resident.id, 0)).messages)
    items = (await office.room.desks.queue(BEN)).items
    assert (items[0].conversation_id, items[0].returns) == (resident.id, 1)
    log = (await office.room.desks.open(BEN, resident.id)).log
    assert [event["what"] for event in log] == ["queued", "claimed", "claim_expired"]


async def test_chats_of_somebody_whose_console_falls_silent_go_back_with_a_word(office):
    resident, chat = await office.chat(ASHA)
    await office.room.desks.reply(ASHA, resident.id, "r", "hello", chat.epoch)
    await office.sign_in(BEN)
    await office.later(seconds=70)
    await keep(office, BEN)
    await resident.news()
    await office.later(seconds=10)
    assert reasons(await resident.news()) == ["vanished"]
    assert (await office.room.presences.mine(ASHA)).presence == Presence.OFFLINE
    assert (await office.room.desks.claim_next(BEN)).conversation_id == resident.id


async def test_whoever_was_cut_off_and_is_back_gets_their_own_chat_first_and_keeps_it(office):
    await office.sign_in(ASHA, BEN)
    (bens, seen_by_ben), (ashas, seen_by_asha) = await office.chat(BEN), await office.chat(ASHA)
    await office.room.desks.reply(BEN, bens.id, "b", "hello", seen_by_ben.epoch)
    await office.room.desks.reply(ASHA, ashas.id, "a", "hello", seen_by_asha.epoch)
    await office.room.presences.leave(BEN)
    await office.later(seconds=80)
    assert [(one.conversation_id, one.was_mine) for one in (await office.room.desks.queue(ASHA)).items] == [
        (ashas.id, True),
        (bens.id, False),
    ]
    await ashas.news()
    chat = await office.room.desks.claim_next(ASHA)  # with one key, without sitting down again first
    assert chat.conversation_id == ashas.id
    assert "Asha, who helped you before, goes on with you." in texts(await ashas.news())
    await office.room.upkeep.once()
    assert await ashas.owner() == f"staff:{ASHA.staff_id}"
    assert (await office.room.presences.mine(ASHA)).presence == Presence.AVAILABLE


async def test_a_chat_whose_person_was_cut_off_waits_for_nobody(office):
    resident, chat = await office.chat(ASHA)
    await office.room.desks.reply(ASHA, resident.id, "r", "hello", chat.epoch)
    await office.room.presences.leave(ASHA)
    await office.sign_in(BEN)
    assert (await office.room.desks.claim_next(BEN)).conversation_id == resident.id
    assert (await office.room.desks.queue(ASHA)).items == ()
    await office.room.passing.put_back(BEN, resident.id)
    [item] = (await office.room.desks.queue(BEN)).items
    assert not item.was_mine, "who gives a chat back by choice is not asked to go on"


async def test_signing_out_in_the_middle_of_a_chat_gives_it_back_at_once(office):
    resident, _ = await office.chat(ASHA)
    await office.room.presences.leave(ASHA)
    assert reasons(await resident.news()) == ["put_back"]
    assert await resident.owner() == "queue"


async def test_at_closing_time_with_nobody_left_those_who_wait_get_a_promise_instead(office):
    office.clock.time = datetime(2026, 11, 24, 16, 58, tzinfo=UTC)
    resident = await office.waiting(ASHA)
    office.clock.time += timedelta(minutes=3)
    await keep(office, ASHA)
    await office.room.upkeep.once()
    assert await resident.owner() == "queue"
    await office.room.presences.leave(ASHA)
    await office.room.upkeep.once()
    told = await resident.news()
    assert "closed_meanwhile" in reasons(told)
    assert told[-1].data["offer"] == "closed"


async def test_when_a_team_signs_off_those_who_wait_move_to_the_fallback(office):
    tax, services = make_actor("Tom Ray", teams="council_tax"), make_actor("Cara Dunn", teams="customer_services")
    resident = await office.waiting(tax, services)
    await office.room.presences.leave(tax)
    await office.room.upkeep.once()
    assert reasons(await resident.news())[-1] == "moved"
    [item] = (await office.room.desks.queue(services)).items
    assert (item.team, item.routed_from) == ("customer_services", "council_tax")


async def test_a_chat_whose_resident_left_long_ago_ends_with_an_outcome_of_its_own(office):
    resident, chat = await office.chat(ASHA)
    await office.room.desks.reply(ASHA, resident.id, "r", "hello", chat.epoch)
    for _ in range(22):
        await keep(office, ASHA)
        await office.later(minutes=1)
    page = await office.conversations.read(resident.id, 0)
    assert page.state.owner == "closed"
    assert page.messages[-1].data["reason"] == "gone"


async def test_the_assistant_is_silent_whatever_is_pressed_while_staff_have_the_chat(office):
    resident, chat = await office.chat(ASHA)
    office.engine.asked.clear()
    for choice in ("ask:When is my bin collected?", "talk_to_person", "handoff:send", "queue:leave"):
        assert await resident.ask(choice=choice) == []
    assert await resident.ask("when is my bin collected") == []
    office.engine.away = True
    assert await resident.ask("how do i pay") == []
    answer = next(one for one in (await office.conversations.read(resident.id, 0)).messages if one.kind == "answer")
    await office.conversations.give_feedback(resident.conversation, answer.seq, "no", "")
    assert office.engine.asked == []
    assert (await office.room.desks.news(ASHA, resident.id, 0)).epoch == chat.epoch


async def test_the_resident_can_end_the_chat_and_nobody_waits_for_it_any_more(office):
    resident = await office.waiting(ASHA)
    await office.conversations.end(resident.conversation, office.composer.say("enfield", "ended"))
    assert (await office.room.desks.queue(ASHA)).items == ()


async def test_whoever_comes_back_gets_the_person_who_helped_them_before_if_that_person_is_there(office):
    asha, ben = make_actor(), make_actor("Ben Cole")
    resident, chat = await office.chat(asha)
    await office.sign_in(ben)
    await office.room.desks.reply(asha, resident.id, "m1", "Look at your bill first.", chat.epoch)
    await office.room.passing.return_to_assistant(asha, resident.id)
    await resident.ask(choice="talk_to_person")
    said = await resident.ask(choice="handoff:send")
    assert "same_person" in reasons(said)
    assert await resident.owner() == f"staff:{asha.staff_id}"
    for _ in range(3):
        await keep(office, asha, ben)
        await office.later(seconds=50)
    assert await resident.owner() == "queue"  # Asha was not quick this time, so anybody may
    assert (await office.room.desks.claim(ben, resident.id)).mine


@pytest.mark.parametrize("why", ["gone home", "as many chats as they take", "another team now"])
async def test_without_a_free_place_with_that_person_whoever_comes_back_waits_like_everybody_else(office, why):
    asha, ben = make_actor(), make_actor("Ben Cole")
    resident, chat = await office.chat(asha)
    await office.sign_in(ben)
    await office.room.desks.reply(asha, resident.id, "m1", "Look at your bill first.", chat.epoch)
    await office.room.passing.return_to_assistant(asha, resident.id)
    match why:
        case "gone home":
            await office.room.presences.leave(asha)
        case "another team now":
            await office.room.presences.set(make_actor(teams="bins"), Presence.AVAILABLE)
        case _:
            supervisor = make_actor("Sue Hart", role=Role.SUPERVISOR)
            await office.room.presences.supervise(supervisor, asha.staff_id, capacity=1)
            await office.taken_at_once(asha)
    await resident.ask(choice="talk_to_person")
    await resident.ask(choice="handoff:send")
    assert await resident.owner() == "queue"
