"""A resident and an adviser in two real browsers: the whole way from asking for a person to the end, and what goes wrong.

Two gateways, one at 11am on a Tuesday and one in the evening, so that the tests say the same at any hour.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.knowledge.service import Knowledge
from bot.staff.model import NewAccount, Role, command_line_actor
from bot.web import keys
from tests.browser.conftest import PHONE, Desk, ask, faults, picture_folder, running_desk

OPEN = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
PASSWORD = "three random words"
WIDE = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def open_desk(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A council that is open, with two advisers and a supervisor."""
    with running_desk(knowledge, tmp_path_factory.mktemp("open"), clock=OPEN) as desk:
        for name, role in (("Ada Adviser", Role.ADVISER), ("Ben Adviser", Role.ADVISER), ("Sue Supervisor", Role.SUPERVISOR)):
            _add(desk, name, role)
        yield desk


@pytest.fixture(scope="module")
def evening_desk(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The same council in the evening."""
    with running_desk(knowledge, tmp_path_factory.mktemp("evening"), clock=EVENING) as desk:
        yield desk


def _add(desk: Desk, name: str, role: Role) -> None:
    async def add() -> None:
        assert desk.product
        new = NewAccount(name, f"{name.split(maxsplit=1)[0].lower()}@example.gov.uk", "enfield", ("*",), (role,))
        await desk.product.public[keys.STAFF].accounts.add(command_line_actor(), new, PASSWORD, keep_password=True)

    asyncio.run_coroutine_threadsafe(add(), desk.loop).result(30)


@pytest.fixture
def browse(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Makes pages, each in a browser profile of its own; a script error in any of them fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(desk: Desk, **options: Any) -> Page:
        context = chromium.new_context(**{"base_url": desk.address, **options})
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


def at_desk(page: Page, name: str = "ada") -> None:
    """Signs in and sits down at the desk."""
    page.goto("/console/sign-in?next=/console/desk")
    page.get_by_label("E-mail address").fill(f"{name}@example.gov.uk")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("#desk").wait_for()
    if page.locator("#presence summary").inner_text().strip() != "Available":
        page.locator("#presence summary").click()
        page.locator("#presence-choice").select_option("available")
        page.locator("#presence form button").click()
        expect(page.locator("#presence summary")).to_contain_text("Available")


def later(desk: Desk, **gone: float) -> None:
    """Time passes at the council, all at once."""
    assert desk.product
    desk.product.public[keys.CLOCK]._shift += timedelta(**gone)  # type: ignore[attr-defined]


def turn_off(page: Page, name: str, reason: str) -> None:
    """A supervisor turns something off for the first council."""
    page.locator("summary", has_text=name).first.click()
    fold = page.locator("details[open]", has_text=name)
    fold.get_by_label("Why do you turn it off?").fill(reason)
    fold.get_by_role("button", name=name).click()
    page.get_by_text("Changed. Residents meet it now.").wait_for()


def _end(page: Page) -> None:
    """The adviser ends the chat that is open."""
    page.locator("#end > summary").click()
    page.get_by_label("Answered").check()
    page.get_by_role("button", name="End the chat").click()
    page.locator(".desk__none").wait_for()


def into_queue(page: Page) -> None:
    """A resident asks for a person, looks at the card and sends it."""
    page.goto("/chat/enfield")
    ask(page, "how do i pay my council tax")
    page.locator("#text").fill("i want to talk to somebody")
    page.get_by_role("button", name="Talk to a person").last.click()
    page.get_by_role("button", name="Send and wait for a person").click()
    page.get_by_text("You are in the queue").last.wait_for()


def test_the_whole_way_with_the_card_corrected_a_chat_both_ways_passed_on_and_ended(open_desk, browse):
    adviser, colleague, resident = (
        browse(open_desk, viewport=WIDE),
        browse(open_desk, viewport=WIDE),
        browse(open_desk, viewport=PHONE),
    )
    at_desk(adviser)
    at_desk(colleague, "ben")
    resident.goto("/chat/enfield")
    ask(resident, "how do i pay my council tax")
    resident.get_by_role("button", name="Talk to a person").last.click()
    resident.locator(".lines__row", has_text="What you need").get_by_role("button", name="Change").click()
    resident.get_by_text("Tell us in your own words").wait_for()
    resident.fill("#text", "My bill is wrong since I moved")
    resident.press("#text", "Enter")
    resident.get_by_role("button", name="Send and wait for a person").last.click()
    resident.get_by_text("You are in the queue").last.wait_for()

    adviser.locator(".item", has_text="My bill is wrong since I moved").get_by_role("button", name="Take").click()
    expect(adviser.locator(".desk__side")).to_contain_text("My bill is wrong since I moved")
    adviser.locator("#text").fill("Hello, I am looking at your bill now.")
    adviser.keyboard.press("Control+Enter")
    resident.get_by_text("Hello, I am looking at your bill now.").wait_for()
    resident.fill("#text", "thank you, I moved on the 3rd")
    resident.press("#text", "Enter")
    expect(adviser.locator("#said")).to_contain_text("thank you, I moved on the 3rd")
    _picture(adviser, "console-desk")
    assert faults(adviser) == []
    assert faults(resident) == []

    adviser.locator("#pass > summary").click()
    adviser.locator("#to").select_option(label="Ben Adviser")
    adviser.locator("#pass-note").fill("moved on the 3rd, wants a new bill")
    adviser.get_by_role("button", name="Pass on").click()
    expect(colleague.locator("#desk")).to_contain_text("Waits for you")
    resident.get_by_text("has passed you to Ben").wait_for()
    colleague.locator(".item--link").first.click()
    expect(colleague.locator(".desk__side")).to_contain_text("moved on the 3rd, wants a new bill")
    colleague.locator("#text").fill("I have asked for a new bill. It comes within a week.")
    colleague.get_by_role("button", name="Send", exact=True).click()
    resident.get_by_text("It comes within a week").wait_for()

    colleague.locator("#end > summary").click()
    colleague.get_by_label("Done for them").check()
    colleague.get_by_role("button", name="End the chat").click()
    resident.get_by_text("has ended this chat").wait_for()


def test_what_the_adviser_types_stays_while_the_page_brings_itself_up_to_date(open_desk, browse):
    adviser, resident = browse(open_desk, viewport=WIDE), browse(open_desk, viewport=PHONE)
    at_desk(adviser)
    into_queue(resident)
    adviser.get_by_role("button", name="Take the next one").click()
    adviser.locator("#text").wait_for()
    adviser.locator("#text").type("half a sent")
    resident.fill("#text", "are you there?")
    resident.press("#text", "Enter")
    expect(adviser.locator("#said")).to_contain_text("are you there?")
    assert adviser.locator("#text").input_value() == "half a sent"
    adviser.locator("#text").type("ence")
    assert adviser.locator("#text").input_value() == "half a sentence"
    adviser.locator("[data-insert]").first.click()
    assert len(adviser.locator("#text").input_value()) > len("half a sentence")
    adviser.locator("#end > summary").click()
    adviser.get_by_label("Answered").check()
    adviser.get_by_role("button", name="End the chat").click()


def test_the_desk_can_be_worked_by_keyboard_alone(open_desk, browse):
    adviser, resident = browse(open_desk, viewport=WIDE), browse(open_desk, viewport=PHONE)
    at_desk(adviser)
    into_queue(resident)
    adviser.locator(".list__next").wait_for()
    adviser.keyboard.press("?")
    expect(adviser.locator("#keys")).to_contain_text("Take the next one")
    adviser.keyboard.press("Escape")
    adviser.keyboard.press("n")
    adviser.locator("#text").wait_for()
    adviser.keyboard.press("a")
    assert adviser.locator("#text").input_value()
    adviser.keyboard.press("Control+Enter")
    resident.locator(".message--staff").first.wait_for()
    adviser.locator("h2").first.click()
    adviser.keyboard.press("e")
    adviser.get_by_label("Answered").check()
    adviser.get_by_role("button", name="End the chat").press("Enter")
    resident.get_by_text("has ended this chat").wait_for()


def test_staff_who_vanish_leave_the_resident_at_the_front_with_a_word(open_desk, browse):
    adviser, resident = browse(open_desk, viewport=WIDE), browse(open_desk, viewport=PHONE)
    at_desk(adviser)
    into_queue(resident)
    adviser.get_by_role("button", name="Take the next one").click()
    adviser.locator("#text").wait_for()
    adviser.get_by_role("button", name="Sign out").click()
    resident.get_by_text("front of the queue").wait_for()


def test_a_resident_who_leaves_the_page_keeps_the_place_and_then_is_shown_as_gone(open_desk, browse):
    adviser, resident = browse(open_desk, viewport=WIDE), browse(open_desk, viewport=PHONE)
    at_desk(adviser)
    into_queue(resident)
    waiting = adviser.locator("#queue-title + * + .list, #queue-title ~ .list").locator(".item")
    expect(waiting).to_have_count(1)
    resident.goto("about:blank")
    later(open_desk, seconds=65)
    expect(waiting).to_contain_text("Has left the page")
    resident.go_back()
    resident.get_by_text("Your place in the queue: 1").last.wait_for()  # back in time: nothing is lost
    expect(waiting).not_to_contain_text("Has left the page")
    resident.goto("about:blank")
    later(open_desk, minutes=6)
    expect(waiting).to_have_count(0)
    resident.go_back()
    resident.get_by_text("You left the page for more than 5 minutes").wait_for()
    resident.get_by_text("I am the assistant, and I am back").wait_for()


def test_an_adviser_whose_session_ends_in_the_middle_of_a_reply_loses_no_word_of_it(open_desk, browse):
    adviser, resident = browse(open_desk, viewport=WIDE), browse(open_desk, viewport=PHONE)
    at_desk(adviser)
    into_queue(resident)
    adviser.get_by_role("button", name="Take the next one").click()
    adviser.locator("#text").fill("Your bill is right, because")
    adviser.context.clear_cookies()
    adviser.keyboard.press("Control+Enter")
    expect(adviser.locator("#lost")).to_contain_text("You were signed out. What you typed is kept.")
    assert adviser.locator("#text").input_value() == "Your bill is right, because"
    assert faults(adviser) == []
    adviser.get_by_role("link", name="Sign in to go on").click()
    adviser.get_by_label("E-mail address").fill("ada@example.gov.uk")
    adviser.get_by_label("Password").fill(PASSWORD)
    adviser.get_by_role("button", name="Sign in").click()
    expect(adviser.locator("#text")).to_have_value("Your bill is right, because")
    adviser.locator("#text").press_sequentially(" you moved in May.")
    adviser.keyboard.press("Control+Enter")
    resident.get_by_text("Your bill is right, because you moved in May.").wait_for()
    adviser.reload()
    expect(adviser.locator("#text")).to_have_value("")  # what was sent is kept no more
    _end(adviser)


def test_a_switch_and_a_notice_reach_residents_at_once(open_desk, browse):
    supervisor, resident = browse(open_desk, viewport=WIDE), browse(open_desk, viewport=PHONE)
    at_desk(supervisor, "sue")
    supervisor.goto("/console/switches")
    supervisor.get_by_label("What should residents know?").fill("Our office in Bath Street is closed today.")
    supervisor.locator("#ends").fill("2026-11-25T09:00")
    supervisor.get_by_role("button", name="Post", exact=True).click()
    supervisor.get_by_text("The notice is posted.").wait_for()
    resident.goto("/chat/enfield")
    resident.get_by_text("Our office in Bath Street is closed today.").wait_for()
    assert faults(resident) == []
    turn_off(supervisor, "Stop offering a person", "a fire drill")
    ask(resident, "how do i pay my council tax")
    resident.get_by_role("button", name="Talk to a person").last.click()
    resident.get_by_text("We cannot offer chat with a person just now.").wait_for()
    supervisor.get_by_role("button", name="Offer a person again").click()
    turn_off(supervisor, "Turn the assistant off", "wrong answers about bins")
    resident.fill("#text", "when is my bin collected")
    resident.press("#text", "Enter")
    resident.get_by_text("turned off").last.wait_for()
    supervisor.get_by_role("button", name="Turn the assistant on").click()
    supervisor.get_by_role("button", name="Withdraw").click()
    resident.goto("/chat/enfield?new=yes")
    expect(resident.get_by_text("Our office in Bath Street is closed today.")).to_have_count(0)


def test_in_the_evening_a_message_is_left_and_promised_with_a_reference_and_a_day(evening_desk, browse):
    resident = browse(evening_desk, viewport=PHONE)
    resident.goto("/chat/enfield")
    ask(resident, "how do i pay my council tax")
    resident.get_by_role("button", name="Talk to a person").last.click()
    resident.get_by_text("is closed now").wait_for()
    _picture(resident, "phone-closed")
    assert faults(resident) == []
    resident.get_by_role("button", name="Ask for a call back").last.click()
    resident.get_by_text("What phone number").wait_for()
    resident.fill("#text", "07700 900123")
    resident.press("#text", "Enter")
    resident.get_by_role("button", name="Any time").last.click()
    resident.get_by_role("button", name="Send and ask for a call").last.click()
    promise = resident.locator(".message--promise, .message--case").last
    promise.wait_for()
    expect(promise).to_contain_text("RD-")
    expect(promise).to_contain_text("November")


@pytest.mark.parametrize("path", ["/console/desk", "/console/drafts", "/console/history", "/console/cases"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_the_desk(open_desk, browse, path, scheme):
    page = browse(open_desk, viewport=WIDE, color_scheme=scheme)
    at_desk(page, "sue")
    page.goto(path)
    assert faults(page) == []


def test_the_desk_fits_a_phone_and_a_zoomed_laptop(open_desk, browse):
    page = browse(open_desk, viewport={"width": 320, "height": 640})
    at_desk(page)
    for path in ("/console/desk", "/console/cases", "/console/history"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def _picture(page: Page, name: str) -> None:
    """A picture for the documents, when they are asked for with DESK_PICTURES=yes."""
    if os.environ.get("DESK_PICTURES") == "yes":
        page.screenshot(path=picture_folder() / f"{name}.png")
