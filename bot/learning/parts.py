"""What every service of this room works with. Built in building.py."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.knowledge.editing.model import NotPossible
from bot.knowledge.editing.service import Drafts
from bot.learning.examples import KnownExamples
from bot.learning.model import Person, Suggestion, UnusableMark
from bot.learning.shelf import Shelf
from bot.staff.audit import Audit
from bot.staff.model import Actor

Mask = Callable[[Sequence[str]], Awaitable[list[str]]]


class ArticleDrafts:
    """Drafts of articles that somebody's questions ask for, made by the editors' room."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts

    async def ask_for(self, actor: Actor, wanted: Suggestion, origin: str) -> str:
        """Makes a draft, or finds the open one of the same origin; gives its id. Raises UnusableMark."""
        try:
            draft = await self._drafts.request(actor, wanted.council, wanted.text, wanted.questions, origin, body=wanted.body)
        except NotPossible as problem:
            raise UnusableMark(str(problem)) from problem
        return draft.id


@dataclass(frozen=True)
class Parts:
    """The database, the clock, the record of who did what, masking of names, and the examples and models there are."""

    database: Database
    clock: Clock
    audit: Audit
    mask: Mask
    known: KnownExamples
    shelf: Shelf
    drafts: ArticleDrafts | None = None


def person_of(actor: Actor) -> Person:
    """Whoever acts, as the tables name them; the command line has no account."""
    return Person(actor.staff_id, actor.name)
