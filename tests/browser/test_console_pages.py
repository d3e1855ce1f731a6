"""Every page of the desk in every state that staff meet, with something in it: axe finds nothing and nothing scrolls sideways.

With DESK_WRITE_DOCS=yes the pictures of docs/console.md are made anew. The administration's pages are in test_console.py.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from bot.bins.service import NewDisruption
from bot.conversations.model import Context, Kind, Reply, Sender
from bot.conversations.service import Together
from bot.handoff.model import Card, Presence
from bot.knowledge.service import Knowledge
from bot.staff.model import Actor, Role, command_line_actor
from bot.staff.switch_model import Feature
from bot.web import keys
from tests.browser.conftest import PHONE, Desk, add_account, ask, faults, keep_picture, on_desk, staffed_desk
from tests.browser.people import WIDE, at_desk, later

# Residents of this page are invented: their first words, the topic, whether danger was recognised, and what they have been told.
WAITING = (
    (
        "I had a letter about bailiffs and I do not know what to do. I have two small children.",
        "ct_arrears",
        "bailiffs_at_door",
    ),
    ("My bin was not collected for the second week running", "bin_missed", ""),
    ("How do I tell you that I have moved?", "ct_moving", ""),
)
MINE = "I moved out of 14 Bath Street on 3 November, and my new bill is still for the old house. What do I owe?"
PAGES = ("desk", "drafts", "cases", "history", "disruptions", "switches", "audit", "staff", "tokens", "account")


class Floor:
    """A council in the middle of a morning: people who wait, chats, a reply to check, cases, a past chat."""

    def __init__(self, desk: Desk) -> None:
        assert desk.product
        self.desk = desk
        self.parts = desk.product.public
        self.room = self.parts[keys.HANDOFF]
        everything = tuple(role for role in Role if role != Role.ANALYST)
        self.maya = add_account(desk, "Maya Everyrole", *everything).actor()
        self.cleo = add_account(desk, "Cleo Newcomer", Role.ADVISER).actor()
        self.chat = self.case = self.past = ""
        self.residents: list[str] = []

    async def fill(self) -> None:
        """Everything that the pages show."""
        for actor in (self.maya, self.cleo):
            await self.room.presences.set(actor, Presence.AVAILABLE)
        await self.room.presences.supervise(self.maya, self.cleo.staff_id, supervised=True, capacity=2)
        await self._past()
        await self._checked()
        await self._mine()
        for words, topic, matter in WAITING:
            await self._queued(words, Card(want=words, topic=topic, matter=matter))
            later(self.desk, seconds=20)
        await self._posted()

    async def look_in(self) -> None:
        """Every resident's page looks in, as an open one does."""
        for resident in self.residents:
            await self.parts[keys.CONVERSATIONS].read(resident, 0)

    async def _queued(self, words: str, card: Card, told: Sequence[Reply] = ()) -> str:
        conversations, composer = self.parts[keys.CONVERSATIONS], self.parts[keys.COMPOSER]
        conversation, _, _ = await conversations.begin("enfield", [composer.greeting("enfield")])
        said = Reply(Kind.TEXT, words, sender=Sender.RESIDENT)

        async def within(tx, current):
            return await self.room.residents.enter(tx, current, card, "asked")

        await conversations.replies_ready(conversation, [said, *told], Context(), conversation.last_seq + 2, [Together(within)])
        self.residents.append(conversation.id)
        return conversation.id

    async def _taken(self, actor: Actor, words: str, card: Card, told: Sequence[Reply] = ()) -> tuple[str, int]:
        conversation_id = await self._queued(words, card, told)
        return conversation_id, (await self.room.desks.claim(actor, conversation_id)).epoch

    async def _past(self) -> None:
        card = Card(want="When do I get my garden waste sticker?", topic="bin_garden_waste")
        chat, epoch = await self._taken(self.maya, card.want, card)
        await self.room.desks.reply(self.maya, chat, "m1", "It is in the post and comes this week.", epoch)
        await self.room.passing.end(self.maya, chat, "answered")
        self.past = chat

    async def _checked(self) -> None:
        card = Card(want="Can I get help with my rent while I am between jobs?", topic="ben_housing_benefit")
        chat, epoch = await self._taken(self.cleo, card.want, card)
        words = "Yes, you can ask for housing help while you look for work. I will send you the form now."
        await self.room.desks.reply(self.cleo, chat, "m1", words, epoch)

    async def _mine(self) -> None:
        article = self.parts[keys.KNOWLEDGE].article("enfield", "ct-pay")
        told = [self.parts[keys.COMPOSER].answer("enfield", article, "ct_pay", 0.91)] if article else []
        details = (("Moved out on", "3 November 2026"),)
        card = Card(MINE, "ct_moving", ("Pay your council tax",), "14 Bath Street, EN1 1AA", details, ("•••••417",))
        self.chat, epoch = await self._taken(self.maya, MINE, card, told)
        await self.room.desks.reply(self.maya, self.chat, "m1", "Hello, I have your card and am looking at your bill.", epoch)
        await self.room.desks.note(self.maya, self.chat, "n1", "Old tenancy ended 3 November. The landlord has confirmed it.")
        sent = await self.room.sending.open_case(self.maya, self.chat, "c1", epoch, title="Correct the bill from 3 November")
        message = (await self.room.desks.news(self.maya, self.chat, sent.seq - 1)).messages[0]
        self.case = str(message.data["reference"])

    async def _posted(self) -> None:
        bins, now = self.parts[keys.HOMES].bins, self.parts[keys.CLOCK].now()
        today = bins.today()
        words = "The lorry broke down in Bath Street. We come again tomorrow, so leave your bin out."
        async with self.parts[keys.DATABASE].writing() as tx:
            new = NewDisruption(
                "enfield", words, today + timedelta(days=1), back_on=today + timedelta(days=1), street="Bath Street"
            )
            await bins.post_disruption(tx, new, self.maya.name)
        switches = self.parts[keys.STAFF].switches
        notice = "Our office in Bath Street is closed on Friday."
        await switches.post_notice(self.maya, "enfield", notice, now, now + timedelta(days=3))
        await switches.turn(command_line_actor(), "buckinghamshire", Feature.WIDGET, "their new website", on=False)


@pytest.fixture(scope="module")
def busy_desk(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A council of its own, since those who wait in it would be taken by the tests of others."""
    with staffed_desk(knowledge, tmp_path_factory.mktemp("busy")) as desk:
        yield desk


@pytest.fixture(scope="module")
def floor(busy_desk: Desk) -> Floor:
    """The council with everything in it."""
    floor = Floor(busy_desk)
    on_desk(busy_desk, floor.fill())
    return floor


def look(page: Page, name: str = "", *, phone: str = "") -> None:
    """Judges what is shown on a wide screen, dark and light, and on a phone; keeps the pictures that have names."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == [], f"{page.url}, {scheme}"
    _picture(page, name)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], f"{page.url} scrolls sideways on a phone"
    assert faults(page) == [], f"{page.url} on a phone"
    _picture(page, phone)
    page.set_viewport_size(WIDE)


def test_every_page_of_somebody_with_many_roles(busy_desk, browse, floor):
    page = browse(busy_desk, viewport=WIDE, locale="en-GB")
    on_desk(busy_desk, floor.look_in())
    at_desk(page, "maya")
    for name in PAGES:
        page.goto(f"/console/{name}")
        shown = {"drafts": "console-drafts", "cases": "console-cases", "history": "console-history"}
        shown |= {"disruptions": "console-disruptions", "switches": "console-switches", "desk": "console-queue"}
        look(page, shown.get(name, ""), phone="console-phone-queue" if name == "desk" else "")
    page.goto(f"/console/cases/{floor.case}")
    look(page, "console-case")
    page.goto(f"/console/history/{floor.past}/delete")
    look(page, "console-delete")
    page.get_by_role("button", name="Delete for good").click()  # without the box ticked
    page.get_by_text("Make sure who asks, then tick the box.").first.wait_for()
    look(page)


def test_a_chat_with_its_card_answers_notes_and_everything_that_can_be_done(busy_desk, browse, floor):
    page = browse(busy_desk, viewport=WIDE, locale="en-GB")
    on_desk(busy_desk, floor.look_in())
    at_desk(page, "maya")
    page.goto(f"/console/desk/{floor.chat}")
    page.locator("#text").fill("You owe nothing for the old house after 3 November. Your new bill comes")
    look(page, "console-desk", phone="console-phone-chat")
    for fold in ("#end", "#pass", "#more", "#open-case", "#promise", "#write-note", "#start-form"):
        page.locator(f"{fold} > summary").click()
    look(page)
    page.goto(f"/console/desk/{floor.chat}?find=moved")
    look(page)


def test_a_refusal_stands_above_the_chat_and_what_was_typed_is_still_there(busy_desk, browse, floor):
    page = browse(busy_desk, viewport=WIDE, locale="en-GB")
    at_desk(page, "ben")
    page.goto(f"/console/desk/{floor.chat}")
    page.locator("#desk").wait_for()
    assert page.locator("#text").count() == 0  # somebody else's chat can be read and not written in
    look(page)


def test_out_of_hours_a_resident_reads_when_it_opens_and_what_there_is_instead(evening_desk, browse):
    page = browse(evening_desk, viewport=PHONE, locale="en-GB")
    page.goto("/chat/enfield")
    ask(page, "how do i pay my council tax")
    page.get_by_role("button", name="Talk to a person").last.click()
    page.get_by_text("is closed now").wait_for()
    assert faults(page) == []
    page.get_by_text("is closed now").evaluate("one => one.closest('.message').scrollIntoView()")
    _picture(page, "phone-closed")


def _picture(page: Page, name: str) -> None:
    if name and os.environ.get("DESK_WRITE_DOCS") == "yes":
        keep_picture(page, name)
