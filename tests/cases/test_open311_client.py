"""Handing cases over by Open311: to this product's own server, and to one that gives tokens, breaks off or cannot be asked."""

from dataclasses import replace

import pytest

from bot.cases.model import Seen, Wanted
from bot.cases.outbox.model import Delivery, State
from bot.cases.targets.open311 import fields_of
from tests.cases.conftest import ADA, Post
from tests.cases.test_outbox import states, until_settled
from tests.cases.workers import receiver
from tests.standins.open311 import OtherSystem, open311_app

DATA = {"container": "garden", "address": "4 Sample Road, EN2 0ZZ"}
CONTAINER = {"container": "container"}


@pytest.fixture
async def own(database, clock, outside, serve):
    """Enfield sends to Buckinghamshire's server, both of this product."""
    post = Post(database, clock, outside)
    address = await serve(open311_app(post.cases, database, clock))
    endpoint = f"{address}/open311/buckinghamshire/v2"
    attributes = {**CONTAINER, "reference": "external_id"}
    post.integrations["enfield"].open311["depot"] = receiver(
        endpoint, attributes=attributes, jurisdiction="buckinghamshire", contact=True
    )
    return post


@pytest.fixture
async def depot(database, clock, outside, serve):
    """Enfield sends to another system."""
    post, system = Post(database, clock, outside), OtherSystem()
    post.integrations["enfield"].open311["depot"] = receiver(f"{await serve(system.app())}/v2", attributes=CONTAINER)
    return post, system


async def test_client_and_server_understand_each_other(own):
    case = await own.open(data=DATA, contact=ADA, uprn="100012345678")
    await own.worker().deliver_due()
    sent = next(one for one in await own.items(case) if one.target == "open311")
    assert sent.state == State.SENT
    there = await own.cases.get(sent.remote_id, ["buckinghamshire"])
    assert there.kind == "bin_missed"
    assert case.reference in there.data["description"]
    assert there.data["container"] == "garden"
    assert there.uprn == "100012345678"
    assert there.contact == ADA


async def test_progress_there_is_brought_back_once_and_staff_may_go_on(own):
    own.integrations["enfield"].open311["depot"] = replace(
        own.integrations["enfield"].open311["depot"], statuses={"open": "in_progress", "closed": "done"}
    )
    case = await own.open(data=DATA)
    await own.worker().deliver_due()
    progress = own.progress()
    assert await progress.fetch() == 1
    assert (await own.cases.get(case.reference, ["enfield"])).status == "in_progress"
    async with own.database.writing() as tx:
        await own.cases.change_status(tx, "staff", "enfield", case.reference, "planned")
    assert await progress.fetch() == 0, "the same status is not brought back again"
    sent = next(one for one in await own.items(case) if one.target == "open311")
    async with own.database.writing() as tx:
        await own.cases.change_status(tx, "staff", "buckinghamshire", sent.remote_id, "done", "Emptied at noon.")
    assert await progress.fetch() == 1
    found = await own.cases.get(case.reference, ["enfield"])
    assert (found.status, bool(found.ended_at)) == ("done", True)
    notes = [entry for entry in found.history if "Emptied at noon" in entry.text]
    assert [(entry.by, entry.seen_by) for entry in notes] == [("Open311: depot", Seen.STAFF)]
    assert await progress.fetch() == 0


async def test_a_system_that_cannot_be_asked_changes_nothing(depot):
    post, system = depot
    post.integrations["enfield"].open311["depot"] = replace(
        post.integrations["enfield"].open311["depot"], statuses={"closed": "done"}
    )
    case = await post.open(data=DATA)
    await post.worker().deliver_due()
    system.listing = 503
    assert await post.progress().fetch() == 0
    assert (await post.cases.get(case.reference, ["enfield"])).status == "received"


async def test_what_came_by_open311_does_not_go_round_in_circles(own):
    own.integrations["buckinghamshire"] = own.integrations["enfield"]
    case = await own.open(data=DATA)
    for _ in range(4):
        await own.worker().deliver_due()
    assert len(await own.cases.search(Wanted(["enfield", "buckinghamshire"]))) == 2
    assert await states(own, case) == [(State.SENT, False)]


async def test_a_token_is_followed_until_the_number_comes(depot):
    post, system = depot
    system.ways = ["token"]
    case = await post.open(data=DATA)
    await post.worker().deliver_due()
    [item] = await post.items(case)
    assert (item.state, item.remote_id) == (State.SENT, "1")


async def test_what_was_taken_before_the_connection_broke_is_looked_up_and_not_sent_again(depot):
    post, system = depot
    system.ways = ["break"]
    case = await post.open(data=DATA)
    await until_settled(post, case)
    assert len(system.taken) == 1
    [item] = await post.items(case)
    assert (item.state, item.remote_id) == (State.SENT, "1")
    assert system.asked == ["POST", "GET"]


async def test_an_answer_that_cannot_be_read_is_looked_up(depot):
    post, system = depot
    system.ways = ["bomb"]
    case = await post.open(data=DATA)
    await until_settled(post, case)
    assert len(system.taken) == 1
    assert await states(post, case) == [(State.SENT, False)]


async def test_a_system_that_cannot_be_asked_gets_no_second_case_and_a_person_is_told(depot):
    post, system = depot
    system.ways, system.listing = ["break"], 404
    case = await post.open(data=DATA)
    await until_settled(post, case)
    assert len(system.taken) == 1
    [item] = await post.items(case)
    assert (item.state, item.in_doubt) == (State.DEAD, True)
    assert "look there" in item.error


async def test_a_system_that_is_down_is_asked_again_until_it_answers(depot):
    post, system = depot
    system.ways = [500, 503]
    case = await post.open(data=DATA)
    await until_settled(post, case)
    assert len(system.taken) == 1
    assert await states(post, case) == [(State.SENT, False)]


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_what_is_refused_is_given_up_with_the_code(depot, status):
    post, system = depot
    system.ways = [status]
    case = await post.open(data=DATA)
    await post.worker().deliver_due()
    [item] = await post.items(case)
    assert item.state == State.DEAD
    assert str(status) in item.error


async def test_a_key_that_is_refused_is_tried_again(depot):
    post, system = depot
    system.ways = [403]
    case = await post.open(data=DATA)
    await post.worker().deliver_due()
    assert await states(post, case) == [(State.WAITING, False)]


async def test_contact_goes_only_where_it_is_wanted_and_a_long_report_keeps_its_reference(depot):
    post, system = depot
    case = await post.open(data=DATA, contact=ADA, answers=[("Words", "x" * 6000)])
    await post.worker().deliver_due()
    [sent] = system.taken
    assert "ada@example.org" not in str(sent)
    assert len(sent["description"]) <= 4000
    assert sent["description"].endswith(case.reference)
    assert case.code not in str(sent)


async def test_a_kind_that_is_not_in_the_services_is_not_sent(depot):
    post, _ = depot
    case = await post.open(kind="complaint")
    assert await post.items(case) == []


async def test_the_form_has_only_fields_that_are_filled(depot):
    post, _ = depot
    case = await post.open(data=DATA)
    [item] = await post.items(case)
    delivery = Delivery(item, case, case.history[0])
    fields = fields_of(delivery, post.integrations["enfield"].open311["depot"])
    assert set(fields) == {"api_key", "service_code", "description", "address_string", "attribute[container]"}


async def test_a_place_of_an_application_goes_as_words_and_lists_as_one_field(depot):
    post, system = depot
    data = {"address": {"uprn": "100012345678", "address": "4 Sample Road, EN2 0ZZ"}, "container": ["garden", "food"]}
    await post.open(data=data, uprn="100012345678")
    await post.worker().deliver_due()
    [sent] = system.taken
    assert sent["address_string"] == "4 Sample Road, EN2 0ZZ"
    assert sent["address_id"] == "100012345678"
    assert sent["attribute[container]"] == "garden,food"
