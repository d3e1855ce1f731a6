"""What makes a password good enough, how long wrong tries wait, and what an actor may see."""

from datetime import timedelta

import pytest

from bot.staff.model import ALL, NotAllowed, Permission
from bot.staff.passwords import WeakPassword, check_password, new_password
from bot.staff.signing_in import LONGEST_WAIT, wait_after
from tests.factories_staff import make_actor, quick_passwords


@pytest.mark.parametrize(
    "password", ["three random words", "kettle-lamp-otter", "Ich mag Spaziergänge", "ada likes long walks"]
)
def test_a_long_password_is_enough_whatever_it_is_made_of(password):
    check_password(password, "Ada Adviser", "ada@example.gov.uk")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "short"),
        ("eleven char", "short"),
        ("x" * 201, "long"),
        ("password12345", "common"),
        ("P4ssw0rd123456", "common"),
        ("qwertyuiop123", "common"),
        ("aaaaaaaaaaaaaaa", "common"),
        ("123456789012", "common"),
        ("Welcome2026!!!!", "common"),
        ("Ada.Adviser-1", "name"),
        ("adviser@example", "name"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused_with_the_reason(password, why):
    with pytest.raises(WeakPassword) as refused:
        check_password(password, "Ada Adviser", "ada@example.gov.uk")
    assert refused.value.code == why


def test_passwords_that_we_make_are_good_enough_and_never_the_same():
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_password(password, "Ada Adviser", "ada@example.gov.uk")


async def test_nobody_signs_in_with_a_password_that_was_never_set():
    passwords = quick_passwords()
    assert not await passwords.fits("", "")
    assert not await passwords.fits("anything at all", "")
    assert await passwords.fits("anything at all", await passwords.hash("anything at all"))


def test_waits_grow_with_each_failure_up_to_an_hour():
    waits = [wait_after(failed) for failed in range(40)]
    assert waits[:5] == [None] * 5
    assert waits[5:9] == [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240)]
    assert waits[-1] == LONGEST_WAIT


def test_an_actor_sees_its_council_and_its_teams_alone():
    actor = make_actor(Permission.ANSWER_CHATS, council="enfield", teams=frozenset({"bins"}))
    assert actor.sees_team("enfield", "bins")
    assert not actor.sees_team("enfield", "benefits")
    assert not actor.sees_team("buckinghamshire", "bins")
    everywhere = make_actor(council=ALL, teams=frozenset({ALL}))
    assert everywhere.sees_team("buckinghamshire", "benefits")


def test_what_an_actor_may_not_do_is_refused():
    with pytest.raises(NotAllowed):
        make_actor(Permission.READ_REPORTS).needs(Permission.MANAGE_STAFF)
