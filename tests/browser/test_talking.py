"""A resident talks with the assistant: asks, presses buttons, rates, saves, starts again, leaves, comes back."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import ask, faults, said, say


def test_greeting_says_it_is_a_machine_and_offers_tasks_and_a_person(page: Page) -> None:
    first = page.locator(".message").first
    expect(first).to_contain_text("I am a machine, not a person")
    expect(first.locator(".choice")).to_have_count(5)
    expect(first.locator(".choice").last).to_have_text("Talk to a person")
    expect(page.locator("header")).to_contain_text("Digital assistant, a machine")
    assert faults(page) == []


def test_answer_comes_with_its_source_and_the_day_it_was_checked(page: Page) -> None:
    answer = ask(page, "when is my bin collected")
    answer.locator("summary", has_text="Where this comes from").click()
    expect(answer.locator(".sources a").first).to_have_attribute("href", re.compile("^https://"))
    expect(answer.locator(".sources__note").first).to_have_text(re.compile(r"enfield.gov.uk, checked on \d+ \w+ 2026"))
    assert faults(page) == []


def test_links_in_an_answer_open_beside_the_chat_and_say_so(page: Page) -> None:
    link = ask(page, "when is my bin collected").locator(".message__words a").first
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_contain_text("opens in a new tab")


def test_a_button_is_sent_once_even_when_it_is_clicked_twice(page: Page) -> None:
    page.get_by_role("button", name="Pay council tax").dblclick()
    page.locator(".message--answer").wait_for()
    assert said(page) == ["Pay council tax"]


def test_send_button_clicked_twice_sends_once_and_complains_of_nothing(page: Page) -> None:
    page.fill("#text", "when is my bin collected")
    page.locator("#send").dblclick()
    page.locator(".message--answer").wait_for()
    assert said(page) == ["when is my bin collected"]
    expect(page.locator("#error")).to_be_hidden()


def test_two_questions_get_both_answers_in_order(page: Page) -> None:
    say(page, "how do i pay council tax and also when is my bin collected")
    expect(page.locator(".message--answer")).to_have_count(2)


def test_no_offers_a_person_and_focus_is_not_lost(page: Page) -> None:
    answer = ask(page, "when is my bin collected")
    answer.get_by_role("button", name="No").click()
    thanks = answer.locator(".feedback__thanks")
    expect(thanks).to_contain_text("I am sorry this did not help")
    expect(thanks).to_be_focused()
    answer.get_by_role("button", name="Talk to a person").click()
    page.locator(".message--handoff").wait_for()
    assert faults(page) == []


def test_rating_survives_a_reload(page: Page) -> None:
    ask(page, "when is my bin collected").get_by_role("button", name="Yes").click()
    expect(page.locator(".feedback__thanks")).to_contain_text("Thank you")
    page.reload()
    expect(page.locator(".message--answer .feedback__thanks")).to_contain_text("Thank you")


def test_reload_goes_on_with_the_conversation(page: Page) -> None:
    ask(page, "when is my bin collected")
    before = page.locator(".message__words").all_inner_texts()
    page.reload()
    expect(page.locator(".message--answer")).to_be_visible()
    assert page.locator(".message__words").all_inner_texts() == before
    ask(page, "how do i pay council tax", count=2)
    assert said(page) == ["when is my bin collected", "how do i pay council tax"]


def test_two_conversations_do_not_mix(new_page: Callable[..., Page]) -> None:
    asha, dilip = new_page(), new_page()
    asha.goto("/chat/enfield")
    dilip.goto("/chat/buckinghamshire")
    say(asha, "when is my bin collected")
    say(dilip, "how do i pay council tax")
    asha.locator(".message--answer").wait_for()
    dilip.locator(".message--answer").wait_for()
    assert (said(asha), said(dilip)) == (["when is my bin collected"], ["how do i pay council tax"])
    expect(asha.locator(".message--answer")).to_have_count(1)
    expect(dilip.locator(".message--answer")).to_have_count(1)


def test_two_tabs_of_one_conversation_show_the_same(page: Page) -> None:
    ask(page, "when is my bin collected")
    kept = page.evaluate("() => sessionStorage.getItem('desk:enfield:conversation')")
    other = page.context.new_page()
    other.goto("/chat/enfield")
    other.evaluate("kept => sessionStorage.setItem('desk:enfield:conversation', kept)", kept)
    other.reload()
    other.locator(".message--answer").wait_for()
    ask(other, "how do i pay council tax", count=2)
    expect(page.locator(".message--answer")).to_have_count(2)
    assert said(page) == said(other) == ["when is my bin collected", "how do i pay council tax"]


def test_start_again_clears_the_page_and_begins_a_new_chat(page: Page) -> None:
    ask(page, "when is my bin collected")
    page.locator("#menu summary").click()
    page.get_by_role("link", name="Start again").click()
    expect(page.get_by_role("heading", name="Start again?")).to_be_visible()
    expect(page.locator("#messages")).to_be_hidden()
    assert faults(page) == []
    page.get_by_role("link", name="Start a new chat").click()
    expect(page.locator(".message")).to_have_count(1)
    ask(page, "how do i pay council tax")
    assert said(page) == ["how do i pay council tax"]
    page.reload()
    expect(page.locator(".message--answer")).to_have_count(1)


def test_saved_chat_has_every_word_and_source(page: Page) -> None:
    ask(page, "when is my bin collected")
    page.locator("#menu summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save this chat").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert download.value.suggested_filename == "chat-with-enfield-council.txt"
    assert "when is my bin collected" in text
    assert "I am a machine, not a person" in text
    assert "https://www.enfield.gov.uk/" in text
    assert "opens in a new tab" not in text


def test_privacy_words_and_back(page: Page) -> None:
    page.locator("#menu summary").click()
    assert faults(page) == []
    page.get_by_role("link", name="What happens to your words").click()
    expect(page.get_by_role("heading", name="What happens to your words")).to_be_visible()
    expect(page.locator("#menu")).not_to_have_attribute("open", "")
    assert faults(page) == []
    page.get_by_role("link", name="Back to the chat").click()
    expect(page.locator("#messages")).to_be_visible()


def test_urgent_message_has_large_telephone_links_and_a_way_to_leave(page: Page) -> None:
    expect(page.locator("#exit")).to_be_hidden()
    urgent = ask(page, "my husband is hitting me and i am scared", "urgent")
    telephone = urgent.locator('a[href="tel:999"]').first
    box = telephone.bounding_box()
    assert box is not None
    assert min(box["height"], box["width"]) >= 44
    expect(page.locator("#exit")).to_be_visible()
    assert faults(page) == []


def test_exit_clears_the_page_and_leaves_no_way_back_to_the_words(page: Page) -> None:
    page.context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="weather"))
    ask(page, "my husband is hitting me and i am scared", "urgent")
    page.locator("#exit").click()
    page.wait_for_url("https://www.bbc.co.uk/weather")
    page.goto("/chat/enfield")
    page.wait_for_timeout(500)
    assert said(page) == []


def test_exit_is_always_in_the_menu(page: Page) -> None:
    page.context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="weather"))
    page.locator("#menu summary").click()
    page.locator("[data-exit]").click()
    page.wait_for_url("https://www.bbc.co.uk/weather")


def test_html_and_script_of_a_resident_are_shown_as_words(page: Page) -> None:
    text = '<img src=x onerror="document.title=1"><script>document.title=2</script> bin'
    ask(page, text)
    assert said(page) == [text]
    page.reload()
    page.locator(".message--answer").wait_for()
    assert said(page) == [text]
    expect(page).to_have_title("Chat with Enfield Council")


def test_masked_numbers_are_masked_on_the_page_too(page: Page) -> None:
    ask(page, "my card is 4111 1111 1111 1111 how do i pay council tax")
    expect(page.locator(".message--masked")).to_be_visible()
    assert "4111" not in page.locator("#messages").inner_text()


def test_keyboard_alone_reaches_everything(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator(".govuk-skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("when is my bin collected")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("thank you")
    page.keyboard.press("Enter")
    page.locator(".message--answer").wait_for()
    assert said(page) == ["when is my bin collected\nthank you"]
    expect(page.locator("#text")).to_be_focused()
    for name in ("No", "Partly", "Yes"):
        page.keyboard.press("Shift+Tab")
        expect(page.get_by_role("button", name=name, exact=True).last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".feedback__thanks")).to_be_focused()
    page.locator("#menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#menu button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#menu summary")).to_be_focused()
    expect(page.locator("#menu")).not_to_have_attribute("open", "")


def test_limits_are_counted_from_four_fifths_and_errors_named_above_the_field(page: Page) -> None:
    page.fill("#text", "a" * 1599)
    expect(page.locator("#count")).to_be_hidden()
    page.fill("#text", "a" * 1999)
    expect(page.locator("#count")).to_have_text("You have 1 character left")
    page.fill("#text", "😀" * 2012)
    expect(page.locator("#count")).to_have_text("You have 12 characters too many")
    page.press("#text", "Enter")
    expect(page.locator("#error")).to_contain_text("Your message has 2,012 characters. Shorten it to 2,000 or fewer.")
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#send")).to_have_attribute("aria-disabled", "true")
    assert faults(page) == []
    page.fill("#text", "   ")
    page.press("#text", "Enter")
    expect(page.locator("#error")).to_contain_text("Type a message first")
    assert said(page) == []
