"""Tells residents by e-mail or text: through GOV.UK Notify, or on the console while developing.

Notify keeps our reference with each message, so an attempt whose end is not known is looked up before it is repeated: nobody
is told twice. The official client is synchronous, so it runs in a thread, with one client for each call as it asks for.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from notifications_python_client.errors import APIError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient

from bot.cases.integrations import Integrations
from bot.cases.outbox.model import Delivery, InDoubt, NotFoundThere, Refused, TryLater, Unwanted
from bot.cases.outgoing import BY_EMAIL, NOTIFY
from bot.cases.targets.messages import Message, message
from bot.cases.wording import CaseWords

log = structlog.get_logger()

TIMEOUT_SECONDS = 10
WHEN_LIMITED = timedelta(minutes=2)  # Notify counts 3,000 messages a minute
WHEN_NOT_ALLOWED = timedelta(minutes=15)  # a wrong key or clock: somebody must mend it


@dataclass(frozen=True)
class Wording:
    """What messages are made of."""

    words: Mapping[str, CaseWords]
    names: Mapping[str, str]  # of councils
    public_url: str

    def of(self, delivery: Delivery) -> Message:
        """The message of a delivery."""
        council = delivery.case.council
        page = f"{self.public_url}/case/{council}"
        return message(delivery.case, delivery.entry, self.words[council], self.names[council], page)


class GovUkNotify:
    """E-mails and texts through GOV.UK Notify."""

    name = NOTIFY

    def __init__(self, keys: Mapping[str, str], url: str, wording: Wording, integrations: Mapping[str, Integrations]) -> None:
        self._keys = keys
        self._url = url
        self._wording = wording
        self._integrations = integrations

    async def deliver(self, delivery: Delivery) -> str:
        """Sends one message with our key as its reference."""
        if delivery.case.council not in self._keys:
            raise Unwanted("the council has no key for Notify")
        send = self._email if delivery.item.settings["name"] == BY_EMAIL else self._text
        client = self._client(delivery)
        try:
            answer = await asyncio.to_thread(send, client, delivery, self._wording.of(delivery))
        except InvalidResponse as error:
            raise InDoubt("Notify's answer could not be read") from error
        except APIError as error:
            raise _outcome(error) from error
        return str(answer["id"])

    async def look_up(self, delivery: Delivery) -> str:
        """Asks Notify for a message with our reference."""
        if delivery.case.council not in self._keys:
            raise Unwanted("the council has no key for Notify")
        client = self._client(delivery)
        try:
            answer = await asyncio.to_thread(client.get_all_notifications, reference=delivery.item.key)
        except APIError as error:
            raise TryLater(f"Notify cannot be asked: {error.status_code}") from error
        found = answer["notifications"]
        if not found:
            raise NotFoundThere
        return str(found[0]["id"])

    def _client(self, delivery: Delivery) -> NotificationsAPIClient:
        return NotificationsAPIClient(self._keys[delivery.case.council], self._url, timeout=TIMEOUT_SECONDS)

    def _email(self, client: NotificationsAPIClient, delivery: Delivery, words: Message) -> Any:
        own = self._integrations[delivery.case.council]
        if not delivery.case.contact.email:
            raise Unwanted("the case has no e-mail address any more")
        return client.send_email_notification(
            delivery.case.contact.email,
            own.email_template,
            personalisation={"subject": words.subject, "body": words.body},
            reference=delivery.item.key,
            email_reply_to_id=own.reply_to or None,
        )

    def _text(self, client: NotificationsAPIClient, delivery: Delivery, words: Message) -> Any:
        own = self._integrations[delivery.case.council]
        if not delivery.case.contact.phone:
            raise Unwanted("the case has no telephone number any more")
        return client.send_sms_notification(
            delivery.case.contact.phone,
            own.text_template,
            personalisation={"body": words.text},
            reference=delivery.item.key,
        )


class ConsoleNotifier:
    """Shows messages to whoever develops; in production it tells nobody, since a log must not hold a resident's code."""

    name = NOTIFY

    def __init__(self, wording: Wording, show: Callable[[str], None], *, production: bool) -> None:
        self._wording = wording
        self._show = show
        self._production = production

    async def deliver(self, delivery: Delivery) -> str:
        """Shows the message."""
        if self._production:
            raise Unwanted("no notifier is set up (DESK_NOTIFIER)")
        words = self._wording.of(delivery)
        if delivery.item.settings["name"] == BY_EMAIL:
            self._show(f"--- e-mail to {delivery.case.contact.email}: {words.subject}\n{words.body}\n---")
        else:
            self._show(f"--- text to {delivery.case.contact.phone}: {words.text}\n---")
        return "console"

    async def look_up(self, delivery: Delivery) -> str:
        """Nobody can say whether it was shown, so it is shown again."""
        raise NotFoundThere


def _outcome(error: APIError) -> Exception:
    """What an error of Notify means. Its text may quote the resident's address, so only the kind of error is kept."""
    response = getattr(error, "response", None)
    if response is None:
        return InDoubt("no answer from Notify")
    status = int(error.status_code)
    if status == 429:
        return TryLater("Notify's limit is reached", WHEN_LIMITED)
    if status in (401, 403, 404):
        log.error("notify_not_allowed", status=status, advice="check the key, the clock and DESK_NOTIFY_URL")
        return TryLater(f"Notify does not let us in: {status}", WHEN_NOT_ALLOWED)
    if status >= 500:
        return InDoubt(f"Notify failed: {status}")
    return Refused(f"Notify does not take it: {_kinds(error)}")


def _kinds(error: APIError) -> str:
    found = error.message
    if isinstance(found, list):
        return ", ".join(str(one.get("error", "")) for one in found if isinstance(one, dict))
    return str(error.status_code)
