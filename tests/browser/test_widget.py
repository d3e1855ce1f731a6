"""The widget on a council's page: opening, closing, focus, another site around it, and who may speak with it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Desk, ask, faults, said


def chat(page: Page) -> FrameLocator:
    return page.frame_locator("council-chat iframe")


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """The demonstration of Enfield's website on a desktop."""
    page = new_page(viewport={"width": 1280, "height": 800})
    page.goto("/demo/enfield")
    return page


def test_demonstration_is_marked_and_leads_to_the_chat_without_script(new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/demo/enfield")
    expect(page.locator("body")).to_contain_text("Demonstration page, not the council's website.")
    page.get_by_role("link", name="Chat with us").click()
    expect(page.locator(".message").first).to_contain_text("I am a machine")


def test_opens_with_focus_on_its_heading_and_closes_back_to_the_launcher(page: Page) -> None:
    button = page.get_by_role("button", name="Chat with us")
    expect(button).to_have_attribute("aria-expanded", "false")
    assert faults(page) == []
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(chat(page).locator("#heading")).to_be_focused()
    expect(page.locator("council-chat iframe")).to_have_attribute("title", "Chat with Enfield Council")
    assert faults(page) == []
    assert faults(page.frames[1]) == []
    page.keyboard.press("Escape")
    expect(page.locator("council-chat iframe")).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Space")
    expect(chat(page).locator("#heading")).to_be_focused()
    chat(page).get_by_role("button", name="Close the chat").click()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_chat_goes_on_while_the_panel_is_closed_and_unread_is_shown(page: Page, desk: Desk) -> None:
    page.get_by_role("button", name="Chat with us").click()
    frame = page.frames[1]
    expect(chat(page).locator("#heading")).to_be_focused()
    desk.engine.seconds = 1.0
    frame.fill("#text", "when is my bin collected")
    frame.press("#text", "Enter")
    frame.press("#text", "Escape")
    expect(page.get_by_role("button", name="Chat with us (1)")).to_be_visible()
    page.get_by_role("button", name="Chat with us (1)").click()
    expect(chat(page).locator(".message--answer")).to_be_visible()
    expect(page.get_by_role("button", name="Chat with us", exact=True)).to_be_visible()


def test_escape_closes_the_menu_before_the_panel(page: Page) -> None:
    page.get_by_role("button", name="Chat with us").click()
    frame = page.frames[1]
    frame.locator("#menu summary").click()
    frame.locator("#menu summary").press("Escape")
    expect(page.locator("council-chat iframe")).to_be_visible()
    expect(frame.locator("#menu")).not_to_have_attribute("open", "")


def test_fills_the_screen_of_a_phone(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto("/demo/enfield")
    page.get_by_role("button", name="Chat with us").click()
    assert page.locator("council-chat iframe").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert faults(page.frames[1]) == []


def test_works_inside_another_site_even_where_storage_is_refused(new_page: Callable[..., Page], desk: Desk) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(
        """if (location.pathname.startsWith("/w/"))
            Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("no", "SecurityError"); } });"""
    )
    page.goto(desk.council_site)
    page.get_by_role("button", name="Chat").click()
    expect(chat(page).locator("#heading")).to_be_focused()
    frame = page.frames[1]
    assert frame.url.startswith(desk.address)
    ask(frame, "when is my bin collected")
    ask(frame, "how do i pay council tax", count=2)
    assert said(frame) == ["when is my bin collected", "how do i pay council tax"]
    frame.press("#text", "Escape")
    expect(page.get_by_role("button", name="Chat")).to_be_focused()


def test_exit_from_inside_another_site_replaces_the_whole_page(new_page: Callable[..., Page], desk: Desk) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    page.context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="weather"))
    page.goto(desk.council_site)
    page.get_by_role("button", name="Chat").click()
    ask(page.frames[1], "my husband is hitting me and i am scared", "urgent")
    chat(page).locator("#exit").click()
    page.wait_for_url("https://www.bbc.co.uk/weather")


def test_hears_and_tells_nothing_to_strangers(new_page: Callable[..., Page], desk: Desk) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script("window.heard = []; addEventListener('message', (event) => heard.push(JSON.stringify(event.data)));")
    page.goto(desk.council_site)
    page.get_by_role("button", name="Chat").click()
    expect(chat(page).locator("#heading")).to_be_focused()
    ask(page.frames[1], "when is my bin collected")
    assert "bin" not in "".join(page.evaluate("() => heard"))
    page.evaluate("() => postMessage({ desk: 1, type: 'close' }, '*')")  # from the wrong window
    page.wait_for_timeout(200)
    expect(page.locator("council-chat iframe")).to_be_visible()
