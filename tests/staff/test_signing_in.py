"""Signing in: wrong tries, locks, and how long a session lives."""

import asyncio
from datetime import timedelta

import pytest

from bot.staff.audit import Action, Filter
from bot.staff.model import Role, Step, command_line_actor
from bot.staff.passwords import WeakPassword
from bot.staff.signing_in import AccountLocked, TryLater, WrongSignIn
from tests.factories_staff import PASSWORD, make_new_account

COMMAND = command_line_actor()
ADA = "ada@example.gov.uk"
BROWSER = "Firefox on Linux"


async def test_the_right_password_opens_a_session_known_by_its_token_alone(room):
    account = await room.add()
    token, session = await room.signing_in.sign_in(" Ada@Example.gov.uk ", PASSWORD, BROWSER)
    signed = await room.signing_in.who(token)
    assert signed is not None
    assert (signed.account.id, signed.session.step) == (account.id, Step.SIGNED_IN)
    assert signed.actor.council == "enfield"
    assert await room.signing_in.who(session.id) is None
    assert await room.signing_in.who("") is None


async def test_wrong_address_wrong_password_and_no_password_look_the_same(room):
    await room.add()
    await room.add("Ned New", password="")
    for email, password in ((ADA, "wrong password"), ("no@example.gov.uk", PASSWORD), ("ned@example.gov.uk", "")):
        with pytest.raises(WrongSignIn):
            await room.signing_in.sign_in(email, password, BROWSER)


@pytest.mark.parametrize("email", [ADA, "nobody@example.gov.uk"])
async def test_after_five_wrong_tries_one_waits_even_with_the_right_password(room, email):
    await room.add()
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            await room.signing_in.sign_in(email, "wrong password", BROWSER)
    with pytest.raises(TryLater) as later:
        await room.signing_in.sign_in(email, PASSWORD, BROWSER)
    assert later.value.seconds == 30
    room.clock.time += timedelta(seconds=31)
    with pytest.raises(WrongSignIn):
        await room.signing_in.sign_in(email, "wrong again", BROWSER)
    with pytest.raises(TryLater) as later:
        await room.signing_in.sign_in(email, PASSWORD, BROWSER)
    assert later.value.seconds == 60


async def test_many_wrong_tries_at_once_gain_nothing(room):
    await room.add()
    tries = [room.signing_in.sign_in(ADA, f"wrong password {number}", BROWSER) for number in range(20)]
    outcomes = [type(one) for one in await asyncio.gather(*tries, return_exceptions=True)]
    assert outcomes.count(WrongSignIn) == 5
    assert outcomes.count(TryLater) == 15


async def test_a_success_forgets_the_failures_before_it(room):
    await room.add()
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongSignIn):
                await room.signing_in.sign_in(ADA, "wrong password", BROWSER)
        await room.signing_in.sign_in(ADA, PASSWORD, BROWSER)


async def test_a_session_ends_after_two_hours_without_use_and_after_twelve_in_all(room):
    await room.add()
    token, _ = await room.signing_in.sign_in(ADA, PASSWORD, BROWSER)
    for _ in range(11):
        room.clock.time += timedelta(minutes=65)
        assert await room.signing_in.who(token)
    room.clock.time += timedelta(minutes=65)
    assert await room.signing_in.who(token) is None
    token, _ = await room.signing_in.sign_in(ADA, PASSWORD, BROWSER)
    room.clock.time += timedelta(minutes=121)
    assert await room.signing_in.who(token) is None


async def test_a_locked_account_is_out_at_once_and_stays_out(room):
    account = await room.add()
    token, _ = await room.signing_in.sign_in(ADA, PASSWORD, BROWSER)
    async with room.bus.listen(f"staff:{account.id}") as news:
        await room.accounts.lock(COMMAND, account.id, "left the council")
        assert await news.wait(1)
    assert await room.signing_in.who(token) is None
    with pytest.raises(AccountLocked):
        await room.signing_in.sign_in(ADA, PASSWORD, BROWSER)
    with pytest.raises(WrongSignIn):
        await room.signing_in.sign_in(ADA, "wrong password", BROWSER)
    await room.accounts.unlock(COMMAND, account.id)
    await room.signing_in.sign_in(ADA, PASSWORD, BROWSER)


async def test_signing_out_ends_this_session_and_no_other(room):
    await room.add()
    here, _ = await room.signing_in.sign_in(ADA, PASSWORD, BROWSER)
    there, _ = await room.signing_in.sign_in(ADA, PASSWORD, "Chromium on Android")
    await room.signing_in.sign_out(await room.signing_in.who(here))
    assert await room.signing_in.who(here) is None
    assert await room.signing_in.who(there)


async def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(room):
    await room.add()
    here, _ = await room.signing_in.sign_in(ADA, PASSWORD, BROWSER)
    there, _ = await room.signing_in.sign_in(ADA, PASSWORD, "Chromium on Android")
    signed = await room.signing_in.who(here)
    with pytest.raises(WrongSignIn):
        await room.signing_in.change_password(signed, "not the old one", "four more random words", BROWSER)
    with pytest.raises(WeakPassword):
        await room.signing_in.change_password(signed, PASSWORD, "short", BROWSER)
    fresh, _ = await room.signing_in.change_password(signed, PASSWORD, "four more random words", BROWSER)
    assert [await room.signing_in.who(one) is not None for one in (here, there, fresh)] == [False, False, True]
    await room.signing_in.sign_in(ADA, "four more random words", BROWSER)


async def test_a_password_somebody_else_chose_must_be_changed_first(room):
    await room.accounts.add(COMMAND, make_new_account(), PASSWORD)
    token, session = await room.signing_in.sign_in(ADA, PASSWORD, BROWSER)
    assert session.step == Step.NEW_PASSWORD
    fresh, after = await room.signing_in.change_password(
        await room.signing_in.who(token), PASSWORD, "four more random words", BROWSER
    )
    assert after.step == Step.SIGNED_IN
    assert await room.signing_in.who(fresh)


async def test_every_sign_in_and_every_failure_stands_in_the_audit(room):
    account = await room.add(roles=(Role.ADVISER,))
    with pytest.raises(WrongSignIn):
        await room.signing_in.sign_in(ADA, "wrong password", BROWSER)
    token, _ = await room.signing_in.sign_in(ADA, PASSWORD, BROWSER)
    await room.signing_in.sign_out(await room.signing_in.who(token))
    events, _ = await room.audit.read(COMMAND, Filter(staff_id=account.id))
    assert [one.action for one in events] == [Action.SIGNED_OUT, Action.SIGNED_IN, Action.SIGN_IN_FAILED]


async def test_two_people_adding_the_same_address_at_once_make_one_account(room):
    added = await asyncio.gather(*(room.add() for _ in range(5)), return_exceptions=True)
    assert len([one for one in added if not isinstance(one, Exception)]) == 1
