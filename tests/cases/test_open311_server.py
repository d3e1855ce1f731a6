"""The Open311 server: every answer has the published shape in both forms, and bad input gets errors in its own form."""

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.cases.georeport import check
from tests.factories_cases import make_cases, make_new_case
from tests.standins.open311 import open311_app

HERE = "/open311/buckinghamshire/v2"
REPORT = {
    "api_key": "depot-key",
    "service_code": "bin_missed",
    "description": "The brown bin was left behind.",
    "address_string": "4 Sample Road, HP19 0ZZ",
    "attribute[container]": "garden",
    "email": "ada@example.org",
    "first_name": "Ada",
    "last_name": "Invented",
}


@pytest.fixture
def cases(database, clock):
    return make_cases(database, clock)


@pytest.fixture
async def other(cases, database, clock):
    async with TestClient(TestServer(open311_app(cases, database, clock))) as client:
        yield client


async def got(client, shape, path, form="json", status=200):
    response = await client.get(f"{HERE}/{path}")
    assert response.status == status, await response.text()
    assert response.content_type == {"json": "application/json", "xml": "text/xml"}[form]
    return check(shape, form, await response.text())


async def posted(client, form="json", status=201, **changes):
    fields = {name: value for name, value in {**REPORT, **changes}.items() if value is not None}
    response = await client.post(f"{HERE}/requests.{form}", data=fields)
    assert response.status == status, await response.text()
    return check("posted" if status == 201 else "errors", form, await response.text())


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_every_answer_has_the_published_shape(other, form):
    discovery = await got(other, "discovery", f"discovery.{form}", form)
    assert discovery["endpoints"][0]["url"] == f"https://chat.example.org{HERE}"
    services = await got(other, "services", f"services.{form}", form)
    for service in services:
        definition = await got(other, "service_definition", f"services/{service['service_code']}.{form}", form)
        assert bool(definition["attributes"]) == service["metadata"]
    [one] = await posted(other, form)
    number = one["service_request_id"]
    [listed] = await got(other, "requests", f"requests.{form}", form)
    assert listed["service_request_id"] == number
    [single] = await got(other, "requests", f"requests/{number}.{form}", form)
    assert single == listed
    [by_token] = await got(other, "tokens", f"tokens/{number}.{form}", form)
    assert by_token["service_request_id"] == number


async def test_a_report_becomes_a_case_with_a_promise(other, cases):
    [one] = await posted(other)
    case = await cases.get(one["service_request_id"], ["buckinghamshire"])
    assert (case.kind, case.team, case.due.isoformat()) == ("bin_missed", "bins", "2026-11-30")
    assert ("Which bin was not emptied?", "Garden bin") in case.answers
    assert case.contact.email == "ada@example.org"
    assert case.contact.name == "Ada Invented"


async def test_only_who_has_a_key_reads_what_was_written_and_where(other):
    [one] = await posted(other)
    path = f"requests/{one['service_request_id']}.json"
    [public] = await got(other, "requests", path)
    [trusted] = await got(other, "requests", f"{path}?api_key=depot-key")
    assert "Sample Road" not in str(public)
    assert "brown bin" not in str(public)
    assert trusted["address"] == "4 Sample Road, HP19 0ZZ"
    assert trusted["description"] == "The brown bin was left behind."
    for secret in ("ada@", "Invented", "case_code"):
        assert secret not in str(trusted)


async def test_a_case_of_a_kind_that_is_not_public_cannot_be_seen(other, cases, database):
    async with database.writing() as tx:
        case = await cases.open(tx, make_new_case(council="buckinghamshire", kind="rough_sleeper"))
    assert await got(other, "requests", "requests.json") == []
    await got(other, "errors", f"requests/{case.reference}.json", status=404)


async def test_another_councils_case_cannot_be_seen(other, cases, database):
    async with database.writing() as tx:
        case = await cases.open(tx, make_new_case(council="enfield"))
    await got(other, "errors", f"requests/{case.reference}.json?api_key=depot-key", status=404)


async def test_the_list_can_be_narrowed(other, cases, database):
    [one] = await posted(other)
    [two] = await posted(other, service_code="fly_tip")
    async with database.writing() as tx:
        await cases.change_status(tx, "Sam", "buckinghamshire", two["service_request_id"], "done")

    async def listed(query):
        return {found["service_request_id"] for found in await got(other, "requests", f"requests.json?{query}")}

    first, second = one["service_request_id"], two["service_request_id"]
    assert await listed("status=open") == {first}
    assert await listed("status=closed") == {second}
    assert await listed("status=open,closed") == {first, second}
    assert await listed("service_code=fly_tip") == {second}
    assert await listed(f"service_request_id={first},RD-2222-2222-2") == {first}
    assert await listed("start_date=2026-11-24T00:00:00Z") == set()
    assert await listed("start_date=2026-11-20T00:00:00Z&end_date=2026-11-24T00:00:00%2B00:00") == {first, second}


async def test_the_same_external_number_gives_the_same_case(other):
    first = await posted(other, **{"attribute[external_id]": "FMS-1"})
    again = await posted(other, **{"attribute[external_id]": "FMS-1"})
    another_client = await posted(other, api_key="other-key", **{"attribute[external_id]": "FMS-1"})
    assert first == again
    assert another_client != first


async def test_marks_and_emoji_survive_in_both_forms_and_control_characters_do_not_break_xml(other):
    text = "Müll <b>&amp;</b> 😀 \x0b\x00 end"
    [one] = await posted(other, description=text)
    for form in ("json", "xml"):
        [read] = await got(other, "requests", f"requests/{one['service_request_id']}.{form}?api_key=depot-key", form)
        assert "Müll <b>&amp;</b> 😀" in read["description"]


async def test_a_card_number_in_a_report_is_hidden(other):
    [one] = await posted(other, description="my card is 4111 1111 1111 1111")
    [read] = await got(other, "requests", f"requests/{one['service_request_id']}.json?api_key=depot-key")
    assert "1111 1111" not in read["description"]


async def test_too_many_reports_are_refused_in_the_published_form(cases, database, clock):
    async with TestClient(TestServer(open311_app(cases, database, clock, enforced=True))) as other:
        for _ in range(120):
            response = await other.post(f"{HERE}/requests.json", data={**REPORT, "attribute[external_id]": "one"})
            assert response.status == 201
        response = await other.post(f"{HERE}/requests.json", data=REPORT)
        assert response.status == 429
        assert response.headers["Retry-After"]
        check("errors", "json", await response.text())
