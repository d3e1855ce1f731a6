"""Drafts for tests, with sensible defaults. The articles here are invented."""

from typing import Any

from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.knowledge.editing.building import Editing
from bot.knowledge.editing.fields import ArticleFields
from bot.knowledge.editing.model import Draft, Kind
from bot.knowledge.service import Knowledge
from bot.staff.audit import Audit
from bot.staff.model import Actor, Permission
from tests.conftest import ROOT
from tests.factories import FixedClock
from tests.factories_staff import make_actor

BOTH = (Permission.EDIT_KNOWLEDGE, Permission.PUBLISH_KNOWLEDGE)
ERIN = make_actor(*BOTH, staff_id="e1", name="Erin Editor")
EZRA = make_actor(*BOTH, staff_id="e2", name="Ezra Editor")
BUCKS = make_actor(*BOTH, staff_id="b1", name="Bea Editor", council="buckinghamshire")


def make_article_fields(**changes: Any) -> dict[str, Any]:
    """An article of Enfield about keeping chickens, without a mistake."""
    values = {
        "title": "Keeping chickens",
        "area": "other",
        "lgsl": "524",
        "intents": ["other_service"],
        "primary": False,
        "questions": ["can i keep chickens", "are hens allowed in my garden", "chickens in the back garden"],
        "owner": "Customer services",
        "sources": [["Contact us", "https://www.enfield.gov.uk/contact-us"]],
        "checked": "2026-11-20",
        "review_by": "2027-11-20",
        "body": "You can keep hens.\n\nAsk your landlord first. Call {fact:main_switchboard}.",
    }
    return {**values, **changes}


def make_fact_fields(**changes: Any) -> dict[str, Any]:
    """A charge of Enfield, without a mistake."""
    values = {
        "key": "hen_licence",
        "value": "£12",
        "kind": "money",
        "label": "Licence for hens, a year",
        "source_title": "Contact us",
        "source_url": "https://www.enfield.gov.uk/contact-us",
        "checked": "2026-11-20",
        "status": "current",
        "note": "Ask the licensing team.",
    }
    return {**values, **changes}


class Newsroom:
    """Editing on a database of its own, with a clock that stands."""

    def __init__(self, database: Database, knowledge: Knowledge, clock: Clock | None = None, bus: Bus | None = None) -> None:
        self.clock = clock or FixedClock()
        self.database = database
        self.knowledge = knowledge.copy()
        self.audit = Audit(database, self.clock)
        self.editing = Editing.build(database, bus or Bus(), self.clock, self.audit, self.knowledge, ROOT / "domain.yml")
        self.drafts, self.publishing, self.live = self.editing.drafts, self.editing.publishing, self.editing.live

    async def waiting(self, by: Actor = ERIN, kind: Kind = Kind.ARTICLE, **changes: Any) -> Draft:
        """A new article or fact that somebody wrote and sent to be checked."""
        make = make_article_fields if kind == Kind.ARTICLE else make_fact_fields
        draft = await self.drafts.create(by, by.council, kind, make(**changes), "Residents asked")
        return await self.drafts.send(by, draft.id, draft.version)

    async def published(self, by: Actor = ERIN, second: Actor = EZRA, kind: Kind = Kind.ARTICLE, **changes: Any) -> Draft:
        """The same, published by a second person."""
        draft = await self.waiting(by, kind, **changes)
        return await self.publishing.publish(second, draft.id, draft.version, live=0)

    async def changed(self, draft: Draft, by: Actor = ERIN, **changes: Any) -> Draft:
        """What a draft becomes when somebody changes some fields of it."""
        return await self.drafts.save(by, draft.id, draft.version, {**draft.fields, **changes}, draft.note)


def fields_of(draft: Draft) -> ArticleFields:
    """The fields of a draft of an article."""
    return ArticleFields.stored(draft.fields)
