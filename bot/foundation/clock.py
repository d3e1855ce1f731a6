"""The time, handed in rather than asked for.

Rules about opening hours, promises and expiry must be testable at any hour, so every part that needs the time gets a
clock. Times are stored in UTC and shown in Europe/London; `words.py` in this room turns them into words.
"""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Anything that can say what time it is."""

    def now(self) -> datetime:
        """The time now, with its zone set to UTC."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The time now in UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """A clock that was set to another moment when the product started and runs on from there (DESK_CLOCK)."""

    def __init__(self, start: datetime) -> None:
        self._shift = start.astimezone(UTC) - datetime.now(UTC)

    def now(self) -> datetime:
        """The shifted time in UTC."""
        return datetime.now(UTC) + self._shift
