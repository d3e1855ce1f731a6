"""The console in a real Chromium: signing in with a code, administration and switches by keyboard and by mouse, and how it looks.

It runs on the real staff room and pages without the assistant; what residents then meet is in the tests of switches.
"""

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect

from bot.foundation.clock import SystemClock
from bot.foundation.migrations import migrate
from bot.knowledge.service import Knowledge
from bot.staff.model import ALL, Role
from tests.browser.conftest import PHONE, faults, own_pages, sign_in
from tests.conftest import ROOT
from tests.console_desk import console_app
from tests.factories_staff import StaffRoom
from tests.running import free_port

WIDE = {"width": 1280, "height": 900}
ADMIN = "ann@example.gov.uk"


class Console:
    """The console in a thread of its own."""

    def __init__(self, port: int, place: Path, knowledge: Knowledge) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._port, self._place, self._knowledge = port, place, knowledge
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.stop = asyncio.Event()

    async def serve(self) -> None:
        """Runs until it is told to stop."""
        url = f"sqlite+aiosqlite:///{self._place}"
        await asyncio.to_thread(migrate, url)
        self.room = StaffRoom(url, clock=SystemClock())
        await self.room.add("Ann Admin", council=ALL, roles=(Role.ADMINISTRATOR, Role.SUPERVISOR))
        await self.room.add("Ada Adviser")
        runner = web.AppRunner(console_app(self.room.staff, self._knowledge, SystemClock()), shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        self.ready.set()
        await self.stop.wait()
        await runner.cleanup()
        await self.room.database.close()


@pytest.fixture(scope="module")
def console(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The running console with an administrator and an adviser."""
    console = Console(free_port(), tmp_path_factory.mktemp("console") / "desk.sqlite3", knowledge)
    thread = threading.Thread(target=console.loop.run_until_complete, args=[console.serve()], daemon=True)
    thread.start()
    assert console.ready.wait(60)
    yield console
    console.loop.call_soon_threadsafe(console.stop.set)
    thread.join(15)
    console.loop.close()


@pytest.fixture
def opened(chromium: Browser, console: Console) -> Iterator[Callable[..., Page]]:
    """Makes pages of the console."""
    with own_pages(chromium, viewport=WIDE, base_url=console.address) as make:
        yield make


def look(page: Page, name: str) -> None:
    """Judges a page by axe, on a wide screen and on a phone, in light and dark; keeps pictures when they are asked for."""
    for size, width in ((WIDE, 1280), (PHONE, 390), ({"width": 320, "height": 640}, 320)):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width} pixels"
        if width != 320:
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert faults(page) == [], f"{name}, {width} pixels, {scheme}"
                if folder := os.environ.get("DESK_CONSOLE_PICTURES"):
                    page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)


def test_every_page_can_be_read_by_everybody(opened, console):
    page = opened()
    page.goto("/console/sign-in")
    look(page, "sign-in")
    page.get_by_role("button", name="Sign in").click()
    look(page, "sign-in-wrong")
    sign_in(page, "ann")
    look(page, "home")
    for name in ("staff", "staff/new", "tokens", "audit", "switches", "account", "account/code", "nowhere"):
        page.goto(f"/console/{name}")
        look(page, name.replace("/", "-"))


def test_an_adviser_sees_only_what_advisers_may_do(opened):
    page = sign_in(opened(), "ada")
    expect(page.get_by_role("navigation", name="Places")).not_to_contain_text("Staff")
    page.goto("/console/staff")
    expect(page.get_by_role("heading", level=1)).to_have_text("You may not do this")
    look(page, "not-allowed")


def test_somebody_new_is_added_by_link_and_sets_up_codes(opened):
    page = sign_in(opened(), "ann", "/console/staff")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Add somebody")
    page.get_by_role("button", name="Add and make a link").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a name")
    look(page, "staff-new-wrong")
    page.get_by_label("Name").fill("Cleo Clerk")
    page.get_by_label("E-mail address").fill("cleo@example.gov.uk")
    page.get_by_label("Council", exact=True).select_option("enfield")
    page.get_by_label("Bins and recycling team").check()
    page.get_by_role("button", name="Add and make a link").click()
    link = page.locator("#link").inner_text()
    look(page, "link")

    other = opened()
    other.goto(link)
    look(other, "invitation")
    for label in ("New password", "New password again"):
        other.get_by_label(label, exact=True).fill("otters like warm rain")
    other.get_by_role("button", name="Save password").click()
    expect(other.get_by_role("status")).to_contain_text("Your password is saved")
    other.get_by_label("Password").fill("otters like warm rain")
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Hello Cleo Clerk")

    other.goto("/console/account")
    other.get_by_role("link", name="Set up codes").click()
    expect(other.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    other.wait_for_function("document.querySelector('.qr').naturalWidth > 0")
    other.get_by_text("I cannot scan it").click()
    secret = other.locator(".once").inner_text().replace(" ", "")
    other.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    other.get_by_label("Your password").fill("otters like warm rain")
    other.get_by_role("button", name="Finish").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Keep your recovery codes")
    look(other, "recovery-codes")
    recovery = other.locator(".once--list li").first.inner_text()
    other.get_by_role("link", name="I have kept them").click()
    other.get_by_role("button", name="Sign out").first.click()

    other.get_by_label("E-mail address").fill("cleo@example.gov.uk")
    other.get_by_label("Password").fill("otters like warm rain")
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Enter your code")
    other.get_by_label("Code").fill("000000")
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_role("alert")).to_contain_text("That code is not right")
    look(other, "code-wrong")
    other.get_by_label("Code").fill(recovery)
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Hello Cleo Clerk")

    page.goto("/console/staff")
    page.get_by_role("link", name="Cleo Clerk").click()
    look(page, "staff-one")
    page.get_by_role("textbox", name="Why").fill("Left the council")
    page.get_by_role("button", name="Lock the account").click()
    expect(page.get_by_role("status")).to_contain_text("locked")
    look(page, "staff-one-locked")
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_feature_is_turned_off_with_a_reason_and_a_notice_posted(opened):
    page = sign_in(opened(), "ann", "/console/switches")
    enfield = page.get_by_role("region", name="Enfield Council")
    enfield.get_by_text("Turn the assistant off").first.click()
    enfield.get_by_role("button", name="Turn the assistant off").click()
    expect(page.get_by_role("alert")).to_contain_text("Write why you turn it off")
    look(page, "switches-wrong")
    enfield.get_by_label("Why do you turn it off?").first.fill("Wrong amounts in an article")
    enfield.get_by_role("button", name="Turn the assistant off").click()
    expect(enfield.get_by_text("Wrong amounts in an article")).to_be_visible()
    page.get_by_label("What should residents know?").fill("Our offices are closed on Monday 28 December.")
    page.get_by_label("Until").fill("2030-12-29T09:00")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_role("cell", name="Our offices are closed on Monday 28 December.", exact=True)).to_be_visible()
    look(page, "switches-off")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Withdrawn", exact=True)).to_be_visible()
    enfield.get_by_role("button", name="Turn the assistant on").click()
    expect(page.get_by_role("status")).to_contain_text("Changed")


def test_a_token_is_issued_shown_once_and_revoked(opened):
    page = sign_in(opened(), "ann", "/console/tokens")
    page.get_by_label("What it is for").fill("Case system")
    page.get_by_label("Work cases").check()
    page.get_by_role("button", name="Issue").click()
    assert page.locator("#token").inner_text().startswith("desk_")
    look(page, "token-new")
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("row", name=re.compile("Case system"))).to_contain_text("work cases")
    look(page, "tokens-some")
    page.get_by_role("button", name="Revoke Case system").click()
    expect(page.get_by_role("row", name=re.compile("Case system"))).to_contain_text("Revoked")


def test_the_list_of_keys_opens_with_a_question_mark_and_keys_can_be_turned_off(opened):
    page = sign_in(opened(), "ann")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys on this page")
    expect(dialog).to_contain_text("Staff")
    assert faults(page) == []
    dialog.get_by_label("Let single letters do something on this computer").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page).to_have_url(re.compile("/console$"))
    page.keyboard.press("?")
    dialog.get_by_label("Let single letters do something on this computer").check()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page.get_by_role("heading", level=1)).to_have_text("Staff")


def test_the_console_works_without_scripts(opened):
    page = sign_in(opened(java_script_enabled=False), "ann", "/console/switches")
    page.get_by_role("region", name="Enfield Council").get_by_text("Take the chat off the website").first.click()
    page.get_by_role("textbox", name="Why do you turn it off?").first.fill("Trial")
    expect(page.get_by_role("button", name="Keys")).not_to_be_visible()
    assert (ROOT / "councils" / "england" / "console.yml").exists()
