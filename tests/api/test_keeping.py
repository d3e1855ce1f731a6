"""Chats are deleted by themselves when they were kept as long as their council says: which go, which stay, and what is said.

Deleting itself is the same as a supervisor's (test_erasing.py). Chats grow old here by being dated back.
"""

import argparse
import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.commands import chats as commands
from bot.conversations.erased import erased_conversations
from bot.conversations.store import conversations
from bot.foundation.bus import Bus
from bot.foundation.database import Database
from bot.handoff import keeping
from bot.handoff.erasing import Erasing, Why
from bot.handoff.keeping import Keeping
from bot.handoff.refusals import UnknownReason
from bot.privacy.keeping import read_keep_days
from bot.settings import Settings
from bot.staff.audit import Filter
from bot.staff.model import NotAllowed, command_line_actor, schedule_actor
from bot.web import keys
from tests.api.conftest import OPEN
from tests.api.desk import Resident
from tests.api.whole_chats import KEPT, MARKER, files_with, learnt_from, rows_with, whole_chat
from tests.conftest import ROOT


async def asked(floor, council="enfield"):
    """A chat with the assistant alone."""
    resident = Resident(floor.client)
    await resident.begin(council)
    await resident.ask("how do i pay my council tax")
    return resident


async def dated_back(floor, resident, days, began=None):
    """Makes its last word so many days old, and its beginning older if it says so."""
    last = floor.product.public[keys.CLOCK].now() - timedelta(days=days)
    times = {"last_at": last, "created_at": last if began is None else last - timedelta(days=began)}
    async with floor.product.public[keys.DATABASE].writing() as tx:
        await tx.execute(update(conversations).where(conversations.c.id == resident.id).values(times))


async def left(floor):
    """The chats that are there."""
    async with floor.product.public[keys.DATABASE].reading() as tx:
        return set((await tx.execute(select(conversations.c.id))).scalars())


async def recorded(floor):
    """What the record says of deleted chats, the newest first."""
    audit = floor.product.public[keys.STAFF].audit
    return (await audit.read(command_line_actor(), Filter(action="chat_erased")))[0]


def keeping_of(floor):
    return floor.product.public[keys.HANDOFF].keeping


async def test_a_chat_that_was_kept_long_enough_goes_with_every_copy_and_its_cases_stay(floor, people, database_url):
    resident = await whole_chat(floor, *people)
    await learnt_from(floor, resident)
    memory = floor.product.public[keys.ASSIST].memory
    await memory.update("enfield")
    assert len(memory.indexes["enfield"].ids) == 1
    [case] = await floor.product.public[keys.CASES].of_conversation(resident.id)
    await dated_back(floor, resident, 731)
    assert await keeping_of(floor).erase_due(schedule_actor()) == {"buckinghamshire": 0, "enfield": 1}

    assert await rows_with(floor.product, MARKER) == {}
    assert files_with(database_url, MARKER) == []
    assert len(memory.indexes["enfield"].ids) == 0
    kept = await floor.product.public[keys.CASES].find(case.reference, case.code)
    assert (kept.title, kept.conversation_id) == (KEPT, None)
    [event] = await recorded(floor)
    assert (event.name, event.staff_id, event.council) == ("Schedule", "", "enfield")
    assert event.subject == f"conversation:{resident.id}"
    assert {**event.detail, "messages": 0} == {"why": "kept_long_enough", "keep_days": 730, "messages": 0, "cases_kept": 1}
    assert event.detail["messages"] > 3
    async with floor.client.get(f"/api/v1/conversations/{resident.id}/messages", headers=resident.headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (410, "conversation_deleted")


async def test_a_newer_chat_and_one_that_somebody_waits_or_talks_in_stay(floor, people):
    ada, _ = people
    newer, long, waits, talks = await asked(floor), await asked(floor), await floor.in_queue(), await floor.in_queue()
    await ada.claim(talks)
    await dated_back(floor, newer, 729)
    await dated_back(floor, long, 729, began=400)
    for resident in (waits, talks):
        await dated_back(floor, resident, 1000)
    assert await keeping_of(floor).erase_due(schedule_actor()) == {"buckinghamshire": 0, "enfield": 0}
    assert await left(floor) == {newer.id, long.id, waits.id, talks.id}
    await ada.post(f"/console/desk/{talks.id}/end", {"outcome": "answered", "note": ""})
    await dated_back(floor, talks, 1000)
    assert await keeping_of(floor).erase_due(schedule_actor()) == {"buckinghamshire": 0, "enfield": 1}
    assert await left(floor) == {newer.id, long.id, waits.id}


async def test_a_chat_in_which_somebody_speaks_in_the_last_moment_stays(floor):
    resident = await asked(floor)
    found = floor.product.public[keys.CLOCK].now() - timedelta(days=730)
    erasing = floor.product.public[keys.HANDOFF].erasing
    assert await erasing.expire(schedule_actor(), resident.id, found, 730) is None
    assert await left(floor) == {resident.id}
    assert await recorded(floor) == []


async def test_a_councils_own_number_goes_over_the_national_one(floor, tmp_path):
    for name, text in {
        "england/council.yml": "name: England",
        "england/privacy.yml": "keep_days: 730",
        "enfield/council.yml": "name: Enfield\nbase: england",
        "enfield/privacy.yml": "keep_days: 30",
        "buckinghamshire/council.yml": "name: Buckinghamshire\nbase: england",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    enfield, newer, other = await asked(floor), await asked(floor), await asked(floor, "buckinghamshire")
    for resident, days in ((enfield, 31), (newer, 29), (other, 31)):
        await dated_back(floor, resident, days)
    public = floor.product.public
    own = Keeping(public[keys.DATABASE], public[keys.CLOCK], public[keys.HANDOFF].erasing, read_keep_days(tmp_path))
    assert await own.erase_due(schedule_actor()) == {"buckinghamshire": 0, "enfield": 1}
    assert await left(floor) == {newer.id, other.id}
    assert [event.detail["keep_days"] for event in await recorded(floor)] == [30]


async def test_more_chats_than_are_deleted_at_once_all_go_and_none_a_second_time(floor, monkeypatch):
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    residents = [await asked(floor) for _ in range(5)]
    for resident in residents:
        await dated_back(floor, resident, 800)
    assert (await keeping_of(floor).erase_due(schedule_actor()))["enfield"] == 5
    assert (await keeping_of(floor).erase_due(schedule_actor()))["enfield"] == 0
    assert sorted(event.subject for event in await recorded(floor)) == sorted(f"conversation:{one.id}" for one in residents)


async def test_a_chat_that_cannot_be_deleted_is_in_nobodys_way(floor):
    stuck, other, elsewhere = await asked(floor), await asked(floor), await asked(floor, "buckinghamshire")
    for resident in (stuck, other, elsewhere):
        await dated_back(floor, resident, 800)

    async def refuse(tx, conversation):
        if conversation.id == stuck.id:
            raise ValueError

    floor.product.public[keys.HANDOFF].erasing.within.append(refuse)
    assert await keeping_of(floor).erase_due(schedule_actor()) == {"buckinghamshire": 1, "enfield": 1}
    assert await left(floor) == {stuck.id}


async def test_two_gateways_delete_each_chat_once(floor, database_url):
    residents = [await asked(floor) for _ in range(8)]
    for resident in residents:
        await dated_back(floor, resident, 800)
    public = floor.product.public
    async with AsyncExitStack() as stack:
        other = Database(database_url)
        stack.push_async_callback(other.close)
        erasing = Erasing(other, Bus(), public[keys.CLOCK], public[keys.STAFF].audit, public[keys.CASES])
        second = Keeping(other, public[keys.CLOCK], erasing, {"enfield": 730})
        done = await asyncio.gather(keeping_of(floor).erase_due(schedule_actor()), second.erase_due(schedule_actor()))
    assert sum(one["enfield"] for one in done) == 8
    assert len(await recorded(floor)) == 8
    async with public[keys.DATABASE].reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(erased_conversations)) == 8


@pytest.fixture
def quick_rounds(monkeypatch):
    """A product whose rounds follow each other quickly; ask for it before the product."""
    monkeypatch.setattr(keeping, "ROUND_SECONDS", 0.05)


async def test_the_product_does_it_by_itself(quick_rounds, floor):
    old, new = await asked(floor), await asked(floor)
    await dated_back(floor, old, 731)
    for _ in range(600):
        if old.id not in await left(floor):
            break
        await asyncio.sleep(0.05)
    assert await left(floor) == {new.id}
    assert [(event.name, event.detail["why"]) for event in await recorded(floor)] == [("Schedule", "kept_long_enough")]


async def test_nobody_can_choose_that_it_was_kept_long_enough_or_do_it_without_the_permission(floor, people):
    ada, sue = people
    resident = await asked(floor)
    await dated_back(floor, resident, 800)
    erasing = floor.product.public[keys.HANDOFF].erasing
    with pytest.raises(UnknownReason):
        await erasing.erase(sue.account.actor(), resident.id, "kept_long_enough")
    page = await sue.get(f"/console/history/{resident.id}/delete")
    assert page.text.count('name="why"') == len(Why)
    with pytest.raises(NotAllowed):
        await keeping_of(floor).erase_due(ada.account.actor())
    assert await left(floor) == {resident.id}


async def test_the_command_counts_first_and_deletes_then(floor, database_url, capsys):
    old, new = await asked(floor), await asked(floor)
    await dated_back(floor, old, 731)
    settings = Settings(database_url=database_url, councils_folder=ROOT / "councils", clock=OPEN)

    async def said(*, dry_run):
        assert await asyncio.to_thread(commands.run_erase, argparse.Namespace(dry_run=dry_run), settings) == 0
        return capsys.readouterr().out

    capsys.readouterr()  # what the gateway of this test has logged
    assert await said(dry_run=True) == "enfield: 1 due\n1 chat due.\n"
    assert await left(floor) == {old.id, new.id}
    assert await recorded(floor) == []
    assert await said(dry_run=False) == "enfield: 1 deleted\n1 chat deleted.\n"
    assert await left(floor) == {new.id}
    assert [(event.name, event.detail["why"]) for event in await recorded(floor)] == [("Command line", "kept_long_enough")]
    assert await said(dry_run=False) == "0 chats deleted.\n"


async def test_residents_are_told_how_long_their_words_are_kept(floor):
    async with floor.client.get("/chat/enfield") as answer:
        assert "We delete this chat 2 years after its last message." in await answer.text()
