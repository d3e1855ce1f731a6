"""Staff at work: one of many wins, nobody speaks in a chat that is not theirs, and nobody sees what they may not."""

import asyncio

import pytest

from bot.conversations.service import NotFound
from bot.handoff.model import Presence
from bot.handoff.refusals import (
    AtCapacity,
    DraftDecided,
    NotAvailable,
    NoteNeeded,
    NotYours,
    OwnDraft,
    Taken,
    UnknownOutcome,
    UnknownTeam,
)
from bot.staff.audit import Filter
from bot.staff.model import NotAllowed, Permission, Role
from tests.handoff.office import make_actor, reasons, texts

ASHA, BEN, SUE = make_actor("Asha Patel"), make_actor("Ben Cole"), make_actor("Sue Hart", role=Role.SUPERVISOR)


async def test_of_fifty_who_claim_at_once_exactly_one_wins(office):
    staff = [make_actor(f"Adviser {number}") for number in range(50)]
    resident = await office.waiting(*staff)
    won = await asyncio.gather(*(office.room.desks.claim(actor, resident.id) for actor in staff), return_exceptions=True)
    assert sorted(type(one).__name__ for one in won) == ["Chat"] + ["Taken"] * 49
    assert reasons(await resident.news()) == ["joined"]


async def test_a_second_press_on_claim_gives_the_same_chat(office):
    resident = await office.waiting(ASHA)
    one, two = await asyncio.gather(*(office.room.desks.claim(ASHA, resident.id) for _ in range(2)))
    assert one.mine
    assert one.epoch == two.epoch
    assert reasons(await resident.news()) == ["joined"]


async def test_only_the_owner_can_reply_even_when_two_press_at_once(office):
    resident, chat = await office.chat(ASHA)
    await office.sign_in(BEN)
    replies = await asyncio.gather(
        office.room.desks.reply(ASHA, resident.id, "a", "from asha", chat.epoch),
        office.room.desks.reply(BEN, resident.id, "b", "from ben", chat.epoch),
        return_exceptions=True,
    )
    assert isinstance(replies[1], NotYours)
    assert texts(await resident.news()) == "from asha"


async def test_a_reply_that_was_being_typed_during_a_transfer_is_not_sent(office):
    await office.sign_in(BEN)
    resident, chat = await office.chat(ASHA)
    await office.room.desks.reply(ASHA, resident.id, "a1", "one moment", chat.epoch)
    await office.room.passing.transfer(ASHA, resident.id, "knows the matter", staff_id=BEN.staff_id)
    with pytest.raises(NotYours):
        await office.room.desks.reply(ASHA, resident.id, "a2", "too late", chat.epoch)
    told = await resident.news()
    assert reasons(told) == ["moved_person"]
    theirs = await office.room.desks.open(BEN, resident.id)
    assert theirs.mine
    assert [note["text"] for note in theirs.notes] == ["knows the matter"]
    await office.room.desks.reply(BEN, resident.id, "b1", "hello from ben", theirs.epoch)
    assert "hello from ben" in texts(await resident.news())


async def test_a_transfer_to_a_team_goes_to_the_front_of_its_queue(office):
    benefits, housing = make_actor("Bea Moss", teams="council_tax benefits"), make_actor("Hal Roe", teams="housing")
    await office.sign_in(benefits, housing)
    resident, _ = await office.chat(benefits)
    with pytest.raises(NoteNeeded):
        await office.room.passing.transfer(benefits, resident.id, "  ", team="housing")
    with pytest.raises(UnknownTeam):
        await office.room.passing.transfer(benefits, resident.id, "note", team="moon")
    with pytest.raises(NotAvailable):
        await office.room.passing.transfer(benefits, resident.id, "note", staff_id="f" * 32)
    await office.room.passing.transfer(benefits, resident.id, "about a flat", team="housing")
    assert "Housing team" in texts(await resident.news())
    [item] = (await office.room.desks.queue(housing)).items
    assert (item.conversation_id, item.returns) == (resident.id, 1)
    assert (await office.room.desks.queue(benefits)).items == ()


async def test_a_supervisor_takes_over_and_the_colleague_can_say_nothing_more(office):
    resident, chat = await office.chat(ASHA)
    with pytest.raises(NotAllowed):
        await office.room.passing.take_over(BEN, resident.id, "note")
    taken = await office.room.passing.take_over(SUE, resident.id, "needs a manager")
    with pytest.raises(NotYours):
        await office.room.desks.reply(ASHA, resident.id, "a", "still me", chat.epoch)
    await office.room.desks.reply(SUE, resident.id, "s", "this is sue", taken.epoch)
    assert "this is sue" in texts(await resident.news())


async def test_chats_put_back_or_returned_say_so_and_the_assistant_answers_again(office):
    resident, _ = await office.chat(ASHA)
    await office.room.passing.put_back(ASHA, resident.id)
    assert reasons(await resident.news()) == ["put_back"]
    assert await resident.owner() == "queue"
    await office.room.desks.claim(ASHA, resident.id)
    await resident.say("a word to staff alone")
    await office.room.passing.return_to_assistant(ASHA, resident.id)
    assert reasons(await resident.news())[-1] == "assistant_back"
    [answer] = await resident.ask("when is my bin collected")
    assert answer.data["intent"] == "bin_day"


async def test_ending_needs_an_outcome_of_the_list_and_twice_changes_nothing(office):
    resident, _ = await office.chat(ASHA)
    with pytest.raises(UnknownOutcome):
        await office.room.passing.end(ASHA, resident.id, "whatever")
    await office.room.passing.end(ASHA, resident.id, "answered")
    await office.room.passing.end(ASHA, resident.id, "answered")
    assert reasons(await resident.news()) == ["ended"]
    with pytest.raises(NotYours):
        await office.room.passing.end(SUE, resident.id, "done")


async def test_capacity_is_counted_under_the_lock_and_not_for_chats_that_wait_on_the_resident(office):
    await office.sign_in(SUE, ASHA)
    await office.room.presences.supervise(SUE, ASHA.staff_id, capacity=2)
    residents = [await (await office.resident()).queue() for _ in range(4)]
    won = await asyncio.gather(*(office.room.desks.claim(ASHA, one.id) for one in residents[:3]), return_exceptions=True)
    assert sorted(type(one).__name__ for one in won) == ["AtCapacity", "Chat", "Chat"]
    mine = await office.room.desks.my_chats(ASHA)
    for number, chat in enumerate(mine):
        await office.room.desks.reply(ASHA, chat.conversation_id, f"r{number}", "can you tell me more?", chat.epoch)
    left = next(one for one in residents if one.id not in [chat.conversation_id for chat in mine])
    with pytest.raises(AtCapacity):
        await office.room.desks.claim(ASHA, left.id)
    office.clock.time += office.room.wording.plan("enfield").settings.hold * 1.1
    assert (await office.room.desks.claim(ASHA, left.id)).mine


async def test_another_teams_and_another_councils_chats_do_not_exist(office):
    owner = make_actor("Tess Ray", teams="council_tax")
    resident, chat = await office.chat(owner)
    for stranger in (make_actor("Bo Lind", teams="bins"), make_actor("Cy Dale", council="buckinghamshire")):
        await office.sign_in(stranger)
        assert (await office.room.desks.queue(stranger)).items == ()
        for attempt in (
            office.room.desks.claim(stranger, resident.id),
            office.room.desks.open(stranger, resident.id),
            office.room.desks.news(stranger, resident.id, 0),
            office.room.desks.reply(stranger, resident.id, "x", "hello", chat.epoch),
            office.room.desks.note(stranger, resident.id, "n", "hello"),
            office.room.passing.end(stranger, resident.id, "answered"),
            office.room.passing.transfer(stranger, resident.id, "note", team="bins"),
            office.room.answers.search(stranger, resident.id, "hello"),
        ):
            with pytest.raises(NotFound):
                await attempt
    assert await resident.news() == []


@pytest.mark.parametrize("forged", ["", "0" * 32, "' or 1=1 --", "../x"])
async def test_forged_ids_open_nothing(office, forged):
    await office.sign_in(ASHA)
    with pytest.raises(NotFound):
        await office.room.desks.claim(ASHA, forged)
    with pytest.raises(NotFound):
        await office.room.desks.open(ASHA, forged)


async def test_without_the_permission_nothing_can_be_done(office):
    resident = await office.waiting(ASHA)
    analyst = make_actor("Ana Lee", role=Role.ANALYST)
    with pytest.raises(NotAllowed):
        await office.room.desks.claim(analyst, resident.id)
    with pytest.raises(NotAllowed):
        await office.room.desks.queue(analyst)


async def test_every_change_and_every_reading_stands_in_the_audit(office):
    resident, chat = await office.chat(ASHA)
    await office.room.desks.open(ASHA, resident.id)
    await office.room.desks.reply(ASHA, resident.id, "r", "hello", chat.epoch)
    await office.room.passing.end(ASHA, resident.id, "answered")
    reader = make_actor("Adi Min", role=Role.ADMINISTRATOR)
    events, _ = await office.audit.read(reader, Filter(subject=f"conversation:{resident.id}"))
    assert [event.action for event in events][::-1] == ["chat_claimed", "transcript_read", "reply_sent", "chat_ended"]
    assert "hello" not in str([event.detail for event in events])


async def test_a_supervised_reply_waits_for_a_second_person(office):
    await office.sign_in(SUE, ASHA)
    await office.room.presences.supervise(SUE, ASHA.staff_id, supervised=True)
    resident, chat = await office.chat(ASHA)
    assert chat.supervised
    kept = await office.room.desks.reply(ASHA, resident.id, "d1", "you owe nothing", chat.epoch)
    again = await office.room.desks.reply(ASHA, resident.id, "d1", "you owe nothing", chat.epoch)
    assert kept.draft
    assert again.draft == kept.draft
    assert await resident.news() == []
    [draft] = await office.room.checking.drafts(SUE)
    with pytest.raises(NotAllowed):
        await office.room.checking.approve(ASHA, draft.id)
    await office.room.checking.approve(SUE, draft.id, "You owe nothing for this year.")
    with pytest.raises(DraftDecided):
        await office.room.checking.approve(SUE, draft.id)
    [reply] = await resident.news()
    assert (reply.text, reply.data["name"]) == ("You owe nothing for this year.", "Asha")

    refused = await office.room.desks.reply(ASHA, resident.id, "d2", "second", chat.epoch)
    await office.room.checking.refuse(SUE, refused.draft, "check the amount first")
    assert (await office.room.desks.open(ASHA, resident.id)).drafts[0]["reason"] == "check the amount first"

    dropped = await office.room.desks.reply(ASHA, resident.id, "d3", "third", chat.epoch)
    await office.room.passing.put_back(ASHA, resident.id)
    with pytest.raises(DraftDecided):
        await office.room.checking.approve(SUE, dropped.draft)


async def test_nobody_approves_their_own_reply(office):
    await office.sign_in(SUE)
    other = make_actor("Sid Orr", role=Role.SUPERVISOR)
    await office.sign_in(other)
    await office.room.presences.supervise(other, SUE.staff_id, supervised=True)
    resident, chat = await office.chat(SUE)
    kept = await office.room.desks.reply(SUE, resident.id, "d", "mine", chat.epoch)
    with pytest.raises(OwnDraft):
        await office.room.checking.approve(SUE, kept.draft)


async def test_the_snapshot_changes_its_version_only_when_something_in_it_does(office):
    resident = await office.waiting(ASHA)
    one, two = await office.room.desks.queue(ASHA), await office.room.desks.queue(ASHA)
    assert one.version == two.version
    await office.room.desks.claim(ASHA, resident.id)
    assert (await office.room.desks.queue(ASHA)).version != one.version


async def test_unsent_replies_of_the_assistant_are_shown_to_staff(office):
    await office.sign_in(ASHA)
    resident = await office.resident()
    conversation = await office.conversations.access(resident.id, resident.token)
    await resident.queue()
    late = office.composer.say("enfield", "failed")
    state = await office.conversations.replies_ready(conversation, [late], conversation.context, 99)
    assert state == "taken"
    chat = await office.room.desks.claim(ASHA, resident.id)
    assert [one["text"] for one in chat.unsent] == [late.text]


async def test_colleagues_are_seen_with_their_presence_and_reason(office):
    await office.sign_in(ASHA, BEN)
    await office.room.presences.set(BEN, Presence.BREAK, "lunch until 1pm")
    seen = {desk.name: (desk.presence, desk.reason) for desk in await office.room.presences.colleagues(ASHA)}
    assert seen == {"Asha Patel": ("available", ""), "Ben Cole": ("break", "lunch until 1pm")}
    with pytest.raises(NotAllowed):
        await office.room.presences.set(make_actor("Ana", role=Role.ANALYST), Presence.AVAILABLE)
    assert Permission.ANSWER_CHATS in ASHA.permissions
    assert isinstance(Taken().by, str)


async def test_how_it_stands_with_somebody_is_recorded_when_it_changes_and_not_at_every_press(office):
    asha = make_actor()
    for reason in ("lunch", "lunch", "the dentist"):
        await office.room.presences.set(asha, Presence.AWAY, reason)
    await office.room.presences.leave(asha)
    await office.room.presences.leave(asha)
    events, _ = await office.audit.read(make_actor("Ann Admin", role=Role.ADMINISTRATOR), Filter())
    said = [(one.detail["presence"], one.detail["reason"]) for one in reversed(events) if one.action == "presence_changed"]
    assert said == [("away", "lunch"), ("away", "the dentist"), ("offline", "")]
