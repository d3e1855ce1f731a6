"""The same chat without our script: plain forms, one page after another."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Desk, said
from tests.browser.conftest import ask as ask_with_script


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """The chat of Enfield in a browser without JavaScript."""
    page = new_page(java_script_enabled=False)
    page.goto("/chat/enfield")
    return page


def send(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.click("#send")


def test_question_and_answer(page: Page) -> None:
    send(page, "when is my bin collected")
    answer = page.locator(".message--answer")
    expect(answer).to_be_visible()
    answer.locator("summary").click()
    expect(answer.locator(".sources a").first).to_be_visible()
    expect(page.locator("#text")).to_have_value("")
    assert "token" not in page.url
    assert page.context.cookies() == []
    send(page, "how do i pay council tax")
    expect(page.locator(".message--answer")).to_have_count(2)
    assert said(page) == ["when is my bin collected", "how do i pay council tax"]
    expect(page.locator("#latest")).to_be_in_viewport()


def test_buttons_and_the_words_typed_beside_them(page: Page) -> None:
    page.fill("#text", "half a sentence")
    page.get_by_role("button", name="Pay council tax").click()
    expect(page.locator(".message--answer")).to_be_visible()
    expect(page.locator("#text")).to_have_value("half a sentence")
    page.locator("#menu summary").click()
    page.get_by_role("button", name="Talk to a person").first.click()
    expect(page.locator(".message--handoff")).to_be_visible()


def test_rating_stays_with_its_answer(page: Page) -> None:
    send(page, "when is my bin collected")
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.locator(".feedback__thanks")).to_contain_text("I am sorry this did not help")
    send(page, "how do i pay council tax")
    expect(page.locator(".feedback__thanks")).to_have_count(1)
    expect(page.get_by_role("button", name="Partly")).to_have_count(1)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("   ", "Type a message first, then press Send."),
        ("\u202e\u200b", "Type a message first, then press Send."),
        ("a" * 5000, "Your message has 5,000 characters. Shorten it to 2,000 or fewer."),
    ],
)
def test_errors_are_named_and_the_words_kept(page: Page, text: str, error: str) -> None:
    send(page, text)
    expect(page.locator("#error")).to_contain_text(error)
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator("#text")).to_have_attribute("aria-invalid", "true")
    assert len(page.locator("#text").input_value().strip()) == len(text.strip())
    assert said(page) == []


def test_slow_answer_can_be_asked_for(page: Page, desk: Desk) -> None:
    desk.engine.seconds = 8
    send(page, "when is my bin collected")
    expect(page.locator("#doing")).to_have_text("Looking for your answer")
    desk.engine.seconds = 0
    page.get_by_role("button", name="Check for a reply").click()
    expect(page.locator(".message--answer")).to_be_visible()
    expect(page.get_by_role("button", name="Check for a reply")).to_have_count(0)


def test_saved_chat(page: Page) -> None:
    send(page, "when is my bin collected")
    page.locator("#menu summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save this chat").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert "when is my bin collected" in text
    assert "Source: " in text


def test_form_sent_twice_says_it_once(page: Page) -> None:
    send(page, "when is my bin collected")
    send(page, "how do i pay council tax")
    expect(page.locator(".message--answer")).to_have_count(2)
    page.wait_for_load_state("load")
    page.reload()  # the browser sends the form again
    expect(page.locator(".message--answer")).to_have_count(2)
    assert said(page) == ["when is my bin collected", "how do i pay council tax"]


def test_expired_chat_keeps_the_words(page: Page) -> None:
    send(page, "when is my bin collected")

    def break_token(route: Route) -> None:
        route.continue_(post_data=re.sub(r"token=[^&]+", "token=wrong", route.request.post_data or ""))

    page.route("**/chat/enfield", break_token)
    send(page, "how do i pay council tax")
    expect(page.locator("#error")).to_contain_text("Your earlier chat was open too long")
    expect(page.locator("#text")).to_have_value("how do i pay council tax")
    page.unroute("**/chat/enfield")
    page.click("#send")
    expect(page.locator(".message--answer")).to_have_count(1)


def test_start_again_and_privacy_work_by_address(page: Page) -> None:
    send(page, "when is my bin collected")
    page.locator("#menu summary").click()
    page.get_by_role("link", name="What happens to your words").click()
    expect(page.get_by_role("heading", name="What happens to your words")).to_be_visible()
    page.get_by_role("link", name="Back to the chat").click()
    expect(page.locator(".message--answer")).to_be_visible()
    page.get_by_role("link", name="Start again").click()
    page.get_by_role("link", name="Start a new chat").click()
    expect(page.locator(".message")).to_have_count(1)


def test_script_that_arrives_late_takes_over_the_plain_chat(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.route("**/js/chat.js", lambda route: route.abort())
    page.goto("/chat/enfield")
    send(page, "when is my bin collected")
    page.locator(".message--answer").wait_for()
    page.unroute("**/js/chat.js")
    send(page, "how do i pay council tax")
    page.locator(".message--answer").nth(1).wait_for()
    expect(page.locator("html")).to_have_class(re.compile("has-script"))
    ask_with_script(page, "my bin was missed", count=3)
    page.reload()
    expect(page.locator(".message--answer")).to_have_count(3)
    assert said(page) == ["when is my bin collected", "how do i pay council tax", "my bin was missed"]
