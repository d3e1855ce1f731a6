"""The page where a report is followed: the form, the case, what is added to it, and every wrong way to ask."""

import logging
import re

import pytest

from bot.web import keys
from tests.factories_cases import make_new_case


@pytest.fixture
async def case(product):
    return await opened(product, "one")


async def opened(product, key, **changes):
    async with product.public[keys.DATABASE].writing() as tx:
        return await product.public[keys.CASES].open(tx, make_new_case(key, **changes))


async def change(product, case, status, note=""):
    async with product.public[keys.DATABASE].writing() as tx:
        await product.public[keys.CASES].change_status(tx, "Sam Staff", case.council, case.reference, status, note)


async def asked(client, address="/case", **fields):
    response = await client.post(address, data=fields)
    return response.status, await response.text()


@pytest.mark.parametrize("address", ["/case", "/case/enfield", "/case/buckinghamshire"])
async def test_the_form_asks_for_reference_and_code(client, address):
    response = await client.get(address)
    html = await response.text()
    assert response.status == 200
    assert 'name="reference"' in html
    assert 'name="code"' in html
    assert response.headers["Cache-Control"] == "no-store"
    assert ("Enfield Council" in html) == ("enfield" in address)


async def test_an_unknown_council_has_no_such_page(client):
    assert (await client.get("/case/nowhere")).status == 404
    assert (await client.post("/case/nowhere", data={"reference": "x"})).status == 404


async def test_reference_and_code_show_what_was_reported_and_what_happens_next(client, product, case):
    await change(product, case, "in_progress", "A crew comes on <b>Wednesday</b>.")
    status, html = await asked(client, reference=case.reference.lower(), code=case.code.replace("-", " "))
    assert status == 200
    for words in (
        case.reference,
        "Missed bin: brown bin",
        "4 Sample Road, EN2 0ZZ",
        "Being looked at",
        "A person is working on this.",
        "Wednesday 25 November 2026" if case.due.isoformat() == "2026-11-25" else f"{case.due.day} {case.due:%B %Y}",
        "A crew will come back for the bin.",
        "A crew comes on &lt;b&gt;Wednesday&lt;/b&gt;.",
        "Enfield Council",
    ):
        assert words in html, words
    assert "Sam Staff" not in html


async def test_a_staff_only_status_and_note_are_not_shown(client, product, case):
    await change(product, case, "referred", "for the depot")
    _, html = await asked(client, reference=case.reference, code=case.code)
    assert "depot" not in html
    assert "With another team" not in html
    assert "Received" in html


async def test_a_wrong_code_and_an_unknown_reference_look_the_same(client, product, case):
    other = await opened(product, "two")
    pages = []
    for reference, code in ((case.reference, other.code), ("RD-2222-2222-2", case.code), ("hello", "2222-2222")):
        status, html = await asked(client, reference=reference, code=code)
        assert status == 404
        pages.append(re.sub(r'value="[^"]*"', "", html))
    assert pages[0] == pages[1] == pages[2]
    assert "We could not find a report" in pages[0]
    assert "<title>Error: " in pages[0]


async def test_empty_fields_are_named(client):
    status, html = await asked(client, reference=" ", code="")
    assert status == 422
    assert "Enter your reference" in html
    assert "Enter your code" in html


async def test_nothing_in_the_address_is_used(client, case):
    response = await client.get(f"/case?reference={case.reference}&code={case.code}")
    html = await response.text()
    assert case.reference not in html
    assert case.code not in html


async def test_the_code_is_in_no_log_and_no_answer_is_kept(client, case, caplog, capsys):
    with caplog.at_level(logging.DEBUG):
        response = await client.post("/case", data={"reference": case.reference, "code": case.code})
        await client.post("/case", data={"reference": case.reference, "code": "2222-3333"})
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    logged = caplog.text + capsys.readouterr().out
    for secret in (case.code, "2222-3333"):
        assert secret not in logged
        assert secret.replace("-", "") not in logged


async def test_a_resident_can_tell_more_and_a_form_sent_twice_adds_once(client, case, product):
    fields = {"reference": case.reference, "code": case.code, "text": "It is behind the gate.", "do": "more"}
    for _ in range(2):
        status, html = await asked(client, **fields)
        assert status == 200
    assert html.count("It is behind the gate.") == 1
    assert "We have added it" in html


@pytest.mark.parametrize(
    ("text", "words"), [("", "Write what you want"), ("x" * 2100, "2,000 characters"), ("\u200b", "Write what")]
)
async def test_what_cannot_be_added_is_said_beside_the_field_with_the_words_kept(client, case, text, words):
    status, html = await asked(client, reference=case.reference, code=case.code, text=text, do="more")
    assert status == 422
    assert words in html
    assert text in html
    assert case.reference in html


async def test_nothing_is_added_to_a_case_that_has_ended(client, product, case):
    await change(product, case, "done", "All collected.")
    _, html = await asked(client, reference=case.reference, code=case.code)
    assert "<textarea" not in html
    assert "This ended on" in html
    status, html = await asked(client, reference=case.reference, code=case.code, text="But no", do="more")
    assert status == 409
    assert "This report has ended" in html


async def test_a_late_case_says_sorry_and_how_to_reach_us(client, product):
    late = await opened(product, "late", due=product.public[keys.CASES].today().replace(year=2020))
    _, html = await asked(client, reference=late.reference, code=late.code)
    assert "We are late, and we are sorry" in html


async def test_too_many_tries_are_refused_with_a_sentence(client, case):
    for _ in range(20):
        await asked(client, reference=case.reference, code="2222-2222")
    status, html = await asked(client, reference=case.reference, code=case.code)
    assert status == 429
    assert "too many tries" in html


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 400),
        (b"\xff\xfe" * 10, "application/x-www-form-urlencoded", 422),
        (b"a=1&" * 60, "application/x-www-form-urlencoded", 400),
        (b"reference=%00%00&code=%F0%9F%98%80", "application/x-www-form-urlencoded", 404),
        (b"reference=" + b"9" * 70_000, "application/x-www-form-urlencoded", 400),
    ],
)
async def test_a_body_that_is_no_form_gets_the_form_again(client, body, kind, status):
    response = await client.post("/case/enfield", data=body, headers={"Content-Type": kind})
    assert response.status == status
    assert 'name="reference"' in await response.text()
