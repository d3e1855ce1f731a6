"""Reports in a real browser: by chat and by form, to the reference and on to the page where the report is followed."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ask, faults, say


def last_question(page: Page):
    return page.locator(".message--question").last


def answer(page: Page, text: str) -> None:
    """Answers the open question and waits for whatever comes next."""
    count = page.locator(".message:not(.message--resident)").count()
    say(page, text)
    expect(page.locator(".message:not(.message--resident)")).not_to_have_count(count)


@pytest.fixture
def starting(desk):
    """An engine that begins a report of a missed bin, as the real one does."""
    desk.engine.starting = {"bin_missed": "bin_missed"}
    yield desk
    desk.engine.starting = {}


def test_a_missed_bin_is_reported_by_address_checked_and_found_at_its_page(starting, page):
    ask(page, "the brown bin was missed", "question")
    expect(last_question(page)).to_contain_text("Question 1 of")
    assert faults(page) == []
    answer(page, "my address is not on the list")
    answer(page, "12 Invented Lane, Enfield, EN1 9ZZ")
    answer(page, "yesterday")
    page.get_by_role("button", name="Yes").last.click()
    for text in ("Robert Smith", "skip", "skip"):
        expect(last_question(page)).to_be_visible()
        answer(page, text)
    check = page.locator(".message--check_answers")
    expect(check).to_contain_text("12 Invented Lane")
    expect(check).to_contain_text("Brown food bin")
    assert faults(page) == []
    check.get_by_role("button", name="Change your name").click()
    expect(last_question(page)).to_contain_text("What is your name?")
    answer(page, "Rita Smith")
    page.get_by_role("button", name="Yes, send it").last.click()
    case = page.locator(".message--case")
    expect(case).to_contain_text("Your reference")
    assert faults(page) == []
    reference = case.locator(".case__reference strong").inner_text()
    code = case.locator(".case__code strong").inner_text()
    page.goto("/case/enfield")
    page.fill("#reference", reference)
    page.fill("#code", code)
    page.get_by_role("button").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Report a missed bin")
    expect(page.locator("main")).to_contain_text("Rita Smith")


@pytest.mark.parametrize("script", [True, False])
def test_the_same_report_as_a_form_with_and_without_script(new_page, script):
    page = new_page(java_script_enabled=script)
    page.goto("/apply/enfield/call_back")
    if script:
        assert faults(page) == []
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.fill("#value", "my council tax bill is wrong")
    page.get_by_role("button", name="Continue").click()
    page.fill("#value", "Robert Smith")
    page.get_by_role("button", name="Continue").click()
    page.fill("#value", "12345")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("telephone number")
    if script:
        assert faults(page) == []
    page.fill("#value", "07700 900123")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("In the morning").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    if script:
        assert faults(page) == []
    page.get_by_role("button", name="Change Your name").click()
    page.fill("#value", "Rita Smith")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("main")).to_contain_text("Rita Smith")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".apply__reference")).to_contain_text("RD-")
    if script:
        assert faults(page) == []
