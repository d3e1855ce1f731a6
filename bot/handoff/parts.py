"""What every service of this room works with, and the topics on the bus that say when to look again.

Two topics, so that a console is not woken by every word in every chat: the queue of a council, and the chats of one member
of staff. A chat that is open on a screen is woken by its conversation's own id as well.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.cases.service import Cases
from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.handoff.wording import Wording
from bot.hours.model import Hours


@dataclass(frozen=True)
class Parts:
    """Built once in app.py."""

    database: Database
    bus: Bus
    clock: Clock
    wording: Wording
    hours: Mapping[str, Hours]
    cases: Cases
    offered: Callable[[str], Awaitable[bool]]  # whether a council offers people at all just now
    forms: Callable[[str], Mapping[str, str]]  # the forms that staff of a council can send, id to title


def queue_topic(council: str) -> str:
    """What is woken when the queue of a council changes."""
    return f"queue:{council}"


def staff_topic(staff_id: str) -> str:
    """What is woken when something happens in the chats of a member of staff."""
    return f"staff:{staff_id}"
