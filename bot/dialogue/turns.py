"""Runs the assistant's turns: one at a time for each conversation, with no transaction open while the engine thinks.

A turn is claimed in the database (so two gateways never answer the same message), worked out, and its replies appended
only if nobody else took the conversation meanwhile. A turn whose process died is taken up again by `recover`.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from bot.conversations.model import Conversation, Message
from bot.conversations.service import Conversations, Together
from bot.dialogue.assistant import Assistant
from bot.dialogue.tasks import Turn
from bot.foundation.metrics import Metrics

log = structlog.get_logger()

RECOVERY_SECONDS = 15


Notice = Callable[[Conversation, Message, Turn], Sequence[Together]]


class TurnRunner:
    """Works through residents' messages. Build one in app.py; `start` and `close` it there.

    `notice` says what else is to be written down of a turn, together with its replies.
    """

    def __init__(
        self, conversations: Conversations, assistant: Assistant, metrics: Metrics, notice: Notice = lambda *_: ()
    ) -> None:
        self._notice = notice
        self._conversations = conversations
        self._assistant = assistant
        self._metrics = metrics
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._recovery: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to take up turns that were cut off, now and from time to time."""
        self._recovery = asyncio.create_task(self._recover())

    async def close(self) -> None:
        """Lets running turns finish for a moment, then stops."""
        if self._recovery:
            self._recovery.cancel()
            with suppress(asyncio.CancelledError):
                await self._recovery
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=3)
            for task in late:
                task.cancel()

    async def resident_spoke(self, conversation_id: str) -> None:
        """Starts the turn of a conversation, or tells the running one that there is more."""
        if conversation_id in self._tasks:
            self._again.add(conversation_id)
            return
        task = asyncio.create_task(self._run(conversation_id))
        self._tasks[conversation_id] = task

    async def _run(self, conversation_id: str) -> None:
        try:
            while True:
                self._again.discard(conversation_id)
                await self._work_through(conversation_id)
                if conversation_id not in self._again:
                    break
        except Exception:
            log.exception("turn_failed", conversation_id=conversation_id)
        finally:
            del self._tasks[conversation_id]

    async def _work_through(self, conversation_id: str) -> None:
        """Answers every waiting message of a conversation, in order."""
        claimed = await self._conversations.claim_turn(conversation_id)
        while claimed:
            conversation, message = claimed
            begun = time.perf_counter()
            turn = await self._reply(conversation, message)
            together = (*turn.together, *self._notice(conversation, message, turn))
            state = await self._conversations.replies_ready(conversation, turn.replies, turn.context, message.seq, together)
            self._metrics.turn_seconds.observe(time.perf_counter() - begun)
            self._metrics.turns.labels("unsent" if state == "taken" else turn.outcome).inc()
            log.info("turn_done", conversation_id=conversation_id, seq=message.seq, outcome=turn.outcome, state=state)
            claimed = await self._conversations.next_waiting(conversation_id) if state == "more" else None

    async def _reply(self, conversation: Conversation, message: Message) -> Turn:
        """The assistant's turn; a fault of ours still ends in a plain sentence and a person."""
        try:
            return await self._assistant.reply(conversation, message)
        except Exception:
            log.exception("reply_failed", conversation_id=conversation.id, seq=message.seq)
            composer = self._assistant.composer
            sorry = composer.say(
                conversation.council, "failed", choices=[composer.person(conversation.council)], reason="failed"
            )
            return Turn([sorry], conversation.context, "failed")

    async def _recover(self) -> None:
        while True:
            try:
                for conversation_id in await self._conversations.unfinished_turns():
                    await self.resident_spoke(conversation_id)
            except Exception:
                log.exception("recovery_failed")
            await asyncio.sleep(RECOVERY_SECONDS)
