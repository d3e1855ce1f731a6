"""Reads integrations.yml: which systems a council wants to hear of cases, and the templates of GOV.UK Notify.

Secrets are never in the packs. Each is a small file in the folder of DESK_SECRETS_FOLDER, named for what it opens; a
receiver without its secret stops the start with one sentence, since a webhook that is silently unsigned helps nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.cases.model import EntryKind
from bot.foundation.packs import UnreadablePackFile, read_pack_file

FILE = "integrations.yml"


class MissingSecret(Exception):
    """A secret that a receiver needs is not there; the message says which file to write."""


class Secrets:
    """The files of the folder of secrets."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> str:
        """The secret without spaces around it. Raises MissingSecret."""
        try:
            secret = (self._folder / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            secret = ""
        if not secret:
            raise MissingSecret(f"{self._folder / name} is missing or empty: write the secret into it (docs/cases.md).")
        return secret

    def lines(self, name: str) -> dict[str, str]:
        """The secrets of a file with a name and a secret on each line; none when there is no such file."""
        try:
            rows = (self._folder / name).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return {}
        pairs = [row.split() for row in rows if row.strip() and not row.startswith("#")]
        return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}


@dataclass(frozen=True)
class Webhook:
    """One system that is told of changes by a signed POST."""

    name: str
    url: str
    secret: str = field(repr=False)
    kinds: frozenset[str] = frozenset()  # empty means every kind of case
    events: frozenset[str] = frozenset(EntryKind)
    details: bool = False  # whether answers, contact and notes are sent too


@dataclass(frozen=True)
class Open311Receiver:
    """One system that takes cases over by Open311."""

    name: str
    endpoint: str
    key: str = field(repr=False)
    services: Mapping[str, str]  # kind of case and the service code there
    jurisdiction: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)  # name in the case's data, or "reference", and the code there
    contact: bool = False  # whether name, e-mail and telephone go too
    statuses: Mapping[str, str] = field(
        default_factory=dict
    )  # theirs in small letters, and ours; empty: progress is not fetched
    notes: bool = False  # whether residents see what the other side writes about the progress


@dataclass(frozen=True)
class Integrations:
    """What one council's integrations.yml says."""

    webhooks: Mapping[str, Webhook]
    open311: Mapping[str, Open311Receiver]
    email_template: str = ""
    text_template: str = ""
    reply_to: str = ""


def read_integrations(councils_folder: Path, secrets: Secrets, *, insecure: bool) -> dict[str, Integrations]:
    """The integrations of every council. `insecure` allows http addresses, for development.

    Raises UnreadablePackFile and MissingSecret.
    """
    found = {}
    for council, said in read_pack_file(councils_folder, FILE).items():
        try:
            found[council] = _integrations(council, said, secrets, insecure)
        except (ValueError, TypeError, KeyError) as problem:
            raise UnreadablePackFile(f"{councils_folder / council / FILE}: {problem}.") from problem
    return found


def _integrations(council: str, said: Mapping[str, Any], secrets: Secrets, insecure: bool) -> Integrations:
    webhooks, open311 = {}, {}
    for one in said.get("webhooks") or []:
        name, url = _receiver(one, "url", insecure)
        events = frozenset(map(str, one.get("events") or EntryKind))
        if events - set(EntryKind):
            raise ValueError(f"the webhook {name} names the event {min(events - set(EntryKind))!r}, which there is not")
        webhooks[name] = Webhook(
            name=name,
            url=url,
            secret=secrets.read(f"{council}.webhook.{name}"),
            kinds=frozenset(map(str, one.get("kinds") or ())),
            events=events,
            details=one.get("details") is True,
        )
    for one in said.get("open311") or []:
        name, endpoint = _receiver(one, "endpoint", insecure)
        services = one.get("services")
        if not isinstance(services, dict) or not services:
            raise ValueError(f"the receiver {name} of open311 needs services: kinds of case with their service codes")
        open311[name] = Open311Receiver(
            name=name,
            endpoint=endpoint.rstrip("/"),
            key=secrets.read(f"{council}.open311.{name}"),
            services={str(kind): str(code) for kind, code in services.items()},
            jurisdiction=str(one.get("jurisdiction") or ""),
            attributes={str(name): str(code) for name, code in (one.get("attributes") or {}).items()},
            contact=one.get("contact") is True,
            statuses={str(theirs).lower(): str(ours) for theirs, ours in (one.get("statuses") or {}).items()},
            notes=one.get("notes") is True,
        )
    notify = said.get("notify") or {}
    return Integrations(
        webhooks=webhooks,
        open311=open311,
        email_template=str(notify.get("email_template") or ""),
        text_template=str(notify.get("text_template") or ""),
        reply_to=str(notify.get("reply_to") or ""),
    )


def _receiver(one: Any, key: str, insecure: bool) -> tuple[str, str]:
    if not isinstance(one, dict) or not one.get("name") or not one.get(key):
        raise ValueError(f"each receiver needs a name and {key}")
    name, url = str(one["name"]), str(one[key])
    parts = urlsplit(url)
    if not name.replace("-", "").replace("_", "").isalnum() or len(name) > 40:
        raise ValueError(f"{name!r} is no name for a receiver: use letters, digits and dashes")
    if parts.scheme not in (("https", "http") if insecure else ("https",)) or not parts.hostname or parts.username:
        raise ValueError(f"the address of {name} must begin with https:// and hold no password")
    return name, url
