"""What works at any point of a form works in every form: an interruption, back, change, stop, coming back, sending twice.

A scripted engine; tests/dialogue/test_applications.py goes through each with the real one, test_applications.py has both databases.
"""

import shutil

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import running
from bot.applications.reading import read_definitions
from bot.cases.model import Wanted
from bot.settings import Settings
from bot.web import keys
from tests.api.conftest import OPEN
from tests.api.desk import Resident
from tests.applicants import answer, filled_in
from tests.conftest import ROOT
from tests.factories import make_reading

DEFINITIONS = {name: raw for name, raw in read_definitions(ROOT / "councils")["enfield"].items() if raw.get("ends") != "result"}
NAMES = sorted(DEFINITIONS)
ABROAD = "+48 22 123 45 67"


@pytest.fixture
async def product(newest_sqlite, tmp_path, engine, knowledge):
    """The gateway without limits, since whole forms are filled in at once."""
    shutil.copyfile(newest_sqlite, tmp_path / "desk.sqlite3")
    places = {"councils_folder": ROOT / "councils", "encoders_folder": ROOT / "var" / "encoders"}
    url = f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}"
    async with running(Settings(database_url=url, clock=OPEN, rate_limits=False, **places), engine, knowledge) as product:
        yield product


@pytest.fixture
async def client(product):
    async with TestClient(TestServer(product.public)) as client:
        yield client


@pytest.fixture
async def resident(client):
    resident = Resident(client)
    await resident.begin()
    return resident


async def begin(resident, engine, name, said="please let me do this"):
    """Says what leads to an application, and presses its button where it does not begin by itself."""
    raw = DEFINITIONS[name]
    intent = [*(raw.get("started_by") or ()), *(raw.get("offered_by") or ())][0]
    engine.readings[said] = make_reading(**{intent: 0.97})
    if raw.get("started_by"):
        engine.starting[intent] = name
        return await resident.ask(said)
    await resident.ask(said)
    return await resident.ask(choice=f"start:application:{name}")


def field(replies):
    return replies[-1]["data"].get("field")


def pressed(message, label):
    return next(choice["value"] for choice in message["choices"] if choice["label"].startswith(label))


async def cases(product):
    return await product.public[keys.CASES].search(Wanted(["enfield"]))


@pytest.mark.parametrize("name", NAMES)
async def test_a_form_is_interrupted_taken_back_left_changed_stopped_and_begun_anew(client, resident, engine, product, name):
    first = field(await begin(resident, engine, name))
    [wrong] = await resident.ask("🙂🙂")
    assert wrong["data"]["problem"], "it says what is wrong"
    [twice] = await resident.ask("🙂🙂🙂")
    assert {"Stop", "Talk to a person"} <= {choice["label"] for choice in twice["choices"]}
    answered, again = (await resident.ask("do students have to pay?"))[-2:]
    assert answered["kind"] == "answer"
    assert again["data"]["field"] == first, "an interruption is answered and the question asked again"
    second = field(await answer(resident, again))
    assert second not in (first, None)
    assert field(await resident.ask("go back")) == first

    later = Resident(client)
    later.id, later.headers = resident.id, resident.headers
    assert (await later.read(0))["messages"][-1]["data"]["field"] == first, "who comes back finds the open question"
    check = await filled_in(later, await answer(later, (await later.read(0))["messages"][-1]))
    assert check["kind"] == "check_answers"
    changed = await later.ask(choice=check["data"]["lines"][0]["choice"])
    assert field(changed) == first
    assert (await filled_in(later, changed))["kind"] == "check_answers"
    [stopped] = await later.ask("stop")
    assert "Nothing was sent" in stopped["text"]
    assert await cases(product) == []
    assert field(await begin(later, engine, name)) == first


@pytest.mark.parametrize("name", NAMES)
async def test_bad_answers_are_put_right_and_sending_twice_makes_one_case(resident, engine, product, name):
    """A name of 300 letters is refused, a telephone number from abroad is taken, and Send pressed twice opens one case."""
    replies = await begin(resident, engine, name)
    while replies[-1]["kind"] == "question":
        kind = replies[-1]["data"]["type"]
        if kind == "name":
            [refused] = await resident.ask("a" * 300)
            assert "300 letters" in refused["text"]
        replies = await (resident.ask(ABROAD) if kind == "telephone" else answer(resident, replies[-1]))
    check = replies[-1]
    assert [line["answer"] for line in check["data"]["lines"]].count(ABROAD) == 1
    send = pressed(check, "Yes, send it")
    [case] = await resident.ask(choice=send)
    [again] = await resident.ask(choice=send)
    assert case["kind"] == "case"
    assert case["data"]["reference"] in again["text"]
    [stored] = await cases(product)
    assert stored.reference == case["data"]["reference"]
    assert stored.team == DEFINITIONS[name]["team"]


OPENINGS = {
    "single_person_discount": ("do i get it, its just me and my daughter shes 12", "Who lives there: 1 adult and 1 child"),
    "payment_arrangement": ("i can only pay £20 a week", "What you can pay: £20; How often: Every week"),
    "change_of_circumstances": ("my partner moved in last tuesday", "What changed: My partner moved in; Since when: Tuesday 17 November 2026"),
    "hardship": ("there is nothing to eat", "What you need: Food"),
    "moving_out": ("i am leaving on friday", "Day you move out: Friday 27 November 2026"),
    "rough_sleeper": ("a man sleeps outside the bank on Church Street", "Where they are: outside the bank on Church Street"),
    "bulky_waste": ("take a sofa on tuesday 1 december", "Things to collect: Sofa; Day: Tuesday 1 December 2026"),
}  # fmt: skip


@pytest.mark.parametrize("name", OPENINGS)
async def test_what_the_first_message_says_is_noted_also_when_a_button_begins_the_form(resident, engine, name):
    said, noted = OPENINGS[name]
    replies = await begin(resident, engine, name, said)
    assert noted in "\n".join(reply["text"] for reply in replies)


async def test_words_of_an_earlier_matter_are_not_noted(resident, engine):
    await resident.ask("do students pay, i moved on 3 november")
    await begin(resident, engine, "moving_out", "moving house")
    replies = (await resident.read(0))["messages"]
    assert not any("noted" in reply["text"] for reply in replies)
