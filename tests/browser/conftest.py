"""A real gateway in this process, with an engine that tests can slow down or take away, and a real Chromium.

Nothing else is replaced. Where no Chromium is installed these tests are skipped with a word; in CI they fail instead.
Everything lives as long as this folder's tests, because Playwright's synchronous side and asyncio tests exclude each other.
"""

import asyncio
import os
import re
import shutil
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Frame, Locator, Page, expect, sync_playwright

from bot.app import Product, running
from bot.conversations.store import conversation_with_token
from bot.handoff.store import all_open
from bot.knowledge.service import Knowledge
from bot.settings import Settings
from bot.staff.model import Account, NewAccount, Role, command_line_actor
from bot.web import keys
from bot.web.resident.pages import PAGES, Pages
from tests.browser.slow_engine import SlowEngine
from tests.conftest import ROOT
from tests.factories_staff import PASSWORD
from tests.running import free_port

PHONE = {"width": 390, "height": 844}
OPEN = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # a Tuesday
EVENING = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class Desk:
    """The running gateway."""

    port: int
    site_port: int
    engine: SlowEngine
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    product: Product | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def council_site(self) -> str:
        """A council's own page with the widget on it. For a browser it is another site."""
        return f"http://localhost:{self.site_port}/"


@pytest.fixture(scope="package")
def whole_desk(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The gateway in a thread of its own, at an hour when councils are open."""
    with running_desk(knowledge, tmp_path_factory.mktemp("desk"), clock=OPEN) as desk:
        yield desk


@contextmanager
def running_desk(knowledge: Knowledge, folder: Path, **changes: Any) -> Iterator[Desk]:
    """A gateway in a thread of its own, with other settings where they are given."""
    desk = Desk(free_port(), free_port(), SlowEngine())
    plain: dict[str, Any] = {
        "host": "0.0.0.0",
        "port": desk.port,
        "database_url": f"sqlite+aiosqlite:///{folder / 'desk.sqlite3'}",
        "councils_folder": ROOT / "councils",
        "encoders_folder": ROOT / "var" / "encoders",
        "rate_limits": False,
    }
    settings = Settings(**plain | changes)
    ready: Future[None] = Future()
    thread = threading.Thread(
        target=desk.loop.run_until_complete, args=[serve_desk(desk, settings, knowledge, ready)], daemon=True
    )
    thread.start()
    ready.result(60)
    yield desk
    desk.loop.call_soon_threadsafe(desk.stop.set)
    thread.join(15)
    desk.loop.close()


async def serve_desk(
    desk: Desk,
    settings: Settings,
    knowledge: Knowledge,
    ready: "Future[None]",
    before: Callable[[Product], Awaitable[None]] | None = None,
) -> None:
    """Serves until the desk's `stop` is set; `before` is done to the product before anybody is let in."""
    try:
        async with running(settings, desk.engine, knowledge) as product:
            desk.product = product
            if before:
                await before(product)
            if PAGES not in product.public:
                product.public[PAGES] = Pages.read(settings.councils_folder, production=False)
            runner = web.AppRunner(product.public, shutdown_timeout=1)
            await runner.setup()
            await web.TCPSite(runner, settings.host, settings.port).start()
            council = web.AppRunner(_council_site(desk))
            await council.setup()
            await web.TCPSite(council, "localhost", desk.site_port).start()
            ready.set_result(None)
            await desk.stop.wait()
            await council.cleanup()
            await runner.cleanup()
    except BaseException as error:
        if not ready.done():
            ready.set_exception(error)
        raise


def _council_site(desk: Desk) -> web.Application:
    """A page with nothing on it but what the README tells councils to paste."""
    html = f"""<!doctype html><html lang="en"><title>A council</title><main><h1>A council</h1>
        <council-chat><a href="{desk.address}/chat/enfield">Chat</a></council-chat></main>
        <script type="module" src="{desk.address}/loader.js"></script></html>"""

    async def show(request: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", show)
    return app


@pytest.fixture
def desk(whole_desk: Desk) -> Iterator[Desk]:
    """The gateway with its engine well and quick."""
    whole_desk.engine.away, whole_desk.engine.seconds = False, 0.0
    yield whole_desk
    whole_desk.engine.away, whole_desk.engine.seconds = False, 0.0


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("No Chromium is installed, and CI must test in a browser: install the package chromium.")
        pytest.skip("No Chromium is installed: install the package chromium to run the tests in a browser.")
    expect.set_options(timeout=20_000)  # a busy machine may take its time; a right page is never wrong for it
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--lang=en-GB"])
        yield browser
        browser.close()


@contextmanager
def own_pages(chromium: Browser, **plain: Any) -> Iterator[Callable[..., Page]]:
    """Makes pages, each in a browser profile of its own; a script error or a refused style in any of them fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(**options: Any) -> Page:
        context = chromium.new_context(**(plain | options))
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def new_page(chromium: Browser, desk: Desk) -> Iterator[Callable[..., Page]]:
    """Makes pages of residents with phones."""
    with own_pages(chromium, viewport=PHONE, base_url=desk.address) as make:
        yield make


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A phone with the chat of Enfield open."""
    page = new_page()
    page.goto("/chat/enfield")
    return page


def on_desk(desk: Desk, doing):
    """Does something in the product's own loop and waits for it."""
    return asyncio.run_coroutine_threadsafe(doing, desk.loop).result(60)


def add_account(desk: Desk, name: str, *roles: Role) -> Account:
    """Somebody with an account in Enfield whose password is chosen already."""
    assert desk.product
    new = NewAccount(name, f"{name.split(maxsplit=1)[0].lower()}@example.gov.uk", "enfield", ("*",), roles)
    accounts = desk.product.public[keys.STAFF].accounts
    return on_desk(desk, accounts.add(command_line_actor(), new, PASSWORD, keep_password=True))


@contextmanager
def staffed_desk(knowledge: Knowledge, folder: Path) -> Iterator[Desk]:
    """A council that is open, with two advisers and a supervisor."""
    with running_desk(knowledge, folder, clock=OPEN) as desk:
        add_account(desk, "Ada Adviser", Role.ADVISER)
        add_account(desk, "Ben Adviser", Role.ADVISER)
        add_account(desk, "Sue Supervisor", Role.SUPERVISOR)
        yield desk


@pytest.fixture(scope="package")
def whole_open_desk(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A council that is open, in a thread of its own."""
    with staffed_desk(knowledge, tmp_path_factory.mktemp("open")) as desk:
        yield desk


@pytest.fixture
def open_desk(whole_open_desk: Desk) -> Iterator[Desk]:
    """The council with nobody in it that an earlier test left: whoever takes the next one gets this test's resident."""
    yield whole_open_desk
    on_desk(whole_open_desk, nobody_left(whole_open_desk))


async def nobody_left(desk: Desk) -> None:
    """Every resident who still waits or talks goes home."""
    assert desk.product
    room, conversations = desk.product.public[keys.HANDOFF], desk.product.public[keys.CONVERSATIONS]
    async with desk.product.public[keys.DATABASE].reading() as tx:
        left = [await conversation_with_token(tx, one.conversation_id) for one in await all_open(tx)]
    for found in left:
        assert found
        await conversations.end(found[0], room.wording.notice("The test is over.", "ended"))


@pytest.fixture(scope="package")
def evening_desk(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The same council in the evening."""
    with running_desk(knowledge, tmp_path_factory.mktemp("evening"), clock=EVENING) as desk:
        yield desk


@pytest.fixture
def browse(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Makes pages at any desk."""
    with own_pages(chromium) as make:
        yield lambda desk, **options: make(base_url=desk.address, **options)


def sign_in(page: Page, name: str, then: str = "/console") -> Page:
    """Signs somebody of the staff in, and is where they wanted to go."""
    page.goto(f"/console/sign-in?next={then}")
    page.get_by_label("E-mail address").fill(f"{name}@example.gov.uk")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("sign-in"))
    return page


def say(page: Page | Frame, text: str) -> None:
    """Types and sends."""
    page.fill("#text", text)
    page.press("#text", "Enter")


def ask(page: Page | Frame, text: str, kind: str = "answer", count: int = 1) -> Locator:
    """Types, sends and waits for the `count`th message of a kind; gives that message."""
    say(page, text)
    reply = page.locator(f".message--{kind}").nth(count - 1)
    reply.wait_for()
    return reply


def said(page: Page | Frame) -> list[str]:
    """What the resident has said, as the page shows it."""
    return page.locator(".message--resident .message__words").all_inner_texts()


def faults(page: Page | Frame) -> list[str]:
    """What axe finds wrong, in a line each. A tall window, so that nothing lies half under the header or the composer."""
    whole = page.page if isinstance(page, Frame) else page
    size = whole.viewport_size or PHONE
    whole.set_viewport_size({"width": size["width"], "height": 4000})
    page.evaluate(
        "() => Promise.all(document.getAnimations().filter(one => one.effect.getTiming().iterations < 9).map(one => one.finished))"
    )
    found = Axe().run(page, options=RULES)  # type: ignore[arg-type]
    whole.set_viewport_size(size)
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]]


def picture_folder() -> Path:
    """Where the pictures for the README go when they are asked for with DESK_PICTURES=yes."""
    return ROOT / "docs" / "pictures"


def keep_picture(page: Page, name: str) -> None:
    """Keeps what is shown as a picture for the documents, in few colours: a quarter of the size, and nobody sees the difference."""
    from PIL import Image  # only whoever makes pictures needs it

    page.evaluate("document.activeElement?.blur()")
    shot = Image.open(BytesIO(page.screenshot()))
    shot.quantize(96, dither=Image.Dither.NONE).save(picture_folder() / f"{name}.png", optimize=True)
