"""A receiver of webhooks that checks every signature, and can be told to fail."""

import base64
import hashlib
import hmac
from typing import Any

from aiohttp import web


class WebhookStandIn:
    """What it accepted (id and event), and how it is to fail: a status or "silent" for each of the next requests."""

    def __init__(self, secret: str) -> None:
        self.key = base64.b64decode(secret.removeprefix("whsec_"))
        self.accepted: list[tuple[str, dict[str, Any]]] = []
        self.failures: list[int | str] = []
        self.asked = 0

    def app(self) -> web.Application:
        """The application to serve."""
        app = web.Application()
        app.router.add_post("/hook", self._hook)
        app.router.add_post("/elsewhere", self._hook)
        return app

    async def _hook(self, request: web.Request) -> web.Response:
        self.asked += 1
        event_id, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        signed = f"{event_id}.{timestamp}.".encode() + await request.read()
        wanted = "v1," + base64.b64encode(hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(wanted, request.headers["webhook-signature"]):
            return web.Response(status=401)
        if self.failures:
            failure = self.failures.pop(0)
            if failure == "redirect":
                return web.Response(status=302, headers={"Location": "/elsewhere"})
            if isinstance(failure, int):
                return web.Response(status=failure)
            if failure == "accept and break":
                self.accepted.append((event_id, await request.json()))
            assert request.transport
            request.transport.close()
            return web.Response()
        self.accepted.append((event_id, await request.json()))
        return web.Response(status=204)
