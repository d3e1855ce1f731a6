"""A database, a clock that stands still, and stand-ins for every system outside."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.cases.integrations import Webhook
from bot.cases.model import Case, Contact
from bot.cases.outbox import store
from bot.cases.outbox.model import Item
from bot.cases.outbox.worker import OutboxWorker
from bot.cases.outgoing import OutboxWriter
from bot.cases.progress import Progress
from bot.cases.service import Cases
from bot.cases.targets.calling import outside_session
from bot.cases.targets.notify import Wording
from bot.cases.targets.open311 import Open311Client
from bot.cases.wording import read_case_words
from bot.foundation.database import Database
from tests.cases.workers import COUNCILS, SECRET, make_integrations, make_wording, make_worker
from tests.factories import FixedClock
from tests.factories_cases import make_cases, make_new_case
from tests.standins.notify import TEMPLATE, NotifyStandIn
from tests.standins.webhook import WebhookStandIn

ADA = Contact("Ada Invented", "ada@example.org", "")
Serve = Callable[[web.Application], Awaitable[str]]


@pytest.fixture
def clock() -> FixedClock:
    """Monday 23 November 2026, noon."""
    return FixedClock()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh database."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves applications on this machine; gives their addresses."""
    servers: list[TestServer] = []

    async def start(app: web.Application) -> str:
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return f"http://127.0.0.1:{server.port}"

    yield start
    for server in servers:
        await server.close()


@pytest.fixture
async def outside() -> AsyncIterator[ClientSession]:
    """A session that may call this machine."""
    async with outside_session(allow_private=True) as session:
        yield session


class Post:
    """A post office for one test: cases whose changes are told, and everything that they are told to."""

    def __init__(self, database: Database, clock: FixedClock, outside: ClientSession, **integrations: Any) -> None:
        self.database, self.clock, self.outside = database, clock, outside
        self.integrations = make_integrations(**integrations)
        self.words = read_case_words(COUNCILS)
        self.cases: Cases = make_cases(database, clock, outgoing=OutboxWriter(self.integrations))
        self.notify_url = ""

    def wording(self) -> Wording:
        """The shipped words."""
        return make_wording(self.words)

    def worker(self) -> OutboxWorker:
        """A new worker, as another process would have one."""
        return make_worker(self.database, self.clock, self.outside, self.words, self.integrations, self.notify_url)

    def progress(self) -> Progress:
        """What asks the systems that took cases over."""
        client = Open311Client(self.outside, self.clock, self.integrations, allow_private=True, token_seconds=0)
        return Progress(self.database, self.cases, client, self.integrations)

    async def open(self, key: str = "one", **changes: Any) -> Case:
        """Opens a case."""
        async with self.database.writing() as tx:
            return await self.cases.open(tx, make_new_case(key, **changes))

    async def change(self, case: Case, status: str, note: str = "") -> Case:
        """Changes a status."""
        async with self.database.writing() as tx:
            return await self.cases.change_status(tx, "Sam", case.council, case.reference, status, note)

    async def items(self, case: Case) -> list[Item]:
        """What is to be told of a case."""
        async with self.database.reading() as tx:
            return await store.items_of(tx, case.reference)


@pytest.fixture
async def notify(serve: Serve) -> tuple[NotifyStandIn, str]:
    """A stand-in for GOV.UK Notify and its address."""
    stand_in = NotifyStandIn()
    return stand_in, await serve(stand_in.app())


@pytest.fixture
async def hook(serve: Serve) -> tuple[WebhookStandIn, str]:
    """A receiver of webhooks and its address."""
    stand_in = WebhookStandIn(SECRET)
    return stand_in, f"{await serve(stand_in.app())}/hook"


@pytest.fixture
def by_notify(
    database: Database, clock: FixedClock, outside: ClientSession, notify: tuple[NotifyStandIn, str]
) -> tuple[Post, NotifyStandIn]:
    """Residents are told through Notify."""
    post = Post(database, clock, outside, email_template=TEMPLATE, text_template=TEMPLATE)
    post.notify_url = notify[1]
    return post, notify[0]


@pytest.fixture
def by_hook(
    database: Database, clock: FixedClock, outside: ClientSession, hook: tuple[WebhookStandIn, str]
) -> tuple[Post, WebhookStandIn]:
    """One webhook is told of everything."""
    webhook = Webhook("crm", hook[1], SECRET)
    return Post(database, clock, outside, webhooks={"crm": webhook}), hook[0]
