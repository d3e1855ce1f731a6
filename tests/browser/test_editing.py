"""Two editors and a resident in three real browsers: a new answer is written, tried, checked, given, and withdrawn again.

Every page and state on the way is judged by axe, on a wide screen and on a phone, and must not be wider than either.
"""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.knowledge.service import Knowledge
from bot.staff.model import Role
from tests.browser.conftest import PHONE, Desk, add_account, ask, faults, own_pages, picture_folder, running_desk, sign_in

pytestmark = pytest.mark.timeout(300)

OPEN = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
WIDE = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def newsroom(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A council with two editors."""
    with running_desk(knowledge, tmp_path_factory.mktemp("newsroom"), clock=OPEN) as desk:
        for name in ("Erin Editor", "Ezra Editor"):
            add_account(desk, name, Role.EDITOR)
        desk.engine.words = {"chicken": "other_service", "hens": "other_service"}
        yield desk


@pytest.fixture
def browse(chromium: Browser, newsroom: Desk) -> Iterator[Callable[..., Page]]:
    """Makes pages at the newsroom."""
    with own_pages(chromium, viewport=WIDE, base_url=newsroom.address) as make:
        yield make


def look(page: Page, name: str) -> None:
    """Judges a page by axe, wide in light and on a phone in dark; keeps pictures when they are asked for."""
    for size, scheme in ((WIDE, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        width = size["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width} pixels"
        assert faults(page) == [], f"{name}, {width} pixels"
        if folder := os.environ.get("DESK_CONSOLE_PICTURES"):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)


def test_a_new_answer_goes_from_the_first_word_to_the_resident_and_away_again(browse, newsroom):
    erin = sign_in(browse(), "erin", "/console/knowledge")
    look(erin, "list")
    erin.get_by_role("link", name="Write a new article").click()
    erin.get_by_role("button", name="Save", exact=True).click()
    expect(erin.get_by_role("alert")).to_contain_text("Give it a title")
    look(erin, "write-empty")
    erin.get_by_label("Title", exact=True).fill("Keeping chickens")
    erin.get_by_label("Answer", exact=True).fill("You can keep <b>hens</b>.\n\nCall ")
    erin.get_by_text("Facts you can quote").click()
    erin.get_by_role("button", name="Put it in Main switchboard").click()
    assert erin.get_by_label("Answer", exact=True).input_value().endswith("Call {fact:main_switchboard}")
    erin.get_by_label("Questions that residents ask").fill("can i keep chickens\nare hens allowed\nchickens in the garden")
    erin.get_by_label("What the resident wants").select_option("other_service")
    erin.get_by_label("Owner").fill("Customer services")
    erin.get_by_label("Number of the service").fill("524")
    erin.get_by_label("Checked against its sources on").fill("2026-11-20")
    erin.get_by_label("Look at it again by").fill("2027-11-20")
    erin.get_by_label("Why is this changed?").fill("Many asked")
    erin.get_by_role("button", name="Save and send to be checked").click()
    expect(erin.get_by_role("alert")).to_contain_text("Put the mistakes right first")
    expect(erin.locator("#mistakes")).to_contain_text("names no source")
    look(erin, "write-mistakes")
    erin.get_by_label("Answer", exact=True).fill("You can keep hens.\n\nAsk your landlord first. Call {fact:main_switchboard}.")
    erin.get_by_label("Sources", exact=True).fill("Contact us | https://www.enfield.gov.uk/contact-us")
    erin.get_by_role("button", name="Save", exact=True).click()
    expect(erin.get_by_role("status")).to_contain_text("Residents do not see it yet")
    expect(erin.get_by_text("No mistakes were found")).to_be_visible()
    preview = erin.frame_locator("iframe.look")
    expect(preview.get_by_role("heading", name="Keeping chickens")).to_be_visible()
    expect(preview.get_by_role("link", name="020 8379 1000")).to_be_visible()
    look(erin, "write")
    if os.environ.get("DESK_PICTURES"):
        erin.screenshot(path=picture_folder() / "editing-write.png")
    erin.get_by_label("Question", exact=True).fill("may I have chickens at home?")
    erin.get_by_role("button", name="Ask").click()
    expect(erin.get_by_role("region", name="With this draft")).to_contain_text("It would answer: Keeping chickens")
    expect(erin.get_by_role("region", name="With what is live")).not_to_contain_text("It would answer: Keeping chickens")
    look(erin, "try")
    if os.environ.get("DESK_PICTURES"):
        erin.screenshot(path=picture_folder() / "editing-try.png")
    erin.get_by_role("link", name="Keeping chickens").click()
    erin.get_by_role("button", name="Save and send to be checked").click()
    expect(erin.get_by_text("a colleague must check it")).to_be_visible()
    look(erin, "check-own")

    resident = browse(viewport=PHONE)
    resident.goto("/chat/enfield")
    ask(resident, "can i keep chickens")
    expect(resident.locator(".message--answer").last).not_to_contain_text("Ask your landlord first")

    ezra = sign_in(browse(), "ezra", "/console/knowledge")
    ezra.get_by_role("link", name="1 waits for a check").click()
    ezra.get_by_role("row", name=re.compile("Keeping chickens")).get_by_role(
        "link", name="Keeping chickens", exact=True
    ).click()
    look(ezra, "check")
    if os.environ.get("DESK_PICTURES"):
        ezra.screenshot(path=picture_folder() / "editing-check.png")
    ezra.get_by_role("button", name="Publish it now").dblclick()
    expect(ezra.get_by_role("status")).to_contain_text("It is live")
    look(ezra, "entry")

    answer = ask(resident, "are hens allowed at home", count=2)
    expect(answer).to_contain_text("Ask your landlord first. Call 020 8379 1000.")

    ezra.get_by_text("Withdraw it", exact=True).click()
    ezra.get_by_role("button", name="Withdraw it now").click()
    expect(ezra.get_by_role("alert")).to_contain_text("Write why you withdraw it")
    look(ezra, "entry-wrong")
    ezra.locator("#withdraw-reason").fill("Hens are not ours")
    ezra.get_by_role("button", name="Withdraw it now").click()
    expect(ezra.get_by_role("status")).to_contain_text("It is withdrawn")
    look(ezra, "entry-withdrawn")
    notice = ask(resident, "so who says if hens are fine", "notice")
    expect(notice.get_by_role("button", name=re.compile("person", re.I))).to_be_visible()

    ezra.get_by_role("link", name="What changed 2").click()
    expect(ezra.get_by_role("heading", level=1)).to_have_text("Version 2: what changed")
    look(ezra, "version")


def test_two_editors_in_one_draft_are_shown_each_others_words(browse):
    erin, ezra = sign_in(browse(), "erin", "/console/knowledge"), sign_in(browse(), "ezra", "/console/knowledge")
    erin.goto("/console/knowledge/library/enfield/facts/main_switchboard")
    look(erin, "fact")
    erin.get_by_role("button", name="Change it").click()
    expect(erin.get_by_role("heading", level=1)).to_contain_text("Main switchboard")
    look(erin, "write-fact")
    ezra.goto(erin.url)
    ezra.get_by_label("Value").fill("020 8379 0000")
    ezra.get_by_role("button", name="Save", exact=True).click()
    expect(ezra.get_by_role("status")).to_contain_text("Saved")
    erin.get_by_label("Value").fill("020 8379 1111")
    erin.get_by_role("button", name="Save", exact=True).click()
    expect(erin.get_by_role("heading", name="Somebody else saved this draft")).to_be_visible()
    expect(erin.get_by_label("Value")).to_have_value("020 8379 1111")
    look(erin, "write-conflict")
    erin.get_by_text("Throw the draft away").click()
    erin.once("dialog", lambda dialog: dialog.accept())
    erin.get_by_role("button", name="Throw it away").click()
    expect(erin.get_by_role("status")).to_contain_text("thrown away")
    erin.goto("/console/knowledge?what=facts&q=telephone")
    look(erin, "list-facts")


def test_the_pages_work_without_scripts(browse):
    page = sign_in(browse(java_script_enabled=False), "erin", "/console/knowledge/new?what=facts")
    page.get_by_label("What it is").fill("Licence for hens")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change: Licence for hens")
    expect(page.locator("#mistakes")).to_contain_text("value is missing")
