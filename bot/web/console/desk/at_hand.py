"""Answers at hand: passages of knowledge beside the resident's newest message, and ready replies of the team.

They are looked up for that message, or for the words that staff search with. bot/handoff/answers.py finds and fills them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.conversations.model import Sender
from bot.handoff.answers import Ready
from bot.handoff.views import Chat
from bot.web import keys
from bot.web.access import actor_of

LONGEST_SEARCH = 200
OWN_SHOWN = 3  # ready replies of the team beside the passages


@dataclass(frozen=True)
class AtHand:
    """What could be answered, and what it was looked up for."""

    ready: Sequence[Ready] = ()
    searched: str = ""
    seq: int = 0  # the resident's message that it was looked up for


async def at_hand(request: web.Request, chat: Chat | None) -> AtHand:
    """Passages for the resident's newest message, or ready replies for the words in the address."""
    if chat is None or not chat.mine:
        return AtHand()
    answers, actor = request.app[keys.HANDOFF].answers, actor_of(request)
    words = request.query.get("find", "")[:LONGEST_SEARCH]
    if words.strip():
        return AtHand(await answers.search(actor, chat.conversation_id, words), words)
    seq = next((one.seq for one in reversed(chat.messages) if one.sender == Sender.RESIDENT), 0)
    passages = await answers.passages(actor, chat.conversation_id, seq) if seq else []
    return AtHand([*passages, *(await answers.search(actor, chat.conversation_id, ""))[:OWN_SHOWN]], "", seq)
