"""A chat is deleted for good: no word of it is left anywhere, what the council must keep stays, and everybody is told plainly.

A marker stands in every place that a resident's or an adviser's words can get to (whole_chats.py); afterwards every table is
searched for it, and the file of the database.
"""

import json

from sqlalchemy import func, select

from bot.conversations.store import conversations, messages
from bot.staff.audit import Filter
from bot.staff.model import Permission, Role, command_line_actor
from bot.web import keys
from tests.api.desk import Resident
from tests.api.whole_chats import KEPT, MARKER, files_with, learnt_from, rows_with, whole_chat


async def test_no_word_of_a_deleted_chat_is_left_and_what_must_be_kept_stays(floor, people, database_url):
    ada, sue = people
    resident = await whole_chat(floor, ada, sue)
    await learnt_from(floor, resident, await floor.in_queue(), await floor.in_queue())
    places = set(await rows_with(floor.product, MARKER))
    assert places >= {
        "messages", "handoff_notes", "reply_drafts", "staff_requests", "feedback", "past_replies", "learning_signals",
        "learning_themes", "learning_suggestions",
    }  # fmt: skip
    page = await sue.get(f"/console/history/{resident.id}/delete")
    assert (page.status, MARKER in page.text) == (200, False)
    [case] = await floor.product.public[keys.CASES].of_conversation(resident.id)
    assert case.reference in page.text
    page = await sue.post(page.path, {"why": "resident_asked", "request": "SAR 17/2026", "sure": "yes"})
    assert "The chat is deleted." in page.text

    assert await rows_with(floor.product, MARKER) == {}
    assert [row for rows in (await rows_with(floor.product, "my plants died")).values() for row in rows if "'th1'" in row]
    assert files_with(database_url, MARKER) == []
    kept = await floor.product.public[keys.CASES].find(case.reference, case.code)
    assert (kept.title, kept.conversation_id) == (KEPT, None)
    audit = floor.product.public[keys.STAFF].audit
    events, _ = await audit.read(command_line_actor(), Filter(action="chat_erased"))
    assert [(one.name, one.subject, one.detail["why"], one.detail["request"]) for one in events] == [
        ("Sue Supervisor", f"conversation:{resident.id}", "resident_asked", "SAR 17/2026")
    ]


async def test_the_copies_in_memory_are_forgotten_as_well(floor, people):
    ada, sue = people
    resident = await whole_chat(floor, ada, sue)
    await learnt_from(floor, resident, await floor.in_queue())
    memory = floor.product.public[keys.ASSIST].memory
    await memory.update("enfield")
    assert len(memory.indexes["enfield"].ids) == 1
    await floor.product.public[keys.HANDOFF].erasing.erase(sue.account.actor(), resident.id, "resident_asked")
    assert len(memory.indexes["enfield"].ids) == 0


async def test_the_resident_is_told_plainly_that_it_was_deleted_on_every_way_they_come(floor, people):
    ada, sue = people
    resident = await whole_chat(floor, ada, sue)
    stranger = {"Authorization": "Bearer nobody"}
    api = floor.product.public[keys.HANDOFF].erasing
    await api.erase(sue.account.actor(), resident.id, "resident_asked")
    here = f"/api/v1/conversations/{resident.id}"
    for path in (f"{here}/messages", f"{here}/events"):
        async with floor.client.get(path, headers=resident.headers) as answer:
            problem = await answer.json()
        assert (answer.status, problem["code"]) == (410, "conversation_deleted")
        assert "deleted on Tuesday 24 November" in problem["detail"]
    async with floor.client.get(f"{here}/messages", headers=stranger) as answer:
        assert answer.status == 404
    status, problem = await resident.post("messages", {"client_message_id": "x1", "text": "hello?"})
    assert (status, problem["code"]) == (410, "conversation_deleted")
    token = resident.headers["Authorization"].removeprefix("Bearer ")
    form = {"conversation": resident.id, "token": token, "message_id": "x2", "text": "hello?", "do": "", "rated": ""}
    async with floor.client.post("/chat/enfield", data=form) as answer:
        page = await answer.text()
    assert answer.status == 410
    assert "This chat was deleted for good" in page
    assert ">hello?</textarea>" in page


async def test_a_page_that_is_open_hears_of_it_at_once(floor, people):
    ada, sue = people
    resident = await whole_chat(floor, ada, sue)
    # an ended chat's stream ends by itself, so this one is with the assistant again
    other = await floor.in_queue()
    await floor.product.public[keys.HANDOFF].presences.supervise(sue.account.actor(), ada.account.id, supervised=False)
    await ada.claim(other)
    await ada.post(f"/console/desk/{other.id}/to-assistant", {"note": ""})
    async with floor.client.get(f"/api/v1/conversations/{other.id}/events", headers=other.headers) as stream:
        await stream.content.readuntil(b"event: state")
        await floor.product.public[keys.HANDOFF].erasing.erase(sue.account.actor(), other.id, "by_mistake")
        rest = await stream.content.read()
    assert rest.endswith(b"event: deleted\ndata: {}\n\n")
    assert (await resident.read(0))["state"]["owner"] == "closed", "and no other chat is touched"


async def test_an_open_chat_a_missing_reason_and_other_teams_are_refused_and_change_nothing(floor, people):
    ada, sue = people
    resident = await floor.in_queue()
    page = await sue.get(f"/console/history/{resident.id}/delete")
    assert "End it first" in page.text
    assert "/delete" not in (await ada.get("/console/history")).text
    assert (await ada.get(f"/console/history/{resident.id}/delete")).status == 403
    await ada.claim(resident)
    await ada.post(f"/console/desk/{resident.id}/end", {"outcome": "answered", "note": ""})
    page = await sue.get(f"/console/history/{resident.id}/delete")
    for fields, sentence in (
        ({"why": "resident_asked"}, "Make sure who asks"),
        ({"why": "", "sure": "yes"}, "Choose why"),
        ({"why": "resident_asked", "sure": "yes", "request": "<b>"}, "Write only the number"),
    ):
        page = await sue.post(page.path, fields)
        assert (page.status, sentence in page.text) == (422, True)
    bins = await floor.sit_down("Bob Binman", teams="bins", role=Role.SUPERVISOR)
    page = await bins.get(f"/console/history/{resident.id}/delete")
    assert (page.path, "There is no such chat for you" in page.text) == ("/console/history", True)
    other = await floor.sit_down("Una Else", council="buckinghamshire", role=Role.SUPERVISOR)
    assert (await other.get(f"/console/history/{resident.id}/delete")).path == "/console/history"
    assert "how do i pay my council tax" in json.dumps(await resident.read(0))


async def test_the_staff_api_says_what_would_stay_and_deletes(floor, people):
    ada, sue = people
    resident = await whole_chat(floor, ada, sue)
    tokens = floor.product.public[keys.STAFF].tokens
    token = await tokens.issue(command_line_actor(), sue.account.id, "requests", [Permission.ERASE_CHATS], 1)
    headers = {"Authorization": f"Bearer {token}"}
    here = f"/api/v1/staff/chats/{resident.id}/deletion"
    async with floor.client.get(here, headers=headers) as answer:
        found = await answer.json()
    assert (answer.status, found["still_open"], len(found["cases"])) == (200, False, 1)
    async with floor.client.post(here, headers=headers, json={"why": "because"}) as answer:
        assert answer.status == 422
    async with floor.client.post(here, headers=headers, json={"why": "ordered", "request": "ICO-1"}) as answer:
        assert (answer.status, await answer.json()) == (200, {"cases": found["cases"]})
    async with floor.client.post(here, headers=headers, json={"why": "ordered"}) as answer:
        assert answer.status == 404, "and twice is not there"
    async with floor.product.public[keys.DATABASE].reading() as tx:
        of_chat = select(func.count()).select_from(messages).where(messages.c.conversation_id == resident.id)
        assert await tx.scalar(of_chat) == 0
        assert await tx.scalar(select(func.count()).where(conversations.c.id == resident.id)) == 0


async def test_a_chat_that_never_reached_a_person_is_found_by_the_number_on_its_page(floor, people):
    _, sue = people
    resident = Resident(floor.client)
    await resident.begin()
    await resident.ask(f"my {MARKER} plants died")
    token = resident.headers["Authorization"].removeprefix("Bearer ")
    form = {"conversation": resident.id, "token": token, "message_id": "x2", "text": "", "do": "save", "rated": ""}
    async with floor.client.post("/chat/enfield", data=form) as answer:
        saved = await answer.text()
    number = "-".join(resident.id[place : place + 4] for place in range(0, 32, 4))
    assert f"Number of this chat: {number}" in saved
    page = await sue.get(f"/console/history/delete?number={number}")
    assert page.title == "Delete this chat"
    assert number in page.text, "as its resident reads it out"
    await sue.post(page.path, {"why": "resident_asked", "request": "", "sure": "yes"})
    assert await rows_with(floor.product, MARKER) == {}
    assert (await sue.get("/console/history/delete?number=no")).path == "/console/history"
