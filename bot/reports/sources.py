"""What the other rooms recorded of one day, fetched for counting: named queries on their tables that read nobody's words.

A day's conversations are found by when they began, everything else by its conversation, so each query walks an index.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.store import cases, visits
from bot.conversations.store import conversations, feedback, messages
from bot.handoff.model import Stage
from bot.handoff.store import handoff_events, handoffs
from bot.learning import store as learning
from bot.reports.counting import Happened, Line, Move, Promised
from bot.reports.model import SETTLED
from bot.reports.periods import Period, begins, day_of, ends
from bot.reports.suppression import SMALL
from bot.reports.watching import Standing
from bot.staff.model import Actor


@dataclass
class _Gathered:
    """One conversation while its rows come in."""

    began: datetime
    lines: list[Line] = field(default_factory=list)
    helpful: str = ""
    topic: str = ""
    moves: list[Move] = field(default_factory=list)
    asked_again: bool = False

    def whole(self) -> Happened:
        return Happened(self.began, tuple(self.lines), self.helpful, self.topic, tuple(self.moves), self.asked_again)


async def happened_on(tx: AsyncConnection, council: str, day: date) -> list[Happened]:
    """The conversations that began on a day in London and in which the resident said something, with all that came of them."""
    of_day = and_(
        conversations.c.council == council,
        conversations.c.created_at >= begins(day),
        conversations.c.created_at < ends(day),
        conversations.c.resident_seq > 0,
    )
    found = {
        row.id: _Gathered(_utc(row.created_at))
        for row in await tx.execute(select(conversations.c.id, conversations.c.created_at).where(of_day))
    }
    if not found:
        return []
    async for conversation, line in _lines(tx, of_day):
        found[conversation].lines.append(line)
    for row in await tx.execute(_feedback(of_day)):
        found[row.conversation_id].helpful = row.helpful
    for row in await tx.execute(_handoffs(of_day)):
        found[row.conversation_id].topic = found[row.conversation_id].topic or row.topic or ""
    for row in await tx.execute(_moves(of_day)):
        waited = float(row.detail) if row.what == "first_reply" else None
        found[row.conversation_id].moves.append(Move(row.handoff_id, row.what, waited))
    for row in await tx.execute(_asked_again(of_day)):
        one = found[row.conversation_id]
        one.asked_again = one.asked_again or _utc(row.at) <= one.began + SETTLED
    return [one.whole() for one in found.values()]


async def promised_for(tx: AsyncConnection, council: str, day: date) -> list[Promised]:
    """Promises whose first date is this day."""
    topic = cases.c.data[("card", "topic")].as_string().label("topic")
    query = select(cases.c.kind, cases.c.ended_at, topic).where(cases.c.council == council, cases.c.first_due == day)
    return [
        Promised(row.kind, row.topic or "", kept=row.ended_at is not None and day_of(_utc(row.ended_at)) <= day)
        for row in await tx.execute(query)
    ]


async def themes_asked(
    tx: AsyncConnection, actor: Actor, councils: Sequence[str], period: Period
) -> tuple[tuple[str, int], ...]:
    """The open themes of learning that were asked about in a period, by name, with all the people who did.

    Their names are residents' words, masked; those of few people are left to whoever may read conversations.
    """
    found = await learning.themes_of(tx, actor)
    return tuple(
        (one.name, one.people)
        for one in found
        if one.council in councils
        and one.people >= SMALL
        and day_of(one.first_at) <= period.last
        and day_of(one.last_at) >= period.first
    )


async def standing_now(tx: AsyncConnection, councils: Sequence[str], now: datetime) -> Standing:
    """Promises past their date, and who waits in the queue."""
    overdue = select(func.count()).where(
        cases.c.council.in_(list(councils)), cases.c.ended_at.is_(None), cases.c.due < day_of(now)
    )
    waiting = select(func.count(), func.min(handoffs.c.queued_at)).where(
        handoffs.c.council.in_(list(councils)), handoffs.c.stage == str(Stage.WAITING)
    )
    number, since = (await tx.execute(waiting)).one()
    longest = (now - _utc(since)).total_seconds() if since else 0.0
    return Standing(int((await tx.execute(overdue)).scalar_one()), int(number), longest)


async def first_day(tx: AsyncConnection, council: str) -> date | None:
    """The day of the oldest conversation that is still held, or of the oldest promise; None without either."""
    began = select(func.min(conversations.c.created_at)).where(conversations.c.council == council)
    due = select(func.min(cases.c.first_due)).where(cases.c.council == council)
    oldest, promised = (await tx.execute(began)).scalar_one(), (await tx.execute(due)).scalar_one()
    return min((day for day in (day_of(_utc(oldest)) if oldest else None, promised) if day), default=None)


# ---- inside


async def _lines(tx: AsyncConnection, of_day: ColumnElement[bool]) -> AsyncIterator[tuple[str, Line]]:
    columns = (
        messages.c.conversation_id,
        messages.c.at,
        messages.c.sender,
        messages.c.kind,
        messages.c.data["intent"].as_string().label("intent"),
        messages.c.data["reason"].as_string().label("reason"),
        messages.c.data["application"].as_string().label("application"),
    )
    joined = messages.join(conversations, conversations.c.id == messages.c.conversation_id)
    query = select(*columns).select_from(joined).where(of_day).order_by(messages.c.conversation_id, messages.c.seq)
    for row in await tx.execute(query):
        conversation_id, at, sender, kind, intent, reason, application = row
        yield conversation_id, Line(_utc(at), sender, kind, intent or "", reason or "", application or "")


def _feedback(of_day: ColumnElement[bool]) -> Select[Any]:
    """The oldest first, so that what was said last stays."""
    joined = feedback.join(conversations, conversations.c.id == feedback.c.conversation_id)
    return select(feedback.c.conversation_id, feedback.c.helpful).select_from(joined).where(of_day).order_by(feedback.c.at)


def _handoffs(of_day: ColumnElement[bool]) -> Select[Any]:
    joined = handoffs.join(conversations, conversations.c.id == handoffs.c.conversation_id)
    topic = handoffs.c.card["topic"].as_string().label("topic")
    return select(handoffs.c.conversation_id, topic).select_from(joined).where(of_day).order_by(handoffs.c.queued_at)


def _moves(of_day: ColumnElement[bool]) -> Select[Any]:
    joined = handoff_events.join(handoffs, handoffs.c.id == handoff_events.c.handoff_id)
    joined = joined.join(conversations, conversations.c.id == handoffs.c.conversation_id)
    columns = (handoffs.c.conversation_id, handoff_events.c.handoff_id, handoff_events.c.what, handoff_events.c.detail)
    return select(*columns).select_from(joined).where(of_day).order_by(handoff_events.c.id)


def _asked_again(of_day: ColumnElement[bool]) -> Select[Any]:
    """Visits to cases of these conversations out of other conversations."""
    joined = visits.join(cases, cases.c.id == visits.c.case_id)
    joined = joined.join(conversations, conversations.c.id == cases.c.conversation_id)
    other = visits.c.conversation_id != cases.c.conversation_id
    return select(conversations.c.id.label("conversation_id"), visits.c.at).select_from(joined).where(of_day, other)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
