"""Takes names and addresses out of texts without loading the language model here: a process does it, started when needed.

It ends by itself when nothing was masked for a while, so its memory is used only where chats end or files are imported.
pseudonyms_worker.py is the process, pseudonyms.py what it does.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Collection, Sequence
from contextlib import suppress

IDLE_SECONDS = 300.0
LONGEST_SECONDS = 120.0  # for one lot of texts, the start of the process included
LINE = 64 * 1024 * 1024  # bytes of one lot at most


class MaskingFailed(Exception):
    """The process did not mask the texts; nothing of them may be kept."""


class PseudonymsProcess:
    """Masks texts in a process. One lot at a time; build several for several processors. Close it on the way out."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._ending: asyncio.TimerHandle | None = None

    async def replace_all(self, texts: Sequence[str], keep: Collection[str] = ()) -> list[str]:
        """The texts with words like [name] in the place of what could name somebody. Raises MaskingFailed.

        `keep` are names and numbers that anybody may know and that stay.
        """
        if not texts:
            return []
        async with self._one_at_a_time:
            self._stay()
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    masked = await self._ask({"texts": list(texts), "keep": sorted(keep)})
            except (OSError, ValueError, TimeoutError) as problem:
                await self._end()
                raise MaskingFailed(type(problem).__name__) from problem
            self._leave_later()
        return masked

    async def close(self) -> None:
        """Ends the process."""
        self._stay()
        await self._end()

    async def _ask(self, request: dict[str, list[str]]) -> list[str]:
        if self._process is None or self._process.returncode is not None:
            command = (sys.executable, "-m", "bot.privacy.pseudonyms_worker")
            self._process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=LINE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        await self._process.stdin.drain()
        masked: list[str] = json.loads(await self._process.stdout.readline() or "null") or []
        if len(masked) != len(request["texts"]):
            raise ValueError("another number of texts came back")
        return masked

    def _stay(self) -> None:
        if self._ending:
            self._ending.cancel()
            self._ending = None

    def _leave_later(self) -> None:
        def leave() -> None:
            if self._process and self._process.returncode is None:
                self._process.terminate()

        self._ending = asyncio.get_running_loop().call_later(IDLE_SECONDS, leave)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        if process:
            await process.wait()
