"""How long cases are kept: by kind, after their end, with everything about them; and the command that erases them."""

import argparse
import asyncio
from datetime import timedelta

import pytest

from bot.cases.model import Wanted
from bot.cases.outbox.model import State
from bot.cases.retention import Retention, kept
from bot.cases.wording import CaseWords, read_case_words
from bot.commands import cases as commands
from bot.commands.errors import CommandFailed
from bot.settings import Settings
from tests.conftest import ROOT
from tests.factories import NOON


def retention(post):
    return Retention(post.database, post.clock, post.words)


async def ended(post, key, days_ago, **changes):
    case = await post.open(key, **changes)
    now, post.clock.time = post.clock.time, post.clock.time - timedelta(days=days_ago)
    case = await post.change(case, "done")
    post.clock.time = now
    return case


async def left(post):
    return {case.reference for case in await post.cases.search(Wanted(["enfield", "buckinghamshire"]), 1000)}


async def test_a_case_is_erased_when_its_kind_was_kept_long_enough(by_hook):
    post, _ = by_hook
    await ended(post, "old bin", 181)
    new = await ended(post, "new bin", 179)
    other = await ended(post, "old complaint", 181, kind="complaint")
    usual = await ended(post, "usual", 366, kind="moving_in")
    still_open = await post.open("open")
    erased = await retention(post).erase_due()
    assert erased == {("enfield", "bin_missed"): 1, ("enfield", "moving_in"): 1}
    assert await left(post) == {new.reference, other.reference, still_open.reference}
    assert await post.items(usual) == []
    assert await retention(post).erase_due() == {}


async def test_counting_erases_nothing(by_hook):
    post, _ = by_hook
    case = await ended(post, "old", 1000)
    assert await retention(post).erase_due(only_count=True) == {("enfield", "bin_missed"): 1}
    assert await left(post) == {case.reference}


async def test_a_case_that_was_forgotten_open_is_erased_in_the_end(by_hook):
    post, _ = by_hook
    await post.open("forgotten")
    post.clock.time += timedelta(days=1094)
    assert await retention(post).erase_due() == {}
    post.clock.time += timedelta(days=2)
    assert sum((await retention(post).erase_due()).values()) == 1


async def test_many_cases_are_erased(by_hook):
    post, _ = by_hook
    for number in range(30):
        await ended(post, f"case {number}", 400)
    assert sum((await retention(post).erase_due()).values()) == 30
    assert await left(post) == set()


@pytest.mark.parametrize(
    "said", [None, {}, {"usual": 10}, {"usual": "long", "longest_open": 5}, {"usual": 0, "longest_open": 5}, [1]]
)
def test_a_keep_that_cannot_be_used_says_so(said):
    statuses = read_case_words(ROOT / "councils")["enfield"].statuses
    with pytest.raises(ValueError, match="keep_days"):
        kept(CaseWords(statuses, {"keep_days": said}))


@pytest.fixture
def settings(database_url, database):
    return Settings(database_url=database_url, councils_folder=ROOT / "councils", clock=NOON)


async def test_the_commands_say_what_they_did(by_hook, settings, capsys):
    post, stand_in = by_hook
    stand_in.failures = [410]
    case = await post.open()
    await post.worker().deliver_due()
    assert await asyncio.to_thread(commands.run_outbox, argparse.Namespace(retry=None), settings) == 1
    shown = capsys.readouterr().out
    assert case.reference in shown
    assert "dead" in shown
    assert "410" in shown
    assert await asyncio.to_thread(commands.run_outbox, argparse.Namespace(retry="all"), settings) == 0
    assert "1 will be sent again" in capsys.readouterr().out
    post.clock.time += timedelta(hours=1)
    await post.worker().deliver_due()
    assert [item.state for item in await post.items(case)] == [State.SENT]
    assert await asyncio.to_thread(commands.run_erase, argparse.Namespace(dry_run=False), settings) == 0
    assert "0 cases erased" in capsys.readouterr().out


async def test_a_number_that_is_none_is_refused(settings):
    with pytest.raises(CommandFailed, match="no number"):
        commands.run_outbox(argparse.Namespace(retry="abc"), settings)
