"""A promise instead of a wait: a case with a reference and a date that stands in the staff's list (bot/cases).

The date is counted in working days of the team from its opening hours, so nothing is promised for a bank holiday.
"""

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.model import Contact, NewCase
from bot.conversations.model import Conversation, Reply
from bot.handoff.asking import CHECK_HERE
from bot.handoff.model import Card, Way
from bot.handoff.parts import Parts

log = structlog.get_logger()


async def promised(
    parts: Parts, tx: AsyncConnection, conversation: Conversation, card: Card, way: Way, reach: str = "", *, key: str = ""
) -> list[Reply]:
    """Opens the promise in the caller's transaction; the same key never opens a second one."""
    council, wording = conversation.council, parts.wording
    plan = wording.plan(council)
    team = plan.team_for(card, wording.area(card.topic))
    topic = wording.topic(council, card.topic) if card.topic else team.name
    by_phone = "@" not in card.contact
    contact = Contact(phone=card.contact if by_phone else "", email="" if by_phone else card.contact)
    case = await parts.cases.open(
        tx,
        NewCase(
            council=council,
            kind="call_back" if way == Way.CALL_BACK else "message",
            title=plan.say("promise", "title", str(way), topic=topic),
            team=team.id,
            key=f"promise:{key or f'{conversation.id}:{conversation.last_seq}'}",
            answers=[(line.label, line.value) for line in wording.lines(council, card)],
            data={"card": card.as_json(), "way": str(way)},
            contact=contact if reach != CHECK_HERE else Contact(),
            promise_days=team.promise_days or plan.settings.promise_days,
            conversation_id=conversation.id,
            urgency=card.urgency,
        ),
    )
    log.info("promise_made", conversation_id=conversation.id, team=team.id, way=str(way))
    return [wording.promise(council, case, card, way, reach)]
