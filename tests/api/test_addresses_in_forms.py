"""Addresses in reports and applications, with invented homes: the list of a postcode, and places outside the council's area."""

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import running
from bot.bins.samples import load_samples
from bot.settings import Settings
from bot.web import keys
from tests.api.desk import Resident
from tests.api.test_apply_pages import Browser
from tests.conftest import ROOT
from tests.factories import FixedClock, make_reading
from tests.factories_bins import THURSDAY

ELSEWHERE = "10 Station Road, Manchester M1 1AA"


@pytest.fixture
async def client(database_url, engine, knowledge):
    """A client of a gateway with Enfield's invented addresses."""
    places = {"councils_folder": ROOT / "councils", "encoders_folder": ROOT / "var" / "encoders"}
    settings = Settings(database_url=database_url, clock=THURSDAY, rate_limits=False, **places)
    async with running(settings, engine, knowledge) as product, TestClient(TestServer(product.public)) as client:
        await load_samples(product.public[keys.DATABASE], FixedClock(THURSDAY), ROOT / "councils")
        yield client


async def test_a_postcode_on_the_page_gives_every_address_of_it_and_is_no_mistake(client):
    page = await Browser(client, "/apply/enfield/bin_missed").open()
    await page.send(value="EN1 4CK")
    assert page.status == 200
    assert page.heading() == "Which of these addresses is it?"
    assert "There is a problem" not in page.text
    assert page.text.count('name="pick"') == 29
    await page.send()
    assert page.status == 422
    assert "Choose an address, or type it." in page.text
    assert page.text.count('name="pick"') == 29, "the list stays"
    await page.send(pick="address:uprn:990100000001")
    assert page.heading() == "Which bin was not emptied?"


async def moving_out(client, engine):
    """A move out whose old address is known."""
    resident = Resident(client)
    await resident.begin()
    engine.readings["i am leaving"] = make_reading(ct_moving=0.97)
    await resident.ask("i am leaving")
    await resident.ask(choice="start:application:moving_out")
    for said in ("1 Bath Street EN1 4CK", "in 2 weeks", "yes"):
        replies = await resident.ask(said)
    assert replies[-1]["data"]["field"] == "new_address"
    return resident


async def test_a_whole_address_elsewhere_is_taken_where_any_place_will_do(client, engine):
    resident = await moving_out(client, engine)
    replies = await resident.ask(ELSEWHERE)
    assert replies[-1]["data"]["field"] == "account"
    assert ELSEWHERE in replies[0]["text"], "read back once"


async def test_a_postcode_elsewhere_is_completed_where_any_place_will_do(client, engine):
    resident = await moving_out(client, engine)
    [question] = await resident.ask("M1 1AA")
    assert question["data"]["field"] == "new_address"
    assert "another council" not in question["text"]
    replies = await resident.ask("10 Station Road, Manchester")
    assert replies[-1]["data"]["field"] == "account"
    assert "M1 1AA" in replies[0]["text"]


async def test_what_happens_next_is_said_and_the_question_asked_again(client, engine):
    resident = await moving_out(client, engine)
    told, question = await resident.ask("what happens next?")
    assert "new bill" in told["text"]
    assert question["data"]["field"] == "new_address"


async def test_a_request_that_is_asked_politely_begins_the_form(client, engine):
    engine.starting, engine.words = {"bin_bulky_waste": "bulky_waste"}, {"sofa": "bin_bulky_waste"}
    resident = Resident(client)
    await resident.begin()
    noted, question = await resident.ask("can you take away a sofa")
    assert "Sofa" in noted["text"]
    assert question["data"]["application"] == "bulky_waste"
