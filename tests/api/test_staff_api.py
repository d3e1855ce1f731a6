"""The staff API: a program with a token does what the console does, sees what its owner may see, and no more."""

import asyncio
import json

import pytest

from bot.staff.audit import Filter
from bot.staff.model import Permission, Role, command_line_actor
from bot.web import keys
from bot.web.api.openapi import openapi_document
from bot.web.staff_api import events

HERE = "/api/v1/staff"


class Program:
    """A council's own program with an API token."""

    def __init__(self, floor, token: str) -> None:
        self.client = floor.client
        self.headers = {"Authorization": f"Bearer {token}"}

    async def call(self, method: str, path: str, body=None):
        """One request: status and JSON."""
        async with self.client.request(method, HERE + path, json=body, headers=self.headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None


async def program(floor, name: str = "Ada Adviser", permissions=None, **changes) -> Program:
    account = await floor.add(name, **changes)
    wanted = permissions if permissions is not None else account.permissions
    tokens = floor.product.public[keys.STAFF].tokens
    return Program(floor, await tokens.issue(command_line_actor(), account.id, "switchboard", wanted, 30))


async def available(one: Program) -> None:
    assert (await one.call("PUT", "/presence", {"presence": "available"}))[0] == 200


async def test_a_program_takes_answers_and_ends_a_chat(floor):
    ada = await program(floor)
    await available(ada)
    resident = await floor.in_queue()
    status, queue = await ada.call("GET", "/queue")
    assert (status, [one["conversation_id"] for one in queue["items"]]) == (200, [resident.id])
    status, chat = await ada.call("POST", f"/chats/{resident.id}/claim")
    assert (status, chat["mine"]) == (200, True)
    assert chat["messages"][-1]["from"] in ("assistant", "system")
    body = {"client_message_id": "r1", "text": "Hello, I can help.", "epoch": chat["epoch"]}
    assert (await ada.call("POST", f"/chats/{resident.id}/messages", body))[0] == 201
    status, again = await ada.call("POST", f"/chats/{resident.id}/messages", body)
    assert (status, again["repeat"]) == (200, True)
    assert [one["text"] for one in (await resident.read(0))["messages"]].count("Hello, I can help.") == 1
    assert (await ada.call("POST", f"/chats/{resident.id}/notes", {"client_message_id": "n1", "text": "a note"}))[0] == 204
    status, chat = await ada.call("GET", f"/chats/{resident.id}")
    assert [one["text"] for one in chat["notes"]] == ["a note"]
    assert (await ada.call("POST", f"/chats/{resident.id}/end", {"outcome": "answered"}))[0] == 204
    assert (await resident.read(0))["state"]["owner"] == "closed"


async def test_refusals_are_problem_documents_with_names(floor):
    ada, ben = await program(floor), await program(floor, "Ben Adviser")
    await available(ada)
    await available(ben)
    resident = await floor.in_queue()
    results = await asyncio.gather(*(one.call("POST", f"/chats/{resident.id}/claim") for one in (ada, ben)))
    assert sorted(status for status, _ in results) == [200, 409]
    loser, winner = (ben, ada) if results[0][0] == 200 else (ada, ben)
    body = {"client_message_id": "x", "text": "mine?", "epoch": 99}
    for somebody in (loser, winner):  # not the owner; the owner with an old epoch
        status, problem = await somebody.call("POST", f"/chats/{resident.id}/messages", body)
        assert (status, problem["code"]) == (409, "not_yours")
    assert (await winner.call("POST", f"/chats/{resident.id}/transfer", {"note": " ", "team": "bins"}))[1][
        "code"
    ] == "note_needed"
    assert (await winner.call("POST", f"/chats/{resident.id}/end", {"outcome": "magic"}))[1]["code"] == "unknown_outcome"
    assert (await winner.call("POST", f"/chats/{'0' * 32}/claim"))[0] == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic x"}])
async def test_without_a_token_that_is_known_nothing_opens(floor, headers):
    async with floor.client.get(f"{HERE}/queue", headers=headers) as response:
        assert response.status == 401
        assert (await response.json())["code"] == "not_signed_in"


async def test_a_token_with_fewer_permissions_than_its_owner_can_do_no_more_than_it_says(floor):
    reader = await program(floor, "Ada Adviser", {Permission.WORK_CASES})
    assert (await reader.call("GET", "/cases"))[0] == 200
    assert (await reader.call("GET", "/queue"))[0] == 403
    status, me = await reader.call("GET", "/me")
    assert (status, me["permissions"]) == (200, ["work_cases"])


async def test_another_teams_chats_and_cases_do_not_exist(floor):
    bob, ada = await program(floor, "Bob Binman", teams="bins"), await program(floor)
    await available(ada)
    resident = await floor.in_queue()
    assert (await bob.call("GET", "/queue"))[1]["items"] == []
    assert (await bob.call("GET", f"/chats/{resident.id}"))[0] == 404
    _, chat = await ada.call("POST", f"/chats/{resident.id}/claim")
    assert chat["mine"]


async def test_a_reply_that_has_to_be_checked_waits_and_is_approved_by_somebody_else(floor):
    ada, sue = await program(floor), await program(floor, "Sue Supervisor", role=Role.SUPERVISOR)
    await available(ada)
    await available(sue)
    ada_id = (await ada.call("GET", "/me"))[1]["staff_id"]
    room = floor.product.public[keys.HANDOFF]
    await room.presences.supervise(command_line_actor(), ada_id, supervised=True)
    resident = await floor.in_queue()
    _, chat = await ada.call("POST", f"/chats/{resident.id}/claim")
    body = {"client_message_id": "r1", "text": "Is this right?", "epoch": chat["epoch"]}
    _, sent = await ada.call("POST", f"/chats/{resident.id}/messages", body)
    assert sent["draft"]
    assert "Is this right?" not in json.dumps(await resident.read(0))
    _, waiting = await sue.call("GET", "/drafts")
    assert [one["id"] for one in waiting["drafts"]] == [sent["draft"]]
    assert (await sue.call("POST", f"/drafts/{sent['draft']}/approve", {"text": "This is right."}))[0] == 200
    assert (await resident.read(0))["messages"][-1]["text"] == "This is right."
    assert (await sue.call("POST", f"/drafts/{sent['draft']}/refuse", {"reason": "late"}))[1]["code"] == "draft_decided"


async def test_a_program_asks_sends_and_promises_what_the_console_can(floor):
    ada = await program(floor)
    await available(ada)
    resident = await floor.in_queue()
    _, chat = await ada.call("POST", f"/chats/{resident.id}/claim")
    here, known = f"/chats/{resident.id}", {"epoch": chat["epoch"]}
    _, choices = await ada.call("GET", f"{here}/choices")
    assert "contact_details" in [one["id"] for one in choices["requests"]]
    form = choices["forms"][0]
    for path, body in {
        "requests": {"kind": "contact_details"},
        "articles": {"article": "bin-day"},
        "cases": {"title": "Look at the bill again", "days": 3},
        "promises": {"contact": "07700 900123", "time": "morning"},
    }.items():
        body |= {"client_message_id": path, **known}
        assert [(await ada.call("POST", f"{here}/{path}", body))[0] for _ in range(2)] == [201, 200]
    form_asked = {"client_message_id": "form", "kind": "application", "form": form["id"], **known}
    assert (await ada.call("POST", f"{here}/requests", form_asked))[0] == 201
    no_form = form_asked | {"client_message_id": "none", "form": "no_such_form"}
    assert (await ada.call("POST", f"{here}/requests", no_form))[1]["code"] == "unusable_request"
    kinds = [one["kind"] for one in (await resident.read(0))["messages"] if one["from"] == "staff"]
    assert kinds == ["question", "answer", "case", "promise", "question"]
    assert [one["state"] for one in (await ada.call("GET", here))[1]["requests"]] == ["open", "open"]


async def test_a_chat_lent_for_a_form_can_be_taken_back_before_the_form_is_done(floor):
    ada = await program(floor)
    await available(ada)
    resident = await floor.in_queue()
    _, chat = await ada.call("POST", f"/chats/{resident.id}/claim")
    ask = {"client_message_id": "f1", "kind": "application", "form": "bin_missed", "epoch": chat["epoch"]}
    assert (await ada.call("POST", f"/chats/{resident.id}/requests", ask))[0] == 201
    assert (await ada.call("POST", f"/chats/{resident.id}/recall"))[0] == 404  # nothing is lent yet
    await resident.send(choice="start:application:bin_missed")
    for _ in range(100):
        if (await ada.call("GET", f"/chats/{resident.id}"))[1]["stage"] == "lent":
            break
        await asyncio.sleep(0.05)
    assert (await ada.call("POST", f"/chats/{resident.id}/recall"))[0] == 204
    page = await resident.read(0)
    assert page["state"]["owner"] == "staff"
    assert "goes on with you now" in page["messages"][-1]["text"]
    events, _ = await floor.product.public[keys.STAFF].audit.read(command_line_actor(), Filter(action="chat_recalled"))
    assert [event.subject for event in events] == [f"conversation:{resident.id}"]


async def test_a_program_has_suggestions_and_ready_replies(floor):
    ada = await program(floor)
    await available(ada)
    resident = await floor.in_queue()
    _, chat = await ada.call("POST", f"/chats/{resident.id}/claim")
    asked = next(one["seq"] for one in chat["messages"] if one["from"] == "resident")
    for wanted in ("", f"?for={asked}", "?find=pay"):
        status, found = await ada.call("GET", f"/chats/{resident.id}/suggestions{wanted}")
        assert status == 200
        assert found["suggestions"], wanted
        assert all(one["text"] and 0 <= one["percent"] <= 100 for one in found["suggestions"])
    assert (await ada.call("GET", f"/chats/{resident.id}/suggestions?for=9999"))[0] == 404
    _, found = await ada.call("GET", f"/chats/{resident.id}/replies?text=wait")
    assert found["ready"]
    assert all("{" not in one["text"] for one in found["ready"])


async def test_a_supervisor_sees_colleagues_has_them_checked_and_finds_past_chats(floor):
    ada, sue = await program(floor), await program(floor, "Sue Supervisor", role=Role.SUPERVISOR)
    await available(ada)
    await available(sue)
    resident = await floor.in_queue()
    _, chat = await ada.call("POST", f"/chats/{resident.id}/claim")
    assert [one["conversation_id"] for one in (await sue.call("GET", "/team-chats"))[1]["chats"]] == [resident.id]
    ada_id = (await ada.call("GET", "/me"))[1]["staff_id"]
    assert (await ada.call("PUT", f"/desks/{ada_id}", {"supervised": False}))[0] == 403
    assert (await sue.call("PUT", f"/desks/{ada_id}", {"supervised": True, "capacity": 2}))[0] == 204
    body = {"client_message_id": "r1", "text": "Is this right?", "epoch": chat["epoch"]}
    assert (await ada.call("POST", f"/chats/{resident.id}/messages", body))[1]["draft"]
    assert (await sue.call("POST", f"/chats/{resident.id}/end", {"outcome": "answered"}))[0] == 204
    assert [one["outcome"] for one in (await sue.call("GET", "/history?text=council"))[1]["chats"]] == ["answered"]
    assert (await sue.call("GET", "/history?since=yesterday"))[0] == 422


async def test_the_event_stream_brings_the_queue_whole_and_the_chats_news(floor):
    ada = await program(floor)
    await available(ada)
    resident = await floor.in_queue()
    await ada.call("POST", f"/chats/{resident.id}/claim")
    url = f"{HERE}/events?chat={resident.id}"
    async with floor.client.get(url, headers=ada.headers) as stream:
        seen = {}
        while not {"queue", "chats", "chat"} <= seen.keys():
            name, data = await _event(stream)
            seen[name] = data
        await resident.send("are you there")
        while True:
            name, data = await _event(stream)
            if name == "chat":
                break
    assert seen["queue"]["items"] == []
    assert [one["text"] for one in data["messages"]] == ["are you there"]


async def test_the_stream_of_a_chat_that_was_deleted_says_so_and_ends(floor):
    ada, sue = await program(floor), await program(floor, "Sue Supervisor", role=Role.SUPERVISOR)
    await available(ada)
    resident = await floor.in_queue()
    await ada.call("POST", f"/chats/{resident.id}/claim")
    async with floor.client.get(f"{HERE}/events?chat={resident.id}", headers=ada.headers) as stream:
        await ada.call("POST", f"/chats/{resident.id}/end", {"outcome": "answered"})
        assert (await sue.call("POST", f"/chats/{resident.id}/deletion", {"why": "resident_asked"}))[0] == 200
        name = ""
        while name != "gone":
            name, _ = await _event(stream)
        assert await stream.content.read() == b""


async def test_the_stream_of_a_revoked_token_ends_also_while_there_is_much_to_tell(floor, monkeypatch):
    monkeypatch.setattr(events, "SIGN_OF_LIFE", 0.3)
    ada = await program(floor)
    await available(ada)
    resident = await floor.in_queue()
    await ada.call("POST", f"/chats/{resident.id}/claim")
    tokens = floor.product.public[keys.STAFF].tokens
    async with floor.client.get(f"{HERE}/events?chat={resident.id}", headers=ada.headers) as stream:
        [(token, _)] = await tokens.all(command_line_actor())
        await tokens.revoke(command_line_actor(), token.id)
        name, said = "", 0
        while name != "signed_out":
            await resident.send(f"still there {said}?")
            name, _ = await _event(stream)
            said += 1
            assert said < 100


def test_every_operation_of_the_staff_api_is_in_the_openapi_document(floor):
    described = {(method.upper(), path) for path, operations in openapi_document()["paths"].items() for method in operations}
    served = {
        (route.method, route.resource.canonical)
        for route in floor.product.public.router.routes()
        if route.resource and route.resource.canonical.startswith(HERE) and route.method != "HEAD"
    }
    assert served <= described


async def _event(stream):
    name, data = "", None
    async for line in stream.content:
        text = line.decode().strip()
        if text.startswith("event:"):
            name = text.removeprefix("event:").strip()
        if text.startswith("data:"):
            data = json.loads(text.removeprefix("data:"))
        if not text and data is not None:
            return name, data
    raise AssertionError("the stream ended")
