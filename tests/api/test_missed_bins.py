"""Reporting a missed bin and booking a collection, with what bins and the gazetteer know, on both databases."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import Product, running
from bot.bins.samples import load_samples
from bot.bins.service import NewDisruption
from bot.cases.model import Wanted
from bot.knowledge.service import Knowledge
from bot.settings import Settings
from bot.web import keys
from tests.api.desk import Resident
from tests.conftest import ROOT
from tests.factories import FixedClock, ScriptedEngine
from tests.factories_bins import THURSDAY

OPENING = "my brown bin at 1 Bath Street EN1 4CK wasnt emptied on monday"


@pytest.fixture
async def product(database_url: str, engine: ScriptedEngine, knowledge: Knowledge) -> AsyncIterator[Product]:
    """The gateway with Enfield's invented addresses and rounds, on Thursday 26 November 2026."""
    engine.starting = {"bin_missed": "bin_missed", "bin_bulky_waste": "bulky_waste"}
    engine.words = {"emptied": "bin_missed", "sofa": "bin_bulky_waste"}
    settings = Settings(
        database_url=database_url, councils_folder=ROOT / "councils", encoders_folder=ROOT / "var" / "encoders", clock=THURSDAY
    )
    async with running(settings, engine, knowledge) as product:
        await load_samples(product.public[keys.DATABASE], FixedClock(THURSDAY), ROOT / "councils")
        yield product


@pytest.fixture
async def client(product: Product) -> AsyncIterator[TestClient]:
    """A client of the gateway's public side."""
    async with TestClient(TestServer(product.public)) as client:
        yield client


@pytest.fixture
async def resident(client: TestClient) -> Resident:
    """Somebody in Enfield who has begun to chat."""
    resident = Resident(client)
    await resident.begin("enfield")
    return resident


async def reported(resident):
    """A missed bin from the first words to the reference."""
    await resident.ask(OPENING)
    for answer in ("yes", "skip", "skip", "skip"):
        await resident.ask(answer)
    return (await resident.ask("yes"))[-1]


async def test_the_first_words_fill_the_address_the_bin_and_the_day(resident, product):
    noted, question = await resident.ask(OPENING)
    assert "1 Bath Street, Enfield" in noted["text"]
    assert "Brown food bin" in noted["text"]
    assert "Monday 23 November 2026" in noted["text"]
    assert question["data"]["field"] == "out_in_time"
    for answer in ("yes", "skip", "skip", "skip"):
        await resident.ask(answer)
    [case] = await resident.ask("yes")
    assert case["kind"] == "case"
    [stored] = await product.public[keys.CASES].search(Wanted(["enfield"]))
    assert stored.uprn == "990100000001"


async def test_a_second_report_of_the_same_bin_gets_the_first_reference(resident, client):
    case = await reported(resident)
    neighbour = Resident(client)
    await neighbour.begin("enfield")
    await neighbour.ask("my bin wasnt emptied on monday")
    await neighbour.ask("1 Bath Street EN1 4CK")
    [finding] = await neighbour.ask("the brown one")
    assert case["data"]["reference"] in finding["text"]
    assert (await neighbour.read(0))["messages"][-1]["kind"] != "question"


async def test_a_day_that_was_not_due_is_asked_again_and_stands_when_it_is_said_again(resident):
    await resident.ask("my brown bin at 1 Bath Street EN1 4CK wasnt emptied")
    finding, question = await resident.ask("last tuesday")
    assert "Monday 23 November 2026" in finding["text"]
    assert question["data"]["field"] == "day"
    [question] = await resident.ask("last tuesday")
    assert question["data"]["field"] == "out_in_time"


async def test_a_known_disruption_is_said_instead_of_taking_a_report(resident, product):
    bins = product.public[keys.HOMES].bins
    text = "Bath Street was not collected. We are back on Friday."
    async with product.public[keys.DATABASE].writing() as tx:
        await bins.post_disruption(tx, NewDisruption("enfield", text, bins.today(), street="Bath Street"), "Command line")
    await resident.ask("my brown bin wasnt emptied on monday")
    replies = await resident.ask("1 Bath Street EN1 4CK")
    assert text in replies[-1]["text"]
    assert replies[-1]["kind"] == "text"


async def test_a_bin_that_was_not_out_is_not_reported(resident, product):
    await resident.ask(OPENING)
    replies = await resident.ask("nah i forgot")
    assert "I have sent nothing" in replies[-1]["text"]
    assert await product.public[keys.CASES].search(Wanted(["enfield"])) == []


async def test_a_day_with_no_room_left_is_not_offered_and_one_taken_meanwhile_is_asked_again(client, product):
    residents = []
    for number in range(13):
        resident = Resident(client)
        await resident.begin("enfield")
        await resident.ask("please collect a sofa from 1 Bath Street EN1 4CK")
        page = await resident.read(0)
        question = page["messages"][-1]
        assert question["data"]["field"] == "day", number
        await resident.ask("tuesday 1 december")
        for answer in ("in the front garden", "Robert Smith", "skip", "skip"):
            await resident.ask(answer)
        residents.append(resident)
    endings = [(await resident.ask("yes"))[-1] for resident in residents]
    assert [ending["kind"] for ending in endings] == ["case"] * 12 + ["question"]
    assert endings[0]["data"]["due"] == "2026-12-01"
    assert "Tuesday 1 December 2026" not in [choice["label"] for choice in endings[-1]["choices"]]
    assert endings[-1]["data"]["field"] == "day"
    [again] = await residents[-1].ask("the first")
    assert again["kind"] == "check_answers"
    assert (await residents[-1].ask("yes"))[-1]["data"]["due"] == "2026-12-03"


async def test_what_is_known_is_looked_up_also_when_the_first_words_say_it_all(resident, product):
    bins = product.public[keys.HOMES].bins
    async with product.public[keys.DATABASE].writing() as tx:
        said = NewDisruption("enfield", "Bath Street was not collected", bins.today(), street="Bath Street")
        await bins.post_disruption(tx, said, "Command line")
    [ended] = await resident.ask(OPENING)
    assert "Bath Street was not collected" in ended["text"]
    assert "You need not report it" in ended["text"]


async def test_a_day_that_was_not_due_is_questioned_at_once(resident):
    replies = await resident.ask("my brown bin at 1 Bath Street EN1 4CK wasnt emptied on 24 November")
    assert "was not due on Tuesday 24 November 2026" in replies[-2]["text"]
    assert replies[-1]["data"]["field"] == "day"
