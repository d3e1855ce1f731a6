"""What a turn shows of how well a message was served, for those who teach the assistant.

Not understood, asked back, turned away, "that is not what I meant", a person wanted right after an answer: each is a signal,
written down in the transaction of the turn's replies, with ids and without words. What a signal leads to is in bot/learning.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import PERSON_CHOICE, Conversation, Kind, Message, Reply
from bot.conversations.service import Together
from bot.dialogue.tasks import Turn
from bot.learning.model import SignalKind
from bot.learning.noting import Noting

INTENT = "intent:"
ANSWERED = f"{Kind.ANSWER}:"  # how the mark of a last reply begins that was an answer; see repair.py


@dataclass(frozen=True)
class Noticed:
    """A signal of a turn: about its own message, or about the question before it."""

    kind: SignalKind
    intent: str = ""
    article: str = ""
    before: bool = False


def noticed(conversation: Conversation, message: Message, turn: Turn) -> Noticed | None:
    """What the turn shows, or None."""
    context = conversation.context
    answered_before = bool(context.article) and context.last_reply.startswith(ANSWERED)
    if answered_before and _person_wanted(conversation, message, turn):
        return Noticed(SignalKind.PASSED_ON, context.topic, context.article, before=True)
    if message.data.get("choice"):
        return None
    if len(turn.context.tried) > len(context.tried):
        return Noticed(SignalKind.SAID_NO, context.topic, context.article, before=True) if context.article else None
    reasons = {str(reply.data.get("reason", "")) for reply in turn.replies}
    if "out_of_scope" in reasons:
        return Noticed(SignalKind.OUT_OF_SCOPE, "out_of_scope")
    if turn.outcome == "repair" or "not_understood" in reasons:
        return Noticed(SignalKind.UNANSWERED)
    if turn.outcome == "clarify":
        return Noticed(SignalKind.DOUBTFUL, _first_offered(turn.replies))
    return None


def _person_wanted(conversation: Conversation, message: Message, turn: Turn) -> bool:
    if message.data.get("choice"):
        return bool(message.data["choice"] == PERSON_CHOICE)
    begun = turn.context.under_way[len(conversation.context.under_way) :]
    return any(task["task"] == Kind.HANDOFF for task in begun)


def _first_offered(replies: Sequence[Reply]) -> str:
    values = (choice.value for reply in replies for choice in reply.choices if choice.value.startswith(INTENT))
    return next(values, "").removeprefix(INTENT)


def noticing(noting: Noting) -> Callable[[Conversation, Message, Turn], Sequence[Together]]:
    """What TurnRunner asks of every turn."""

    def notice(conversation: Conversation, message: Message, turn: Turn) -> Sequence[Together]:
        found = noticed(conversation, message, turn)
        return [Together(_writing(noting, message.seq, found))] if found else []

    return notice


def _writing(noting: Noting, seq: int, found: Noticed) -> Callable[[AsyncConnection, Conversation], Awaitable[Sequence[Reply]]]:
    async def write(tx: AsyncConnection, conversation: Conversation) -> Sequence[Reply]:
        note = noting.note_question_before if found.before else noting.note
        await note(tx, conversation, seq, found.kind, found.intent, found.article)
        return []

    return write
