"""What this room needs of people: a word when a resident speaks, leaves or looks in while staff have the conversation.

The handoff room stands above this one and does it (bot/handoff/service.py); app.py puts the two together. While the
assistant owns a conversation none of this is asked, so an ordinary turn costs nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import Conversation, Reply


@dataclass(frozen=True)
class Standing:
    """What a resident is told of the people who have the conversation: a place in the queue, or who it is."""

    queue: dict[str, Any] | None = None
    staff: dict[str, Any] | None = None


class People(Protocol):
    """Whoever looks after conversations that are in the queue or with staff."""

    async def spoke(self, tx: AsyncConnection, conversation: Conversation, message: Reply) -> Sequence[Reply]:
        """The resident has spoken, in this transaction; what is returned is said after it.

        May change the owner, and then returns something to say about it.
        """

    async def form_over(self, tx: AsyncConnection, conversation: Conversation) -> Sequence[Reply]:
        """A form that staff sent is done or given up, in this transaction. Changes the owner."""

    async def left(self, tx: AsyncConnection, conversation: Conversation) -> None:
        """The resident ends the conversation, in this transaction."""

    async def standing(self, tx: AsyncConnection, conversation: Conversation) -> Standing:
        """What the resident is told just now."""

    async def seen(self, conversation: Conversation) -> None:
        """The resident's page has looked in: they are there."""

    async def changed(self, conversation: Conversation) -> None:
        """Something of it is committed; whoever watches the queue or the chat is woken."""
