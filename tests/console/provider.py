"""A small OpenID Connect provider for tests, with real keys and signatures, that can be told to answer wrongly.

It keeps to the code flow with PKCE: it checks the verifier, the secret and the redirect address, and gives each code once.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlencode

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "desk", "not a real secret"


class Provider:
    """The provider. `claims` are of whoever signs in next; `spoil` changes the token's header, claims or text."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.issuer = ""
        self.claims: dict[str, Any] = {
            "sub": "u1",
            "name": "Olu Outside",
            "email": "Olu@example.gov.uk",
            "roles": ["Desk.Adviser"],
            "groups": ["g-bins", "g-unknown"],
        }
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
        self.signing_key = self.key
        self.spoil: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.whole_token: Callable[[dict[str, Any]], str] | None = None
        self.refuses = False
        self.asked_for_keys = 0
        self._now = now
        self._codes: dict[str, dict[str, str]] = {}

    def app(self) -> web.Application:
        """Its pages."""
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._describe)
        app.router.add_get("/keys", self._keys)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/token", self._token)
        return app

    async def _describe(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    async def _keys(self, request: web.Request) -> web.Response:
        self.asked_for_keys += 1
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        back = {"state": asked["state"], "error": "access_denied"}
        if not self.refuses:
            code = secrets.token_urlsafe(8)
            self._codes[code] = dict(asked)
            back = {"state": asked["state"], "code": code}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(back)}")

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = self._codes.pop(str(form["code"]), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest()).rstrip(b"=").decode()
        sent = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        known = [unquote(part) for part in sent.split(":")] == [CLIENT, SECRET]
        if asked is None or proof != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"] or not known:
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = self._now()
        claims = self.spoil(
            {**self.claims, "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        )
        token = self.whole_token(claims) if self.whole_token else self.signed(claims)
        return web.json_response({"id_token": token, "access_token": "x", "token_type": "Bearer"})

    def signed(self, claims: dict[str, Any]) -> str:
        """A token with the provider's signature."""
        return jwt.encode({"alg": "RS256", "kid": self.signing_key.kid}, claims, self.signing_key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        """A token that says it needs no signature."""
        return f"{_part({'alg': 'none'})}.{_part(claims)}."

    def signed_with_the_public_key(self, claims: dict[str, Any]) -> str:
        """A token signed with what everybody knows, as if the public key were a shared secret; no library would make it."""
        text = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{_part(claims)}"
        mark = hmac.new(self.key.as_pem(private=False), text.encode(), "sha256").digest()
        return f"{text}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def _part(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
