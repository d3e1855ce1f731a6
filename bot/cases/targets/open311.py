"""Hands a case over to another system by Open311 GeoReport v2, the form that FixMyStreet and many back offices speak.

The specification has no way to say "I sent this before", so our reference stands in the description, and an attempt whose end
is not known is looked for among the other side's requests before it is repeated. A side that cannot be asked gets no second
attempt: the item waits for a person in `python -m bot outbox`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from aiohttp import ClientError, ClientResponse, ClientSession

from bot.cases.integrations import Integrations, Open311Receiver
from bot.cases.open311.model import UnreadableAnswer, errors_in, requests_in
from bot.cases.outbox.model import OPEN311, Delivery, InDoubt, NotFoundThere, Refused, TryLater, Unwanted
from bot.cases.targets.calling import check_address, read_answer, was_private
from bot.foundation.clock import Clock

DESCRIPTION_LIMIT = 4000  # characters, after the specification
TOKEN_TRIES = 5
TOKEN_SECONDS = 2.0
WHEN_NOT_ALLOWED = timedelta(minutes=15)
AROUND = timedelta(days=1)


class Open311Client:
    """Sends cases to the systems of integrations.yml."""

    name = OPEN311

    def __init__(
        self,
        session: ClientSession,
        clock: Clock,
        integrations: Mapping[str, Integrations],
        *,
        allow_private: bool,
        token_seconds: float = TOKEN_SECONDS,
    ) -> None:
        self._session = session
        self._clock = clock
        self._integrations = integrations
        self._allow_private = allow_private
        self._token_seconds = token_seconds

    async def deliver(self, delivery: Delivery) -> str:
        """POSTs the case; returns the other side's number, or "token:…" when that comes later."""
        receiver = self._receiver(delivery)
        try:
            check_address(receiver.endpoint, allow_private=self._allow_private)
            url = f"{receiver.endpoint}/requests.xml"
            async with self._session.post(url, data=fields_of(delivery, receiver), allow_redirects=False) as response:
                body = await read_answer(response)
                _check(response, body)
                answers = requests_in(body)
        except UnreadableAnswer as error:
            raise InDoubt(f"the answer cannot be read: {error}") from error
        except (ClientError, TimeoutError, OSError) as error:
            if was_private(error):
                raise TryLater("its name leads to a private address") from error
            raise InDoubt(f"no answer: {type(error).__name__}") from error
        first = answers[0] if answers else {}
        if first.get("service_request_id"):
            return first["service_request_id"]
        if first.get("token"):
            return await self._number_of(receiver, first["token"])
        raise InDoubt("the answer has neither a number nor a token")

    async def look_up(self, delivery: Delivery) -> str:
        """Looks for our reference among the requests of that service since the case was opened."""
        receiver = self._receiver(delivery)
        case = delivery.case
        query = {
            **_who(receiver),
            "service_code": receiver.services[case.kind],
            "start_date": (case.opened_at - AROUND).isoformat(timespec="seconds"),
            "end_date": (self._clock.now() + AROUND).isoformat(timespec="seconds"),
        }
        found = await self._requests(f"{receiver.endpoint}/requests.xml", query)
        for request in found:
            if case.reference in request.get("description", "") and request.get("service_request_id"):
                return request["service_request_id"]
        raise NotFoundThere

    async def progress(self, receiver: Open311Receiver, numbers: Sequence[str]) -> list[dict[str, str]]:
        """What the other side says of requests by their numbers. Raises TryLater and Refused."""
        query = {**_who(receiver), "service_request_id": ",".join(numbers)}
        return await self._requests(f"{receiver.endpoint}/requests.xml", query)

    async def _requests(self, url: str, query: Mapping[str, str]) -> list[dict[str, str]]:
        try:
            check_address(url, allow_private=self._allow_private)
            async with self._session.get(url, params=query, allow_redirects=False) as response:
                body = await read_answer(response)
                if response.status in (401, 403, 429) or response.status >= 500:
                    raise TryLater(f"the other side cannot be asked now: {response.status}", WHEN_NOT_ALLOWED)
                if response.status != 200:
                    raise Refused(f"may have been taken, and the other side cannot be asked ({response.status}): look there")
                return requests_in(body)
        except UnreadableAnswer as error:
            raise Refused(f"may have been taken, and the list cannot be read ({error}): look there") from error
        except (ClientError, TimeoutError, OSError) as error:
            raise TryLater(f"the other side cannot be asked: {type(error).__name__}") from error

    async def _number_of(self, receiver: Open311Receiver, token: str) -> str:
        """The number that a token stands for, if it comes soon; the token is as good, since the case is taken."""
        for _ in range(TOKEN_TRIES):
            try:
                found = await self._requests(f"{receiver.endpoint}/tokens/{token}.xml", _who(receiver))
            except (TryLater, Refused):
                found = []
            if found and found[0].get("service_request_id"):
                return found[0]["service_request_id"]
            await asyncio.sleep(self._token_seconds)
        return f"token:{token}"

    def _receiver(self, delivery: Delivery) -> Open311Receiver:
        own = self._integrations.get(delivery.case.council)
        receiver = own.open311.get(delivery.item.settings["name"]) if own else None
        if receiver is None or delivery.case.kind not in receiver.services:
            raise Unwanted("the receiver is no longer in integrations.yml")
        return receiver


def fields_of(delivery: Delivery, receiver: Open311Receiver) -> dict[str, str]:
    """The form of POST requests."""
    case = delivery.case
    lines = [case.title, *(f"{label}: {value}" for label, value in case.answers)]
    reference = f"\nReference: {case.reference}"
    description = "\n".join(lines)[: DESCRIPTION_LIMIT - len(reference)] + reference
    fields = {
        **_who(receiver),
        "service_code": receiver.services[case.kind],
        "description": description,
        "address_id": case.uprn,
        "address_string": case.place,
        "lat": str(case.data.get("lat", "")),
        "long": str(case.data.get("long", "")),
    }
    if receiver.contact:
        first, _, last = case.contact.name.partition(" ")
        fields |= {"email": case.contact.email, "phone": case.contact.phone, "first_name": first, "last_name": last}
    for key, code in receiver.attributes.items():
        fields[f"attribute[{code}]"] = case.reference if key == "reference" else _as_field(case.data.get(key))
    return {name: value for name, value in fields.items() if value}


def _as_field(value: object) -> str:
    """A value of the case's data for a form; what is no plain value is left out."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(str(one) for one in value)
    return str(value) if isinstance(value, str | int | float) else ""


def _who(receiver: Open311Receiver) -> dict[str, str]:
    who = {"api_key": receiver.key}
    return {**who, "jurisdiction_id": receiver.jurisdiction} if receiver.jurisdiction else who


def _check(response: ClientResponse, body: bytes) -> None:
    """Raises what a status other than success means."""
    status = response.status
    if 200 <= status < 300:
        return
    if status in (401, 403):
        raise TryLater(f"the other side does not let us in ({status})", WHEN_NOT_ALLOWED)
    if status == 429:
        raise TryLater("the other side says that it was too often")
    if status >= 500:
        raise InDoubt(f"the other side failed ({status})")
    if 300 <= status < 400:
        raise Refused(f"the other side sends us elsewhere ({status}), and redirects are not followed")
    raise Refused(f"the other side does not take it ({status}: {errors_in(body)})")
