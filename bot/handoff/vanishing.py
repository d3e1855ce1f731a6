"""Gives a chat back to the front of the queue when its person cannot go on: no first reply, no console, signed out."""

import structlog

from bot.conversations.store import conversation_with_token
from bot.handoff import moves, store
from bot.handoff.access import Access
from bot.handoff.model import Handoff, staff_of

log = structlog.get_logger()


async def give_back(access: Access, seen: Handoff, what: str, words: str) -> bool:
    """Puts the chat back if the person it was seen with still has it; says whether it did.

    `what` goes into the log of the handoff, `words` names the sentence for the resident.
    """
    now = access.now()
    async with access.parts.database.writing() as tx:
        found = await conversation_with_token(tx, seen.conversation_id, lock=True)
        if found is None:
            return False
        conversation, handoff = found[0], await store.open_of(tx, seen.conversation_id)
        if handoff is None or handoff.id != seen.id or staff_of(conversation.owner) != seen.staff_id:
            return False
        name = access.shown(conversation.council, handoff)
        await moves.back_to_queue(tx, conversation, handoff, what, now, by=handoff.staff_id)
        await access.say(tx, conversation.id, [access.parts.wording.person(conversation.council, words, name=name)], now)
    log.info("handoff_given_back", conversation_id=seen.conversation_id, staff_id=seen.staff_id, what=what)
    await access.wake(conversation, seen.staff_id)
    await access.wake_queue(conversation.council)
    return True
