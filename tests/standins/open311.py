"""The Open311 server of this product alone, and another system's that gives tokens first or breaks off after taking a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from aiohttp import web

from bot.applications.model import Definition
from bot.applications.outside import OpenApplications
from bot.applications.reading import definition_of, read_definitions
from bot.cases.open311.services import PackServices
from bot.cases.service import Cases
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.limits import Limits
from bot.foundation.metrics import Metrics
from bot.knowledge.reading import read_councils
from bot.web import keys
from bot.web.access import guard, prepare_access
from bot.web.open311.routes import OPEN311, Open311Server, add_open311_routes
from bot.web.problems import problem_documents
from tests.conftest import ROOT


@dataclass(frozen=True)
class SomeCouncil:
    """As much of a council as the server asks for."""

    name: str
    council: Mapping[str, str]


@cache
def shipped(council: str) -> dict[str, Definition]:
    """The applications of a council as shipped."""
    facts, today = read_councils(ROOT / "councils")[council].facts, date(2026, 11, 23)
    raw = read_definitions(ROOT / "councils")[council]
    return {name: definition_of(one, council, facts, today) for name, one in raw.items()}


class SomeKnowledge:
    """As much of knowledge as the server asks for."""

    council_ids = ("buckinghamshire", "enfield")

    def council(self, council: str) -> SomeCouncil:
        """An invented council."""
        return SomeCouncil(f"{council.title()} Council", {"contact_page": "https://www.example.gov.uk/contact"})


def open311_app(cases: Cases, database: Database, clock: Clock, *, enforced: bool = False) -> web.Application:
    """The server with two clients of Buckinghamshire and one of Enfield."""
    app = web.Application(middlewares=[problem_documents, guard], client_max_size=65536)
    prepare_access(app)
    add_open311_routes(app)
    app[keys.CASES], app[keys.DATABASE], app[keys.CLOCK] = cases, database, clock
    app[keys.LIMITS], app[keys.PRODUCTION] = Limits(Metrics(), enforced=enforced), False
    app[keys.KNOWLEDGE] = SomeKnowledge()  # type: ignore[misc]
    clients = {"buckinghamshire": {"depot-key": "enfield", "other-key": "other"}, "enfield": {"enfield-key": "fixmystreet"}}
    app[OPEN311] = Open311Server(
        OpenApplications(shipped, PackServices.read(ROOT / "councils")), clients, "https://chat.example.org"
    )
    return app


class OtherSystem:
    """A back office that speaks Open311: `ways` say what it does with each of the next POSTs."""

    def __init__(self) -> None:
        self.taken: list[dict[str, str]] = []
        self.ways: list[str | int] = []
        self.asked: list[str] = []
        self.listing = 200  # status of GET requests

    def app(self) -> web.Application:
        """The application to serve."""
        app = web.Application()
        app.router.add_post("/v2/requests.xml", self._post)
        app.router.add_get("/v2/requests.xml", self._list)
        app.router.add_get("/v2/tokens/{token}.xml", self._token)
        return app

    async def _post(self, request: web.Request) -> web.Response:
        self.asked.append("POST")
        way = self.ways.pop(0) if self.ways else "number"
        if isinstance(way, int):
            return _xml(f"<errors><error><code>{way}</code><description>no</description></error></errors>", way)
        self.taken.append({name: str(value) for name, value in (await request.post()).items()})
        number = len(self.taken)
        if way == "break":
            assert request.transport
            request.transport.close()
        if way == "bomb":
            return _xml('<!DOCTYPE a [<!ENTITY b "c">]><service_requests><request>&b;</request></service_requests>')
        if way == "token":
            return _xml(f"<service_requests><request><token>t{number}</token></request></service_requests>")
        return _xml(
            f"<service_requests><request><service_request_id>{number}</service_request_id></request></service_requests>"
        )

    async def _list(self, request: web.Request) -> web.Response:
        self.asked.append("GET")
        if self.listing != 200:
            return web.Response(status=self.listing)
        rows = "".join(
            f"<request><service_request_id>{number}</service_request_id><description>{one['description']}</description></request>"
            for number, one in enumerate(self.taken, 1)
            if one["service_code"] == request.query.get("service_code")
        )
        return _xml(f"<service_requests>{rows}</service_requests>")

    async def _token(self, request: web.Request) -> web.Response:
        self.asked.append("TOKEN")
        token = request.match_info["token"]
        if self.asked.count("TOKEN") < 3:
            return _xml(f"<service_requests><request><token>{token}</token></request></service_requests>")
        number = token.removeprefix("t")
        ids: Any = f"<service_request_id>{number}</service_request_id><token>{token}</token>"
        return _xml(f"<service_requests><request>{ids}</request></service_requests>")


def _xml(body: str, status: int = 200) -> web.Response:
    return web.Response(text=f'<?xml version="1.0" encoding="utf-8"?>{body}', content_type="text/xml", status=status)
