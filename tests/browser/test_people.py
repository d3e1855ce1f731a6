"""A resident and an adviser in two real browsers: the whole way from asking for a person to the end, and what goes wrong.

Two gateways, one at 11am on a Tuesday and one in the evening, so that the tests say the same at any hour.
"""

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, PHONE, ask, faults
from tests.browser.people import WIDE, at_desk, end_chat, into_queue, later


def turn_off(page: Page, name: str, reason: str) -> None:
    """A supervisor turns something off for the first council."""
    page.locator("summary", has_text=name).first.click()
    fold = page.locator("details[open]", has_text=name)
    fold.get_by_label("Why do you turn it off?").fill(reason)
    fold.get_by_role("button", name=name).click()
    page.get_by_text("Changed. Residents meet it now.").wait_for()


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
    adviser.locator("form[data-sends]:not([data-sending])").wait_for()  # then the cursor is back in the reply
    adviser.keyboard.press("Escape")
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
    waiting = adviser.locator("[id^=wait-]")
    later(open_desk, minutes=6)  # whoever another test left in the queue is gone
    expect(waiting).to_have_count(0)
    adviser.reload()
    into_queue(resident)
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
    expect(adviser.locator("#text")).to_have_value("")
    adviser.reload()
    expect(adviser.locator("#text")).to_have_value("")  # what was sent is kept no more
    end_chat(adviser)


def test_a_chat_that_is_deleted_goes_from_its_residents_page_with_a_plain_word(open_desk, browse):
    supervisor, resident = browse(open_desk, viewport=WIDE), browse(open_desk, viewport=PHONE)
    resident.goto("/chat/enfield")
    ask(resident, "how do i pay my council tax")
    resident.locator("#menu summary").click()
    resident.get_by_role("link", name="What happens to your words").click()
    assert faults(resident) == []
    number = resident.locator("#chat-number").inner_text()
    resident.get_by_role("link", name="Back to the chat").click()
    at_desk(supervisor, "sue")
    supervisor.goto("/console/history")
    supervisor.locator("summary", has_text="Delete a chat").click()
    supervisor.get_by_label("Number of the chat").fill(number)
    supervisor.get_by_role("button", name="Look at it").click()
    supervisor.get_by_label("The resident asked for it.").check()
    supervisor.get_by_label("I have made sure").check()
    supervisor.get_by_role("button", name="Delete for good").click()
    supervisor.get_by_text("The chat is deleted.").wait_for()
    resident.get_by_text("This chat was deleted for good.").wait_for()
    expect(resident.get_by_text("how do i pay my council tax")).to_have_count(0)
    assert faults(resident) == []
    resident.reload()
    expect(resident.get_by_text("how do i pay my council tax")).to_have_count(0)
    ask(resident, "how do i pay my council tax")
    expect(resident.locator(".message--resident")).to_have_count(1)


def test_somebody_who_was_cut_off_is_led_back_to_their_chat_by_one_key(open_desk, browse):
    adviser, resident = browse(open_desk, viewport=WIDE), browse(open_desk, viewport=PHONE)
    at_desk(adviser)
    into_queue(resident)
    adviser.get_by_role("button", name="Take the next one").click()
    adviser.locator("#text").fill("Hello, I am Ada.")
    adviser.keyboard.press("Control+Enter")
    resident.get_by_text("Hello, I am Ada.").wait_for()
    adviser.goto("about:blank")  # the computer sleeps, say
    later(open_desk, seconds=80)
    resident.get_by_text("front of the queue").wait_for()
    adviser.goto("/console/desk")
    adviser.get_by_text("You had this chat when your connection ended.").wait_for()
    assert faults(adviser) == []
    adviser.keyboard.press("n")
    adviser.locator("#text").wait_for()
    resident.get_by_text("Ada, who helped you before, goes on with you.").wait_for()
    end_chat(adviser)


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
    supervisor.get_by_text("The notice is withdrawn.").wait_for()
    another = browse(open_desk, viewport=PHONE)
    another.goto("/chat/enfield")
    another.get_by_text("I am a machine").wait_for()
    expect(another.get_by_text("Our office in Bath Street is closed today.")).to_have_count(0)


def test_in_the_evening_a_message_is_left_and_promised_with_a_reference_and_a_day(evening_desk, browse):
    resident = browse(evening_desk, viewport=PHONE)
    resident.goto("/chat/enfield")
    ask(resident, "how do i pay my council tax")
    resident.get_by_role("button", name="Talk to a person").last.click()
    resident.get_by_text("is closed now").wait_for()
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
