"""Asking for a bin day through the public API, on both databases: address, days, disruptions, and every way out."""

import re
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from icalendar import Calendar

from bot.app import Product, running
from bot.bins.providers import ProviderFailed
from bot.bins.samples import load_samples
from bot.bins.service import Bins, NewDisruption
from bot.knowledge.service import Knowledge
from bot.settings import Settings
from bot.staff.audit_model import Filter
from bot.staff.model import Role, command_line_actor
from bot.web import keys
from tests.api.desk import Resident
from tests.api.staffed import Floor
from tests.conftest import ROOT
from tests.factories import FixedClock, ScriptedEngine, make_reading
from tests.factories_bins import THURSDAY

QUESTION = "When is my bin collected?"


@pytest.fixture
async def product(database_url: str, engine: ScriptedEngine, knowledge: Knowledge, tmp_path: Path) -> AsyncIterator[Product]:
    """The gateway with Enfield's invented addresses and rounds, on Thursday 26 November 2026."""
    settings = Settings(
        database_url=database_url, councils_folder=ROOT / "councils", encoders_folder=ROOT / "var" / "encoders", clock=THURSDAY
    )
    async with running(settings, engine, knowledge) as product:
        folder = tmp_path / "councils"  # only Enfield's samples: Buckinghamshire stays without
        for pack in ("england", "enfield"):
            shutil.copytree(ROOT / "councils" / pack, folder / pack)
        await load_samples(product.public[keys.DATABASE], FixedClock(THURSDAY), folder)
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


async def post(product, text, **values):
    bins = product.public[keys.HOMES].bins
    async with product.public[keys.DATABASE].writing() as tx:
        await bins.post_disruption(tx, NewDisruption("enfield", text, bins.today(), **values), "Command line")


def labels(message):
    return [choice["label"] for choice in message["choices"]]


def value(message, label):
    return next(choice["value"] for choice in message["choices"] if choice["label"] == label)


async def test_a_postcode_a_choice_and_the_days(resident):
    [question] = await resident.ask(QUESTION)
    assert question["kind"] == "question"
    assert "postcode" in question["text"]
    [pick] = await resident.ask("n9 5kc")
    assert labels(pick)[:2] == ["1 Pepperpot Mews", "2 Pepperpot Mews"]
    [answer] = await resident.ask(choice=value(pick, "2 Pepperpot Mews"))
    assert answer["kind"] == "answer"
    assert answer["sources"][0]["url"].startswith("https://www.enfield.gov.uk/")
    assert "2 Pepperpot Mews, Enfield, N9 5KC" in answer["text"]
    for words in (
        "Food waste (brown food bin)",
        "Rubbish (grey or black lid)",
        "Recycling (blue lid)",
        "Looked up today at 10:15am",
    ):
        assert words in answer["text"]
    assert {one["container"] for one in answer["data"]["bins"]} >= {"food", "rubbish", "recycling"}
    assert answer["data"]["fetched_at"].startswith("2026-11-26T10:15")


async def test_an_address_in_the_opening_message_is_answered_at_once(resident):
    [answer] = await resident.ask("when is my bin day at 12 Bath St EN1")
    assert answer["kind"] == "answer"
    assert "12 Bath Street, Enfield, EN1 4CK" in answer["text"]


async def test_the_address_is_remembered_in_this_conversation_and_no_other(resident, client):
    await resident.ask("when is my bin day at 12 Bath St EN1")
    [answer] = await resident.ask("which bin is it this week")
    assert "12 Bath Street" in answer["text"]
    [question] = await resident.ask(choice=value(answer, "Another address"))
    assert question["kind"] == "question"
    other = Resident(client)
    await other.begin("enfield")
    [question] = await other.ask(QUESTION)
    assert question["kind"] == "question"


async def test_a_question_in_the_middle_is_answered_and_the_address_asked_again(resident):
    await resident.ask(QUESTION)
    answer, question = await resident.ask("do students pay council tax")
    assert answer["data"]["intent"] == "ct_student_exemption"
    assert question["kind"] == "question"
    [pick] = await resident.ask("EN2 9MC")
    answer, again = await resident.ask("how do i pay")
    assert labels(again) == labels(pick)


async def test_asking_again_while_it_is_asked_does_not_ask_twice(resident):
    await resident.ask(QUESTION)
    replies = await resident.ask("when do you collect my bin")
    assert [reply["kind"] for reply in replies] == ["question"]
    [answer] = await resident.ask("12 Bath St EN1")
    assert answer["kind"] == "answer"
    [after] = await resident.ask("do students pay council tax")
    assert after["kind"] == "answer"


async def test_two_questions_in_one_message_are_both_dealt_with(resident, engine):
    engine.readings["When is my bin day?"] = make_reading(bin_day=0.95)
    engine.readings["Do students pay council tax?"] = make_reading(ct_student_exemption=0.95)
    answer, question = await resident.ask("When is my bin day? Do students pay council tax?")
    assert (answer["data"]["intent"], question["kind"]) == ("ct_student_exemption", "question")
    [answer] = await resident.ask("12 Bath St EN1")
    assert answer["data"]["intent"] == "bin_day"


async def test_a_disruption_comes_first_and_only_where_it_is(resident, client, product):
    await post(product, "Bath Street was not collected", street="Bath St", back_on=THURSDAY.date().replace(day=30))
    [answer] = await resident.ask("when is my bin day at 12 Bath St EN1")
    assert answer["text"].startswith("Today: Bath Street was not collected. We are back on Monday 30 November.")
    other = Resident(client)
    await other.begin("enfield")
    [answer] = await other.ask("when is my bin day at 2 Pepperpot Mews")
    assert "Bath Street was not collected" not in answer["text"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (["I'd rather not say"], "bin_day_not_said"),
        (["EN2 9MC", "not on the list", "99 Nowhere Lane, EN2 9MC"], "bin_day_not_listed"),
    ],
)
async def test_without_an_address_the_article_and_a_person_are_there(resident, said, reason):
    await resident.ask(QUESTION)
    for text in said:
        replies = await resident.ask(text)
    notice, answer = replies
    assert notice["data"]["reason"] == reason
    assert answer["sources"]
    assert "talk_to_person" in [choice["value"] for choice in answer["choices"]]


async def test_another_council_s_area_is_pointed_to_the_national_finder(resident):
    await resident.ask(QUESTION)
    [asked] = await resident.ask("M1 1AE")
    [reply] = await resident.ask(choice=value(asked, "That is right, I live somewhere else"))
    assert "https://www.gov.uk/find-local-council" in reply["text"]


async def test_a_person_can_be_had_in_the_middle(resident):
    await resident.ask(QUESTION)
    replies = await resident.ask(choice="talk_to_person")
    assert replies[0]["kind"] == "handoff"


async def test_an_old_button_of_a_list_still_answers(resident):
    await resident.ask(QUESTION)
    [pick] = await resident.ask("n9 5kc")
    await resident.ask(choice=value(pick, "2 Pepperpot Mews"))
    [answer] = await resident.ask(choice=value(pick, "3 Pepperpot Mews"))
    assert "3 Pepperpot Mews" in answer["text"]


async def test_a_council_without_rounds_gives_its_article(client):
    resident = Resident(client)
    await resident.begin("buckinghamshire")
    [answer] = await resident.ask(QUESTION)
    assert answer["kind"] == "answer"
    assert answer["data"]["article"] == "bin-day"


async def test_a_home_without_rounds_gets_a_plain_sentence_and_the_article(resident, product):
    async with product.public[keys.DATABASE].writing() as tx:
        from bot.bins import store

        await tx.execute(store.homes.delete().where(store.homes.c.uprn == 990100000007))
    notice, answer = await resident.ask("when is my bin day at 13 Bath St EN1")
    assert notice["data"]["reason"] == "bin_day_no_days"
    assert answer["sources"]


class Failing:
    """A provider that cannot be reached, or takes too long."""

    def __init__(self, reason):
        self.reason = reason

    async def knows(self, council):
        return True

    async def gather(self, address, first, last):
        raise ProviderFailed(self.reason)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("refused", "I will not guess your days"),
        ("missing", "I will not guess your days"),
        ("slow", "Ask me again in a minute"),
    ],
)
async def test_a_failing_provider_ends_in_a_plain_sentence_and_a_link(resident, product, reason, sentence):
    bins: Bins = product.public[keys.HOMES].bins
    bins._providers = {**bins._providers, "enfield": Failing(reason)}
    notice, answer = await resident.ask("when is my bin day at 12 Bath St EN1")
    assert sentence in notice["text"]
    assert "https://www.enfield.gov.uk/" in answer["text"]


async def test_the_calendar_page_and_its_feed(client, resident):
    [answer] = await resident.ask("when is my bin day at 12 Bath St EN1")
    assert "(/bins/enfield/" in answer["text"]
    path = answer["text"].split("(/bins/", 1)[1].split(")", 1)[0]
    async with client.get(f"/bins/{path}") as response:
        assert response.status == 200
        page = await response.text()
    assert "Bin days for 12 Bath Street, Enfield, EN1 4CK" in page
    assert "invented" in page
    assert "December 2026" in page
    async with client.get(f"/bins/{path}.ics") as response:
        assert response.content_type == "text/calendar"
        calendar = Calendar.from_ical(await response.read())
    days = [event["dtstart"].dt for event in calendar.walk("VEVENT")]
    assert days == sorted(days)
    assert len(days) > 20


@pytest.mark.parametrize(
    "path", ["/bins/enfield/1", "/bins/enfield/1.ics", "/bins/nowhere/1", "/bins/enfield/abc", "/bins/buckinghamshire/1"]
)
async def test_a_home_that_is_not_there_is_not_found(client, path):
    assert (await client.get(path)).status == 404


async def test_the_plain_form_asks_and_answers_too(client):
    async with client.post(
        "/chat/enfield", data={"text": "when is my bin day at 12 Bath St EN1", "message_id": "m" * 16}
    ) as response:
        assert "12 Bath Street" in await response.text()


async def test_a_supervisor_posts_and_ends_a_disruption_and_it_is_recorded(client, product, resident):
    floor = Floor(product, client)
    supervisor = await floor.sit_down("Sam Supervisor", role=Role.SUPERVISOR)
    here, today = "/api/v1/staff/disruptions", product.public[keys.HOMES].bins.today().isoformat()
    http, headers = (
        supervisor.client,
        {"X-Form-Token": (await supervisor.get("/console")).form_token, "Origin": origin_of(client)},
    )
    body = {"text": "Bath Street was not collected", "street": "Bath Street", "until": today}
    async with http.post(f"{here}/enfield", json=body, headers=headers) as response:
        assert response.status == 201, await response.text()
        posted = await response.json()
    assert (posted["street"], posted["posted_by"]) == ("bath street", "Sam Supervisor")
    [answer] = await resident.ask("when is my bin day at 12 Bath St EN1")
    assert answer["text"].startswith("Today: Bath Street was not collected.")
    for path, status in (("enfield", 200), ("buckinghamshire", 403), ("nowhere", 404)):
        assert (await http.get(f"{here}/{path}", headers=headers)).status == status
    async with http.post(f"{here}/enfield", json=body | {"until": "2020-01-01"}, headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (422, "unusable_disruption")
    for status in (204, 404):
        assert (await http.delete(f"{here}/enfield/{posted['id']}", headers=headers)).status == status
    audit = product.public[keys.STAFF].audit
    events, _ = await audit.read(command_line_actor(), Filter(subject=f"disruption:{posted['id']}"))
    assert [event.action for event in events] == ["disruption_ended", "disruption_posted"]
    await floor.close()


async def test_who_does_not_work_cases_may_read_disruptions_but_not_post_them(client, product):
    floor = Floor(product, client)
    analyst = await floor.sit_down("Ana Analyst", role=Role.ANALYST)
    headers = {"X-Form-Token": (await analyst.get("/console")).form_token, "Origin": origin_of(client)}
    assert (await analyst.client.get("/api/v1/staff/disruptions/enfield", headers=headers)).status == 200
    assert (await analyst.client.post("/api/v1/staff/disruptions/enfield", json={}, headers=headers)).status == 403
    assert (await analyst.get("/console/disruptions")).status == 403
    await floor.close()


async def test_an_adviser_posts_and_ends_a_disruption_on_its_page(client, product, resident):
    floor = Floor(product, client)
    adviser = await floor.sit_down("Ada Adviser")
    today = product.public[keys.HOMES].bins.today()
    form = {"council": "enfield", "text": "The lorry broke down", "street": "Bath Street", "round": "", "back_on": ""}
    form |= {"begins": today.isoformat(), "until": today.isoformat()}
    here = "/console/disruptions"
    for wrong, sentence in (
        ({"text": " "}, "Say in up to 500 characters"),
        ({"until": "soon"}, "Enter a day"),
        ({"until": (today - timedelta(days=1)).isoformat()}, "The last day is over already"),
    ):
        page = await adviser.post(here, form | wrong)
        assert (page.status, sentence in page.text, "Bath Street" in page.text) == (422, True, True)
    assert (await adviser.post(here, form | {"council": "buckinghamshire"})).status == 404
    page = await adviser.post(here, form)
    assert "It is posted." in page.text
    [answer] = await resident.ask("when is my bin day at 12 Bath St EN1")
    assert answer["text"].startswith("Today: The lorry broke down.")
    [ending] = re.findall(rf'action="({here}/enfield/[^"]*/end)"', page.text)
    for _ in range(2):
        assert "Nothing is posted." in (await adviser.post(ending)).text
    events, _ = await product.public[keys.STAFF].audit.read(command_line_actor(), Filter())
    deeds = [(event.name, event.action) for event in events if event.action.startswith("disruption")]
    assert deeds == [("Ada Adviser", "disruption_ended"), ("Ada Adviser", "disruption_posted")]
    await floor.close()


def origin_of(client):
    return str(client.make_url("/")).rstrip("/")


async def test_a_question_about_holidays_has_the_imported_changes_before_the_article(resident, engine):
    said = "what happens with the bins at christmas"
    engine.readings[said] = make_reading(bin_holiday_changes=0.97)
    changes, article = await resident.ask(said)
    assert "Friday 25 December: collected on Monday 28 December. Christmas Day." in changes["text"]
    assert "Friday 1 January 2027: collected on Monday 4 January 2027. New Year's Day." in changes["text"]
    assert article["kind"] == "answer"
    [question] = await resident.ask(choice=value(changes, "My own bin days"))
    assert "postcode" in question["text"]


async def test_a_home_that_is_known_is_told_its_own_changes(resident, engine):
    said = "what happens with the bins at christmas"
    engine.readings[said] = make_reading(bin_holiday_changes=0.97)
    await resident.ask("when is my bin day at 12 Bath St EN1")
    changes, _ = await resident.ask(said)
    assert "12 Bath Street, Enfield, EN1 4CK" in changes["text"]


async def test_without_imported_rounds_the_article_on_holidays_speaks_alone(client, engine):
    said = "what happens with the bins at christmas"
    engine.readings[said] = make_reading(bin_holiday_changes=0.97)
    resident = Resident(client)
    await resident.begin("buckinghamshire")
    [article] = await resident.ask(said)
    assert article["kind"] == "answer"
