"""Kill switches and notices: who may use them, and that every gateway follows within a second."""

from datetime import timedelta

import pytest

from bot.staff.audit import Action, Filter
from bot.staff.model import NotAllowed, Permission, command_line_actor
from bot.staff.switch_model import Feature, NoSuchNotice, UnusableSwitch
from bot.staff.switches import Switches
from tests.factories_staff import make_actor

COMMAND = command_line_actor()
BEA = make_actor(Permission.CHANGE_SWITCHES, Permission.READ_AUDIT, name="Bea Boss")


async def test_everything_is_on_until_somebody_turns_it_off_with_a_reason(room):
    assert [one.on for one in await room.switches.all(BEA)] == [True, True, True]
    with pytest.raises(UnusableSwitch) as refused:
        await room.switches.turn(BEA, "enfield", Feature.ASSISTANT, "  ", on=False)
    assert refused.value.field == "reason"
    await room.switches.turn(BEA, "enfield", Feature.ASSISTANT, "wrong amounts in an article", on=False)
    assert not await room.switches.is_on("enfield", Feature.ASSISTANT)
    assert await room.switches.is_on("enfield", Feature.PERSON)
    assert await room.switches.is_on("buckinghamshire", Feature.ASSISTANT)
    [event], _ = await room.audit.read(BEA, Filter(action=Action.SWITCH_CHANGED))
    assert event.detail == {"feature": "assistant", "on": False, "reason": "wrong amounts in an article"}
    await room.switches.turn(BEA, "enfield", Feature.ASSISTANT, "", on=True)
    assert await room.switches.is_on("enfield", Feature.ASSISTANT)


async def test_another_gateway_follows_within_a_second(room):
    elsewhere = Switches(room.database, room.bus, room.clock, room.audit, room.switches.councils)
    assert await elsewhere.is_on("enfield", Feature.WIDGET)
    await room.switches.turn(BEA, "enfield", Feature.WIDGET, "trial over", on=False)
    room.clock.time += timedelta(seconds=1)
    assert not await elsewhere.is_on("enfield", Feature.WIDGET)


async def test_nobody_touches_another_councils_switches_or_any_without_the_permission(room):
    with pytest.raises(NotAllowed):
        await room.switches.turn(BEA, "buckinghamshire", Feature.WIDGET, "not mine", on=False)
    with pytest.raises(NotAllowed):
        await room.switches.turn(make_actor(Permission.ANSWER_CHATS), "enfield", Feature.WIDGET, "no", on=False)
    with pytest.raises(UnusableSwitch):
        await room.switches.turn(COMMAND, "atlantis", Feature.WIDGET, "nowhere", on=False)
    assert {one.council for one in await room.switches.all(BEA)} == {"enfield"}
    assert {one.council for one in await room.switches.all(COMMAND)} == {"enfield", "buckinghamshire"}


async def test_a_notice_is_shown_from_its_start_until_its_end(room):
    now = room.clock.time
    text = "Offices are closed on Monday."
    await room.switches.post_notice(BEA, "enfield", text, now + timedelta(hours=1), now + timedelta(hours=3))
    shown = []
    for _ in range(4):
        shown.append([one.text for one in await room.switches.notices("enfield")])
        room.clock.time += timedelta(hours=1)
    assert shown == [[], [text], [text], []]
    assert await room.switches.notices("buckinghamshire") == []


async def test_a_withdrawn_notice_is_gone_at_once(room):
    now = room.clock.time
    posted = await room.switches.post_notice(BEA, "enfield", "Wrong.", now, now + timedelta(hours=3))
    with pytest.raises(NoSuchNotice):
        await room.switches.withdraw_notice(make_actor(Permission.CHANGE_SWITCHES, council="buckinghamshire"), posted.id)
    await room.switches.withdraw_notice(BEA, posted.id)
    await room.switches.withdraw_notice(BEA, posted.id)
    assert await room.switches.notices("enfield") == []
    [listed] = await room.switches.all_notices(BEA)
    assert listed.over(room.clock.now())
    assert len((await room.audit.read(BEA, Filter(action=Action.NOTICE_WITHDRAWN)))[0]) == 1


@pytest.mark.parametrize(
    ("text", "starts", "ends", "field"),
    [
        ("", 0, 1, "text"),
        ("\u202e\u200b", 0, 1, "text"),
        ("x" * 401, 0, 1, "text"),
        ("Closed.", 2, 1, "ends_at"),
        ("Closed.", -3, -1, "ends_at"),
    ],
)
async def test_a_notice_that_cannot_be_used_is_refused_with_the_field(room, text, starts, ends, field):
    now = room.clock.time
    with pytest.raises(UnusableSwitch) as refused:
        await room.switches.post_notice(BEA, "enfield", text, now + timedelta(hours=starts), now + timedelta(hours=ends))
    assert refused.value.field == field
