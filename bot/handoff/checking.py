"""Supervised replies: what a new member of staff writes, or anybody on a risky topic, waits for a second person.

The second person approves it, changes it or refuses it with a reason. Nobody approves their own, and a draft whose chat has
moved on is dropped: the resident never gets words from somebody who no longer has them. Who is supervised is kept with
their desk; which topics are, in handoff.yml.
"""

from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import Reply, new_id
from bot.conversations.service import NotFound
from bot.conversations.store import reply_from_row, reply_row
from bot.conversations.text import clean_text
from bot.handoff import checking_store, store
from bot.handoff.access import Access, needed_note
from bot.handoff.model import Handoff, staff_owner
from bot.handoff.refusals import DraftDecided, OwnDraft
from bot.handoff.views import Draft, Sent
from bot.staff.audit import Action
from bot.staff.model import Actor, Permission

log = structlog.get_logger()


class Checking:
    """Replies that wait for a second person. Build one in app.py."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._database = access.parts.database

    async def needed(self, tx: AsyncConnection, actor: Actor, handoff: Handoff) -> bool:
        """Whether this actor's words in this chat wait for a second person."""
        desk = await store.desk_of(tx, actor.staff_id)
        return bool(desk and desk.supervised) or self._access.plan(handoff.council).supervised(handoff.card)

    async def keep(self, tx: AsyncConnection, actor: Actor, handoff: Handoff, client_message_id: str, reply: Reply) -> Sent:
        """Keeps a reply until somebody decides, once for each client id."""
        known = await checking_store.by_client_id(tx, handoff.conversation_id, client_message_id)
        if known is not None:
            return Sent(0, repeat=True, draft=known)
        draft_id = new_id()
        await checking_store.add(
            tx,
            id=draft_id,
            conversation_id=handoff.conversation_id,
            handoff_id=handoff.id,
            author_id=actor.staff_id,
            author_name=actor.name,
            at=self._access.now(),
            reply=reply_row(reply),
            client_message_id=client_message_id,
        )
        return Sent(0, draft=draft_id)

    async def drafts(self, actor: Actor) -> list[Draft]:
        """What waits for a second person in the actor's teams, oldest first, the actor's own left out."""
        actor.needs(Permission.SUPERVISE_CHATS)
        async with self._database.reading() as tx:
            rows = await checking_store.waiting_for(tx, actor)
        return [_draft(row) for row in rows if row["author_id"] != actor.staff_id]

    async def approve(self, actor: Actor, draft_id: str, text: str | None = None) -> int:
        """Sends a draft, in other words when `text` is given; gives its seq.

        Raises NotFound, OwnDraft, UnusableText and DraftDecided: somebody was quicker, or the chat has moved on.
        """
        actor.needs(Permission.SUPERVISE_CHATS)
        now = self._access.now()
        async with self._database.writing() as tx:
            draft = await self._found(tx, actor, draft_id)
            conversation, handoff = await self._access.locked(tx, actor, draft["conversation_id"])
            if conversation.owner != staff_owner(draft["author_id"]) or handoff.id != draft["handoff_id"]:
                raise DraftDecided
            reply = reply_from_row(draft["reply"])
            changed = text is not None and clean_text(text) != reply.text
            if not await checking_store.decide(tx, draft_id, "changed" if changed else "approved", actor, now):
                raise DraftDecided
            reply = replace(reply, text=clean_text(text)) if changed and text is not None else reply
            seq = await self._access.deliver(tx, conversation, handoff, reply, now, draft["client_message_id"])
            await self._access.record(
                tx, actor, Action.REPLY_APPROVED, conversation, seq=seq, changed=changed, author=draft["author_id"]
            )
        log.info("draft_approved", conversation_id=conversation.id, changed=changed)
        await self._access.wake(conversation, draft["author_id"])
        return seq

    async def refuse(self, actor: Actor, draft_id: str, reason: str) -> None:
        """Refuses a draft with a reason that its author reads. Raises NotFound, OwnDraft, NoteNeeded and DraftDecided."""
        actor.needs(Permission.SUPERVISE_CHATS)
        reason, now = needed_note(reason), self._access.now()
        async with self._database.writing() as tx:
            draft = await self._found(tx, actor, draft_id)
            conversation, _ = await self._access.locked(tx, actor, draft["conversation_id"])
            if not await checking_store.decide(tx, draft_id, "refused", actor, now, reason):
                raise DraftDecided
            await self._access.record(tx, actor, Action.REPLY_REFUSED, conversation, author=draft["author_id"])
        await self._access.wake(conversation, draft["author_id"])

    async def _found(self, tx: AsyncConnection, actor: Actor, draft_id: str) -> dict[str, Any]:
        draft = await checking_store.find(tx, draft_id)
        if draft is None or await store.latest_of(tx, draft["conversation_id"], actor) is None:
            raise NotFound
        if draft["author_id"] == actor.staff_id:
            raise OwnDraft
        return draft


def _draft(row: dict[str, Any]) -> Draft:
    return Draft(
        id=row["id"],
        conversation_id=row["conversation_id"],
        council=row["council"],
        team=row["team"],
        author_id=row["author_id"],
        author_name=row["author_name"],
        at=row["at"],
        text=reply_from_row(row["reply"]).text,
    )
