"""Speaks with an OpenID Connect provider: code flow with PKCE, state and nonce, after OpenID Connect Core 1.0.

Discovery and keys are kept for an hour; an unknown key is looked for once a minute at most. A token counts only when its
signature, issuer, audience, times and nonce are right and its algorithm is one of ours. Roles and teams are taken from the
claims at every sign-in, so that what the council's directory takes away is gone here too.
"""

import asyncio
import base64
import time
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import structlog
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import new_id
from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.staff import store
from bot.staff.audit import Action, Audit
from bot.staff.model import Account, Session, Step
from bot.staff.outside_model import Errand, OutsideSettings, Person, ProviderAway, SignInRefused, person_of
from bot.staff.signing_in import SigningIn, topic_of

log = structlog.get_logger()

ALGORITHMS = ["RS256", "PS256", "ES256", "RS384", "RS512", "ES384"]  # signatures with the provider's private key only
KEPT_SECONDS = 3600.0
KEYS_AGAIN_SECONDS = 60.0
LEEWAY_SECONDS = 60  # for clocks that differ
TIMEOUT = ClientTimeout(total=10)


class Outside:
    """Signing in through one provider. Build one in app.py when it is configured."""

    def __init__(
        self, settings: OutsideSettings, database: Database, bus: Bus, clock: Clock, audit: Audit, signing_in: SigningIn
    ) -> None:
        self.settings = settings
        self._database = database
        self._bus = bus
        self._clock = clock
        self._audit = audit
        self._signing_in = signing_in
        self._discovered: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._looking = asyncio.Lock()

    async def address(self, errand: Errand, redirect_uri: str) -> str:
        """Where to send the browser. Raises ProviderAway."""
        provider = await self._provider()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.settings.scope,
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": errand.challenge,
            "code_challenge_method": "S256",
        }
        endpoint = str(provider["authorization_endpoint"])
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    async def come_back(self, errand: Errand, code: str, redirect_uri: str, browser: str) -> tuple[str, Session]:
        """Signs somebody in with the code that the browser brought. Raises SignInRefused and ProviderAway."""
        answer = await self._ask_for_token(errand, code, redirect_uri)
        claims = await self._checked_claims(str(answer.get("id_token", "")), errand.nonce)
        person = person_of(claims, self.settings)
        try:
            async with self._database.writing() as tx:
                account = await self._account(tx, person)
                begun = await self._signing_in.begin_session(tx, account, browser, Step.SIGNED_IN)
        except IntegrityError:  # the same person twice at once: the other one has made the account
            raise SignInRefused("again") from None
        await self._bus.wake(topic_of(account.id))
        return begun

    async def _account(self, tx: AsyncConnection, person: Person) -> Account:
        known = await store.account_by_outside(tx, person.outside)
        if known is None:
            known = await store.account_by_email(tx, person.email)
            if known is not None and (known.has_password or known.outside):
                raise SignInRefused("address_taken")
        if known is None:
            account = Account(
                new_id(),
                person.name,
                person.email,
                person.council,
                person.teams,
                person.roles,
                self._clock.now(),
                outside=person.outside,
            )
            await store.add_account(tx, account, "")
            detail = {"outside": self.settings.name, "roles": list(person.roles), "teams": list(person.teams)}
            await self._audit.record(tx, account.actor(), Action.ACCOUNT_ADDED, f"account:{account.id}", detail)
            return account
        if known.locked:
            raise SignInRefused("locked")
        if (known.roles, known.teams, known.outside) != (person.roles, person.teams, person.outside):
            detail = {"roles": list(person.roles), "teams": list(person.teams)}
            await store.change_account(tx, known.id, outside=person.outside, **detail)
            await self._audit.record(tx, known.actor(), Action.ACCOUNT_CHANGED, f"account:{known.id}", detail, known.council)
        found = await store.account(tx, known.id)
        if found is None:
            raise SignInRefused("again")
        return found

    # ---- the provider

    async def _ask_for_token(self, errand: Errand, code: str, redirect_uri: str) -> dict[str, Any]:
        provider = await self._provider()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": errand.verifier,
        }
        ways = provider.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        headers = {"Accept": "application/json"}
        if "client_secret_basic" in ways:
            known = f"{quote(self.settings.client_id, safe='')}:{quote(self.settings.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(known.encode()).decode()}"  # as RFC 6749 2.3.1 has it
        else:
            form |= {"client_id": self.settings.client_id, "client_secret": self.settings.client_secret}
        try:
            async with (
                ClientSession(timeout=TIMEOUT) as session,
                session.post(str(provider["token_endpoint"]), data=form, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status in (400, 401, 403):
                    log.warning("outside_sign_in_refused", reason="code", status=answer.status)
                    raise SignInRefused("code")
                return await _json(answer)
        except (ClientError, TimeoutError) as problem:
            raise ProviderAway(str(problem)) from problem

    async def _checked_claims(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            claims = await self._decoded(token)
            rules = jwt.JWTClaimsRegistry(
                now=int(self._clock.now().timestamp()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": (await self._provider())["issuer"]},
                aud={"essential": True, "value": self.settings.client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            rules.validate(claims)
        except (JoseError, ValueError) as problem:
            log.warning("outside_sign_in_refused", reason=type(problem).__name__)
            raise SignInRefused("token") from problem
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self.settings.client_id:
            raise SignInRefused("token")
        return claims

    async def _decoded(self, token: str) -> dict[str, Any]:
        try:
            return dict(jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError):  # perhaps signed with a key that is newer than the ones we know
            return dict(jwt.decode(token, await self._key_set(again=True), algorithms=ALGORITHMS).claims)

    async def _provider(self) -> dict[str, Any]:
        async with self._looking:
            if self._discovered and time.monotonic() - self._discovered[0] < KEPT_SECONDS:
                return self._discovered[1]
            found = await self._get(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            wanted = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
            if not all(isinstance(found.get(name), str) for name in wanted):
                raise ProviderAway("the provider's description lacks an endpoint")
            if found["issuer"].rstrip("/") != self.settings.issuer.rstrip("/"):
                raise ProviderAway("the provider describes another issuer")
            self._discovered = (time.monotonic(), found)
            return found

    async def _key_set(self, *, again: bool = False) -> KeySet:
        provider = await self._provider()
        async with self._looking:
            age = time.monotonic() - self._keys[0] if self._keys else KEPT_SECONDS
            if self._keys and age < (KEYS_AGAIN_SECONDS if again else KEPT_SECONDS):
                return self._keys[1]
            found = await self._get(str(provider["jwks_uri"]))
            try:
                keys = KeySet.import_key_set({"keys": [key for key in found.get("keys", []) if key.get("use") != "enc"]})
            except (JoseError, ValueError, TypeError, AttributeError) as problem:
                raise ProviderAway("the provider's keys cannot be read") from problem
            self._keys = (time.monotonic(), keys)
            return keys

    async def _get(self, address: str) -> dict[str, Any]:
        try:
            async with ClientSession(timeout=TIMEOUT) as session, session.get(address, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise ProviderAway(f"{address} answers {answer.status}")
                return await _json(answer)
        except (ClientError, TimeoutError) as problem:
            raise ProviderAway(str(problem)) from problem


async def _json(answer: ClientResponse) -> dict[str, Any]:
    try:
        found = await answer.json(content_type=None)
    except ValueError as problem:
        raise ProviderAway("the provider's answer is not JSON") from problem
    if not isinstance(found, dict):
        raise ProviderAway("the provider's answer is not an object")
    return found
