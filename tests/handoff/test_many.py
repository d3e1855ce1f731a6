"""Two hundred residents and twenty members of staff exchange ten thousand messages: none lost, none doubled, in order.

All chats speak at once, which is far more than the database has connections. Each side sends every fifth message twice, as
a bad connection does. A resident's page resumes by seq, as the real one does.
"""

import asyncio
from itertools import pairwise

import pytest

from bot.conversations.service import Conversations
from bot.staff.model import Role
from tests.handoff.office import Office, Resident, make_actor

RESIDENTS, STAFF, MESSAGES = 200, 20, 10_000
EACH = MESSAGES // RESIDENTS  # half of them from either side


async def talk(office: Office, resident: Resident, actor, epoch: int) -> None:
    """One chat: the two take turns, and the resident's page reads what is new by seq."""
    for number in range(EACH // 2):
        for _ in range(2 if number % 5 == 0 else 1):
            await office.conversations.say(resident.conversation, f"r{number}", f"from resident {number}")
        for _ in range(2 if number % 5 == 2 else 1):
            await office.room.desks.reply(actor, resident.id, f"s{number}", f"from staff {number}", epoch)


async def everything(conversations: Conversations, resident: Resident) -> list:
    found, after = [], 0
    while page := (await conversations.read(resident.id, after)).messages:
        found += page
        after = page[-1].seq
    return found


@pytest.mark.timeout(900)
async def test_ten_thousand_messages_arrive_once_and_in_order(office):
    staff = [make_actor(f"Adviser {number}") for number in range(STAFF)]
    await office.sign_in(*staff)
    supervisor = make_actor("Sue Hart", role=Role.SUPERVISOR)
    for actor in staff:
        await office.room.presences.supervise(supervisor, actor.staff_id, capacity=RESIDENTS // STAFF)
    takers = [staff[number % STAFF] for number in range(RESIDENTS)]
    chats = [(actor, *await office.taken_at_once(actor)) for actor in takers]
    await asyncio.gather(*(talk(office, resident, actor, epoch) for actor, resident, epoch in chats))
    for _, resident, _ in chats:
        messages = await everything(office.conversations, resident)
        assert all(later.seq == earlier.seq + 1 for earlier, later in pairwise(messages))
        said = [one.text for one in messages if one.text.startswith("from ")]
        expected = [f"from {who} {number}" for number in range(EACH // 2) for who in ("resident", "staff")]
        assert said == expected
