"""What residents and staff do in their browsers, and time that passes; the desks they do it at are in conftest.py."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from bot.web import keys
from tests.browser.conftest import Desk, ask, sign_in

WIDE = {"width": 1440, "height": 900}


def at_desk(page: Page, name: str = "ada") -> None:
    """Signs in and sits down at the desk."""
    sign_in(page, name, "/console/desk")
    page.locator("#desk").wait_for()
    if page.locator("#presence summary").inner_text().strip() == "Not at the desk":
        page.get_by_role("button", name="Sit down and take chats").click()
        expect(page.locator("#presence summary")).to_contain_text("Available")


def later(desk: Desk, **gone: float) -> None:
    """Time passes at the council, all at once."""
    assert desk.product
    desk.product.public[keys.CLOCK]._shift += timedelta(**gone)  # type: ignore[attr-defined]


def into_queue(page: Page) -> None:
    """A resident asks for a person, looks at the card and sends it."""
    page.goto("/chat/enfield")
    ask(page, "how do i pay my council tax")
    page.locator("#text").fill("i want to talk to somebody")
    page.get_by_role("button", name="Talk to a person").last.click()
    page.get_by_role("button", name="Send and wait for a person").click()
    page.get_by_text("You are in the queue").last.wait_for()


def end_chat(page: Page) -> None:
    """The adviser ends the chat that is open."""
    page.locator("#end > summary").click()
    page.get_by_label("Answered").check()
    page.get_by_role("button", name="End the chat").click()
    page.locator(".desk__none").wait_for()
