"""Builds what this room offers, for app.py and for the command line, which exports and imports without a gateway."""

from dataclasses import dataclass
from pathlib import Path

from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.knowledge.check import informational_intents
from bot.knowledge.editing.live import Live
from bot.knowledge.editing.publishing import Publishing
from bot.knowledge.editing.service import Drafts
from bot.knowledge.service import Knowledge
from bot.staff.audit import Audit

DOMAIN = Path("domain.yml")


@dataclass(frozen=True)
class Editing:
    """The services of this room."""

    drafts: Drafts
    publishing: Publishing
    live: Live

    @classmethod
    def build(
        cls, database: Database, bus: Bus, clock: Clock, audit: Audit, knowledge: Knowledge, domain: Path = DOMAIN
    ) -> "Editing":
        """The services on one database. `knowledge` is the gateway's own: publishing changes it."""
        live = Live(database, bus, knowledge)
        drafts = Drafts(database, clock, audit, knowledge, informational_intents(domain))
        return cls(drafts, Publishing(database, clock, audit, knowledge, drafts, live), live)
