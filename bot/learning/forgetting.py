"""Takes out of learning what it knows of a conversation that is deleted.

Signals and the messages of a comparison go with the conversation by themselves. Two copies do not: the example and name of a
theme, and suggestions. Those that nobody has accepted go; an accepted training example stays without the way back, since it is
masked, was read by two people and says only that somebody once wrote so.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import Conversation
from bot.learning import store
from bot.learning.theming import FEWEST_PEOPLE, MOST, theme_row


async def forget(tx: AsyncConnection, conversation: Conversation) -> None:
    """Removes the copies, in the transaction that deletes the conversation."""
    await store.delete_undecided_of(tx, conversation.id)
    for theme_id in {one.theme_id for one in await store.marks_of(tx, conversation.id)} - {""}:
        others = await store.signals_of_theme(tx, theme_id, MOST)
        left = [one for one in reversed(others) if one.conversation_id != conversation.id]
        if len({one.conversation_id for one in left}) < FEWEST_PEOPLE:
            await store.delete_theme(tx, theme_id)
        else:  # its name is told from its messages; the next round makes a new one
            await store.change_theme(tx, theme_id, **theme_row(theme_id, "", left))
