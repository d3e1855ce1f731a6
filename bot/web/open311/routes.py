"""Open311 GeoReport v2 for each council: /open311/{council}/v2/…, in XML and JSON.

Reading is open to all, as the specification means it, and then without what somebody wrote, where it is, or whose it is;
opening a case, and reading those, needs an api_key that the council gave. Errors are in the specification's own form.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from aiohttp import web

from bot.cases.model import Case, NewCase, Wanted
from bot.cases.open311.model import SPECIFICATION, PublicServices, Service
from bot.cases.reference import read_reference
from bot.foundation.limits import TooOften
from bot.foundation.words import LONDON
from bot.web import keys
from bot.web.access import PUBLIC, add_route
from bot.web.open311.reading import Listed, Reported, Wrong, read_list, read_report
from bot.web.open311.rendering import answer, errors
from bot.web.resident.forms import UnreadableForm, read_pairs

log = structlog.get_logger()

MOST = 1000
USUAL_DAYS = timedelta(days=90)
MOST_FIELDS = 200
CHANGESET = "2026-11-26T00:00:00Z"
BASE = "/open311/{council}/v2"
Handler = Callable[["Call"], Awaitable[web.Response]]


@dataclass(frozen=True)
class Open311Server:
    """What the server knows: services, and for each council the keys of its clients (key to client's name)."""

    services: PublicServices
    api_keys: Mapping[str, Mapping[str, str]]
    public_url: str

    def client(self, council: str, key: str) -> str:
        """The name of the client whose key this is, or nothing."""
        found = ""
        for known, name in self.api_keys.get(council, {}).items():
            if hmac.compare_digest(known.encode(), key.encode("utf-8", "surrogatepass")):
                found = name
        return found


NO_FORM = "send a form (application/x-www-form-urlencoded); files are not taken, so give the address of a picture as media_url"
OPEN311 = web.AppKey("open311", Open311Server)


@dataclass(frozen=True)
class Call:
    """One request with its fields, its council and who sends it."""

    request: web.Request
    form: str
    council: str
    pairs: Sequence[tuple[str, str]]
    client: str
    services: Sequence[Service]

    def one(self, name: str) -> str:
        """A field, or nothing."""
        return next((value for key, value in self.pairs if key == name), "")


def add_open311_routes(app: web.Application) -> None:
    """The server's routes on the public application."""
    for method, path, handler in (
        ("GET", "/discovery.{form:xml|json}", discovery),
        ("GET", "/services.{form:xml|json}", services),
        ("GET", "/services/{code}.{form:xml|json}", definition),
        ("POST", "/requests.{form:xml|json}", open_case),
        ("GET", "/requests.{form:xml|json}", list_cases),
        ("GET", "/requests/{id}.{form:xml|json}", one_case),
        ("GET", "/tokens/{token}.{form:xml|json}", token),
    ):
        add_route(app, method, f"{BASE}{path}", _handled(handler), PUBLIC)


def _handled(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Reads the call, and turns what is wrong into the specification's errors."""

    async def handle(request: web.Request) -> web.Response:
        form = request.match_info["form"]
        try:
            return await handler(await _call(request, form))
        except Wrong as wrong:
            return errors(form, wrong.found)
        except TooOften as limit:
            response = errors(form, [(429, f"that was too often: try again in {limit.seconds} seconds")])
            response.headers["Retry-After"] = str(limit.seconds)
            return response
        except web.HTTPRequestEntityTooLarge:
            return errors(form, [(413, "the request is larger than 64 KiB")])

    return handle


async def _call(request: web.Request, form: str) -> Call:
    council, server = request.match_info["council"], request.app[OPEN311]
    if council not in request.app[keys.KNOWLEDGE].council_ids:
        raise Wrong((404, "there is no council of that name here"))
    pairs = list(request.query.items())
    if request.method == "POST":
        try:
            pairs += await read_pairs(request, MOST_FIELDS)
        except UnreadableForm:
            raise Wrong((400, NO_FORM)) from None
    found = dict(reversed(pairs))
    if found.get("jurisdiction_id", council) not in (council, ""):
        raise Wrong((404, "jurisdiction_id was not found"))
    client = server.client(council, found.get("api_key", ""))
    await request.app[keys.LIMITS].count("reads", f"open311:{client or request.remote}")
    return Call(request, form, council, pairs, client, server.services.services(council))


async def discovery(call: Call) -> web.Response:
    """GET discovery: where everything is."""
    cases = call.request.app[keys.CASES]
    production = call.request.app[keys.PRODUCTION]
    here = f"{call.request.app[OPEN311].public_url}{BASE.format(council=call.council)}"
    contact = call.request.app[keys.KNOWLEDGE].council(call.council).council["contact_page"]
    content = {
        "changeset": CHANGESET,
        "contact": contact,
        "key_service": str(cases.words(call.council)["open311"]["key_service"]).format(contact=contact),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": here,
                "changeset": CHANGESET,
                "type": "production" if production else "test",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return answer(call.form, "discovery", content)


async def services(call: Call) -> web.Response:
    """GET services: what can be reported."""
    content: list[dict[str, Any]] = [
        {
            "service_code": one.code,
            "service_name": one.name,
            "description": one.description,
            "metadata": bool(one.attributes),
            "type": "realtime",
            "keywords": ", ".join(one.keywords),
            "group": one.group,
        }
        for one in call.services
    ]
    return answer(call.form, "services", content)


async def definition(call: Call) -> web.Response:
    """GET services/{code}: the extra questions of one of them."""
    code = call.request.match_info["code"]
    service = next((one for one in call.services if one.code == code), None)
    if service is None:
        raise Wrong((404, f"service_code {code!r} was not found"))
    attributes = [
        {
            "variable": True,
            "code": one.code,
            "datatype": one.datatype,
            "required": one.required,
            "datatype_description": one.help,
            "order": order,
            "description": one.description,
            **({"values": [{"key": key, "name": name} for key, name in one.values.items()]} if one.is_list else {}),
        }
        for order, one in enumerate(service.attributes, 1)
    ]
    return answer(call.form, "service_definition", {"service_code": service.code, "attributes": attributes})


async def open_case(call: Call) -> web.Response:
    """POST requests: a new case. With attribute[external_id] the same report sent again gives the same case."""
    if not call.client:
        raise Wrong((403, "api_key was not provided or is not known"))
    await call.request.app[keys.LIMITS].count("open311_writes", call.client)
    reported = read_report(call.pairs, call.services)
    cases, database = call.request.app[keys.CASES], call.request.app[keys.DATABASE]
    async with database.writing() as tx:
        case = await cases.open(tx, _new_case(call, reported))
    log.info("open311_case_opened", case=case.reference, client=call.client)
    notice = str(cases.words(call.council)["open311"]["notice"])
    content = [{"service_request_id": case.reference, "service_notice": notice, "account_id": None}]
    return answer(call.form, "service_requests", content, 201)


async def list_cases(call: Call) -> web.Response:
    """GET requests: the cases of these services, newest first; the last 90 days when no dates are said."""
    listed = read_list(call.pairs, call.services)
    cases = call.request.app[keys.CASES]
    found = await (_by_ids(call, listed) if listed.ids else cases.search(_wanted(call, listed), MOST, history=True))
    return answer(call.form, "service_requests", [_request(call, case) for case in found])


async def one_case(call: Call) -> web.Response:
    """GET requests/{id}: one case."""
    found = await _by_ids(call, Listed(ids=(call.request.match_info["id"],)))
    if not found:
        raise Wrong((404, "service_request_id was not found"))
    return answer(call.form, "service_requests", [_request(call, case) for case in found])


async def token(call: Call) -> web.Response:
    """GET tokens/{token}: the number of a token. Numbers are given at once here, so the number is its own token."""
    name = call.request.match_info["token"]
    found = await _by_ids(call, Listed(ids=(name,)))
    if not found:
        raise Wrong((404, "token was not found"))
    return answer(call.form, "service_requests", [{"service_request_id": found[0].reference, "token": name}])


async def _by_ids(call: Call, listed: Listed) -> list[Case]:
    references = [reference for one in listed.ids[:MOST] if (reference := read_reference(one))]
    wanted = Wanted([call.council], kinds=[one.kind for one in call.services], references=references)
    if not references or not call.services:
        return []
    return await call.request.app[keys.CASES].search(wanted, MOST, history=True)


def _wanted(call: Call, listed: Listed) -> Wanted:
    chosen = [one.kind for one in call.services if not listed.codes or one.code in listed.codes]
    start, end = listed.start, listed.end
    if start is None:
        start = (end or call.request.app[keys.CLOCK].now()) - USUAL_DAYS
    return Wanted([call.council], kinds=chosen or ["-"], ended=listed.ended, opened_from=start, opened_before=end)


def _new_case(call: Call, reported: Reported) -> NewCase:
    mask = call.request.app[keys.CASES].mask
    service = reported.service
    return NewCase(
        council=call.council,
        kind=service.kind,
        title=service.name,
        team=service.team,
        key=f"open311:{call.client}:{reported.external_id or secrets.token_hex(16)}",
        answers=[(label, mask(value, call.council).text) for label, value in reported.answers],
        data={**reported.data, "description": mask(reported.description, call.council).text, "open311_client": call.client},
        contact=reported.contact,
        promise_days=service.promise_days,
        next_step=service.next_step,
        uprn=reported.uprn,
    )


def _request(call: Call, case: Case) -> dict[str, Any]:
    """One case in the specification's fields; without a key nothing of what somebody wrote or where it is."""
    cases = call.request.app[keys.CASES]
    status = cases.status(case.council, case.residents_status)
    code = str(case.data.get("open311_service", ""))
    service = next((one for one in call.services if code in ("", one.code) and one.kind == case.kind), None)
    trusted = bool(call.client)
    notes = [entry.text for entry in case.residents_history if entry.text and entry.by != "resident"]
    due = datetime(case.due.year, case.due.month, case.due.day, 23, 59, tzinfo=LONDON) if case.due else None
    return {
        "service_request_id": case.reference,
        "status": "closed" if case.ended_at else "open",
        "status_notes": f"{status.label}. {notes[-1] if notes and trusted else status.meaning}",
        "service_name": service.name if service else case.title,
        "service_code": service.code if service else code,
        "description": str(case.data.get("description", "")) if trusted else "",
        "agency_responsible": call.request.app[keys.KNOWLEDGE].council(case.council).name,
        "service_notice": case.next_step,
        "requested_datetime": _w3c(case.opened_at),
        "updated_datetime": _w3c(case.changed_at),
        "expected_datetime": _w3c(due) if due else None,
        "address": case.place if trusted else "",
        "address_id": case.uprn if trusted else "",
        "zipcode": "",
        "lat": case.data.get("lat") if trusted else None,
        "long": case.data.get("long") if trusted else None,
        "media_url": None,
    }


def _w3c(moment: datetime) -> str:
    return moment.astimezone(LONDON).isoformat(timespec="seconds")
