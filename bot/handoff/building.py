"""Puts the services of handing over together. app.py calls it, the web rooms get the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.addresses.service import Addresses
from bot.handoff.access import Access
from bot.handoff.answers import Answers, Canned
from bot.handoff.checking import Checking
from bot.handoff.desk import Desks
from bot.handoff.erasing import Erasing
from bot.handoff.history import History
from bot.handoff.keeping import Keeping
from bot.handoff.parts import Parts
from bot.handoff.passing import Passing
from bot.handoff.presence import Presences
from bot.handoff.requests import Requests
from bot.handoff.sending import Sending
from bot.handoff.service import Handoffs
from bot.handoff.upkeep import Upkeep
from bot.handoff.wording import Wording
from bot.knowledge.service import Knowledge
from bot.staff.audit import Audit


@dataclass(frozen=True)
class HandoffRoom:
    """Everything about people in conversations. The console and the staff API call these and nothing below them."""

    access: Access  # who may see and change which chat
    wording: Wording
    residents: Handoffs  # the resident's side
    desks: Desks  # queue, chats, claim, reply, note
    passing: Passing  # transfer, take over, put back, return to the assistant, end
    checking: Checking  # replies that wait for a second person
    presences: Presences  # who is at their desk
    requests: Requests  # typed questions to residents
    sending: Sending  # articles, cases, promises
    answers: Answers  # ready replies
    history: History  # past chats
    erasing: Erasing  # chats that are deleted for good
    keeping: Keeping  # those that were kept long enough
    upkeep: Upkeep


def handoff_room(
    parts: Parts,
    audit: Audit,
    addresses: Addresses,
    knowledge: Knowledge,
    canned: Mapping[str, Sequence[Canned]],
    keep_days: Mapping[str, int],
) -> HandoffRoom:
    """All services on the same parts."""
    access = Access(parts, audit)
    requests = Requests(access, addresses)
    residents = Handoffs(parts, requests)
    checking = Checking(access)
    erasing = Erasing(parts.database, parts.bus, parts.clock, audit, parts.cases)
    return HandoffRoom(
        access=access,
        wording=parts.wording,
        residents=residents,
        desks=Desks(access, checking),
        passing=Passing(access),
        checking=checking,
        presences=Presences(access),
        requests=requests,
        sending=Sending(access, knowledge),
        answers=Answers(access, knowledge, canned),
        history=History(access, audit),
        erasing=erasing,
        keeping=Keeping(parts.database, parts.clock, erasing, keep_days),
        upkeep=Upkeep(access, residents),
    )
