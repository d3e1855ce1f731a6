"""A stand-in for GOV.UK Notify: it speaks the parts of the API that are used, after its published documentation.

It checks the token as Notify does (HS256, the service as issuer, at most 30 seconds old), keeps what it accepted, and can be
told to fail. Errors have Notify's form.
"""

import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"test_key-{SERVICE}-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
CLOCK_SECONDS = 30


class NotifyStandIn:
    """What it accepted, and how it is to fail: a status for each of the next requests, or "silent" to break off."""

    def __init__(self) -> None:
        self.accepted: list[dict[str, Any]] = []
        self.failures: list[int | str] = []
        self.asked: list[str] = []

    def app(self) -> web.Application:
        """The application to serve."""
        app = web.Application(middlewares=[self._checked])
        app.router.add_post("/v2/notifications/email", self._email)
        app.router.add_post("/v2/notifications/sms", self._text)
        app.router.add_get("/v2/notifications", self._list)
        app.router.add_get("/v2/notifications/{id}", self._one)
        return app

    @web.middleware
    async def _checked(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if problem := _token_problem(request):
            return _error(403, "AuthError", problem)
        if request.method == "POST" and self.failures:
            failure = self.failures.pop(0)
            if failure == "accept and break":
                await handler(request)
            if isinstance(failure, str):
                assert request.transport
                request.transport.close()
                return web.Response()
            names = {400: "BadRequestError", 403: "AuthError", 429: "RateLimitError", 500: "Exception"}
            return _error(failure, names[failure], f"told to fail for {(await request.json()).get('email_address')}")
        return await handler(request)

    async def _email(self, request: web.Request) -> web.Response:
        return await self._accept(request, "email", "email_address", {"subject", "body"})

    async def _text(self, request: web.Request) -> web.Response:
        return await self._accept(request, "sms", "phone_number", {"body"})

    async def _accept(self, request: web.Request, kind: str, to: str, fields: set[str]) -> web.Response:
        sent = await request.json()
        if not sent.get(to):
            return _error(400, "ValidationError", f"{to} is a required property")
        if sent.get("template_id") != TEMPLATE:
            return _error(400, "BadRequestError", "Template not found")
        missing = fields - set(sent.get("personalisation", {}))
        if missing:
            return _error(400, "BadRequestError", f"Missing personalisation: {', '.join(sorted(missing))}")
        stored = {**sent, "id": str(uuid.uuid4()), "type": kind, "to": sent[to]}
        self.accepted.append(stored)
        content = {name: sent["personalisation"][name] for name in fields}
        body = {
            "id": stored["id"],
            "reference": sent.get("reference"),
            "content": content,
            "uri": f"/v2/notifications/{stored['id']}",
            "template": {"id": TEMPLATE, "version": 1, "uri": f"/v2/templates/{TEMPLATE}"},
        }
        return web.json_response(body, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        reference = request.query.get("reference")
        found = [_shown(one) for one in self.accepted if not reference or one.get("reference") == reference]
        return web.json_response({"notifications": found, "links": {"current": str(request.url)}})

    async def _one(self, request: web.Request) -> web.Response:
        found = [one for one in self.accepted if one["id"] == request.match_info["id"]]
        return web.json_response(_shown(found[0])) if found else _error(404, "NoResultFound", "No result found")


def _shown(stored: dict[str, Any]) -> dict[str, Any]:
    return {"id": stored["id"], "reference": stored.get("reference"), "type": stored["type"], "status": "delivered"}


def _token_problem(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        return "Unauthorized: authentication token must be provided"
    try:
        claims = jwt.decode(token, OctKey.import_key(SECRET), algorithms=["HS256"]).claims
    except (JoseError, ValueError):
        return "Invalid token: signature, api token not found"
    if claims.get("iss") != SERVICE:
        return "Invalid token: service not found"
    if abs(time.time() - claims.get("iat", 0)) > CLOCK_SECONDS:
        return "Error: Your system clock must be accurate to within 30 seconds"
    return ""


def _error(status: int, name: str, message: str) -> web.Response:
    return web.json_response({"status_code": status, "errors": [{"error": name, "message": message}]}, status=status)
