"""Makes workers of the outbox for Enfield, as each process has one. Light to import: a test starts processes with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from bot.cases.integrations import Integrations, Open311Receiver
from bot.cases.outbox.worker import OutboxWorker
from bot.cases.targets.notify import GovUkNotify, Wording
from bot.cases.targets.open311 import Open311Client
from bot.cases.targets.webhooks import Webhooks
from bot.cases.wording import CaseWords
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.metrics import Metrics
from tests.standins.notify import KEY

COUNCILS = Path(__file__).resolve().parents[2] / "councils"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def make_integrations(**changes: Any) -> dict[str, Integrations]:
    """Enfield tells nobody but those that are named."""
    return {"enfield": Integrations(**{"webhooks": {}, "open311": {}, **changes})}


def make_wording(words: Mapping[str, CaseWords]) -> Wording:
    """The shipped words."""
    return Wording(words, {"enfield": "Enfield Council"}, "https://chat.example.org")


def make_worker(
    database: Database,
    clock: Clock,
    outside: ClientSession,
    words: Mapping[str, CaseWords],
    integrations: Mapping[str, Integrations],
    notify_url: str = "",
) -> OutboxWorker:
    """A worker with every target."""
    targets = [
        GovUkNotify({"enfield": KEY}, notify_url, make_wording(words), integrations),
        Webhooks(outside, clock, integrations, words, allow_private=True),
        Open311Client(outside, clock, integrations, allow_private=True, token_seconds=0),
    ]
    return OutboxWorker(database, clock, targets, Metrics())


def receiver(endpoint: str, **changes: Any) -> Open311Receiver:
    """A system that takes missed bins over."""
    values: dict[str, Any] = {"name": "depot", "key": "depot-key", "services": {"bin_missed": "bin_missed"}}
    return Open311Receiver(endpoint=endpoint, **{**values, **changes})
