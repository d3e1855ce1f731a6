"""Posting and ending a disruption of bin collections, each in one transaction with its line in the audit.

The rooms of bins and of staff know nothing of each other, so what needs both stands here, for the console and the staff API.
"""

from aiohttp import web

from bot.bins.model import Disruption
from bot.bins.service import NewDisruption
from bot.staff.audit import Action
from bot.web import keys
from bot.web.access import actor_of


async def post_recorded(request: web.Request, new: NewDisruption) -> Disruption:
    """Posts a disruption in the name of whoever asks. Raises UnusableDisruption."""
    actor = actor_of(request)
    async with request.app[keys.DATABASE].writing() as tx:
        posted = await request.app[keys.HOMES].bins.post_disruption(tx, new, actor.name)
        subject, detail = f"disruption:{posted.id}", {"begins": posted.begins.isoformat(), "until": posted.until.isoformat()}
        await request.app[keys.STAFF].audit.record(tx, actor, Action.DISRUPTION_POSTED, subject, detail, new.council)
    return posted


async def end_recorded(request: web.Request, council: str, disruption_id: str) -> bool:
    """Ends a disruption of the council; says whether there was one."""
    actor = actor_of(request)
    async with request.app[keys.DATABASE].writing() as tx:
        ended = await request.app[keys.HOMES].bins.end_disruption(tx, council, disruption_id)
        if ended is None:
            return False
        subject = f"disruption:{ended.id}"
        await request.app[keys.STAFF].audit.record(tx, actor, Action.DISRUPTION_ENDED, subject, council=council)
    return True
