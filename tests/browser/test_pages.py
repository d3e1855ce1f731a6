"""The pages as they are sent: headers, addresses, forms from elsewhere, colours. No browser is needed for these."""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.web.resident.assets import without_fonts
from bot.web.resident.colours import INK, NIGHT, WHITE, UnusableColour, _rgb, contrast, council_css
from bot.web.resident.transcript import with_new_tabs
from tests.browser.conftest import Desk

Call = Callable[..., "tuple[int, Mapping[str, str], str]"]


@pytest.fixture
def call(desk: Desk) -> Call:
    """Sends one request and gives status, headers and text."""

    def send(method: str, path: str, **options: Any) -> tuple[int, Mapping[str, str], str]:
        async def go() -> tuple[int, Mapping[str, str], str]:
            async with ClientSession() as session, session.request(method, desk.address + path, **options) as response:
                return response.status, response.headers, (await response.read()).decode("utf-8", "replace")

        return asyncio.run_coroutine_threadsafe(go(), desk.loop).result(30)

    return send


def test_full_page_may_not_be_framed_and_runs_only_its_own_files(call: Call) -> None:
    status, headers, text = call("GET", "/chat/enfield")
    policy = headers["Content-Security-Policy"]
    assert status == 200
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert not re.search(r"<style|style=|\son\w+=|<script(?! type=\"(module|application/json)\")", text)
    assert "Set-Cookie" not in headers


def test_widget_names_the_sites_that_may_frame_it(call: Call) -> None:
    _, headers, _ = call("GET", "/w/enfield")
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/chat/nowhere", "/w/nowhere", "/demo/nowhere", "/chat/england", "/chat/%00", "/chat/..%2f"])
def test_unknown_council_is_a_plain_page_with_the_councils_there_are(call: Call, path: str) -> None:
    status, headers, text = call("GET", path)
    assert status == 404
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Chat with Enfield Council" in text


def test_files_are_kept_for_a_year_under_their_version_and_packed(call: Call) -> None:
    _, _, text = call("GET", "/chat/enfield")
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', text):
        status, headers, _ = call("GET", path)
        assert status == 200
        assert "immutable" in headers["Cache-Control"]
        assert call("GET", path, headers={"If-None-Match": headers["ETag"]})[0] == 304
    old = re.sub("/static/[0-9a-f]+/", "/static/0000/", path)
    assert call("GET", old)[1]["Cache-Control"] == "no-cache"
    assert call("GET", "/static/0000/../../settings.py")[0] == 404
    assert call("GET", "/static/0000/%2e%2e/%2e%2e/settings.py")[0] == 404


def test_loader_is_small_and_open_to_every_site(call: Call) -> None:
    status, headers, text = call("GET", "/loader.js")
    assert status == 200
    assert len(text.encode()) <= 3 * 1024
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Access-Control-Allow-Origin"] == "*"
    exact = re.search(r'src="(/loader-[0-9a-f]+\.js)"', call("GET", "/demo/enfield")[2])
    assert exact
    assert "immutable" in call("GET", exact[1])[1]["Cache-Control"]
    assert "immutable" not in call("GET", "/loader-00.js")[1]["Cache-Control"]


def test_licensed_fonts_are_left_out(call: Call) -> None:
    _, _, text = call("GET", "/chat/enfield")
    css = call("GET", next(one for one in re.findall(r'href="([^"]+)"', text) if one.endswith("govuk.css")))[2]
    assert "arial" in css
    assert "@font-face" not in css
    assert "GDS Transport" not in css
    assert without_fonts("@font-face{a:url(x)}b{font-family:GDS Transport,arial}") == "b{font-family:arial}"


def test_form_from_another_site_cannot_touch_a_conversation(call: Call) -> None:
    _, _, begun = call("POST", "/chat/enfield", data={"text": "when is my bin collected"})
    fields = dict(re.findall(r'name="(conversation|token)" value="([^"]+)"', begun))
    assert len(fields) == 2
    stolen = call("POST", "/chat/enfield", data={**fields, "text": "hello"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert stolen[0] == 403
    assert "came from another website" in stolen[2]
    _, _, after = call("POST", "/chat/enfield", data={**fields, "do": "check"})
    assert after.count("message--resident") == 1
    new = call("POST", "/chat/enfield", data={"text": "when is my bin collected"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert new[0] == 200


def test_a_token_opens_only_its_own_council(call: Call) -> None:
    _, _, begun = call("POST", "/chat/enfield", data={"text": "when is my bin collected"})
    fields = dict(re.findall(r'name="(conversation|token)" value="([^"]+)"', begun))
    status, _, text = call("POST", "/chat/buckinghamshire", data={**fields, "text": "hello"})
    assert status == 409
    assert "open too long" in text
    assert ">hello</textarea>" in text


@pytest.mark.parametrize(
    "options",
    [
        {
            "data": b"\xff\xfe=%ff&text=%ed%a0%80",
            "headers": {"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"},
        },
        {
            "data": "&".join(f"a{number}=1" for number in range(100)),
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
        {"json": {"text": "hello"}},
        {"data": b"", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"data": {"text": "a" * 70_000}},
        {"data": {"choice": "intent:nonsense"}},
        {"data": {"choice": "x" * 5000}},
        {
            "data": {
                "feedback": "999:yes",
                "conversation": "x",
                "token": "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"),
            }
        },
        {"data": {"feedback": "1:maybe"}},
        {"data": {"do": "save"}},
        {"data": {"do": "check", "rated": "1:yes,x,2:no,<b>"}},
        {"data": {"text": "\ufdfa" * 200}},
        {"data": {"text": "/intent bin"}},
        {"data": {}},
    ],
)
def test_bad_forms_end_in_a_page_with_plain_words(call: Call, options: dict[str, Any]) -> None:
    status, headers, text = call("POST", "/chat/enfield", **options)
    assert status < 500
    assert headers["Content-Type"].startswith(("text/html", "text/plain"))
    assert "<b>" not in text


def test_pages_work_only_with_their_methods(call: Call) -> None:
    assert call("DELETE", "/chat/enfield")[0] == 405
    assert call("HEAD", "/chat/enfield")[0] == 200


@pytest.mark.parametrize("colour", ["#9b1150", "#004b3d", "#ffffff", "#000000", "#ffdd00", "#777777", "#00ff00", "#0000ff"])
def test_any_council_colour_can_be_read_by_day_and_by_night(colour: str) -> None:
    day, night = (dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", part)) for part in council_css(colour).split("@media"))
    assert contrast(_rgb(day["council"]), _rgb(day["on-council"])) >= 4.5
    assert contrast(_rgb(day["accent"]), WHITE) >= 4.5
    assert contrast(_rgb(day["accent"]), _rgb(day["tint"])) >= 4.5
    assert contrast(INK, _rgb(day["tint"])) >= 7
    assert contrast(_rgb(night["accent"]), NIGHT) >= 4.5
    assert contrast(_rgb(night["accent"]), _rgb(night["tint"])) >= 4.5
    assert contrast(_rgb(night["on-accent"]), _rgb(night["accent"])) >= 4.5


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "}body{display:none", ""])
def test_a_colour_that_is_none_is_refused(colour: str) -> None:
    with pytest.raises(UnusableColour):
        council_css(colour)


def test_only_links_to_other_sites_open_beside_the_chat() -> None:
    html = '<p><a href="https://a.example/?b=1&amp;c=2">A</a> <a href="tel:999">999</a></p>'
    assert with_new_tabs(html, "(new)") == (
        '<p><a href="https://a.example/?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">A'
        '<span class="govuk-visually-hidden"> (new)</span></a> <a href="tel:999">999</a></p>'
    )
