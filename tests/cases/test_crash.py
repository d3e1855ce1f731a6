"""A real process is killed after the other side accepted and before that is recorded; what is told is told once all the same."""

import asyncio
import signal
import sys

import pytest

from bot.cases.model import Contact
from bot.cases.outbox.model import State
from tests.cases.conftest import ADA, Post
from tests.cases.dying import integrations
from tests.cases.workers import COUNCILS, SECRET
from tests.standins.notify import NotifyStandIn
from tests.standins.open311 import OtherSystem
from tests.standins.webhook import WebhookStandIn


async def run(url, target, address, minutes, way):
    """Runs the worker's process to its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.cases.dying", url, target, address, str(minutes), way, cwd=COUNCILS.parent
    )
    return await process.wait()


def stand_in_of(target):
    match target:
        case "notify":
            return NotifyStandIn()
        case "webhook":
            return WebhookStandIn(SECRET)
        case _:
            return OtherSystem()


def accepted(stand_in):
    return stand_in.taken if isinstance(stand_in, OtherSystem) else stand_in.accepted


@pytest.mark.parametrize("target", ["notify", "open311", "webhook"])
async def test_nothing_is_lost_and_nothing_told_twice_when_a_process_is_killed(
    database_url, database, clock, outside, serve, target
):
    stand_in = stand_in_of(target)
    address = await serve(stand_in.app())
    post = Post(database, clock, outside, **integrations(target, address))
    case = await post.open(contact=ADA if target == "notify" else Contact())

    assert await run(database_url, target, address, 0, "kill") == -signal.SIGKILL
    assert len(accepted(stand_in)) == 1
    [item] = await post.items(case)
    assert (item.state, item.in_doubt) == (State.WAITING, True)

    assert await run(database_url, target, address, 5, "live") == 0
    [item] = await post.items(case)
    assert (item.state, item.in_doubt) == (State.SENT, False)
    if target == "webhook":  # cannot be asked: it comes again, with the same id
        assert len({event_id for event_id, _ in stand_in.accepted}) == 1
    else:
        assert len(accepted(stand_in)) == 1


async def test_what_broke_off_in_one_process_is_sent_by_the_next(database_url, database, clock, outside, serve):
    stand_in = WebhookStandIn(SECRET)
    post = Post(database, clock, outside, **integrations("webhook", await serve(stand_in.app())))
    case = await post.open()
    stand_in.failures = ["silent"]
    address = post.integrations["enfield"].webhooks["crm"].url.removesuffix("/hook")
    assert await run(database_url, "webhook", address, 0, "live") == 0
    assert stand_in.accepted == []
    assert await run(database_url, "webhook", address, 5, "live") == 0
    assert len(stand_in.accepted) == 1
    assert (await post.items(case))[0].state == State.SENT
