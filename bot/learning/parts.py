"""What every service of this room works with. Built in building.py."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.learning.examples import KnownExamples
from bot.learning.model import Person
from bot.learning.shelf import Shelf
from bot.staff.audit import Audit
from bot.staff.model import Actor

Mask = Callable[[Sequence[str]], Awaitable[list[str]]]


class ArticleDrafts(Protocol):
    """Whoever writes articles: bot/knowledge/editing. Until it is there, a request is only kept."""

    async def ask_for(self, actor: Actor, council: str, title: str, questions: Sequence[str], body: str) -> str:
        """Makes a draft of an article that somebody asked for; gives its id."""


@dataclass(frozen=True)
class Parts:
    """The database, the clock, the record of who did what, masking of names, and the examples and models there are."""

    database: Database
    clock: Clock
    audit: Audit
    mask: Mask
    known: KnownExamples
    shelf: Shelf
    labels: Callable[[str, str], str] = field(default=lambda council, intent: intent)  # what an intent is called
    drafts: ArticleDrafts | None = None


def person_of(actor: Actor) -> Person:
    """Whoever acts, as the tables name them; the command line has no account."""
    return Person(actor.staff_id, actor.name)
