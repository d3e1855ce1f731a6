"""Bin days in a real browser: asked for in the chat, looked at on every screen, printed, and subscribed to."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest
from playwright.sync_api import Page

from bot.app import Product
from bot.bins.samples import load_samples
from bot.knowledge.service import Knowledge
from bot.settings import Settings
from bot.web import keys
from tests.browser.conftest import Desk, ask, faults, say, serve_desk
from tests.browser.people import later
from tests.browser.slow_engine import SlowEngine
from tests.conftest import ROOT
from tests.factories_bins import THURSDAY
from tests.running import free_port

SCREENS = {
    "phone": {},
    "smallest": {"viewport": {"width": 320, "height": 568}},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}


@pytest.fixture(scope="module")
def sample_desk(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A gateway with the invented addresses and rounds, on Thursday 26 November 2026."""
    desk = Desk(free_port(), free_port(), SlowEngine())
    database = tmp_path_factory.mktemp("bins") / "desk.sqlite3"
    settings = Settings(
        host="0.0.0.0",
        port=desk.port,
        database_url=f"sqlite+aiosqlite:///{database}",
        councils_folder=ROOT / "councils",
        encoders_folder=ROOT / "var" / "encoders",
        rate_limits=False,
        clock=THURSDAY,
    )
    ready: Future[None] = Future()
    work = serve_desk(desk, settings, knowledge, ready, before=_load)
    thread = threading.Thread(target=desk.loop.run_until_complete, args=[work], daemon=True)
    thread.start()
    ready.result(60)
    yield desk
    desk.loop.call_soon_threadsafe(desk.stop.set)
    thread.join(15)
    desk.loop.close()


async def _load(product: Product) -> None:
    await load_samples(product.public[keys.DATABASE], product.public[keys.CLOCK], ROOT / "councils")


@pytest.fixture
def desk(sample_desk: Desk) -> Desk:
    """This module's gateway in place of the package's."""
    return sample_desk


def test_a_bin_day_is_found_by_postcode_and_choice_and_leads_to_the_calendar(page: Page) -> None:
    ask(page, "When is my bin collected?", "question")
    ask(page, "n9 5kc", "question", 2)
    page.get_by_role("button", name="2 Pepperpot Mews").click()
    answer = page.locator(".message--answer").first
    answer.wait_for()
    assert "Food waste (brown food bin)" in answer.inner_text()
    assert faults(page) == []
    with page.context.expect_page() as opened:
        answer.get_by_role("link", name="Print your calendar").click()
    calendar = opened.value
    calendar.wait_for_load_state()
    assert "Bin days for 2 Pepperpot Mews, Enfield, N9 5KC" in calendar.inner_text("main")


def test_a_whole_address_with_slips_is_answered_without_a_mouse(page: Page) -> None:
    ask(page, "When is my bin collected?", "question")
    say(page, "12 bath st, eni 4ck")
    assert "12 Bath Street, Enfield, EN1 4CK" in page.locator(".message--answer").first.inner_text()


def test_a_missed_bin_is_reported_by_address_checked_and_found_at_its_page(desk: Desk, page: Page) -> None:
    desk.engine.starting = {"bin_missed": "bin_missed"}
    ask(page, "a bin was missed", "question")
    for number, words in enumerate(("n9 5kc", "2 Pepperpot Mews", "the brown one", "last tuesday"), 2):
        ask(page, words, "question", number)
    page.get_by_role("button", name="Yes").last.click()
    for number, words in enumerate(("Robert Smith", "skip"), 7):
        page.locator(".message--question").nth(number - 2).wait_for()
        ask(page, words, "question", number)
    check = ask(page, "skip", "check_answers")
    assert "2 Pepperpot Mews, Enfield, N9 5KC" in check.inner_text()
    assert faults(page) == []
    page.get_by_role("button", name="Yes, send it").last.click()
    case = page.locator(".message--case")
    case.wait_for()
    reference, code = (case.locator(f".case__{part} strong").inner_text() for part in ("reference", "code"))
    page.goto("/case/enfield")
    page.fill("#reference", reference)
    page.fill("#code", code)
    page.get_by_role("button").last.click()
    page.get_by_role("heading", name="Report a missed bin").wait_for()
    assert "Brown food bin" in page.inner_text("main")
    desk.engine.starting = {}


@pytest.mark.parametrize("screen", SCREENS)
def test_the_calendar_is_whole_on_every_screen(new_page: Callable[..., Page], screen: str) -> None:
    page = new_page(**SCREENS[screen])
    page.goto("/bins/enfield/990100000006")
    assert page.title() == "Your bin days – Enfield Council"
    assert page.locator("caption").first.inner_text() == "November 2026"
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []


@pytest.mark.parametrize("days", [0, 7, 20, 28])
def test_the_calendar_prints_on_two_sheets_at_the_most_whatever_the_day(
    new_page: Callable[..., Page], desk: Desk, days: int
) -> None:
    later(desk, days=days)
    page = new_page(viewport={"width": 1280, "height": 800})
    page.goto("/bins/enfield/990100000006")
    page.locator("caption").first.wait_for()
    sheets = page.pdf(format="A4").count(b"/Type /Page\n")
    later(desk, days=-days)
    assert 1 <= sheets <= 2


def test_the_calendar_needs_no_script_and_offers_its_feed(new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/bins/enfield/990100000006")
    path = page.get_by_role("link", name="Add these days to your calendar").get_attribute("href")
    response = page.request.get(str(path))
    assert response.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in response.text()
