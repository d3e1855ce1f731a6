"""Bin days and missed bins with the real engine, on the invented addresses and rounds that the packs ship."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.api.desk import Resident
from tests.running import CLOCK, ROOT, TODAY, database_of, free_port, running_gateway


@pytest.fixture(scope="module")
def sample_site(engine_site: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A second gateway beside the real engine, with the samples; its address and its folder."""
    folder = tmp_path_factory.mktemp("samples")
    engine_port = int(engine_site[0].rsplit(":", 1)[1])
    with running_gateway(folder, engine_port, free_port(), samples=True, clock=CLOCK) as address:
        yield address, folder


@pytest.fixture
async def resident(sample_site: tuple[str, Path]) -> AsyncIterator[Resident]:
    """A conversation with Enfield."""
    async with ClientSession(sample_site[0]) as session:
        resident = Resident(session)
        await resident.begin("enfield")
        yield resident


async def disruption(folder: Path, *arguments: str) -> str:
    """The command as staff type it; what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "disruption", *arguments, "--council", "enfield"),
        cwd=ROOT,
        env=os.environ | {"DESK_DATABASE_URL": database_of(folder), "DESK_CLOCK": CLOCK},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return printed.decode()


async def test_a_bin_day_from_the_first_words_to_the_days_of_the_home(resident):
    [question] = await resident.ask("what day do the bins go")
    assert "postcode" in question["text"]
    [pick] = await resident.ask("n9 5kc")
    choice = next(one["value"] for one in pick["choices"] if one["label"] == "2 Pepperpot Mews")
    [answer] = await resident.ask(choice=choice)
    assert answer["kind"] == "answer"
    assert {one["container"] for one in answer["data"]["bins"]} >= {"food", "rubbish", "recycling"}
    [again] = await resident.ask("which bin is it this week")
    assert "2 Pepperpot Mews" in again["text"], "the address is remembered"


async def test_a_disruption_leads_the_answer_and_stops_a_report_until_it_is_ended(resident, sample_site):
    until = (TODAY + timedelta(days=2)).isoformat()
    said = ("post", "Bath Street was not collected", "--street", "Bath St", "--until", until, "--back-on", until)
    posted = await disruption(sample_site[1], *said)
    [answer] = await resident.ask("when is my bin day at 12 Bath St EN1")
    assert answer["text"].startswith("Today: Bath Street was not collected.")
    [*_, ended] = await resident.ask("my brown bin at 12 bath street wasnt emptied yesterday")
    assert "You need not report it" in ended["text"]
    await disruption(sample_site[1], "end", posted.split()[1].strip(":"))
    [answer] = await resident.ask("so when is my bin day")
    assert "Today: Bath Street" not in answer["text"]


async def test_a_missed_bin_is_reported_from_the_facts_of_the_first_words(resident):
    monday = TODAY - timedelta(days=TODAY.weekday())
    first = await resident.ask(f"my brown bin at 1 bath street en1 4ck wasn't emptied on {monday:%A} {monday.day} {monday:%B}")
    assert first[-1]["data"]["field"] == "out_in_time", first
    replies = await resident.ask("yes it was")
    for _ in range(3):
        replies = await resident.ask("skip")
    lines = {line["label"]: line["answer"] for line in replies[-1]["data"]["lines"]}
    assert lines["Address"] == "1 Bath Street, Enfield, EN1 4CK"
    assert lines["Bin"] == "Brown food bin"
    [case] = await resident.ask("yes")
    assert case["kind"] == "case"
    [progress] = await resident.ask("how is my report going")
    assert progress["data"]["reference"] == case["data"]["reference"]


async def test_changes_at_christmas_come_before_the_article(resident):
    replies = await resident.ask("are the bins collected at christmas")
    assert replies[-1]["data"]["intent"] == "bin_holiday_changes"
