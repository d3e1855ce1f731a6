"""What the Open311 server makes of bad input: errors in its published form, all at once, and nothing opened.

Nothing here depends on the kind of database, so one is enough.
"""

import shutil
from pathlib import Path

import pytest

from tests.cases.georeport import check
from tests.cases.test_open311_server import HERE, cases, got, other, posted

__all__ = ["cases", "other"]


@pytest.fixture
def database_url(newest_sqlite: Path, tmp_path: Path) -> str:
    """A fresh SQLite database alone."""
    copy = tmp_path / "desk.sqlite3"
    shutil.copyfile(newest_sqlite, copy)
    return f"sqlite+aiosqlite:///{copy}"


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"api_key": None}, 403, "api_key"),
        ({"api_key": "wrong"}, 403, "api_key"),
        ({"api_key": "enfield-key"}, 403, "api_key"),
        ({"service_code": None}, 400, "service_code"),
        ({"service_code": "potholes"}, 404, "service_code"),
        ({"jurisdiction_id": "elsewhere"}, 404, "jurisdiction_id"),
        ({"address_string": None}, 400, "place"),
        ({"lat": "51.8"}, 400, "lat and long"),
        ({"lat": "91", "long": "0"}, 400, "lat and long"),
        ({"lat": "nan", "long": "0"}, 400, "lat and long"),
        ({"address_id": "1234567890123"}, 400, "address_id"),
        ({"attribute[container]": None}, 400, "container"),
        ({"attribute[container]": "purple"}, 400, "one of"),
        ({"attribute[day]": "yesterday"}, 400, "day"),
        ({"email": "not an address"}, 400, "email"),
        ({"phone": "call me"}, 400, "phone"),
        ({"description": "x" * 4001}, 400, "description"),
        ({"first_name": "n" * 301}, 400, "first_name"),
        ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
    ],
)
async def test_a_bad_report_is_refused_in_the_published_form_and_opens_nothing(other, form, changes, code, words):
    found = await posted(other, form, code, **changes)
    assert found[0]["code"] == code
    assert words in " ".join(one["description"] for one in found)
    assert await got(other, "requests", "requests.json") == []


async def test_everything_that_is_wrong_is_said_at_once(other):
    found = await posted(other, status=400, email="x", address_string=None, **{"attribute[container]": None})
    assert len(found) == 3


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("status=lost", 400),
        ("start_date=yesterday", 400),
        ("start_date=2026-11-20", 400),
        ("service_code=potholes", 404),
        ("service_request_id=" + "9" * 2100, 400),
    ],
)
async def test_a_bad_question_is_refused(other, query, code):
    [error] = await got(other, "errors", f"requests.json?{query}", status=code)
    assert error["code"] == code


async def test_unknown_things_are_not_found_in_the_published_form(other):
    for path in ("services/potholes.json", "requests/RD-0000-0000-0.json", "requests/x.json", "tokens/x.json"):
        await got(other, "errors", path, status=404)
    response = await other.get("/open311/nowhere/v2/services.xml")
    check("errors", "xml", await response.text())
    assert response.status == 404


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"<request/>", "text/xml", 400),
        (b"{}", "application/json", 400),
        (
            b'--x\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n\r\n\xff\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            400,
        ),
        (b"a=1&" * 300, "application/x-www-form-urlencoded", 400),
        (b"description=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded", 403),
    ],
)
async def test_a_body_that_is_no_form_is_refused(other, body, kind, code):
    response = await other.post(f"{HERE}/requests.xml", data=body, headers={"Content-Type": kind})
    assert response.status == code
    check("errors", "xml", await response.text())
