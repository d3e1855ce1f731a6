"""API tokens: what lets a council's own programs use the desk. Plain records."""

from dataclasses import dataclass
from datetime import datetime

from bot.staff.model import Permission

PREFIX = "desk_"  # so that one that leaked is recognised
LONGEST_DAYS = 366


class NoSuchToken(Exception):
    """There is no token like that, or it belongs to another council."""


class UnusableToken(Exception):
    """What was asked for cannot be issued; the message says why, `field` names the part."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class ApiToken:
    """One token. It acts as the account it belongs to, with these permissions at most."""

    id: str
    staff_id: str
    name: str
    permissions: frozenset[Permission]
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and now < self.expires_at
