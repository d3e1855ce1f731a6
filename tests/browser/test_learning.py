"""The whole loop with the real engine: a question nobody could answer, a theme, an example that two people agree on, a candidate,
its comparison with the live model, promotion while residents go on talking, the same question answered, and back again.

Residents here are invented. The council of this test calls its garden waste collection by a name that no model has heard of.
"""

import asyncio
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientSession
from playwright.sync_api import Browser, Page, expect

from bot.foundation.clock import SystemClock
from bot.staff.model import Role
from tests.api.desk import Resident
from tests.browser.conftest import PHONE, ask, faults, own_pages, picture_folder, sign_in
from tests.browser.people import WIDE
from tests.conftest import ROOT
from tests.factories_staff import StaffRoom
from tests.running import free_port, running_engine, running_gateway

IN_VAIN = (
    "how do i join the green gnome",
    "what is the green gnome",
    "green gnome club price",
    "tell me about the green gnome scheme",
    "how much is the green gnome",
    "the green gnome, is it worth it",
)
PEOPLE = len(IN_VAIN)
QUESTION = IN_VAIN[0]
LONGEST_TRAINING = 900_000  # milliseconds, on a machine that has much else to do


@dataclass
class School:
    """The running product with models of its own, which the test may exchange."""

    address: str
    models: Path

    @property
    def live(self) -> str:
        """The file that an engine would start with."""
        return (self.models / "current").resolve().name

    def away_from_here(self, work) -> object:
        """Runs something asynchronous on a thread, since Playwright has this one."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, work).result()


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """The engine and a gateway as processes, and two trainers."""
    folder = tmp_path_factory.mktemp("school")
    models = folder / "models"
    models.mkdir()
    live = (ROOT / "var" / "models" / "current").resolve()
    shutil.copyfile(live, models / live.name)
    (models / "current").symlink_to(live.name)
    engine, actions, model = free_port(), free_port(), models / "current"
    with running_engine(folder, engine, actions, model), running_gateway(folder, engine, actions, model=str(model)) as address:
        school = School(address, models)
        school.away_from_here(_add_trainers(f"sqlite+aiosqlite:///{folder / 'desk.sqlite3'}"))
        yield school


async def _add_trainers(url: str) -> None:
    room = StaffRoom(url, clock=SystemClock())
    for name in ("Tara Trainer", "Ravi Reviewer"):
        await room.add(name, roles=(Role.TRAINER,))
    await room.database.close()


async def _ask_in_vain(address: str, texts: tuple[str, ...]) -> list[str]:
    """Each of these is asked by a resident of its own; gives the kinds of what came back."""
    kinds = []
    async with ClientSession(address) as http:
        for text in texts:
            resident = Resident(http)
            await resident.begin()
            kinds += [reply["kind"] for reply in await resident.ask(text)]
    return kinds


@dataclass
class Talking:
    """Residents who go on talking on a thread of their own; every message must be answered, and by the engine."""

    address: str
    pause: float = 0.0  # seconds between two messages
    sent: int = 0
    unanswered: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Talking":
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    async def _all(self) -> None:
        async with ClientSession(self.address) as http:
            await asyncio.gather(*(self._one(http) for _ in range(3)))

    async def _one(self, http: ClientSession) -> None:
        while not self._stop.is_set():
            resident = Resident(http)
            await resident.begin()
            for text in ("how do i pay my council tax", "when is my bin collected"):
                replies = await resident.ask(text)
                self.sent += 1
                await asyncio.sleep(self.pause)
                if not replies or any(reply["data"].get("reason") in ("degraded", "failed") for reply in replies):
                    self.unanswered.append(f"{text}: {[reply['kind'] for reply in replies]}")


@pytest.fixture
def somebody(chromium: Browser, school: School) -> Iterator[Callable[[str], Page]]:
    """Opens a browser of their own for a trainer, or for a resident who was never here before."""
    with own_pages(chromium, base_url=school.address) as make:

        def arrives(name: str) -> Page:
            page = make(viewport=PHONE if name == "resident" else WIDE)
            page.set_default_timeout(60_000)
            if name == "resident":
                page.goto("/chat/enfield")
                return page
            return sign_in(page, name, "/console/learning")

        yield arrives


def looked_at(page: Page, name: str) -> None:
    """Nothing wrong for axe in light, dark and with every fold open, nothing sideways on a telephone; a picture if asked for."""
    if os.environ.get("LOOK"):
        page.screenshot(path=Path(os.environ["LOOK"]) / f"{name}.png", full_page=True)
    _picture(page, name)
    page.evaluate(
        "document.querySelectorAll('details:not([open])').forEach((fold) => { fold.open = true; fold.dataset.test = '' })"
    )
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == [], f"{name}, {scheme}"
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], f"{name} scrolls sideways on a phone"
    assert faults(page) == [], f"{name} on a phone"
    if os.environ.get("LOOK"):
        page.screenshot(path=Path(os.environ["LOOK"]) / f"{name}-phone.png", full_page=True)
    page.set_viewport_size(WIDE)
    page.evaluate("document.querySelectorAll('details[data-test]').forEach((fold) => { fold.open = false })")


def _picture(page: Page, name: str) -> None:
    if name in ("themes", "candidate") and os.environ.get("DESK_PICTURES") == "yes":
        page.screenshot(path=picture_folder() / f"learning-{name}.png")


@pytest.mark.timeout(1800)
def test_from_a_question_nobody_could_answer_to_its_answer_and_back(school, somebody):
    tara, ravi = somebody("tara"), somebody("ravi")
    first_model = school.live

    # Nobody can answer it.
    ask(somebody("resident"), QUESTION, "notice")
    assert "answer" not in school.away_from_here(_ask_in_vain(school.address, IN_VAIN[1:]))  # type: ignore[operator]

    # A trainer sees what people ask.
    tara.goto("/console/learning")
    tara.get_by_role("button", name="Look again now").click()
    tara.get_by_text(f"{PEOPLE} people asked about").wait_for()
    expect(tara.locator(".asked")).to_contain_text("green gnome")
    looked_at(tara, "themes")
    tara.get_by_role("link", name=f"{PEOPLE} people asked about").click()
    tara.get_by_role("link", name="Open the chat").first.click()
    tara.get_by_role("heading", name="Teach from this chat").wait_for()
    looked_at(tara, "chat")
    tara.go_back()
    tara.get_by_role("button", name="Tick all").click()
    tara.get_by_label("What they mean").fill("Garden waste collection")
    looked_at(tara, "theme")
    tara.get_by_role("button", name="Suggest as examples").click()
    tara.get_by_text(f"{PEOPLE} suggestions wait for a second person.").wait_for()

    # A second person decides, and nobody alone.
    tara.get_by_role("link", name=f"To review ({PEOPLE})").click()
    expect(tara.get_by_role("button", name="Accept")).to_have_count(0)
    ravi.goto("/console/learning/review")
    looked_at(ravi, "review")
    for left in range(PEOPLE - 1, -1, -1):
        ravi.get_by_role("button", name="Accept").first.click()
        ravi.get_by_role("link", name=f"To review ({left})").wait_for()
    looked_at(ravi, "reviewed")

    # A candidate is trained beside the live model, and residents notice nothing.
    tara.goto("/console/learning/models")
    tara.get_by_text(f"{PEOPLE} accepted examples are new since then.").wait_for()
    looked_at(tara, "model")
    with Talking(school.address, pause=2.0) as meanwhile:
        tara.get_by_role("button", name="Train a candidate").click()
        tara.get_by_text("A candidate is being trained").wait_for()
        looked_at(tara, "training")
        verdict = tara.locator(".tag", has_text=re.compile("can be made live|refused|failed"))
        verdict.wait_for(timeout=LONGEST_TRAINING)
        expect(verdict).to_have_text("can be made live")
    assert meanwhile.unanswered == []
    assert school.live == first_model

    # What would change is seen before it is.
    tara.locator("tbody a").first.click()
    expect(tara.locator("tr", has_text=QUESTION).first).to_contain_text("Turns it away as no matter for a council")
    expect(tara.locator("tr", has_text=QUESTION).first).to_contain_text("Garden waste collection")
    looked_at(tara, "candidate")

    # It goes live while residents talk; not one message is lost.
    with Talking(school.address) as meanwhile:
        while meanwhile.sent < 6:
            tara.wait_for_timeout(100)
        before = meanwhile.sent
        tara.locator("summary", has_text="Make this candidate live").click()
        tara.get_by_role("button", name="Make it live now").click()
        tara.get_by_text("This candidate is live now.").wait_for()
        while meanwhile.sent < before + 12:
            tara.wait_for_timeout(100)
    assert meanwhile.unanswered == []
    assert school.live != first_model
    looked_at(tara, "promoted")

    # The same question has its answer.
    expect(ask(somebody("resident"), QUESTION, "answer")).to_contain_text("garden", ignore_case=True)

    # And back, with one button.
    tara.locator("summary", has_text="Go back to the model before").click()
    with Talking(school.address) as meanwhile:
        tara.get_by_role("button", name="Go back now").click()
        tara.get_by_text("The model before is live again.").wait_for()
    assert meanwhile.unanswered == []
    assert school.live == first_model
    resident = somebody("resident")
    ask(resident, QUESTION, "notice")
    expect(resident.locator(".message--answer")).to_have_count(0)
