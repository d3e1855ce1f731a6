"""Suggested replies beside a resident's message: for their newest one, for another that staff point at, or for words they type.

bot/assist finds, ranks and fills them in. The part of the page that brings itself up to date asks for the same again.
"""

from aiohttp import web

from bot.assist.model import Suggestions
from bot.conversations.service import NotFound
from bot.handoff.views import Chat
from bot.web import keys
from bot.web.access import actor_of

LONGEST_SEARCH = 200


async def at_hand(request: web.Request, chat: Chat | None) -> Suggestions:
    """What could be replied, when the chat is the actor's own."""
    if chat is None or not chat.mine:
        return Suggestions()
    suggestions, actor = request.app[keys.ASSIST].suggestions, actor_of(request)
    words, seq = request.query.get("find", "")[:LONGEST_SEARCH], request.query.get("for", "")
    if words.strip():
        return await suggestions.search(actor, chat.conversation_id, words)
    try:
        return await suggestions.suggest(actor, chat.conversation_id, int(seq) if seq.isdecimal() else None)
    except NotFound:  # a message that is not the resident's, or not there
        return await suggestions.suggest(actor, chat.conversation_id)
