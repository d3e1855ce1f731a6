"""Enfield's module of uk_bin_collection drives a real Chromium through the council's page; here that page is served locally.

The module's address is fixed, so the WebDriver server in between tells Chromium that the council's website is on this machine.
The page has what the module looks for, and no more. Its pauses are its own: it takes most of a minute, which is why a resident's
first question never waits for it.
"""

import asyncio
import os
import shutil
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.bins.outside import OutsideBins
from bot.bins.providers import ProviderFailed
from bot.bins.reading import ExternalBins
from bot.foundation.database import Database
from tests.factories import FixedClock
from tests.factories_addresses import make_address
from tests.running import free_port

pytest.importorskip("uk_bin_collection", reason="the group bins-provider is not installed")
pytestmark = pytest.mark.timeout(240)

SITE = "www.enfield.gov.uk"
ADDRESS = replace(make_address(number="14", postcode="EN1 1AA"), council="enfield")
TODAY = datetime.now(UTC).date()  # the module reads the real clock, and takes every day for one of this year
PAGE = """<!doctype html><html lang="en"><title>Find my collection day</title>
<label>Address <input aria-label="Enter your address" type="text"></label> <input type="hidden" name="form" value="bins">
<button id="submitButton0" type="button" onclick="find()">Find address</button>
<div id="list"></div><div id="FinalResults"></div>
<script>
async function find() {
  const postcode = document.querySelector('[aria-label="Enter your address"]').value;
  document.getElementById('list').innerHTML = await (await fetch('/addresses?postcode=' + encodeURIComponent(postcode))).text();
}
async function show(select) {
  document.getElementById('FinalResults').innerHTML = await (await fetch('/days?home=' + encodeURIComponent(select.value))).text();
}
</script></html>"""


class CouncilSite:
    """The council's page and what it asks of its server."""

    def __init__(self) -> None:
        self.postcodes: list[str] = []
        self.homes: list[str] = []

    def app(self) -> web.Application:
        """Its routes."""
        app = web.Application()
        app.router.add_get("/services/rubbish-and-recycling/find-my-collection-day", self.page)
        app.router.add_get("/addresses", self.addresses)
        app.router.add_get("/days", self.days)
        return app

    async def page(self, request: web.Request) -> web.Response:
        """The page with the form."""
        return web.Response(text=PAGE, content_type="text/html")

    async def addresses(self, request: web.Request) -> web.Response:
        """The homes of a postcode."""
        self.postcodes.append(request.query["postcode"])
        homes = [f"{number}, Bath Street, Enfield, EN1 1AA" for number in (12, 14, 16)]
        options = "".join(f'<option value="{home}">{home}</option>' for home in homes)
        return web.Response(text=f'<select aria-label="Select full address" onchange="show(this)">{options}</select>')

    async def days(self, request: web.Request) -> web.Response:
        """The next days of one home."""
        self.homes.append(request.query["home"])
        days = [f"<div><p>Your next {kind} collection</p> {TODAY:%d/%m/%Y}</div>" for kind in ("Food waste", "Refuse")]
        return web.Response(text="".join(days))


@pytest.fixture
async def database(newest_sqlite: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database; one kind is enough, since what is slow here has nothing to do with it."""
    copy = shutil.copyfile(newest_sqlite, tmp_path / "desk.sqlite3")
    database = Database(f"sqlite+aiosqlite:///{copy}")
    yield database
    await database.close()


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """What a website on https needs; nobody has to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SITE)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    signed = made.sign(key, hashes.SHA256())
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path / "site.pem"
    file.write_bytes(key.private_bytes(*plain) + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture
async def site(certificate: ssl.SSLContext) -> AsyncIterator[tuple[CouncilSite, int]]:
    """The council's website on this machine, and its port."""
    council = CouncilSite()
    server = TestServer(council.app())
    await server.start_server(ssl=certificate)
    assert server.port
    yield council, server.port
    await server.close()


@pytest.fixture
def chromedriver() -> str:
    """The path of the program that drives Chromium."""
    path = shutil.which("chromedriver")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("No chromedriver is installed, and CI must test with one: install the package chromium-driver.")
        pytest.skip(
            "No chromedriver is installed: install the package chromium-driver to try the module that drives a browser."
        )
    return path


@pytest.fixture
async def web_driver(chromedriver: str, site: tuple[CouncilSite, int]) -> AsyncIterator[str]:
    """The address of a WebDriver server whose browsers find the council's website on this machine."""
    port = free_port()
    quiet = asyncio.subprocess.DEVNULL
    driver = await asyncio.create_subprocess_exec(chromedriver, f"--port={port}", stdout=quiet, stderr=quiet)
    rules = [f"--host-resolver-rules=MAP {SITE}:443 127.0.0.1:{site[1]}", "--ignore-certificate-errors"]
    async with ClientSession(f"http://127.0.0.1:{port}") as http, TestServer(_between(http, rules)) as server:
        yield str(server.make_url("")).rstrip("/")
    driver.kill()
    await driver.wait()


def _between(http: ClientSession, rules: list[str]) -> web.Application:
    """Hands everything on to the driver; a new browser gets the rules."""

    async def hand_on(request: web.Request) -> web.Response:
        body: Any = await request.json() if request.can_read_body else None
        if request.method == "POST" and request.path == "/session":
            body["capabilities"]["alwaysMatch"].setdefault("goog:chromeOptions", {}).setdefault("args", []).extend(rules)
        async with http.request(request.method, request.path, json=body) as response:
            return web.Response(body=await response.read(), status=response.status, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{command:.*}", hand_on)
    return app


async def test_the_module_finds_the_home_on_the_council_s_page_and_its_days_are_kept(database, site, web_driver, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    external = ExternalBins(module="EnfieldCouncil", names={"food waste": "food"}, web_driver=web_driver, seconds=180.0)
    outside = OutsideBins(database, FixedClock(datetime.now(UTC)), {"enfield": external}, longest_wait=0.05)
    with pytest.raises(ProviderFailed, match="slow"):  # the first to ask is told so and does not wait
        await outside.gather(ADDRESS, TODAY, TODAY + timedelta(days=60))
    await asyncio.gather(*outside._looking.values())
    found = await outside.gather(ADDRESS, TODAY, TODAY + timedelta(days=60))
    council = site[0]
    assert council.postcodes == ["EN1 1AA"]
    assert council.homes == ["14, Bath Street, Enfield, EN1 1AA"]
    assert [(one.container, one.day) for one in found.collections] == [("Refuse", TODAY), ("food", TODAY)]
    await outside.close()
