"""What staff ask of a resident with a button, and the typed answers that come back."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import Conversation, Reply
from bot.handoff.model import Handoff
from bot.handoff.parts import Parts


class Requests:
    """Typed questions of staff. Build one in app.py."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answered(
        self, tx: AsyncConnection, conversation: Conversation, handoff: Handoff, message: Reply
    ) -> Sequence[Reply]:
        """What follows from a resident's message to staff."""
        return ()

    async def back_from_form(self, tx: AsyncConnection, conversation: Conversation, handoff: Handoff) -> list[Reply]:
        """The form is done, or given up: the person goes on."""
        return []
