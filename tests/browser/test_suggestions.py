"""Suggested replies at the desk in a real Chromium: a council that brought its past conversations in, and an adviser who uses them.

The conversations are invented (data/assist). They come in as a council's do, by the command and with the real masking, before the
gateway starts. With DESK_PICTURES=yes the picture of docs/assist.md is made anew.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from bot.staff.model import Role
from tests.browser.conftest import OPEN, PASSWORD, PHONE, Desk, add_account, faults, keep_picture, running_desk, say
from tests.browser.people import WIDE, at_desk, into_queue
from tests.conftest import ROOT
from tests.running import free_port

CARAVAN = "my neighbour keeps parking a caravan over my drive, can you move it"
REPLY = "Hello Mary, we cannot move a caravan from a private drive. Please ask the police on 101 if it blocks you in."
SUGGESTED = "we cannot move a caravan from a private drive. Please ask the police on 101 if it blocks you in."
STUDENT = "I am a full-time student since September. Do I still get council tax to pay for my flat?"


def past_conversations(path: Path) -> Path:
    """Enfield's invented conversations about council tax, and one of this test's."""
    lines = (ROOT / "data" / "assist" / "conversations.jsonl").read_text(encoding="utf-8").splitlines()
    read = [json.loads(line) for line in lines]
    kept = [one for one in read if (one["council"], one["service"]) == ("enfield", "council_tax")][:40]
    said = [("resident", "09:00", CARAVAN), ("staff", "09:01", REPLY)]
    messages = [{"from": sender, "at": f"2026-03-02T{at}:00Z", "text": text} for sender, at, text in said]
    kept.append({"id": "caravan", "council": "enfield", "messages": messages})
    path.write_text("\n".join(json.dumps(one) for one in kept), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def history_desk(knowledge, tmp_path_factory) -> Iterator[Desk]:
    """A council that is open and has its history, with an adviser and a supervisor."""
    folder = tmp_path_factory.mktemp("history")
    url, engine = f"sqlite+aiosqlite:///{folder / 'desk.sqlite3'}", free_port()
    command = [sys.executable, "-m", "bot", "import", "conversations", str(past_conversations(folder / "past.jsonl"))]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DESK_")}  # settings are the test's
    environment = plain | {"DESK_DATABASE_URL": url, "DESK_ENGINE_PORT": str(engine)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert "41 conversations gave" in done.stdout, done.stderr
    with running_desk(knowledge, folder, clock=OPEN) as desk:
        add_account(desk, "Ada Adviser", Role.ADVISER)
        add_account(desk, "Sue Supervisor", Role.SUPERVISOR)
        yield desk


@pytest.fixture
def chat(history_desk: Desk, browse) -> tuple[Page, Page]:
    """An adviser who has taken a resident's chat, each in a browser of their own."""
    adviser, resident = browse(history_desk, viewport=WIDE), browse(history_desk, viewport=PHONE)
    at_desk(adviser)
    into_queue(resident)
    adviser.get_by_role("button", name="Take the next one").click()
    adviser.locator("#text").wait_for()
    return adviser, resident


def suggested(adviser: Page, words: str):
    """The first suggestion, once it is for these words."""
    expect(adviser.locator("#said")).to_contain_text(words)
    expect(adviser.locator("[aria-current=true]", has_text="Suggest replies")).to_be_visible()
    first = adviser.locator("#hand .list > li").first
    first.wait_for()
    return first


def outcomes(adviser: Page) -> dict[str, int]:
    """How many suggestions were used, edited and ignored so far, as a supervisor's program reads them."""
    browser = adviser.context.browser
    assert browser
    context = browser.new_context(base_url=re.match(r"https?://[^/]+", adviser.url)[0])  # type: ignore[index]
    page = context.new_page()
    page.goto("/console/sign-in?next=/console")
    page.get_by_label("E-mail address").fill("sue@example.gov.uk")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("sign-in"))
    bands = page.request.get("/api/v1/staff/suggestions/outcomes/enfield?days=1").json()["bands"]
    context.close()
    return {name: sum(band[name] for band in bands) for name in ("used", "edited", "ignored")}


def test_a_suggestion_says_why_and_one_key_puts_it_where_the_cursor_is(chat):
    adviser, resident = chat
    before = outcomes(adviser)
    say(resident, "a caravan is parked over my drive again, please move it")
    first = suggested(adviser, "a caravan is parked over my drive again")
    expect(first).to_contain_text("Past reply")
    expect(first).to_contain_text(SUGGESTED)
    expect(first).not_to_contain_text("Mary")
    expect(first.locator(".tag--fit")).to_have_text(re.compile(r"^\d{1,3}%$"))
    expect(first).to_contain_text("Sent once, last on 2 March 2026")
    assert {"caravan", "drive", "move"} <= set(first.locator("mark").all_inner_texts())

    field = adviser.locator("#text")
    field.fill("Good morning.  Kind regards")
    field.evaluate("field => field.setSelectionRange(14, 14)")
    adviser.locator("h2").first.click()
    adviser.keyboard.press("a")
    text = field.input_value()
    assert text.startswith("Good morning. Hello")
    assert SUGGESTED in text
    assert text.endswith(" Kind regards")
    assert adviser.evaluate("document.activeElement.id") == "text"
    adviser.keyboard.type(" Take care.")
    assert f"{SUGGESTED} Take care. Kind regards" in field.input_value()
    adviser.keyboard.press("Control+Enter")
    resident.get_by_text("Take care. Kind regards").wait_for()

    say(resident, "thank you, and how do i get back council tax that i paid twice")
    suggested(adviser, "council tax that i paid twice")
    adviser.locator("#hand [data-insert]").first.click()
    adviser.keyboard.press("Control+Enter")
    expect(field).to_have_value("")
    say(resident, "will the police come today or should i ring them again")
    suggested(adviser, "will the police come today")
    field.fill("I will look that up and write to you here in a moment.")
    adviser.keyboard.press("Control+Enter")
    resident.get_by_text("I will look that up").wait_for()
    after = outcomes(adviser)
    assert {name: after[name] - before[name] for name in ("used", "edited")} == {"used": 1, "edited": 1}
    assert after["ignored"] - before["ignored"] >= 3


def test_suggestions_for_another_message_or_for_own_words_leave_what_is_typed(chat):
    adviser, resident = chat
    say(resident, STUDENT)
    first = suggested(adviser, STUDENT)
    adviser.locator("#hand-more > summary").click()
    article = adviser.locator("#hand li", has_text="Article: ").first
    expect(article).to_contain_text(re.compile(r"checked \d{1,2} \w+ 20\d\d"))
    for scheme in ("dark", "light"):
        adviser.emulate_media(color_scheme=scheme)
        assert faults(adviser) == [], scheme
    if os.environ.get("DESK_PICTURES") == "yes":
        adviser.locator("#hand-more > summary").click()
        adviser.locator("#said > li").last.evaluate("last => last.scrollIntoView()")
        adviser.locator("#hand-title").evaluate("title => title.scrollIntoView()")
        keep_picture(adviser, "assist-desk")
    newest = first.inner_text()
    field = adviser.locator("#text")
    field.fill("half a sent")
    adviser.locator("#said a", has_text="Suggest replies").first.click()
    expect(adviser.locator("#hand")).to_contain_text("For an earlier message.")
    adviser.locator("#hand a", has_text="Back to the newest").click()
    expect(first).to_have_text(newest, use_inner_text=True)
    adviser.locator("#find").fill("single person discount")
    adviser.keyboard.press("Enter")
    expect(adviser.locator("#hand")).to_contain_text("For “single person discount”.")
    expect(adviser.locator("#hand .list > li").first).to_contain_text(re.compile("discount", re.IGNORECASE))
    assert field.input_value() == "half a sent"
    assert faults(adviser) == []
    adviser.set_viewport_size(PHONE)
    assert adviser.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults(adviser) == [], "on a phone"


def test_what_is_typed_while_a_reply_is_on_its_way_is_neither_lost_nor_forgotten(chat):
    adviser, resident = chat
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    adviser.route("**/reply", hold, times=1)  # a slow connection: the first reply is on its way for long
    field = adviser.locator("#text")
    field.fill("I have found your account.")
    adviser.keyboard.press("Control+Enter")
    while not held:
        adviser.wait_for_timeout(50)
    adviser.keyboard.type(" You owe nothing.")
    adviser.keyboard.press("Control+Enter")
    held[0].continue_()
    resident.get_by_text("I have found your account.", exact=True).wait_for()
    resident.get_by_text("You owe nothing.", exact=True).wait_for()
    expect(field).to_have_value("")
