"""Makes cases for tests, with sensible defaults: an invented report of a missed bin."""

from typing import Any

from bot.cases.model import NewCase
from bot.cases.service import Cases
from bot.cases.wording import read_case_words
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.limits import Limits
from bot.foundation.metrics import Metrics
from bot.hours.reading import read_hours
from bot.privacy.masking import Masking
from tests.conftest import ROOT


def make_new_case(key: str = "one", **changes: Any) -> NewCase:
    """A missed bin in Enfield, promised in two working days."""
    values: dict[str, Any] = {
        "council": "enfield",
        "kind": "bin_missed",
        "title": "Missed bin: brown bin",
        "team": "bins",
        "answers": (("Which bin", "Brown bin"), ("Address", "4 Sample Road, EN2 0ZZ")),
        "data": {"container": "brown"},
        "promise_days": 2,
        "next_step": "A crew will come back for the bin.",
    }
    return NewCase(key=key, **{**values, **changes})


def make_cases(database: Database, clock: Clock, *, enforced: bool = True, **changes: Any) -> Cases:
    """The shipped packs' cases on a database."""
    folder = ROOT / "councils"
    limits = Limits(Metrics(), enforced=enforced)
    return Cases(database, clock, read_hours(folder), read_case_words(folder), limits, Masking.read(folder).mask, **changes)
