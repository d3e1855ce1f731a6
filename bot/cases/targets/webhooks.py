"""Tells a council's own systems of changes by a signed POST, in the form of the Standard Webhooks specification.

`webhook-id` stays the same at every attempt, `webhook-timestamp` is the time of the attempt, and `webhook-signature` is an
HMAC-SHA256 over both and the body. A webhook cannot be asked whether it had something, so after a crash it may come again:
at least once, and the id tells. docs/cases.md has an example of how a receiver checks it, and a test runs that example.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import ClientError, ClientSession

from bot.cases.integrations import Integrations, Webhook
from bot.cases.model import Seen
from bot.cases.outbox.model import Delivery, InDoubt, NotFoundThere, Refused, TryLater, Unwanted
from bot.cases.outgoing import WEBHOOK
from bot.cases.targets.calling import check_address, was_private
from bot.cases.wording import CaseWords
from bot.foundation.clock import Clock

GONE = 410
REPLAY_MINUTES = 5  # how old a timestamp a receiver should still take; stated in docs/cases.md


class Webhooks:
    """The webhooks of all councils."""

    name = WEBHOOK

    def __init__(
        self,
        session: ClientSession,
        clock: Clock,
        integrations: Mapping[str, Integrations],
        words: Mapping[str, CaseWords],
        *,
        allow_private: bool,
    ) -> None:
        self._session = session
        self._clock = clock
        self._integrations = integrations
        self._words = words
        self._allow_private = allow_private

    async def deliver(self, delivery: Delivery) -> str:
        """POSTs one event."""
        own = self._integrations.get(delivery.case.council)
        hook = own.webhooks.get(delivery.item.settings["name"]) if own else None
        if hook is None:
            raise Unwanted("the webhook is no longer in integrations.yml")
        body = json.dumps(self._event(delivery, hook), ensure_ascii=False, sort_keys=True).encode()
        headers = signed_headers(hook.secret, delivery.item.key, int(self._clock.now().timestamp()), body)
        try:
            check_address(hook.url, allow_private=self._allow_private)
            async with self._session.post(hook.url, data=body, headers=headers, allow_redirects=False) as response:
                return _accepted(response.status)
        except (ClientError, TimeoutError, OSError) as error:
            if was_private(error):
                raise TryLater("its name leads to a private address") from error
            raise InDoubt(f"no answer: {type(error).__name__}") from error

    async def look_up(self, delivery: Delivery) -> str:
        """It cannot be asked; the receiver knows a repeat by its id."""
        raise NotFoundThere

    def _event(self, delivery: Delivery, hook: Webhook) -> dict[str, Any]:
        case, entry = delivery.case, delivery.entry
        status = self._words[case.council].statuses.get(entry.status)
        event: dict[str, Any] = {
            "id": delivery.item.key,
            "type": f"case.{entry.kind}",
            "occurred_at": entry.at.isoformat(),
            "council": case.council,
            "case": {
                "reference": case.reference,
                "kind": case.kind,
                "team": case.team,
                "urgency": case.urgency,
                "status": entry.status,
                "status_label": status.label if status else entry.status,
                "ended": bool(status and status.ends),
                "seen_by_resident": entry.seen_by == Seen.RESIDENT,
                "due": case.due.isoformat() if case.due else None,
                "opened_at": case.opened_at.isoformat(),
            },
        }
        if hook.details:
            event["case"] |= {
                "title": case.title,
                "answers": [{"label": label, "value": value} for label, value in case.answers],
                "data": case.data,
                "contact": vars(case.contact),
                "uprn": case.uprn,
            }
            event["text"] = entry.text
        return event


def signed_headers(secret: str, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one attempt."""
    return {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature(secret, event_id, timestamp, body)}",
    }


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over id, timestamp and body, in Base64. A secret that begins with whsec_ is Base64 itself."""
    prefix = "whsec_"
    key = base64.b64decode(secret.removeprefix(prefix)) if secret.startswith(prefix) else secret.encode()
    signed = f"{event_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _accepted(status: int) -> str:
    if 200 <= status < 300:
        return str(status)
    if status == GONE:
        raise Refused("the webhook says that it wants no more (410)")
    if 300 <= status < 400:
        raise Refused(f"the webhook sends us elsewhere ({status}), and redirects are not followed")
    raise TryLater(f"the webhook answered {status}")
