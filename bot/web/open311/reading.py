"""Reads what other systems send to the Open311 server: one new case, or what they want listed.

Everything that is wrong is said at once, each with the code that GeoReport v2 gives it, so that whoever connects a system
does not find one mistake after the other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email

from bot.cases.model import Contact
from bot.cases.open311.model import Attribute, Service

DESCRIPTION_LIMIT = 4000
FIELD_LIMIT = 300
_ATTRIBUTE = re.compile(r"attribute\[([A-Za-z0-9_-]{1,64})\](?:\[\])?")
_UPRN = re.compile(r"[0-9]{1,12}")
_PHONE = re.compile(r"[0-9+() -]{6,30}")


class Wrong(Exception):
    """The request cannot be used: pairs of code and sentence."""

    def __init__(self, *found: tuple[int, str]) -> None:
        super().__init__(found[0][1])
        self.found = found


@dataclass(frozen=True)
class Reported:
    """A new case as another system sends it."""

    service: Service
    description: str
    answers: tuple[tuple[str, str], ...]
    data: dict[str, Any]
    contact: Contact
    uprn: str
    external_id: str


@dataclass(frozen=True)
class Listed:
    """Which cases are to be listed."""

    ids: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    ended: bool | None = None


@dataclass
class _Form:
    """The fields of a POST, and what is found wrong on the way."""

    pairs: Sequence[tuple[str, str]]
    wrong: list[tuple[int, str]] = field(default_factory=list)

    def one(self, name: str, limit: int = FIELD_LIMIT) -> str:
        value = next((value for key, value in self.pairs if key == name), "").replace("\x00", "").strip()
        if len(value) > limit:
            self.wrong.append((400, f"{name} is longer than {limit} characters"))
        return value[:limit]

    def all(self, code: str) -> list[str]:
        found = []
        for key, value in self.pairs:
            match = _ATTRIBUTE.fullmatch(key)
            if match and match[1] == code and value.strip():
                found.append(value.replace("\x00", "").strip())
        return found


def read_report(pairs: Sequence[tuple[str, str]], services: Sequence[Service]) -> Reported:
    """The new case of a POST. Raises Wrong with everything that is wrong."""
    form = _Form(pairs)
    code = form.one("service_code")
    service = next((one for one in services if one.code == code), None)
    if service is None:
        raise Wrong((404, f"service_code {code!r} was not found") if code else (400, "service_code was not provided"))
    description = form.one("description", DESCRIPTION_LIMIT)
    place = _place(form, service)
    attributes, data = _attributes(form, service)
    media = form.one("media_url", 2000)
    if media and not media.startswith(("https://", "http://")):
        form.wrong.append((400, "media_url must begin with https://"))
    contact = _contact(form)
    if not description and not attributes:
        form.wrong.append((400, "description was not provided"))
    if form.wrong:
        raise Wrong(*form.wrong)
    answers = [("Description", description), ("Address", place.get("address", "")), *attributes, ("Picture", media)]
    return Reported(
        service=service,
        description=description,
        answers=tuple((label, value) for label, value in answers if value),
        data={**data, **place, "description": description, "open311_service": service.code},
        contact=contact,
        uprn=str(place.get("uprn", "")),
        external_id=" ".join(form.all("external_id"))[:100],
    )


def read_list(query: Sequence[tuple[str, str]], services: Sequence[Service]) -> Listed:
    """What GET requests asks for. Raises Wrong."""
    form = _Form(query)
    ids = tuple(one.strip() for one in form.one("service_request_id", 2000).split(",") if one.strip())
    codes = tuple(one.strip() for one in form.one("service_code", 2000).split(",") if one.strip())
    unknown = set(codes) - {service.code for service in services}
    form.wrong += [(404, f"service_code {one!r} was not found") for one in sorted(unknown)]
    states = {one.strip() for one in form.one("status").split(",") if one.strip()}
    if states - {"open", "closed"}:
        form.wrong.append((400, "status must be open or closed"))
    start, end = (_moment(form, name) for name in ("start_date", "end_date"))
    if form.wrong:
        raise Wrong(*form.wrong)
    return Listed(ids, codes, start, end, None if len(states) != 1 else states == {"closed"})


def _place(form: _Form, service: Service) -> dict[str, Any]:
    lat, long = form.one("lat"), form.one("long")
    address, uprn = form.one("address_string"), form.one("address_id")
    place: dict[str, Any] = {}
    if lat or long:
        try:
            place["lat"], place["long"] = float(lat), float(long)
            if not (-90 <= place["lat"] <= 90 and -180 <= place["long"] <= 180):
                raise ValueError
        except ValueError:
            form.wrong.append((400, "lat and long must both be given, in degrees of WGS84"))
    if uprn and not _UPRN.fullmatch(uprn):
        form.wrong.append((400, "address_id must be a UPRN of at most 12 digits"))
    elif uprn:
        place["uprn"] = uprn
    if address:
        place["address"] = address
    if service.needs_place and not (lat or long or address or uprn):
        form.wrong.append((400, "a place was not provided: send lat and long, address_string or address_id"))
    return place


def _attributes(form: _Form, service: Service) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    answers, data = [], {}
    for attribute in service.attributes:
        given = form.all(attribute.code)
        if not given:
            if attribute.required:
                form.wrong.append((400, f"attribute[{attribute.code}] was not provided"))
            continue
        if problem := _problem(attribute, given):
            form.wrong.append((400, f"attribute[{attribute.code}] {problem}"))
            continue
        several = attribute.datatype == "multivaluelist"
        data[attribute.code] = given if several else given[0]
        answers.append((attribute.description, ", ".join(attribute.values.get(one, one) for one in given)))
    return answers, data


def _problem(attribute: Attribute, given: Sequence[str]) -> str:
    if len(given) > 1 and attribute.datatype != "multivaluelist":
        return "was given more than once"
    if attribute.is_list and set(given) - set(attribute.values):
        return f"must be one of {', '.join(attribute.values)}"
    if attribute.datatype == "number" and not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", given[0]):
        return "must be a number"
    if attribute.datatype == "datetime" and _parsed(given[0]) is None:
        return "must be a date and time with its zone, like 2026-11-23T09:00:00Z"
    if any(len(one) > (DESCRIPTION_LIMIT if attribute.datatype == "text" else FIELD_LIMIT) for one in given):
        return "is too long"
    return ""


def _contact(form: _Form) -> Contact:
    name = f"{form.one('first_name')} {form.one('last_name')}".strip()
    email, phone = form.one("email"), form.one("phone")
    if email:
        try:
            email = validate_email(email, check_deliverability=False).normalized
        except EmailNotValidError:
            form.wrong.append((400, "email is not an e-mail address"))
    if phone and not _PHONE.fullmatch(phone):
        form.wrong.append((400, "phone is not a telephone number"))
    return Contact(name, email, phone)


def _moment(form: _Form, name: str) -> datetime | None:
    text = form.one(name)
    found = _parsed(text) if text else None
    if text and found is None:
        form.wrong.append((400, f"{name} must be a date and time with its zone, like 2026-11-23T09:00:00Z"))
    return found


def _parsed(text: str) -> datetime | None:
    """A W3C date and time with a zone; a plus sign that came as a space is understood."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo and found.year > 1970 else None
