"""The library goes out to files and comes back without a byte lost, and files with a mistake change nothing at all."""

import shutil
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.knowledge.editing.exchange import Importing, UnusableFiles, export, live_packs
from bot.knowledge.editing.library import Rules
from bot.knowledge.editing.model import Change, Kind, Place
from bot.knowledge.reading import read_packs
from bot.staff.model import command_line_actor
from tests.conftest import ROOT
from tests.factories_editing import ERIN, EZRA, Newsroom

COUNCILS = ROOT / "councils"


def shipped() -> dict[str, bytes]:
    """Every file of articles and facts of the packs, by its path."""
    paths = [*COUNCILS.glob("*/knowledge/*.md"), *COUNCILS.glob("*/facts.yml")]
    return {str(path.relative_to(COUNCILS)): path.read_bytes() for path in paths}


def written(folder: Path) -> dict[str, bytes]:
    """The same of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def out(newsroom: Newsroom, folder: Path) -> dict[str, bytes]:
    """What an export of everything writes."""
    files = newsroom.knowledge.files
    export(await live_packs(newsroom.database, files), files, folder)
    return written(folder)


def importing(newsroom: Newsroom) -> Importing:
    """Bringing files in."""
    rules = Rules(newsroom.drafts.intents, newsroom.knowledge.today())
    return Importing(newsroom.database, newsroom.clock, newsroom.audit, newsroom.knowledge.files, rules)


async def test_the_packs_go_out_and_come_back_byte_for_byte(newsroom, tmp_path):
    assert await out(newsroom, tmp_path / "out") == shipped()
    done = await importing(newsroom).run(command_line_actor(), tmp_path / "out")
    assert (done.changed, done.notes) == (0, [])
    assert done.same >= 255 + 212


async def test_what_was_edited_goes_out_comes_into_another_database_and_nothing_else_changes(newsroom, tmp_path, knowledge):
    await newsroom.published(kind=Kind.FACT)
    await newsroom.published(body="A licence costs {fact:hen_licence} a year.\n\nAsk us first.")
    await newsroom.publishing.withdraw(EZRA, Place("enfield", Kind.ARTICLE, "bin-day"), "Wrong days")
    await newsroom.publishing.withdraw(EZRA, Place("enfield", Kind.FACT, "revs_email"), "Not read any more")
    await newsroom.publishing.drop(EZRA, Place("enfield", Kind.ARTICLE, "complaint"), "The same")
    found = await out(newsroom, tmp_path / "out")
    before = shipped()
    assert set(before) - set(found) == {"enfield/knowledge/complaint.md"}
    assert set(found) - set(before) == {"enfield/knowledge/keeping-chickens.md"}
    changed = {name for name in found if name in before and found[name] != before[name]}
    assert changed == {"enfield/facts.yml", "enfield/knowledge/bin-day.md"}
    assert b"disputed: true\n" in found["enfield/knowledge/bin-day.md"]

    shutil.copytree(COUNCILS, tmp_path / "councils")  # an export over the packs' own files, read at the next start
    files = newsroom.knowledge.files
    export(await live_packs(newsroom.database, files), files, tmp_path / "councils")
    packs = read_packs(tmp_path / "councils")
    assert packs["enfield"].articles == newsroom.knowledge.packs["enfield"].articles
    assert packs["enfield"].facts == newsroom.knowledge.packs["enfield"].facts


async def test_files_that_differ_become_versions(newsroom, tmp_path):
    folder = tmp_path / "enfield"
    await out(newsroom, tmp_path)
    article = folder / "knowledge" / "bin-day.md"
    article.write_bytes(article.read_bytes().replace(b"title: ", b"title: New ", 1).replace(b"\n", b"\r\n"))
    facts = folder / "facts.yml"
    facts.write_text(facts.read_text().replace("020 8379 1000", "020 8379 9999"))
    done = await importing(newsroom).run(command_line_actor(), tmp_path, "enfield")
    assert done.changed == 2
    await newsroom.live.refresh()
    assert newsroom.knowledge.council("enfield").facts["main_switchboard"].value == "020 8379 9999"
    assert newsroom.knowledge.article("enfield", "bin-day").title.startswith("New")
    history = await newsroom.publishing.history(ERIN, Place("enfield", Kind.ARTICLE, "bin-day"))
    assert [one.change for one in history] == [Change.IMPORTED, Change.FILE]
    again = await importing(newsroom).run(command_line_actor(), folder, "enfield")
    assert again.changed == 0


async def test_with_a_mistake_in_the_files_nothing_is_taken(newsroom, tmp_path):
    good = (COUNCILS / "enfield" / "knowledge" / "bin-day.md").read_text()
    knowledge = tmp_path / "enfield" / "knowledge"
    knowledge.mkdir(parents=True)
    (knowledge / "bin-day.md").write_text(good.replace("title: ", "title: New ", 1))
    (knowledge / "complaint.md").write_text(
        (COUNCILS / "enfield" / "knowledge" / "complaint.md").read_text() + "\n<script>alert(1)</script> {fact:nothing}\n"
    )
    (knowledge / "broken.md").write_text("no front matter")
    (knowledge / "other.md").write_bytes(b"---\nid: \xff\n---\n")
    (tmp_path / "nowhere" / "knowledge").mkdir(parents=True)
    (tmp_path / "enfield" / "facts.yml").write_text(
        "owner: x\nfacts:\n  hens:\n    value: £1\n    kind: money\n    label: Hens\n"
        "    source: {title: x, url: 'http://x'}\n    checked: 2026-11-31\n    status: current\n"
    )
    with pytest.raises(UnusableFiles) as problem:
        await importing(newsroom).run(command_line_actor(), tmp_path)
    faults = "\n".join(problem.value.faults).replace(f"{tmp_path}/", "")
    lines = len((knowledge / "complaint.md").read_text().splitlines())
    for expected in (
        f"enfield/knowledge/complaint.md:{lines}: the fact nothing is unknown",
        f"enfield/knowledge/complaint.md:{lines}: <script> is HTML",
        "enfield/knowledge/broken.md:1: an article begins with front matter",
        "enfield/knowledge/other.md:2: this is not UTF-8",
        "enfield/facts.yml:8: checked must be a day",
        "nowhere: there is no pack of this name",
    ):
        assert expected in faults, faults
    await newsroom.live.refresh()
    assert not newsroom.knowledge.article("enfield", "bin-day").title.startswith("New")
    assert await newsroom.publishing.history(ERIN, Place("enfield", Kind.ARTICLE, "bin-day")) == []


def test_the_commands_say_what_they_did_in_plain_words(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DESK_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}")
    monkeypatch.chdir(ROOT)
    assert main(["knowledge", "export", str(tmp_path / "out"), "--council", "enfield"]) == 0
    assert "0 were the same already" in capsys.readouterr().out
    article = tmp_path / "out" / "enfield" / "knowledge" / "bin-day.md"
    article.write_text(article.read_text().replace("{fact:", "{fact:not_", 1) + "\n{fact:nothing}\n")
    assert main(["knowledge", "import", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert "the fact nothing is unknown" in said.out
    assert "nothing was imported" in said.err
    assert main(["knowledge", "import", str(tmp_path / "missing")]) == 1
    assert main(["knowledge", "export", str(tmp_path), "--council", "nowhere"]) == 1
    assert "There is no pack nowhere" in capsys.readouterr().err
