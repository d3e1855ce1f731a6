"""Reports in the whole product: what really happens is counted, managers see it as page, CSV and JSON, and nobody else does."""

import csv
import io

from bot.cases.model import NewCase
from bot.staff.model import Role
from bot.web import keys
from tests.api.desk import Resident

PAGE, API = "/console/reports", "/api/v1/staff/reports"


async def test_a_day_in_the_council_as_its_manager_sees_it(floor):
    adviser = await floor.sit_down("Asha Adviser")
    resident = await floor.in_queue()
    await adviser.claim(resident)
    await adviser.open(resident)
    await adviser.reply(resident, "Good morning. I can help you with that.")
    somebody = Resident(floor.client)
    await somebody.begin()
    [answer] = await somebody.ask("when is my council tax student discount due")
    await somebody.post("feedback", {"seq": answer["seq"], "helpful": "yes"})
    manager = await floor.sit_down("Maya Manager", role=Role.ANALYST)
    page = await manager.get(PAGE)
    assert (page.status, page.title) == (200, "Reports")
    async with manager.client.get(API) as response:
        found = await response.json()
    figures = {one["name"]: one for one in found["figures"]}
    assert (figures["conversations"]["value"], figures["passed_on"]["value"], figures["passed_on"]["of"]) == (2, 1, 2)
    assert figures["wait_median"]["of"] == 1
    assert (figures["said_yes"]["value"], figures["said_yes"]["of"]) == (1, 1)
    assert figures["promises_kept"]["value"] is None
    assert "Half of the residents" in figures["wait_median"]["how_counted"]
    assert [one["intent"] for one in found["questions"]] == ["ct_pay", "ct_student_exemption"]
    async with manager.client.get(f"{PAGE}/services.csv") as response:
        text = (await response.read()).decode("utf-8")
        assert text.startswith("\ufeff")
        assert "attachment" in response.headers["Content-Disposition"]
    assert next(iter(csv.DictReader(io.StringIO(text.lstrip("\ufeff")))))["Service"] == "Council tax"


async def test_who_asks_about_a_case_with_its_code_came_back(floor, engine):
    engine.words = {"pay": "ct_pay", "going": "track_case"}
    cases, database = floor.product.public[keys.CASES], floor.product.public[keys.DATABASE]
    first, second = Resident(floor.client), Resident(floor.client)
    await first.begin()
    await first.ask("how do i pay my council tax")
    async with database.writing() as tx:
        case = await cases.open(tx, NewCase("enfield", "message", "A message", "bins", "a", conversation_id=first.id))
    await second.begin()
    [reply] = await second.ask(f"how is {case.reference} with the code {case.code} going")
    assert reply["kind"] == "case"
    summary = await floor.product.public[keys.REPORTS].days.live("enfield", floor.product.public[keys.REPORTS].days.today())
    assert sum(one.came_back for one in summary.tallies.values()) == 1


async def test_another_councils_figures_and_people_without_the_permission(floor):
    manager = await floor.sit_down("Maya Manager", role=Role.ANALYST)
    for address in (
        f"{PAGE}?council=buckinghamshire",
        f"{PAGE}/figures.csv?council=buckinghamshire",
        f"{API}?council=buckinghamshire",
    ):
        assert (await manager.get(address)).status == 403, address
    adviser = await floor.sit_down("Asha Adviser")
    for address in (PAGE, f"{PAGE}/figures.csv", API):
        assert (await adviser.get(address)).status == 403, address


async def test_what_cannot_be_shown_is_said_and_nothing_fails(floor):
    manager = await floor.sit_down("Maya Manager", role=Role.ANALYST)
    page = await manager.get(PAGE)
    assert "Nothing yet" in page.text
    assert "0%" not in page.text
    for query, sentence in (
        ("first=2026-11-24&last=2026-11-20", "The last day is before the first."),
        ("first=yesterday", "Write the day like 2026-11-24."),
        ("first=1066-10-14", "Choose at most five years."),
    ):
        page = await manager.get(f"{PAGE}?{query}")
        assert (page.status, sentence in page.text) == (422, True), query
        assert (await manager.get(f"{API}?{query}")).status == 422
    assert (await manager.get(f"{PAGE}/secrets.csv")).status == 404
    assert (await manager.get(f"{PAGE}?service=<b>&step=hour&period=ages")).status == 200
