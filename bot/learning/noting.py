"""Writes signals down, in the transaction of the turn that they are about. They hold ids and no words yet.

bot/dialogue/noticing.py says what a turn shows; theming.py later masks the words. Feedback of a resident comes here too.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import Conversation, Kind, Sender
from bot.conversations.store import message_at, messages
from bot.foundation.clock import Clock
from bot.learning import store
from bot.learning.model import SignalKind


class Noting:
    """Notes signals. Build one in building.py."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def note(
        self, tx: AsyncConnection, conversation: Conversation, seq: int, kind: SignalKind, intent: str = "", article: str = ""
    ) -> None:
        """A signal about the resident's message `seq`."""
        now = self._clock.now()
        await store.add_signal(tx, conversation.council, conversation.id, seq, kind, now, intent=intent, article=article)

    async def note_question_before(
        self,
        tx: AsyncConnection,
        conversation: Conversation,
        before: int,
        kind: SignalKind,
        intent: str = "",
        article: str = "",
    ) -> None:
        """A signal about what the resident had typed last before `before`; none when there is nothing."""
        query = (
            select(messages.c.seq, messages.c.data)
            .where(messages.c.conversation_id == conversation.id, messages.c.seq < before, messages.c.sender == Sender.RESIDENT)
            .order_by(messages.c.seq.desc())
            .limit(10)
        )
        typed = next((row.seq for row in await tx.execute(query) if not row.data), None)
        if typed is not None:
            await self.note(tx, conversation, typed, kind, intent, article)

    async def feedback(self, tx: AsyncConnection, conversation: Conversation, seq: int, helpful: str) -> None:
        """What a resident said of an answer, in the transaction that keeps it. Only "no" is a signal."""
        if helpful != "no":
            return
        answer = await message_at(tx, conversation.id, seq)
        if answer is not None and answer.kind == Kind.ANSWER:
            intent, article = str(answer.data.get("intent", "")), str(answer.data.get("article", ""))
            await self.note_question_before(tx, conversation, seq, SignalKind.SAID_NO, intent, article)
