"""Publishes open data by itself: every morning, or every month, once the days it is about have been counted.

A month is written anew while its figures can still change, which is for eight days after its end. What was written today is
not written again before tomorrow, unless the gateway starts anew; several gateways write the same.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import structlog

from bot.foundation.background import Background
from bot.reports.model import FINAL
from bot.reports.periods import DAY, Period, month_of
from bot.reports.publishing import NothingToPublish, OpenData
from bot.staff.model import schedule_actor

log = structlog.get_logger()

ROUND_SECONDS = 300.0


class Schedule(Background):
    """Writes the open data of every council into a folder for each. Build one in app.py; `start` and `close` it there."""

    def __init__(self, open_data: OpenData, councils: Sequence[str], folder: Path, every: str) -> None:
        self._open_data = open_data
        self._councils = councils
        self._folder = folder
        self._every: str = every
        self._written: dict[tuple[str, Period], date] = {}

    async def once(self) -> list[Path]:
        """One round: writes what is due and not written today; the files."""
        today, files = self._open_data.today(), list[Path]()
        for council in self._councils:
            for month in months_due(self._every, today):
                if self._written.get((council, month)) == today:
                    continue
                try:
                    files += await self._open_data.publish(schedule_actor(), council, month, self._folder)
                except NothingToPublish:
                    continue
                self._written[council, month] = today
        return files

    async def _work(self) -> None:
        while True:
            try:
                await self.once()
            except Exception:
                log.exception("open_data_failed")
            await asyncio.sleep(ROUND_SECONDS)


def months_due(every: str, today: date) -> list[Period]:
    """The months to write today, the older first. `every` is day or month.

    Every day: the month of yesterday, and the one before it while that can still change. Every month: the last whole month.
    """
    last_whole = month_of(today.replace(day=1) - DAY)
    if every == "month":
        return [last_whole]
    of_yesterday = month_of(today - DAY)
    before = month_of(of_yesterday.first - DAY)
    return [before, of_yesterday] if today <= before.last + FINAL else [of_yesterday]
