"""A worker of the outbox in a process of its own, that is killed between what the other side accepted and our record of it.

`python -m tests.cases.dying URL TARGET ADDRESS MINUTES kill|live` delivers what is due once, so many minutes after noon.
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta

from bot.cases.integrations import Webhook
from bot.cases.outbox.model import Delivery, Target
from bot.cases.targets.calling import outside_session
from bot.cases.wording import read_case_words
from bot.foundation.database import Database
from tests.cases.workers import COUNCILS, SECRET, make_integrations, make_worker, receiver
from tests.standins.notify import TEMPLATE

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Dying:
    """Delivers for real, then the process is gone."""

    def __init__(self, target: Target) -> None:
        self.name = target.name
        self._target = target

    async def deliver(self, delivery: Delivery) -> str:
        """Delivers, and dies before anybody hears of it."""
        await self._target.deliver(delivery)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still alive")

    async def look_up(self, delivery: Delivery) -> str:
        """The target's own."""
        return await self._target.look_up(delivery)


class Standing:
    """A clock that stands still."""

    def __init__(self, time: datetime) -> None:
        self._time = time

    def now(self) -> datetime:
        """The time it was set to."""
        return self._time


def integrations(target: str, address: str) -> dict[str, object]:
    """The integrations with this one target."""
    match target:
        case "notify":
            return {"email_template": TEMPLATE, "text_template": TEMPLATE}
        case "webhook":
            return {"webhooks": {"crm": Webhook("crm", f"{address}/hook", SECRET)}}
        case _:
            return {"open311": {"depot": receiver(f"{address}/v2")}}


async def main(url: str, target: str, address: str, minutes: str, way: str) -> None:
    """Delivers once."""
    database, clock = Database(url), Standing(NOON + timedelta(minutes=int(minutes)))
    made = make_integrations(**integrations(target, address))
    async with outside_session(allow_private=True) as session:
        worker = make_worker(database, clock, session, read_case_words(COUNCILS), made, address)
        if way == "kill":
            worker._targets = {name: Dying(one) for name, one in worker._targets.items()}
        await worker.deliver_due()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
