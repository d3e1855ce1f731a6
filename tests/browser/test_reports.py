"""The page of figures in a real Chromium: how it looks to axe in every state, by keyboard, on a telephone; CSV from a link.

With DESK_PICTURES=yes it takes the picture of docs/reports.md, of days that are invented.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from bench.reports import invented_day
from bot.knowledge.service import Knowledge
from bot.reports import store
from bot.reports.periods import Period
from bot.staff.model import NewAccount, Role, command_line_actor
from bot.web import keys
from tests.api.staffed import PASSWORD
from tests.browser.conftest import PHONE, Desk, faults, keep_picture, running_desk
from tests.reports.told import moment

NOW = moment("2026-11-24 14:05")
WIDE = {"width": 1280, "height": 900}
MANAGER = "maya@example.gov.uk"
STATES = (
    "",
    "?period=four_weeks",
    "?period=year&service=bins",
    "?first=2020-01-01&last=2020-01-02",
    "?first=2026-11-24&last=2026-11-20",
)


@pytest.fixture(scope="module")
def managed(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with two months of invented days and a manager."""
    with running_desk(knowledge, tmp_path_factory.mktemp("reports"), clock=NOW) as desk:
        asyncio.run_coroutine_threadsafe(_fill(desk), desk.loop).result(60)
        yield desk


async def _fill(desk: Desk) -> None:
    assert desk.product
    public, chance = desk.product.public, random.Random(4)
    new = NewAccount("Maya Manager", MANAGER, "enfield", (), (Role.ANALYST,))
    await public[keys.STAFF].accounts.add(command_line_actor(), new, PASSWORD, keep_password=True)
    async with public[keys.DATABASE].writing() as tx:
        for day in Period(NOW.date() - timedelta(days=60), NOW.date()).days:
            summary = invented_day(240 if day.weekday() < 5 else 80, chance)
            await store.begin_day(tx, "enfield", day, summary.conversations, NOW)
            await store.put_day(tx, "enfield", day, summary)


@pytest.fixture
def opened(managed: Desk, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The manager's browser, signed in, with a screen of the size that the test asks for."""
    context = chromium.new_context(viewport=getattr(request, "param", WIDE), base_url=managed.address, accept_downloads=True)
    context.set_default_timeout(20_000)
    page, refused = context.new_page(), list[str]()
    page.on("console", lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None)
    page.goto("/console/sign-in")
    page.fill("#email", MANAGER)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/console")
    yield page
    context.close()
    assert refused == []


@pytest.mark.parametrize("opened", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_every_state_of_the_page_is_accessible_and_fits(opened: Page):
    for state in STATES:
        opened.goto(f"/console/reports{state}")
        opened.evaluate("document.querySelectorAll('main details').forEach(fold => { fold.open = true })")
        for scheme in ("light", "dark") if state == STATES[1] else ("light",):
            opened.emulate_media(color_scheme=scheme)
            assert faults(opened) == [], f"{state}, {scheme}"
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth"), state


def test_a_picture_has_the_same_as_a_table_and_as_csv_by_keyboard_alone(opened: Page):
    opened.goto("/console/reports?period=week")
    part = opened.locator("section", has=opened.get_by_role("heading", name="Conversations over time"))
    assert part.get_by_role("img").get_attribute("aria-label") == "Conversations over time"
    fold = part.locator("summary")
    fold.focus()
    opened.keyboard.press("Enter")
    assert part.locator("tbody tr").count() == 7
    opened.keyboard.press("Tab")  # the table's own box, which arrow keys move
    opened.keyboard.press("Tab")
    with opened.expect_download() as download:
        opened.keyboard.press("Enter")
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert len(content.splitlines()) == 8


def test_days_and_a_service_are_chosen_with_a_form(opened: Page):
    opened.goto("/console/reports")
    opened.get_by_text("Choose days, a service or steps").click()
    opened.fill("#first", "2026-11-02")
    opened.fill("#last", "2026-11-08")
    opened.select_option("#service", "bins")
    opened.get_by_role("button", name="Show").click()
    assert "2 Nov 2026 to 8 Nov 2026, Bins and recycling" in opened.locator(".lead").inner_text()
    if os.environ.get("DESK_PICTURES") == "yes":
        opened.set_viewport_size({"width": 1040, "height": 1090})
        opened.goto("/console/reports?period=four_weeks")
        keep_picture(opened, "reports")
