"""Bad input gets a clear error or a plain sentence, never a 500, and nothing else changes."""

import pytest
from aiohttp import FormData

from tests.api.desk import HERE, Resident


@pytest.fixture
async def resident(client):
    resident = Resident(client)
    await resident.begin()
    return resident


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_message"),
        ("  \n ", "empty_message"),
        ("a" * 5000, "message_too_long"),
        ("\U000e0041\U000e0042", "empty_message"),
        ("\u0000\u0001", "empty_message"),
    ],
)
async def test_a_message_that_cannot_be_used_is_refused_and_not_stored(resident, text, code):
    status, problem = await resident.post("messages", {"client_message_id": "x", "text": text})
    assert status == 422
    assert problem["code"] == code
    assert problem["detail"].endswith(".")
    assert len((await resident.read(0))["messages"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "😀😀😀",
        "<script>alert(1)</script>",
        "/ct_pay",
        "/restart",
        '/greet{"name": "x"}',
        "ﷺ" * 60,
        "\u202egnirts",
        "{{7*7}} {fact:ct_band} ${x}",
        "' OR 1=1 --",
        "?",
        "a" * 2000,
        "é" * 500,
    ],
)
async def test_an_odd_message_gets_a_plain_reply(resident, text):
    replies = await resident.ask(text)
    assert replies
    assert all(reply["text"] for reply in replies)


async def test_a_lone_surrogate_in_json_is_taken_without_it(resident):
    raw = b'{"client_message_id": "s", "text": "bin \\ud800 day"}'
    headers = resident.headers | {"Content-Type": "application/json"}
    async with resident.http.post(f"{HERE}/{resident.id}/messages", data=raw, headers=headers) as response:
        assert response.status in (201, 400, 422)


async def test_a_slash_never_reaches_the_engine_as_a_command(resident, engine):
    engine.words["restart"] = "bin_day"
    await resident.ask("/restart")
    assert engine.asked == ["/restart"]
    page = await resident.read(0)
    assert page["messages"][1]["text"] == "/restart"


async def test_an_unknown_council_is_named_in_a_problem_document(client):
    async with client.post(HERE, json={"council": "atlantis"}) as response:
        assert response.status == 404
        assert response.content_type == "application/problem+json"
        assert (await response.json())["code"] == "unknown_council"


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer "}, {"Authorization": "Basic abc"}])
async def test_a_missing_token_is_asked_for(resident, header):
    async with resident.http.get(f"{HERE}/{resident.id}/messages", headers=header) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_a_wrong_token_and_a_wrong_id_look_the_same(client, resident):
    other = Resident(client)
    await other.begin()
    seen = []
    for conversation_id, headers in (
        (resident.id, other.headers),
        ("0" * 32, other.headers),
        (resident.id, {"Authorization": "Bearer ééé"}),
    ):
        async with client.get(f"{HERE}/{conversation_id}/messages", headers=headers) as response:
            seen.append((response.status, (await response.json())["detail"]))
    assert set(seen) == {(404, "There is no such conversation for this token.")}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"client_message_id": "a"}', 422),
        (b'{"client_message_id": "a", "text": "x", "choice": "y"}', 422),
        (b'{"client_message_id": "a", "text": 5}', 422),
        (b'{"client_message_id": "", "text": "x"}', 422),
        (b'{"client_message_id": "a", "text": "x", "more": 1}', 422),
        (b'{"client_message_id": "a", "text": "' + b"x" * 70_000 + b'"}', 413),
    ],
)
async def test_a_body_of_the_wrong_form_is_refused(resident, body, status):
    headers = resident.headers | {"Content-Type": "application/json"}
    async with resident.http.post(f"{HERE}/{resident.id}/messages", data=body, headers=headers) as response:
        assert response.status == status, await response.text()
        assert response.content_type == "application/problem+json"


async def test_a_body_that_is_not_json_by_its_own_word_is_refused(resident):
    async with resident.http.post(f"{HERE}/{resident.id}/messages", data=b"x", headers=resident.headers) as response:
        assert response.status == 415


@pytest.mark.parametrize("query", ["after=-1", "after=x", "wait=31", "wait=nan", "after=99999999999999999999"])
async def test_numbers_out_of_range_are_refused(resident, query):
    async with resident.http.get(f"{HERE}/{resident.id}/messages?{query}", headers=resident.headers) as response:
        assert response.status == 422


async def test_unknown_addresses_and_methods_are_problem_documents(client):
    async with client.get("/api/v1/nothing") as response:
        assert response.status == 404
        assert response.content_type == "application/problem+json"
    async with client.delete(HERE) as response:
        assert response.status == 405
        assert "POST" in response.headers["Allow"]


async def test_what_a_resident_writes_is_never_html_in_the_reply(resident):
    await resident.ask("<b>bin</b>")
    page = await resident.read(0)
    assert page["messages"][1]["text"] == "<b>bin</b>"
    assert "html" not in page["messages"][1]["data"]


async def test_a_file_is_no_message(resident):
    upload = FormData()
    upload.add_field("text", b"%PDF-1.7", filename="letter.pdf", content_type="application/pdf")
    async with resident.http.post(f"{HERE}/{resident.id}/messages", data=upload, headers=resident.headers) as response:
        assert response.status == 415
        assert (await response.json())["code"] == "not_json"
    assert len((await resident.read(0))["messages"]) == 1
