"""The outbox: written with the change, delivered once, tried again with patience, given up in plain sight."""

import asyncio
from datetime import timedelta

import pytest

from bot.cases import store as cases_store
from bot.cases.integrations import Integrations, Webhook
from bot.cases.model import EntryKind, Seen
from bot.cases.outbox import store
from bot.cases.outbox.model import LEASE, MOST_ATTEMPTS, State
from bot.cases.targets.calling import outside_session
from bot.cases.targets.webhooks import Webhooks
from tests.cases.conftest import ADA
from tests.cases.workers import SECRET


async def until_settled(post, case, rounds=40):
    """Lets time pass until nothing of the case waits any more."""
    for _ in range(rounds):
        await post.worker().deliver_due()
        if all(item.state != State.WAITING for item in await post.items(case)):
            return
        post.clock.time += timedelta(hours=7)


async def states(post, case):
    return [(item.state, item.in_doubt) for item in await post.items(case)]


async def test_a_change_that_is_undone_leaves_nothing_to_tell(by_hook):
    post, _ = by_hook
    case = await post.open()

    async def change_and_fail():
        async with post.database.writing() as tx:
            await post.cases.change_status(tx, "Sam", "enfield", case.reference, "done")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_and_fail()
    assert [item.seq for item in await post.items(case)] == [1]


async def test_events_are_delivered_in_order_and_once(by_hook):
    post, stand_in = by_hook
    case = await post.open()
    await post.change(case, "in_progress")
    await post.change(case, "done", "All gone.")
    for _ in range(5):
        await post.worker().deliver_due()
    assert [event["case"]["status"] for _, event in stand_in.accepted] == ["received", "in_progress", "done"]
    assert [event["type"] for _, event in stand_in.accepted] == ["case.opened", "case.status", "case.status"]
    assert await states(post, case) == [(State.SENT, False)] * 3


async def test_a_later_event_waits_for_an_earlier_one_that_fails(by_hook):
    post, stand_in = by_hook
    stand_in.failures = [500, 500]
    case = await post.open()
    await post.change(case, "done")
    await until_settled(post, case)
    assert [event["case"]["status"] for _, event in stand_in.accepted] == ["received", "done"]


async def test_several_workers_at_once_deliver_each_item_once(by_hook):
    post, stand_in = by_hook
    made = [await post.open(f"case {number}") for number in range(12)]
    workers = [post.worker() for _ in range(4)]
    for _ in range(3):
        await asyncio.gather(*(worker.deliver_due() for worker in workers))
    assert len(stand_in.accepted) == len(made)
    assert len({event_id for event_id, _ in stand_in.accepted}) == len(made)


async def test_the_pauses_between_attempts_grow_and_end(by_hook):
    post, stand_in = by_hook
    stand_in.failures = [503] * 100
    case = await post.open()
    pauses = []
    for _ in range(MOST_ATTEMPTS + 5):
        await post.worker().deliver_due()
        [item] = await post.items(case)
        if item.state == State.DEAD:
            break
        pauses.append(item.next_at - post.clock.time)
        post.clock.time = item.next_at
    assert stand_in.asked == MOST_ATTEMPTS
    assert pauses == sorted(pauses)
    assert timedelta(seconds=10) <= pauses[0] < timedelta(seconds=13)
    assert sum(pauses, timedelta()) > timedelta(days=1)
    assert "given up after" in item.error
    assert "503" in item.error


async def test_nothing_is_tried_before_its_time(by_hook):
    post, stand_in = by_hook
    stand_in.failures = [503]
    await post.open()
    for _ in range(4):
        await post.worker().deliver_due()
    assert stand_in.asked == 1


async def test_a_dead_item_can_be_sent_again(by_hook):
    post, stand_in = by_hook
    stand_in.failures = [410]
    case = await post.open()
    await post.worker().deliver_due()
    assert await states(post, case) == [(State.DEAD, False)]
    async with post.database.writing() as tx:
        assert await store.send_again(tx, None, post.clock.now()) == 1
    await post.worker().deliver_due()
    assert await states(post, case) == [(State.SENT, False)]


async def test_a_worker_that_died_is_followed_by_another_after_its_lease(by_hook):
    post, stand_in = by_hook
    case = await post.open()
    async with post.database.writing() as tx:  # what a worker does just before it dies
        await store.take(tx, "dead", post.clock.now(), post.clock.now() + LEASE, 10)
    await post.worker().deliver_due()
    assert stand_in.asked == 0
    post.clock.time += LEASE + timedelta(seconds=1)
    await post.worker().deliver_due()
    assert await states(post, case) == [(State.SENT, False)]


async def test_a_worker_that_was_too_slow_does_not_overwrite_what_another_found(by_hook):
    post, _ = by_hook
    case = await post.open()
    async with post.database.writing() as tx:
        [item] = await store.take(tx, "slow", post.clock.now(), post.clock.now() + LEASE, 10)
    post.clock.time += LEASE + timedelta(seconds=1)
    await post.worker().deliver_due()
    async with post.database.writing() as tx:
        assert not await store.settle(tx, "slow", item.id, state=State.DEAD)
    assert await states(post, case) == [(State.SENT, False)]


async def test_a_redirect_is_not_followed(by_hook):
    post, stand_in = by_hook
    stand_in.failures = ["redirect"]
    case = await post.open()
    await post.worker().deliver_due()
    assert stand_in.asked == 1
    assert await states(post, case) == [(State.DEAD, False)]


async def test_a_webhook_that_broke_off_gets_the_same_event_with_the_same_id(by_hook):
    post, stand_in = by_hook
    stand_in.failures = ["accept and break"]
    case = await post.open()
    await until_settled(post, case)
    assert len(stand_in.accepted) == 2
    assert len({event_id for event_id, _ in stand_in.accepted}) == 1
    assert stand_in.accepted[0] == stand_in.accepted[1]


async def test_a_webhook_gets_no_personal_details_unless_it_is_to_have_them(by_hook):
    post, stand_in = by_hook
    case = await post.open(contact=ADA, uprn="100012345678")
    await post.change(case, "in_progress", "Ring the blue bell.")
    for _ in range(3):
        await post.worker().deliver_due()
    sent = str(stand_in.accepted)
    for secret in ("Ada", "ada@example.org", "Sample Road", "100012345678", "blue bell", case.code):
        assert secret not in sent
    assert case.reference in sent


async def test_an_internal_note_is_told_to_nobody(by_hook):
    post, stand_in = by_hook
    case = await post.open()
    async with post.database.writing() as tx:
        await post.cases.add_note(tx, "Sam", "enfield", case.reference, "Rang the depot.")
        await post.cases.add_note(tx, "Sam", "enfield", case.reference, "We come on Friday.", Seen.RESIDENT)
    for _ in range(3):
        await post.worker().deliver_due()
    assert [event["type"] for _, event in stand_in.accepted] == [f"case.{kind}" for kind in (EntryKind.OPENED, EntryKind.NOTE)]


async def test_an_erased_case_is_no_longer_told(by_hook):
    post, stand_in = by_hook
    case = await post.open()
    async with post.database.writing() as tx:
        await cases_store.delete_cases(tx, [case.reference])
    await post.worker().deliver_due()
    assert stand_in.asked == 0
    assert await states(post, case) == [(State.DROPPED, False)]


async def test_an_unexpected_failure_of_a_target_loses_nothing(by_hook):
    post, stand_in = by_hook
    case = await post.open()
    worker = post.worker()

    class Broken:
        name = "webhook"

        async def deliver(self, delivery):
            raise ZeroDivisionError

        async def look_up(self, delivery):
            raise ZeroDivisionError

    worker._targets["webhook"] = Broken()
    await worker.deliver_due()
    assert await states(post, case) == [(State.WAITING, True)]
    await until_settled(post, case)
    assert len(stand_in.accepted) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_private_address_is_never_called_outside_development(by_hook, host):
    post, stand_in = by_hook
    case = await post.open()
    port = post.integrations["enfield"].webhooks["crm"].url.rsplit(":", 1)[1]
    hooks = {"crm": Webhook("crm", f"http://{host}:{port}", SECRET)}
    integrations = {"enfield": Integrations(webhooks=hooks, open311={})}
    async with outside_session(allow_private=False) as session:
        worker = post.worker()
        worker._targets["webhook"] = Webhooks(session, post.clock, integrations, post.words, allow_private=False)
        await worker.deliver_due()
    assert stand_in.asked == 0
    [item] = await post.items(case)
    assert (item.state, item.in_doubt) == (State.WAITING, False)
    assert "private address" in item.error
