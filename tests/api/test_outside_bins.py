"""The provider on uk_bin_collection: the real package in its own process against a local stand-in of the supplier's service.

The stand-in speaks the supplier's encrypted form (tests/recorded/buckinghamshire_bins.json). Slow, broken and missing modules
are other processes in the worker's place.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bins.outside import KEPT_FOR, REST, OutsideBins
from bot.bins.providers import LONGEST_WAIT, ProviderFailed
from bot.bins.reading import ExternalBins, read_bins
from bot.foundation.database import Database
from bot.foundation.migrations import migrate
from tests.conftest import ROOT
from tests.factories import FixedClock
from tests.factories_addresses import make_address

pytest.importorskip("uk_bin_collection", reason="the group bins-provider is not installed")

RECORDED = json.loads((ROOT / "tests" / "recorded" / "buckinghamshire_bins.json").read_text(encoding="utf-8"))
ADDRESS = replace(make_address(990200000001), council="buckinghamshire")
COMING = datetime.now(UTC).date() + timedelta(days=3)  # the module reads the real clock


class Supplier:
    """The supplier's service: decrypts nothing, answers in its encrypted form."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.works = True

    async def answer(self, request: web.Request) -> web.Response:
        """One of the four calls."""
        self.asked.append(request.match_info["call"])
        if not self.works:
            return web.Response(status=503)
        text = json.dumps(RECORDED[request.match_info["call"]])
        rows = "".join(
            f"<tr><td>{day:%A} {day.day} {day:%B}</td><td>{kind}</td></tr>"
            for day, kind in ((COMING, "Food waste"), (COMING, "Mixed recycling"), (COMING + timedelta(days=7), "Purple sacks"))
        )
        return web.Response(text=_encrypted(text.replace("{rows}", rows)))


def _encrypted(text: str) -> str:
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from uk_bin_collection.uk_bin_collection.councils import BuckinghamshireCouncil

    padder = padding.PKCS7(128).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    cipher = Cipher(
        algorithms.AES(bytes.fromhex(BuckinghamshireCouncil.key_hex)), modes.CBC(bytes.fromhex(BuckinghamshireCouncil.iv_hex))
    )
    encryptor = cipher.encryptor()
    return (encryptor.update(padded) + encryptor.finalize()).hex()


@pytest.fixture
def supplier() -> Supplier:
    """The stand-in of this test."""
    return Supplier()


@pytest.fixture
async def base_url(supplier: Supplier, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Where it listens."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    app = web.Application()
    app.router.add_route("*", "/{call:.+}", supplier.answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database in its newest form."""
    await asyncio.to_thread(migrate, database_url)
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> FixedClock:
    """The real day, standing still: the module reads the machine's clock."""
    return FixedClock(datetime.now(UTC))


def provider(database, clock, base_url="", worker=None, longest_wait=60.0, seconds=60.0):
    shipped = read_bins(ROOT / "councils")["buckinghamshire"].external
    assert isinstance(shipped, ExternalBins)
    external = replace(shipped, base_url=base_url, seconds=seconds)
    more = {"worker": worker} if worker else {}
    return OutsideBins(database, clock, {"buckinghamshire": external}, longest_wait=longest_wait, **more)


def script(text):
    return (sys.executable, "-c", f"import sys, json, time; json.load(sys.stdin); {text}")


async def gather(outside, days=60):
    today = datetime.now(UTC).date()
    return await outside.gather(ADDRESS, today - timedelta(days=1), today + timedelta(days=days))


async def test_the_real_package_answers_once_and_is_kept(database, clock, supplier, base_url):
    outside = provider(database, clock, base_url)
    found = await gather(outside)
    assert [(one.container, one.day) for one in found.collections] == [
        ("food", COMING),
        ("recycling", COMING),
        ("Purple sacks", COMING + timedelta(days=7)),
    ]
    assert found.fetched_at == clock.now()
    fetched, calls = clock.now(), len(supplier.asked)
    clock.time += timedelta(hours=1)
    again = await gather(outside)
    assert (again.fetched_at, len(supplier.asked)) == (fetched, calls)
    clock.time += KEPT_FOR
    supplier.works = False
    older = await gather(outside)
    assert older.fetched_at == fetched
    await outside.close()


async def test_a_service_that_refuses_is_a_failure_and_left_alone_for_a_while(database, clock, supplier, base_url):
    supplier.works = False
    outside = provider(database, clock, base_url)
    with pytest.raises(ProviderFailed, match="refused"):
        await gather(outside)
    calls = len(supplier.asked)
    with pytest.raises(ProviderFailed, match="refused"):
        await gather(outside)
    assert len(supplier.asked) == calls
    clock.time += REST
    supplier.works = True
    assert (await gather(outside)).collections
    await outside.close()


async def test_a_slow_module_goes_on_in_the_background_and_is_there_for_the_next_question(database, clock, tmp_path):
    ready = tmp_path / "ready"
    day = f"{COMING:%d/%m/%Y}"
    wait = f"""exec("import os\\nwhile not os.path.exists({str(ready)!r}): time.sleep(0.05)")"""
    answer = f"""print(json.dumps({{"bins": [{{"type": "Food waste", "collectionDate": "{day}"}}]}}))"""
    outside = provider(database, clock, worker=script(f"{wait}; {answer}"), longest_wait=0.05)
    with pytest.raises(ProviderFailed, match="slow"):
        await gather(outside)
    with pytest.raises(ProviderFailed, match="slow"):  # the same look-up, no second process
        await gather(outside)
    assert len(outside._looking) == 1
    ready.touch()
    await asyncio.gather(*outside._looking.values())
    assert (await gather(outside)).collections[0].day == COMING
    await outside.close()


async def test_a_look_up_that_never_ends_is_ended(database, clock):
    outside = provider(database, clock, worker=script("time.sleep(600)"), seconds=0.2)
    with pytest.raises(ProviderFailed, match="refused"):
        await gather(outside)
    assert not outside._looking


async def test_closing_ends_what_is_still_looked_up(database, clock):
    outside = provider(database, clock, worker=script("time.sleep(600)"), longest_wait=0.05)
    with pytest.raises(ProviderFailed, match="slow"):
        await gather(outside)
    await outside.close()
    assert not outside._looking


@pytest.mark.parametrize("text", ["print('<html>')", "sys.exit(3)", """print('{"error": "Changed"}')"""])
async def test_whatever_a_module_does_is_a_failure_and_no_crash(database, clock, text):
    outside = provider(database, clock, worker=script(text))
    with pytest.raises(ProviderFailed, match="refused"):
        await gather(outside)


async def test_enfield_s_module_fails_plainly_where_there_is_no_browser_for_it_to_drive(database, clock):
    """Nothing listens on this address. With a browser to drive it is tried in test_outside_browser.py."""
    external = ExternalBins(module="EnfieldCouncil", names={}, web_driver="http://127.0.0.1:9", seconds=60.0)
    outside = OutsideBins(database, clock, {"enfield": external}, longest_wait=60.0)
    address = replace(make_address(990200000001), council="enfield")
    today = datetime.now(UTC).date()
    with pytest.raises(ProviderFailed, match="refused"):
        await outside.gather(address, today, today + timedelta(days=60))
    await outside.close()


def test_nobody_waits_three_seconds_for_another_system():
    assert LONGEST_WAIT < 3


async def test_without_the_package_it_says_that_it_is_missing(database, clock):
    outside = provider(database, clock, worker=script("""print('{"error": "missing"}')"""))
    with pytest.raises(ProviderFailed, match="missing"):
        await gather(outside)


async def test_only_councils_that_are_set_up_so_are_known(database, clock):
    outside = provider(database, clock)
    assert await outside.knows("buckinghamshire")
    assert not await outside.knows("enfield")
