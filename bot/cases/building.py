"""Builds the room of cases and what tells others of them: the outbox's worker and its targets. app.py calls `running_cases`.

Who is told of what comes from the packs, how from the settings; nothing leaves the machine unless a council says so.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.cases.integrations import Integrations, MissingSecret, Secrets, read_integrations
from bot.cases.open311.model import PublicServices
from bot.cases.open311.services import PackServices
from bot.cases.outbox.model import Target
from bot.cases.outbox.worker import OutboxWorker
from bot.cases.outgoing import OutboxWriter
from bot.cases.progress import Progress
from bot.cases.retention import kept
from bot.cases.service import Cases
from bot.cases.targets.calling import outside_session
from bot.cases.targets.notify import ConsoleNotifier, GovUkNotify, Wording
from bot.cases.targets.open311 import Open311Client
from bot.cases.targets.webhooks import Webhooks
from bot.cases.wording import CaseWords, read_case_words
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.limits import Limits
from bot.foundation.metrics import Metrics
from bot.foundation.packs import UnreadablePackFile
from bot.hours.model import Hours
from bot.knowledge.service import Knowledge
from bot.privacy.model import Masked


@dataclass(frozen=True)
class Outside:
    """How the room reaches residents and other systems."""

    public_url: str  # where residents find /case
    secrets_folder: Path
    notifier: str = "console"  # or notify
    notify_url: str = ""
    production: bool = False


@dataclass(frozen=True)
class CasesParts:
    """What the room is built from."""

    database: Database
    clock: Clock
    hours: dict[str, Hours]
    limits: Limits
    mask: Callable[[str, str], Masked]
    knowledge: Knowledge
    metrics: Metrics


@dataclass(frozen=True)
class CasesRoom:
    """The room, ready."""

    cases: Cases
    worker: OutboxWorker
    services: PublicServices
    api_keys: dict[str, dict[str, str]]  # of Open311 clients: council, then key and client's name


@asynccontextmanager
async def running_cases(folder: Path, parts: CasesParts, outside: Outside) -> AsyncIterator[CasesRoom]:
    """The room with its worker at work. Raises UnreadablePackFile and MissingSecret."""
    words = read_case_words(folder)
    for council, said in words.items():
        try:
            kept(said)
        except ValueError as problem:
            raise UnreadablePackFile(f"{folder / council}/cases.yml: {problem}.") from problem
    secrets = Secrets(outside.secrets_folder)
    integrations = read_integrations(folder, secrets, insecure=not outside.production)
    _check_statuses(folder, integrations, words)
    cases = Cases(parts.database, parts.clock, parts.hours, words, parts.limits, parts.mask, OutboxWriter(integrations))
    private = not outside.production
    async with outside_session(allow_private=private) as session:
        open311 = Open311Client(session, parts.clock, integrations, allow_private=private)
        targets: list[Target] = [
            _notifier(parts, outside, words, integrations, secrets),
            Webhooks(session, parts.clock, integrations, words, allow_private=private),
            open311,
        ]
        worker = OutboxWorker(parts.database, parts.clock, targets, parts.metrics)
        progress = Progress(parts.database, cases, open311, integrations)
        await worker.start()
        await progress.start()
        try:
            keys = {council: secrets.lines(f"{council}.open311-clients") for council in words}
            yield CasesRoom(cases, worker, PackServices.read(folder), keys)
        finally:
            await progress.close()
            await worker.close()


def _check_statuses(folder: Path, integrations: dict[str, Integrations], words: dict[str, CaseWords]) -> None:
    """A receiver's statuses must be of the council's closed list. Raises UnreadablePackFile."""
    for council, own in integrations.items():
        for receiver in own.open311.values():
            if unknown := set(receiver.statuses.values()) - set(words[council].statuses):
                raise UnreadablePackFile(
                    f"{folder / council}/integrations.yml: {receiver.name} names the status {min(unknown)}, which cases.yml has not."
                )


def _notifier(
    parts: CasesParts, outside: Outside, words: dict[str, CaseWords], integrations: dict[str, Integrations], secrets: Secrets
) -> Target:
    names = {council: parts.knowledge.council(council).name for council in words}
    wording = Wording(words, names, outside.public_url)
    if outside.notifier == "console":
        return ConsoleNotifier(wording, print, production=outside.production)
    using = [council for council, one in integrations.items() if one.email_template or one.text_template]
    if not using:
        raise MissingSecret("DESK_NOTIFIER=notify needs a council with templates: write them into its integrations.yml.")
    keys = {council: secrets.read(f"{council}.notify-key") for council in using}
    return GovUkNotify(keys, outside.notify_url, wording, integrations)
