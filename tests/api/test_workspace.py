"""The adviser's workspace through its pages: take, reply, note, pass on, end; refusals in words; nobody sees too much."""

import asyncio
import json
import re

from bot.staff.audit import Filter
from bot.staff.model import Role, command_line_actor
from bot.web import keys


async def actions(floor, subject):
    events, _ = await floor.product.public[keys.STAFF].audit.read(command_line_actor(), Filter(subject=subject))
    return [event.action for event in events]


async def test_an_adviser_takes_a_chat_replies_notes_and_ends_it(floor):
    ada = await floor.sit_down("Ada Adviser")
    resident = await floor.in_queue()
    page = await ada.get("/console/desk")
    assert "Pay council tax" in page.text
    page = await ada.claim(resident)
    assert page.path == f"/console/desk/{resident.id}"
    assert "how do i pay my council tax" in page.text
    page = await ada.reply(resident, "Hello, I can help with that.")
    assert "Hello, I can help with that." in page.text
    after = (await resident.read(0))["messages"]
    assert [(one["from"], one["text"]) for one in after][-1] == ("staff", "Hello, I can help with that.")
    page = await ada.post(f"/console/desk/{resident.id}/note", {"message_id": "n1", "note": "wants a plan"})
    assert "wants a plan" in page.text
    assert "wants a plan" not in json.dumps(await resident.read(0))
    page = await ada.post(f"/console/desk/{resident.id}/end", {"outcome": "answered", "note": ""})
    assert page.path == "/console/desk"
    assert (await resident.read(0))["state"]["owner"] == "closed"
    assert {"chat_claimed", "transcript_read", "reply_sent", "note_added", "chat_ended"} <= set(
        await actions(floor, f"conversation:{resident.id}")
    )


async def test_two_who_take_the_same_chat_get_one_chat_and_one_plain_sentence(floor):
    ada, ben = await floor.sit_down("Ada Adviser"), await floor.sit_down("Ben Adviser")
    resident = await floor.in_queue()
    await asyncio.gather(ada.get("/console/desk"), ben.get("/console/desk"))
    pages = await asyncio.gather(ada.post(f"/console/desk/{resident.id}/claim"), ben.post(f"/console/desk/{resident.id}/claim"))
    assert sorted(page.status for page in pages) == [200, 409]
    loser = next(page for page in pages if page.status == 409)
    assert re.search("was quicker|Somebody else was quicker", loser.text)


async def test_a_double_click_sends_once(floor):
    ada = await floor.sit_down("Ada Adviser")
    resident = await floor.in_queue()
    await ada.claim(resident)
    fields = {name: ada.hidden(name, "/reply") for name in ("message_id", "epoch")} | {"text": "Once only."}
    await asyncio.gather(*(ada.post(f"/console/desk/{resident.id}/reply", fields) for _ in range(2)))
    texts = [one["text"] for one in (await resident.read(0))["messages"]]
    assert texts.count("Once only.") == 1


async def test_who_lost_the_chat_while_typing_keeps_the_words_and_the_resident_gets_none(floor):
    ada, sue = await floor.sit_down("Ada Adviser"), await floor.sit_down("Sue Supervisor", role=Role.SUPERVISOR)
    resident = await floor.in_queue()
    await ada.claim(resident)
    fields = {name: ada.hidden(name, "/reply") for name in ("message_id", "epoch")}
    await sue.open(resident)
    await sue.post(f"/console/desk/{resident.id}/take-over", {"note": "I know this one"})
    page = await ada.post(f"/console/desk/{resident.id}/reply", {**fields, "text": "Half a sentence"})
    assert page.status == 409
    assert "not yours any more" in page.text
    assert "Half a sentence" not in json.dumps(await resident.read(0))


async def test_passing_on_needs_a_note_and_the_resident_is_told(floor):
    ada = await floor.sit_down("Ada Adviser")
    resident = await floor.in_queue()
    await ada.claim(resident)
    page = await ada.post(f"/console/desk/{resident.id}/transfer", {"to": "team:benefits", "note": " "})
    assert (page.status, "Write a note" in page.text) == (409, True)
    page = await ada.post(f"/console/desk/{resident.id}/transfer", {"to": "team:benefits", "note": "asks about support"})
    assert page.path == "/console/desk"
    assert "Benefits team" in (await resident.read(0))["messages"][-1]["text"]


async def test_another_teams_and_another_councils_chat_do_not_exist(floor):
    bins = await floor.sit_down("Bob Binman", teams="bins")
    away = await floor.sit_down("Buck Adviser", council="buckinghamshire")
    await floor.sit_down("Ada Adviser")
    resident = await floor.in_queue()
    for somebody in (bins, away):
        page = await somebody.open(resident)
        assert page.status == 404
        assert "council tax" not in page.text.lower()
        assert (await somebody.post(f"/console/desk/{resident.id}/claim")).status == 404
    assert (await bins.get("/console/desk/" + "0" * 32)).status == 404


async def test_an_analyst_may_not_open_the_desk(floor):
    nia = await floor.sit_down("Nia Analyst", role=Role.ANALYST)
    assert (await nia.get("/console/desk")).status == 403


async def test_answers_at_hand_stand_beside_the_residents_message_and_can_be_searched(floor):
    ada = await floor.sit_down("Ada Adviser")
    resident = await floor.in_queue()
    page = await ada.claim(resident)
    assert 'data-insert="' in page.text
    page = await ada.get(f"/console/desk/{resident.id}?find=blue+bin")
    assert "blue" in page.text.lower()
    assert "hand-article-" in page.text


async def test_typed_actions_reach_the_resident_as_real_questions(floor):
    ada = await floor.sit_down("Ada Adviser")
    resident = await floor.in_queue()
    await ada.claim(resident)
    epoch = ada.hidden("epoch", "/reply")
    page = await ada.post(f"/console/desk/{resident.id}/ask", {"kind": "contact_details", "message_id": "q1", "epoch": epoch})
    assert page.status == 200
    question = (await resident.read(0))["messages"][-1]
    assert (question["from"], question["kind"]) == ("staff", "question")
    assert question["data"]["form"]["fields"]
    await ada.post(
        f"/console/desk/{resident.id}/open-case", {"title": "Wrong bill", "team": "", "message_id": "c1", "epoch": epoch}
    )
    case = (await resident.read(0))["messages"][-1]
    assert case["kind"] == "case"
    page = await ada.open(resident)
    assert case["data"]["reference"] in page.text


async def test_a_case_is_listed_opened_and_moved_on_by_its_team(floor):
    ada = await floor.sit_down("Ada Adviser")
    resident = await floor.in_queue()
    await ada.claim(resident)
    epoch = ada.hidden("epoch", "/reply")
    await ada.post(
        f"/console/desk/{resident.id}/open-case", {"title": "Wrong bill", "team": "", "message_id": "c1", "epoch": epoch}
    )
    reference = (await resident.read(0))["messages"][-1]["data"]["reference"]
    code = (await resident.read(0))["messages"][-1]["data"]["code"]
    page = await ada.get("/console/cases")
    assert reference in page.text
    page = await ada.get(f"/console/cases/{reference}")
    assert code not in page.text
    statuses = re.findall(r'<option value="(\w+)"', page.text.split('name="status"')[1].split("</select>")[0])
    seen = ada.hidden("seen", f"/cases/{reference}")
    await ada.post(
        f"/console/cases/{reference}", {"do": "status", "status": statuses[1], "text": "We have begun.", "seen": seen}
    )
    assert "We have begun." in (await ada.get(f"/console/cases/{reference}")).text
    late = await ada.post(f"/console/cases/{reference}", {"do": "status", "status": statuses[0], "text": "", "seen": seen})
    assert (late.status, "Somebody changed this case" in late.text) == (409, True)
    bob = await floor.sit_down("Bob Binman", teams="bins")
    assert reference not in (await bob.get("/console/cases")).text
    assert (await bob.get(f"/console/cases/{reference}")).status == 404


async def test_past_chats_are_found_by_their_words_and_the_search_is_recorded(floor):
    ada = await floor.sit_down("Ada Adviser")
    resident = await floor.in_queue()
    await ada.claim(resident)
    await ada.reply(resident, "You can pay with a barcode at a shop.")
    await ada.post(f"/console/desk/{resident.id}/end", {"outcome": "answered", "note": ""})
    page = await ada.get("/console/history?text=barcode")
    assert resident.id in page.text
    assert resident.id not in (await ada.get("/console/history?text=wheelbarrow")).text
    assert "transcripts_searched" in await actions(floor, "conversations")


async def test_the_event_stream_says_that_something_changed_and_never_what(floor):
    ada = await floor.sit_down("Ada Adviser")
    resident = await floor.in_queue()
    await ada.claim(resident)
    async with ada.client.get(f"/console/desk/events?chat={resident.id}") as stream:
        first = await _event(stream)
        await resident.send("a secret word xylophone")
        second = await _event(stream)
    assert first["stamp"] != second["stamp"]
    assert "xylophone" not in json.dumps(second)


async def test_presence_is_shown_and_changed(floor):
    ada = await floor.sit_down("Ada Adviser")
    await ada.get("/console/desk")
    page = await ada.post("/console/desk/presence", {"presence": "break", "reason": "back at 2", "chat": ""})
    assert "On a break" in page.text
    assert "back at 2" in page.text


async def _event(stream):
    data = {}
    async for line in stream.content:
        text = line.decode().strip()
        if text.startswith("data:"):
            data = json.loads(text.removeprefix("data:"))
        if not text and data:
            return data
    raise AssertionError("the stream ended")


async def test_a_supervisor_has_a_new_colleague_checked_and_sets_how_much_they_take(floor):
    ada, sue = await floor.sit_down("Ada Adviser"), await floor.sit_down("Sue Supervisor", role=Role.SUPERVISOR)
    await sue.get("/console/drafts")
    one = f"/console/drafts/desks/{ada.account.id}"
    assert (await sue.post(one, {"supervised": "yes", "capacity": "many"})).status == 409
    page = await sue.post(one, {"supervised": "yes", "capacity": "1"})
    assert "Changed." in page.text
    assert re.search(rf'id="supervised-{ada.account.id}"[^>]*checked', page.text)
    resident = await floor.in_queue()
    await ada.claim(resident)
    page = await ada.reply(resident, "Is this right?")
    assert "Waits for a second person" in page.text
    assert "Is this right?" not in json.dumps(await resident.read(0))
    assert "Is this right?" in (await sue.get("/console/drafts")).text
    assert "desk_changed" in await actions(floor, f"account:{ada.account.id}")
    assert (await ada.post(one, {"supervised": ""})).status == 403


async def test_whoever_closed_the_page_is_not_taken_for_there_when_something_happens(floor, monkeypatch):
    await floor.sit_down("Ada Adviser")
    resident, room, looked_in = await floor.in_queue(), floor.product.public[keys.HANDOFF], []
    async with floor.client.get(f"/api/v1/conversations/{resident.id}/events", headers=resident.headers) as stream:
        await stream.content.readany()
        stream.close()

    async def seen(conversation):
        looked_in.append(conversation.id)

    await asyncio.sleep(0.2)
    monkeypatch.setattr(room.residents, "seen", seen)
    for _ in range(3):  # such as others who leave the queue
        await room.access.parts.bus.wake(resident.id)
        await asyncio.sleep(0.05)
    assert looked_in == []
