"""Collects what the workspace shows: the queue, the actor's chats, one open chat with its cases, in one plain record.

Opening a transcript is recorded in the audit; looking again at one that is open is not, so that the record stays readable.
What has been opened is remembered for a working day in this process; forgotten means recorded once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from aiohttp import web

from bot.cases.model import Case
from bot.handoff.model import Desk, Outcome, Team
from bot.handoff.views import Chat, QueueSnapshot, Summary
from bot.staff.model import Actor, Permission
from bot.web import keys
from bot.web.access import actor_of

OPEN_FOR = timedelta(hours=12)
OPENED_MOST = 20_000


class Opened:
    """Which transcripts somebody has opened lately, so that each opening is recorded once."""

    def __init__(self) -> None:
        self._at: dict[tuple[str, str], datetime] = {}

    def lately(self, actor: Actor, conversation_id: str, now: datetime) -> bool:
        """Whether the actor has it open; notes that they have it open now."""
        key = (actor.staff_id, conversation_id)
        before = self._at.get(key)
        if len(self._at) > OPENED_MOST:
            self._at.clear()
        self._at[key] = now
        return before is not None and now - before < OPEN_FOR


OPENED = web.AppKey("opened_transcripts", Opened)


@dataclass(frozen=True)
class Workspace:
    """Everything on the screen of somebody at the desk."""

    desk: Desk
    queue: QueueSnapshot
    chats: Sequence[Summary]
    colleagues: Sequence[Desk]
    now: datetime
    chat: Chat | None = None
    cases: Sequence[Case] = ()
    outcomes: Sequence[Outcome] = ()
    teams: Sequence[Team] = ()
    team_chats: Sequence[Summary] = ()
    drafts: int = 0  # replies of colleagues that wait for this person

    @property
    def stamp(self) -> str:
        """A short name for exactly what is shown; the event stream tells the page when it is another one."""
        chat = self.chat
        parts = (
            self.queue.version,
            [(one.conversation_id, one.epoch, one.last_seq, one.on_resident, one.away, one.lent) for one in self.chats],
            [(one.conversation_id, one.epoch, one.staff_id) for one in self.team_chats],
            (self.desk.presence, self.desk.reason, self.drafts),
            chat and (chat.epoch, chat.stage, len(chat.messages), len(chat.notes), len(chat.drafts), chat.away),
            [(case.reference, case.status) for case in self.cases],
        )
        return sha256(repr(parts).encode()).hexdigest()[:16]


async def gather(request: web.Request, conversation_id: str = "") -> Workspace:
    """What the actor of the request sees, with one chat open when it is named. Raises NotFound and NotAllowed."""
    room, actor, now = request.app[keys.HANDOFF], actor_of(request), request.app[keys.CLOCK].now()
    supervises = actor.may(Permission.SUPERVISE_CHATS)
    chat = await _chat(request, actor, conversation_id, now) if conversation_id else None
    return Workspace(
        desk=await room.presences.mine(actor),
        queue=await room.desks.queue(actor),
        chats=await room.desks.my_chats(actor),
        colleagues=[one for one in await room.presences.colleagues(actor) if one.staff_id != actor.staff_id],
        now=now,
        chat=chat,
        cases=await request.app[keys.CASES].of_conversation(conversation_id) if chat else (),
        outcomes=room.desks.outcomes(chat.council) if chat else (),
        teams=room.desks.teams(chat.council) if chat else (),
        team_chats=[one for one in await room.desks.team_chats(actor) if one.staff_id != actor.staff_id] if supervises else (),
        drafts=len(await room.checking.drafts(actor)) if supervises else 0,
    )


async def _chat(request: web.Request, actor: Actor, conversation_id: str, now: datetime) -> Chat:
    desks = request.app[keys.HANDOFF].desks
    if request.app[OPENED].lately(actor, conversation_id, now):
        return await desks.news(actor, conversation_id, 0)
    return await desks.open(actor, conversation_id)
