"""Open data: what is written, that it gives no small number away, and that a reader never has half of it."""

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path

import pytest

from bot.commands.reports import add
from bot.foundation.packs import load_yaml
from bot.reports import publishing
from bot.reports.model import Counted, Promises, Tally
from bot.reports.periods import Step, month_of
from bot.reports.publishing import BASES, LEFT_OUT, NothingToPublish, protected, write_whole
from bot.reports.scheduling import Schedule
from bot.reports.service import Asked, Group, Report
from bot.staff.audit import Audit, Filter
from bot.staff.model import Actor, Permission, command_line_actor
from tests.conftest import ROOT
from tests.reports.conftest import Managed
from tests.reports.told import moment

NOVEMBER = month_of(date(2026, 11, 1))


async def november(managed: Managed) -> dict[str, bytes]:
    """The files of November."""
    await managed.room.days.rebuild(["enfield"], NOVEMBER.first)
    package = await managed.room.open_data.package(command_line_actor(), "enfield", NOVEMBER)
    return dict(package.files)


def rows(content: bytes) -> list[dict[str, str]]:
    """A CSV file as a reader has it."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_a_month_is_a_package_with_its_definitions_and_its_licence(managed):
    files = await november(managed)
    described = json.loads(files["enfield-2026-11.json"])
    assert described["licenses"][0]["name"] == "OGL-UK-3.0"
    assert described["temporal"] == {"start": "2026-11-01", "end": "2026-11-30"}
    for resource in described["resources"]:
        content = files[resource["path"]]
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        header = content.decode("utf-8-sig").splitlines()[0]
        assert [field["name"] for field in resource["schema"]["fields"]] == header.split(",")
        assert all(field["description"] for field in resource["schema"]["fields"])
    days = rows(files["enfield-2026-11-days.csv"])
    assert len(days) == 31
    assert days[22] == {"day": "2026-11-23", **days[22]}


async def test_small_numbers_are_left_out_and_so_is_what_gives_them_away(managed):
    files = await november(managed)
    for name in ("days", "services", "hours"):
        found = [cell for row in rows(files[f"enfield-2026-11-{name}.csv"]) for cell in list(row.values())[1:]]
        assert not {"1", "2", "3", "4"} & set(found), name
    total = rows(files["enfield-2026-11-days.csv"])[-1]
    day = rows(files["enfield-2026-11-days.csv"])[22]
    assert total["conversations"] == LEFT_OUT or day["conversations"] == LEFT_OUT  # 20 and 18 would leave 2
    assert "enfield-2026-11-questions.csv" not in files  # none was asked by five


async def test_a_month_without_anything_is_not_published(managed):
    await managed.room.days.rebuild(["enfield"], NOVEMBER.first)
    with pytest.raises(NothingToPublish):
        await managed.room.open_data.package(command_line_actor(), "enfield", month_of(date(2026, 5, 1)))
    with pytest.raises(NothingToPublish):
        await managed.room.open_data.package(command_line_actor(), "enfield", month_of(date(2027, 5, 1)))


async def test_days_that_are_not_counted_yet_are_waited_for(managed):
    with pytest.raises(NothingToPublish, match="not summarised"):
        await managed.room.open_data.package(command_line_actor(), "enfield", NOVEMBER)


async def test_the_schedule_writes_each_month_once_a_day(managed, tmp_path):
    await managed.room.days.rebuild(["enfield"], NOVEMBER.first)
    schedule = Schedule(managed.room.open_data, ["enfield"], tmp_path, "month")
    written = await schedule.once()
    assert {path.name for path in written} >= {"enfield-2026-11-days.csv", "enfield-2026-11.json"}
    assert await schedule.once() == []
    administrator = Actor("1", "Ann Admin", "enfield", frozenset(), frozenset({Permission.READ_AUDIT}))
    [event], _ = await Audit(managed.database, managed.clock).read(administrator, Filter())
    assert (event.name, event.action, event.subject) == ("Schedule", "open_data_published", "council:enfield")
    assert sorted(path.name for path in (tmp_path / "enfield").iterdir()) == sorted(path.name for path in written)


def test_a_file_is_whole_or_not_there_at_all(tmp_path, monkeypatch):
    place = tmp_path / "days.csv"
    write_whole(place, b"old")
    monkeypatch.setattr(publishing.os, "fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        write_whole(place, b"new")
    assert place.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["days.csv"]


def test_a_busy_month_loses_little():
    """A month of a busy council as it may be: some 55,000 conversations, and one promise a day."""
    numbers = (380, 300, 70, 12, 20, 9, 70, 66, 6, 58, 4, 60, 0, 0)
    days = [Tally(*(number * (2 + day % 7) for number in numbers)) for day in range(30)]
    whole = sum(days, Tally())
    services = [Tally(*(number * share // 100 for number in whole.numbers())) for share in (30, 20, 5, 3, 2)]
    services.append(
        Tally(*(every - sum(rest) for every, *rest in zip(whole.numbers(), *map(Tally.numbers, services), strict=True)))
    )
    promises = Promises(30, 30)
    report = Report(
        asked=Asked(NOVEMBER, "enfield"),
        councils=("enfield",),
        as_of=moment("2026-12-10 12:00"),
        whole=Counted(whole, promises=promises),
        before=Counted(),
        before_period=NOVEMBER.before,
        series=tuple(
            Group(part, Counted(one, promises=Promises(1, 1))) for part, one in zip(NOVEMBER.parts(Step.DAY), days, strict=True)
        ),
        hours=(Group(9, Counted(whole)),),
        services=(
            Group("bins", Counted(services[0], promises=promises)),
            *(Group(f"service-{place}", Counted(one)) for place, one in enumerate(services[1:])),
        ),
        by_council=(),
        questions=(),
    )
    published = protected(report)
    assert not published.given_away()
    of_conversations = [cell for cell in published.left_out if "promises" not in str(cell)]
    assert len(of_conversations) <= 5


def test_the_commands_are_there():
    import argparse

    parser = argparse.ArgumentParser()
    add(parser.add_subparsers())
    said = parser.parse_args(["reports", "publish", "out", "--month", "2026-11"])
    assert (said.folder, said.month) == (Path("out"), NOVEMBER)


def test_every_column_that_is_published_is_described():
    said = load_yaml(ROOT / "councils" / "england" / "reports.yml")
    assert set(BASES) <= set(said["figures"]) | set(said["open_data"]["columns"])
