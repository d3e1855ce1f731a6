"""Accounts: who may add and change them, and what stays true whatever they do."""

from dataclasses import replace

import pytest

from bot.staff.audit import Action, Filter
from bot.staff.demo import PEOPLE, make_demo_people
from bot.staff.model import ALL, NotAllowed, Permission, Role, command_line_actor
from bot.staff.passwords import WeakPassword
from bot.staff.service import NoSuchAccount, UnusableAccount
from tests.factories_staff import PASSWORD, make_actor, make_new_account

COMMAND = command_line_actor()
MANAGER = make_actor(Permission.MANAGE_STAFF, Permission.READ_AUDIT, staff_id="boss", name="Bea Boss")


async def test_an_added_account_stands_in_the_list_and_in_the_audit(room):
    added = await room.accounts.add(MANAGER, make_new_account("Cy Clerk", roles=(Role.EDITOR,)), PASSWORD)
    assert [one.name for one in await room.accounts.of_council(MANAGER)] == ["Cy Clerk"]
    events, more = await room.audit.read(MANAGER, Filter())
    assert (events[0].action, events[0].subject, events[0].name) == (Action.ACCOUNT_ADDED, f"account:{added.id}", "Bea Boss")
    assert events[0].meaning == "Added an account."
    assert not more


async def test_without_the_permission_nothing_about_accounts_can_be_done(room):
    added = await room.add()
    nobody = make_actor(Permission.ANSWER_CHATS)
    for deed in (
        room.accounts.add(nobody, make_new_account("Di Dealer")),
        room.accounts.of_council(nobody),
        room.accounts.change(nobody, added.id, make_new_account("Ada Adviser", roles=(Role.ADMINISTRATOR,))),
        room.accounts.lock(nobody, added.id, "because"),
        room.accounts.set_password(nobody, added.id, PASSWORD),
        room.audit.read(nobody, Filter()),
    ):
        with pytest.raises(NotAllowed):
            await deed


async def test_another_councils_accounts_are_as_if_they_were_not_there(room):
    added = await room.add("Bo Buckley", council="buckinghamshire")
    assert await room.accounts.of_council(MANAGER) == []
    with pytest.raises(NoSuchAccount):
        await room.accounts.one(MANAGER, added.id)
    with pytest.raises(NoSuchAccount):
        await room.accounts.lock(MANAGER, added.id, "mine")
    with pytest.raises(NotAllowed):
        await room.accounts.add(MANAGER, make_new_account("Di Dealer", council=ALL))
    events, _ = await room.audit.read(MANAGER, Filter())
    assert events == []


async def test_nobody_is_moved_into_another_council_by_its_manager(room):
    added = await room.add()
    with pytest.raises(NotAllowed):
        await room.accounts.change(MANAGER, added.id, make_new_account(council="buckinghamshire"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"email": "ada@example.gov.uk"}, "email"),
        ({"council": "atlantis"}, "council"),
        ({"teams": ("bins; DROP TABLE",)}, "teams"),
        ({"name": "  "}, "name"),
        ({"name": "n" * 101}, "name"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_the_field(room, changes, field):
    await room.add()
    new = replace(make_new_account("Ed Else"), **changes)
    with pytest.raises(UnusableAccount) as refused:
        await room.accounts.add(COMMAND, new)
    assert refused.value.field == field


async def test_a_weak_password_is_refused_before_anything_is_stored(room):
    with pytest.raises(WeakPassword):
        await room.accounts.add(COMMAND, make_new_account(), "short")
    assert await room.accounts.of_council(COMMAND) == []


async def test_the_last_administrator_can_neither_be_locked_nor_lose_the_role(room):
    last = await room.add("Ann Admin", council=ALL, roles=(Role.ADMINISTRATOR,))
    with pytest.raises(UnusableAccount):
        await room.accounts.lock(COMMAND, last.id, "by mistake")
    with pytest.raises(UnusableAccount):
        await room.accounts.change(COMMAND, last.id, make_new_account("Ann Admin", council=ALL, roles=(Role.ANALYST,)))
    assert not (await room.accounts.one(COMMAND, last.id)).locked
    await room.add("Bob Second", council=ALL, roles=(Role.ADMINISTRATOR,))
    await room.accounts.lock(COMMAND, last.id, "left the council")
    assert (await room.accounts.one(COMMAND, last.id)).locked


async def test_a_change_says_in_the_audit_which_fields_it_touched(room):
    added = await room.add()
    changed = await room.accounts.change(COMMAND, added.id, make_new_account(roles=(Role.SUPERVISOR,), teams=("bins",)))
    assert changed.roles == (Role.SUPERVISOR,)
    [event] = [one for one in (await room.audit.read(COMMAND, Filter()))[0] if one.action == Action.ACCOUNT_CHANGED]
    assert event.detail["fields"] == ["roles", "teams"]
    assert event.detail["roles"] == ["supervisor"]


async def test_the_audit_is_read_page_by_page_and_by_filters(room):
    for number in range(60):
        await room.add(f"N{number} Person")
    first, more = await room.audit.read(COMMAND, Filter())
    rest, end = await room.audit.read(COMMAND, Filter(before=first[-1].id))
    assert (len(first), more, len(rest), end) == (50, True, 10, False)
    only, _ = await room.audit.read(COMMAND, Filter(subject=first[0].subject, action=Action.ACCOUNT_ADDED))
    assert [one.id for one in only] == [first[0].id]
    assert (await room.audit.read(COMMAND, Filter(since=room.clock.time.replace(year=2030))))[0] == []


async def test_demonstration_people_are_marked_and_get_a_new_password_at_every_start(room):
    first = await make_demo_people(room.accounts)
    second = await make_demo_people(room.accounts)
    people = await room.accounts.of_council(COMMAND)
    assert {one.demo for one in people} == {True}
    assert len(people) == len(PEOPLE)
    assert first != second
    assert await room.signing_in.sign_in(PEOPLE[0][1], second, "x")
