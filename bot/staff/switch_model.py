"""What can be turned off for residents, and what a council may announce to them: plain records.

A switch is on until somebody turns it off with a reason. What each does to residents is worded in councils/*/switches.yml.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.staff.model import Meant

LONGEST_REASON = 200
LONGEST_NOTICE = 400


class Feature(Meant):
    """What can be turned off, by council."""

    ASSISTANT = (
        "assistant",
        "The machine that answers. Off: it says so, and offers a person or other ways to reach the council.",
    )
    PERSON = "person", "The offer of a person in the chat. Off: residents get a promise or other ways to reach the council."
    WIDGET = "widget", "The chat on the council's website. Off: the website shows a plain link to the full page."


class NoSuchNotice(Exception):
    """There is no notice like that, or it belongs to another council."""


class UnusableSwitch(Exception):
    """What was asked of a switch or a notice cannot be done; the message says why, `field` names the part."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Switch:
    """How one feature of one council stands, and who last changed it why."""

    council: str
    feature: Feature
    on: bool = True
    reason: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""


@dataclass(frozen=True)
class Notice:
    """Something that a council announces to residents from one moment (UTC) until another."""

    id: str
    council: str
    text: str
    starts_at: datetime
    ends_at: datetime
    posted_at: datetime
    posted_by: str
    withdrawn_at: datetime | None = None

    def shown(self, now: datetime) -> bool:
        """Whether residents see it now."""
        return self.withdrawn_at is None and self.starts_at <= now < self.ends_at

    def over(self, now: datetime) -> bool:
        """Whether they will not see it again."""
        return self.withdrawn_at is not None or now >= self.ends_at
