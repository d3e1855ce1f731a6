"""Limits let a normal use through, stop one that is too often, and are each client's own."""

import pytest

from bot.foundation.limits import RULES, Limits, TooOften
from bot.foundation.metrics import Metrics


async def test_a_use_over_the_limit_is_refused_with_a_time_to_try_again():
    limits = Limits(Metrics())
    for _ in range(30):
        await limits.count("messages", "one")
    with pytest.raises(TooOften) as refused:
        await limits.count("messages", "one")
    assert refused.value.seconds == 60
    await limits.count("messages", "another")


async def test_a_limit_can_be_asked_about_without_counting():
    limits = Limits(Metrics())
    for _ in range(40):
        await limits.check("messages", "one")
    for _ in range(30):
        await limits.count("messages", "one")
    with pytest.raises(TooOften):
        await limits.check("messages", "one")


async def test_limits_that_are_not_enforced_only_count():
    metrics = Metrics()
    limits = Limits(metrics, enforced=False)
    for _ in range(40):
        await limits.count("messages", "one")
    assert b'desk_limited_total{limit="messages"} 10.0' in metrics.text()


def test_every_limit_is_generous_enough_for_a_library():
    assert int(RULES["new_conversations"].split("/")[0]) >= 100
