"""Starts the process that trains a candidate, so that a gateway that answers residents has nothing of the work.

It is the command that anybody can give (`python -m bot train --candidate`), told which training was begun. Whether it lives is
seen in the database; a process that ends without having said how is written down as cut off.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import structlog

from bot.learning.candidates import CUT_OFF, Candidates

log = structlog.get_logger()


class Launcher:
    """Starts trainings. Build one in app.py and `close` it there; `environment` are settings that the process needs."""

    def __init__(self, candidates: Candidates, environment: Mapping[str, str], log_file: Path) -> None:
        self._candidates = candidates
        self._environment = environment
        self._log = log_file
        self._watching: set[asyncio.Task[None]] = set()

    async def __call__(self, candidate_id: str) -> None:
        """Starts the training that was begun."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        command = (sys.executable, "-m", "bot", "train", "--candidate", "--begun", candidate_id)
        with self._log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                env={**os.environ, **self._environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        watch = asyncio.create_task(self._watch(candidate_id, process))
        self._watching.add(watch)
        watch.add_done_callback(self._watching.discard)

    async def close(self) -> None:
        """Stops a training that is under way; the command writes down that it was stopped."""
        for watch in list(self._watching):
            watch.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    async def _watch(self, candidate_id: str, process: asyncio.subprocess.Process) -> None:
        try:
            code = await process.wait()
            log.info("training_ended", candidate=candidate_id, code=code)
            await self._candidates.fail(candidate_id, CUT_OFF)  # which changes nothing when it has said how it ended
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
