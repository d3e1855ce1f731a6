"""Chats that are over: searched by words, team, outcome and date, and read by those whose business they are.

Councils and teams are part of the query, so a search finds nothing that its searcher may not read. Searching and reading
both stand in the audit. Conversations that never reached a person are not here; reports count those without showing them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.conversations.store import messages
from bot.handoff.access import Access, first_line
from bot.handoff.model import OPEN_STAGES, Card
from bot.handoff.store import handoffs, utc, visible_to
from bot.staff.audit import Action, Audit
from bot.staff.model import Actor, Permission

PAGE = 30


@dataclass(frozen=True)
class Wanted:
    """What to look for; empty means all. `before` is the moment to go on from."""

    text: str = ""
    team: str = ""
    outcome: str = ""
    staff_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class Past:
    """One chat that is over."""

    conversation_id: str
    council: str
    team: str
    topic: str
    want: str
    staff_name: str
    stage: str
    outcome: str
    queued_at: datetime
    ended_at: datetime
    waited_seconds: float | None


class History:
    """Search in past chats. Build one in app.py."""

    def __init__(self, access: Access, audit: Audit) -> None:
        self._access = access
        self._audit = audit

    async def search(self, actor: Actor, wanted: Wanted) -> list[Past]:
        """Past chats of the actor's teams, the newest first, PAGE at a time. Raises NotAllowed."""
        actor.needs(Permission.READ_TRANSCRIPTS)
        query = (
            select(handoffs)
            .where(
                visible_to(actor),
                handoffs.c.ended_at.is_not(None),
                handoffs.c.stage.not_in([str(one) for one in OPEN_STAGES]),
            )
            .order_by(handoffs.c.ended_at.desc())
            .limit(PAGE)
        )
        for column in ("team", "outcome", "staff_id"):
            if value := getattr(wanted, column):
                query = query.where(handoffs.c[column] == value)
        if wanted.since:
            query = query.where(handoffs.c.ended_at >= wanted.since)
        if wanted.until:
            query = query.where(handoffs.c.ended_at < wanted.until)
        if wanted.before:
            query = query.where(handoffs.c.ended_at < wanted.before)
        for word in wanted.text.split()[:6]:
            said = select(messages.c.conversation_id).where(
                messages.c.conversation_id == handoffs.c.conversation_id,
                func.lower(messages.c.text).contains(word.lower(), autoescape=True),
            )
            query = query.where(said.exists())
        async with self._access.parts.database.writing() as tx:
            rows = (await tx.execute(query)).all()
            detail = {"found": len(rows), "words": len(wanted.text.split())}
            await self._audit.record(tx, actor, Action.TRANSCRIPTS_SEARCHED, "conversations", detail)
        return [
            Past(
                conversation_id=row.conversation_id,
                council=row.council,
                team=row.team,
                topic=self._access.parts.wording.topic(row.council, row.card.get("topic", "")),
                want=first_line(Card.from_json(row.card).want),
                staff_name=row.staff_name,
                stage=row.stage,
                outcome=row.outcome,
                queued_at=utc(row.queued_at),
                ended_at=utc(row.ended_at),
                waited_seconds=row.waited_seconds,
            )
            for row in rows
        ]
