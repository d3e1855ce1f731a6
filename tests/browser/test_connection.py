"""The connection breaks, the server is slow, answers get lost: nothing is lost, nothing is doubled, the page says how it stands."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Desk, ask, faults, said, say


def test_thinking_is_said_in_words(page: Page, desk: Desk) -> None:
    desk.engine.seconds = 1.5
    say(page, "when is my bin collected")
    expect(page.locator("#doing")).to_have_text("Looking for your answer")
    expect(page.locator("#status")).to_have_text("Looking for your answer")
    assert faults(page) == []
    page.locator(".message--answer").wait_for()
    expect(page.locator("#doing")).to_be_hidden()


def test_offline_then_online_sends_everything_once_and_in_order(page: Page) -> None:
    ask(page, "when is my bin collected")
    page.context.set_offline(True)
    say(page, "how do i pay council tax")
    say(page, "my bin was missed")
    expect(page.locator("#line")).to_contain_text("You are offline. You can still type.")
    expect(page.locator(".message--unsent .message__delivery").first).to_have_text("Not sent yet")
    assert faults(page) == []
    page.context.set_offline(False)
    expect(page.locator(".message--answer")).to_have_count(3)
    expect(page.locator("#line")).to_be_hidden()
    expect(page.locator(".message--unsent")).to_have_count(0)
    wanted = ["when is my bin collected", "how do i pay council tax", "my bin was missed"]
    assert said(page) == wanted
    page.reload()
    expect(page.locator(".message--answer")).to_have_count(3)
    assert said(page) == wanted


def test_first_message_typed_offline_arrives_once(page: Page) -> None:
    page.context.set_offline(True)
    say(page, "when is my bin collected")
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    expect(page.locator(".message--answer")).to_have_count(1)
    assert said(page) == ["when is my bin collected"]


def test_message_that_arrived_but_was_not_confirmed_is_not_doubled(page: Page) -> None:
    ask(page, "when is my bin collected")
    lost = []

    def lose_the_confirmation(route: Route) -> None:
        if route.request.method == "POST" and len(lost) < 2:
            route.fetch()
            lost.append(1)
            route.abort()
        else:
            route.continue_()

    page.route("**/messages", lose_the_confirmation)
    ask(page, "how do i pay council tax", count=2)
    assert len(lost) == 2
    page.wait_for_timeout(300)
    expect(page.locator(".message--unsent")).to_have_count(0)
    assert said(page) == ["when is my bin collected", "how do i pay council tax"]
    page.reload()
    expect(page.locator(".message--answer")).to_have_count(2)
    assert said(page) == ["when is my bin collected", "how do i pay council tax"]


def test_unsent_message_survives_a_reload(page: Page) -> None:
    ask(page, "when is my bin collected")
    page.route("**/messages", lambda route: route.abort())
    say(page, "how do i pay council tax")
    expect(page.locator(".message--unsent")).to_have_count(1)
    page.wait_for_timeout(300)
    page.unroute("**/messages")
    page.reload()
    expect(page.locator(".message--answer")).to_have_count(2)
    assert said(page) == ["when is my bin collected", "how do i pay council tax"]


def test_server_error_is_tried_again(page: Page) -> None:
    tries = []

    def fail_first(route: Route) -> None:
        tries.append(1)
        if len(tries) < 3:
            route.fulfill(status=503, body="busy")
        else:
            route.continue_()

    page.route("**/messages", fail_first)
    ask(page, "when is my bin collected")
    assert len(tries) == 3


def test_too_many_messages_wait_as_long_as_the_server_says(page: Page) -> None:
    ask(page, "when is my bin collected")
    tries = []

    def refuse_first(route: Route) -> None:
        tries.append(1)
        if len(tries) == 1:
            body = '{"code": "too_many_requests", "status": 429}'
            route.fulfill(status=429, headers={"Retry-After": "3"}, content_type="application/problem+json", body=body)
        else:
            route.continue_()

    page.route("**/messages", refuse_first)
    say(page, "how do i pay council tax")
    expect(page.locator("#line")).to_contain_text("We will send the rest in 3 seconds.")
    assert faults(page) == []
    expect(page.locator(".message--answer")).to_have_count(2)
    expect(page.locator("#line")).to_be_hidden()


def test_stream_that_is_held_back_is_replaced_by_polling(page: Page) -> None:
    page.route("**/events", lambda route: None)  # a proxy that swallows the stream
    say(page, "when is my bin collected")
    page.locator(".message--answer").wait_for()
    ask(page, "how do i pay council tax", count=2)


def test_stream_that_breaks_is_taken_up_where_it_was(page: Page) -> None:
    broken = []

    def break_often(route: Route) -> None:
        broken.append(1)
        if len(broken) % 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/events", break_often)
    ask(page, "when is my bin collected")
    ask(page, "how do i pay council tax", count=2)
    assert said(page) == ["when is my bin collected", "how do i pay council tax"]


def test_engine_away_gives_a_simple_answer_and_says_so(page: Page, desk: Desk) -> None:
    desk.engine.away = True
    ask(page, "when is my bin collected")
    expect(page.locator(".message--degraded")).to_contain_text("I can only give simple answers just now")
    assert faults(page) == []
    desk.engine.away = False
    ask(page, "how do i pay council tax", count=2)
    expect(page.locator(".message--degraded")).to_have_count(1)


def test_ended_chat_says_so_and_offers_a_new_one(page: Page) -> None:
    ask(page, "when is my bin collected")
    _end(page)
    expect(page.locator("#ended")).to_contain_text("This chat has ended")
    expect(page.locator("#writing")).to_be_hidden()
    assert faults(page) == []
    page.locator("#new-chat").click()
    ask(page, "how do i pay council tax")
    assert said(page) == ["how do i pay council tax"]


def test_words_typed_when_the_chat_ends_are_kept(page: Page) -> None:
    ask(page, "when is my bin collected")
    page.fill("#text", "how do i pay council tax")
    _end(page)
    expect(page.locator("#ended")).to_be_visible()
    expect(page.locator("#text")).to_have_value("how do i pay council tax")


def test_chat_that_expired_gives_the_words_back_and_begins_anew(page: Page) -> None:
    ask(page, "when is my bin collected")
    gone = '{"code": "conversation_not_found", "status": 404}'
    page.route("**/messages", lambda route: route.fulfill(status=404, content_type="application/problem+json", body=gone))
    say(page, "how do i pay council tax")
    expect(page.locator("#error")).to_contain_text("Your earlier chat was open too long")
    expect(page.locator("#text")).to_have_value("how do i pay council tax")
    assert faults(page) == []
    page.unroute("**/messages")
    page.press("#text", "Enter")
    expect(page.locator(".message--answer")).to_have_count(2)
    assert said(page) == ["when is my bin collected", "how do i pay council tax"]


def test_storage_that_throws_costs_only_the_reload(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    page.goto("/chat/enfield")
    ask(page, "when is my bin collected").get_by_role("button", name="Yes").click()
    expect(page.locator(".feedback__thanks")).to_be_visible()
    ask(page, "how do i pay council tax", count=2)
    page.reload()
    expect(page.locator(".message")).to_have_count(1)
    ask(page, "when is my bin collected")


def test_new_message_is_offered_and_not_forced_on_who_reads_above(page: Page, desk: Desk) -> None:
    for count, question in enumerate(("when is my bin collected", "how do i pay council tax", "my bin was missed"), 1):
        ask(page, question, count=count)
    desk.engine.seconds = 1.5
    say(page, "i lost my job and cannot pay")
    page.wait_for_timeout(800)
    page.mouse.wheel(0, -3000)
    page.wait_for_timeout(300)
    expect(page.locator(".message--answer")).to_have_count(4)
    expect(page.locator("#newer")).to_be_visible()
    assert page.evaluate("() => scrollY") < 200
    assert faults(page) == []
    page.locator("#newer").click()
    expect(page.locator(".message--answer").last).to_be_in_viewport()
    expect(page.locator("#newer")).to_be_hidden()


def test_answer_is_shown_from_the_question_on(page: Page) -> None:
    ask(page, "how do i pay council tax")
    ask(page, "i lost my job and cannot pay council tax so i need help", count=2)
    page.wait_for_timeout(900)
    expect(page.locator(".message--resident").last).to_be_in_viewport(ratio=0.9)
    urgent = ask(page, "i want to kill myself", "urgent")
    page.wait_for_timeout(900)
    expect(urgent.locator(".message__title")).to_be_in_viewport()
    expect(urgent.locator("a").first).to_be_in_viewport()


def _end(page: Page) -> None:
    page.evaluate(
        """async () => {
            const { id, token } = JSON.parse(sessionStorage.getItem("desk:enfield:conversation"));
            const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
            await fetch(`/api/v1/conversations/${id}/end`, { method: "POST", headers, body: "{}" });
        }"""
    )
