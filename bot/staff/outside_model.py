"""Signing in through the council's own directory (OpenID Connect): what is configured, and what its claims make of somebody.

Plain rules without input or output; outside.py speaks with the provider.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.staff.model import ALL, Role


class SignInRefused(Exception):
    """The provider's answer does not sign anybody in; `reason` names why, for logs and for the page's words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ProviderAway(Exception):
    """The provider cannot be reached, or its answers cannot be read."""


@dataclass(frozen=True)
class OutsideSettings:
    """One provider. `roles` and `teams` say what a value of the claims means here."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str  # as it stands on the button
    council: str = ALL  # the council that its people belong to
    roles: Mapping[str, Role] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    claims: tuple[str, ...] = ("roles", "groups")
    scope: str = "openid profile email"


@dataclass(frozen=True)
class Errand:
    """What one sign-in must be recognised by when the browser comes back. It travels in a cookie of that browser."""

    state: str
    nonce: str
    verifier: str
    back: str

    @classmethod
    def new(cls, back: str) -> "Errand":
        """Three values that nobody can guess, and the page to come back to."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), back)

    @property
    def challenge(self) -> str:
        """The verifier's hash, as PKCE's S256 wants it (RFC 7636)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True)
class Person:
    """Who the provider says it is, in our terms."""

    outside: str  # issuer and subject
    name: str
    email: str
    council: str
    roles: tuple[Role, ...]
    teams: tuple[str, ...]


def person_of(claims: Mapping[str, Any], settings: OutsideSettings) -> Person:
    """The person that checked claims describe. Raises SignInRefused without a subject, an address or a known role."""
    subject = claims.get("sub")
    email = next((str(claims[name]) for name in ("email", "preferred_username", "upn") if claims.get(name)), "")
    if not isinstance(subject, str) or not subject:
        raise SignInRefused("no_subject")
    if "@" not in email:
        raise SignInRefused("no_email")
    values = [value for name in settings.claims for value in _values(claims.get(name))]
    roles = tuple(dict.fromkeys(settings.roles[value] for value in values if value in settings.roles))
    if not roles:
        raise SignInRefused("no_role")
    teams = tuple(dict.fromkeys(settings.teams[value] for value in values if value in settings.teams))
    name = " ".join(str(claims.get("name") or email.split("@")[0]).split())[:100]
    return Person(f"{settings.issuer}|{subject}"[:400], name, email.strip().lower(), settings.council, roles, teams)


def _values(claim: Any) -> list[str]:
    if isinstance(claim, str):
        return [claim]
    return [value for value in claim if isinstance(value, str)] if isinstance(claim, list) else []
