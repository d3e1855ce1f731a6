"""The moves of a conversation between the queue, people and the assistant. Each is one owner less and one more.

Every move raises the epoch, so that whatever was worked out for the owner before is recognised and kept back, and writes
what happened to the handoff's log. The caller holds the lock on the conversation; nobody else writes these columns.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations import store as conversations
from bot.conversations.model import ASSISTANT, CLOSED, QUEUE, Context, Conversation
from bot.handoff import checking_store, store
from bot.handoff.model import Desk, Handoff, Stage, staff_owner


async def into_queue(tx: AsyncConnection, conversation: Conversation, handoff: Handoff, now: datetime) -> None:
    """A new wait for a person."""
    await store.add(tx, handoff)
    await store.add_event(tx, handoff, "queued", now, detail=handoff.reason)
    await _give(tx, conversation, QUEUE, now)


async def to_known_person(tx: AsyncConnection, conversation: Conversation, handoff: Handoff, desk: Desk, now: datetime) -> None:
    """A new wait that goes to whoever helped this resident before; without a first reply it goes on to the queue's front."""
    await store.add(tx, handoff)
    await store.add_event(tx, handoff, "queued", now, detail=handoff.reason)
    await to_staff(tx, conversation, handoff, desk.staff_id, desk.name, "same_person", now)


async def back_to_queue(
    tx: AsyncConnection,
    conversation: Conversation,
    handoff: Handoff,
    what: str,
    now: datetime,
    *,
    by: str = "",
    team: str = "",
    detail: str = "",
) -> None:
    """From a person back to the front of the queue of its team, or of another one.

    Somebody who was answered already begins a new wait; somebody who was not goes on with the old one.
    """
    values: dict[str, Any] = {"stage": str(Stage.WAITING), "returns": handoff.returns + 1, "staff_id": "", "staff_name": ""}
    values |= {"team": team or handoff.team, "claimed_at": None}
    if handoff.first_reply_at is not None:
        values |= {"queued_at": now, "first_reply_at": None, "staff_spoke_at": None}
    await store.change(tx, handoff.id, **values)
    await store.add_event(tx, handoff, what, now, staff_id=by, detail=detail)
    await _give(tx, conversation, QUEUE, now)


async def claimed(tx: AsyncConnection, handoff: Handoff, staff_id: str, name: str, now: datetime) -> None:
    """From the queue to whoever has just won the conversation (conversations.store.take changed its owner)."""
    known = {"stage": str(Stage.WITH_STAFF), "staff_id": staff_id, "staff_name": name, "claimed_at": now}
    await store.change(tx, handoff.id, **known)
    await store.add_event(tx, handoff, "claimed", now, staff_id=staff_id)


async def to_staff(
    tx: AsyncConnection,
    conversation: Conversation,
    handoff: Handoff,
    staff_id: str,
    name: str,
    what: str,
    now: datetime,
    **values: Any,
) -> None:
    """To one member of staff. `values` are further columns of the handoff, such as its team."""
    known = {"stage": str(Stage.WITH_STAFF), "staff_id": staff_id, "staff_name": name, "claimed_at": now}
    await store.change(tx, handoff.id, **{**known, **values})
    await store.add_event(tx, handoff, what, now, staff_id=staff_id)
    await _give(tx, conversation, staff_owner(staff_id), now)


async def to_assistant(
    tx: AsyncConnection,
    conversation: Conversation,
    handoff: Handoff,
    stage: Stage,
    what: str,
    now: datetime,
    *,
    by: str = "",
    context: Context | None = None,
    **values: Any,
) -> None:
    """Back to the assistant. What was said meanwhile counts as dealt with, so that it does not answer old messages."""
    ended = {} if stage == Stage.LENT else {"ended_at": now}
    await store.change(tx, handoff.id, stage=str(stage), **ended, **values)
    await store.add_event(tx, handoff, what, now, staff_id=by)
    known: dict[str, Any] = {"answered_seq": conversation.resident_seq}
    if context is not None:
        known["context"] = context.as_json()
    await _give(tx, conversation, ASSISTANT, now, **known)


async def lend(tx: AsyncConnection, conversation: Conversation, handoff: Handoff, now: datetime) -> None:
    """To the assistant for a form; its first message is the button that was just pressed, which is still to be answered."""
    context = replace(conversation.context, lent=True, under_way=())
    await store.change(tx, handoff.id, stage=str(Stage.LENT))
    await store.add_event(tx, handoff, "lent", now, staff_id=handoff.staff_id)
    answered = {"answered_seq": conversation.resident_seq - 1}
    await _give(tx, conversation, ASSISTANT, now, context=context.as_json(), **answered)


async def to_end(
    tx: AsyncConnection, conversation: Conversation, handoff: Handoff, outcome: str, what: str, now: datetime, *, by: str = ""
) -> None:
    """The chat is over, and so is the conversation."""
    await store.change(tx, handoff.id, stage=str(Stage.ENDED), ended_at=now, outcome=outcome)
    await store.add_event(tx, handoff, what, now, staff_id=by, detail=outcome)
    await _give(tx, conversation, CLOSED, now, answered_seq=conversation.resident_seq)


async def _give(tx: AsyncConnection, conversation: Conversation, owner: str, now: datetime, **values: Any) -> None:
    await checking_store.drop_waiting(tx, conversation.id, now)
    values |= {"owner": owner, "epoch": conversation.epoch + 1, "turn_until": None}
    await conversations.change_conversation(tx, conversation.id, **values)
