"""Importing past conversations: masked on the way in, repeatable, never half done, and recorded."""

import csv
import json

import pytest
from sqlalchemy import func, select

from bot.assist.store import past_replies
from bot.foundation.csvfiles import UnusableFile
from bot.staff.audit_model import Filter
from bot.staff.model import command_line_actor
from tests.conftest import ROOT


def rows(path, *lines):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["conversation_id", "at", "from", "text", "council"], *lines])
    return path


def talk(name, asked, reply, council="enfield"):
    return [[name, "2026-03-02T09:00Z", "resident", asked, council], [name, "2026-03-02T09:01Z", "staff", reply, council]]


async def kept(desk):
    async with desk.office.database.reading() as tx:
        return list(await tx.execute(select(past_replies.c.asked, past_replies.c.reply, past_replies.c.outside_id)))


async def test_personal_data_in_every_field_is_gone_before_anything_is_kept(desk, tmp_path):
    said = talk("Mary Sample 4929 0000 0000 6", "I am Mary Sample, card 4929000000006", "Hello Mary, call us on 101 with it.")
    summary = await desk.import_file(rows(tmp_path / "a.csv", *said))
    assert (summary.conversations, summary.pairs, summary.rejected) == (1, 1, 0)
    everything = str(await kept(desk))
    assert "Mary" not in everything
    assert "4929" not in everything


async def test_a_second_import_takes_the_place_of_the_first(desk, tmp_path):
    await desk.import_file(
        rows(tmp_path / "a.csv", *talk("1", "when is my bin day", "It is on Monday."), *talk("2", "and mine", "On Friday."))
    )
    summary = await desk.import_file(rows(tmp_path / "b.csv", *talk("1", "when is my bin day", "It is on Tuesday.")))
    assert (summary.pairs, summary.replaced) == (1, 1)
    assert sorted(one.reply for one in await kept(desk)) == ["It is on Tuesday.", "On Friday."]


async def test_lines_that_cannot_be_used_are_told_and_the_others_imported(desk, tmp_path):
    path = rows(
        tmp_path / "a.csv", *talk("1", "when is my bin day", "It is on Monday."), *talk("2", "hello you", "Hello to you.", "atlantis"),
        *talk("3", "one more thing", "What is it then?"),
    )  # fmt: skip
    summary = await desk.import_file(path)
    assert (summary.pairs, summary.rejected) == (2, 1)
    assert [(one.line, one.reason) for one in desk.rejects] == [(4, "there is no council atlantis")]


@pytest.mark.parametrize("council", ["", "buckinghamshire"])
async def test_a_file_of_which_most_cannot_be_used_changes_nothing(desk, tmp_path, council):
    said = talk("1", "when is my bin day", "It is on Monday.", "enfield" if council else "")
    with pytest.raises(UnusableFile, match="nothing was imported"):
        await desk.import_file(rows(tmp_path / "a.csv", *said), council)
    assert desk.rejects
    assert await kept(desk) == []


async def test_an_import_is_recorded_with_its_counts_and_no_words(desk, tmp_path):
    await desk.import_file(rows(tmp_path / "a.csv", *talk("1", "when is my bin day", "It is on Monday.")))
    [event], _ = await desk.office.audit.read(command_line_actor(), Filter(action="conversations_imported"))
    assert event.detail == {"conversations": 1, "pairs": 1, "replaced": 0}


async def test_the_conversations_that_come_with_the_product_are_imported_whole_and_near_replies_share_groups(desk, tmp_path):
    lines = (ROOT / "data" / "assist" / "conversations.jsonl").read_text(encoding="utf-8").splitlines()
    bins = [line for line in lines if json.loads(line)["service"] == "bins"][:40]
    path = tmp_path / "bins.jsonl"
    path.write_text("\n".join(bins), encoding="utf-8")
    desk.office.engine.away = True
    summary = await desk.import_file(path)
    assert (summary.conversations, summary.rejected) == (40, 0)
    assert summary.unread == summary.pairs > 40
    async with desk.office.database.reading() as tx:
        groups = await tx.scalar(select(func.count(func.distinct(past_replies.c.group_id))))
    assert groups < summary.pairs
