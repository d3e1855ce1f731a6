"""docs/assist.md does what it says: its files are read, its names of columns and signals are those of the code, its keys are there."""

import re
from pathlib import Path

import pytest

from bot.assist.formats import COLUMNS, NEEDED, OTHERS, RESIDENT, STAFF, ConversationFile
from bot.assist.importing import pairs_of
from bot.assist.model import HOLES, From
from bot.assist.ranking import LEAST, SIGNALS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "assist.md").read_text(encoding="utf-8")
KINDS = {"past reply": From.REPLY, "article": From.ARTICLE, "ready reply": From.CANNED}


def part(name: str) -> str:
    """What stands between a mark and the next end."""
    return PAGE.split(f"<!-- {name} -->\n")[1].split("<!-- end -->")[0]


def rows(name: str) -> list[list[str]]:
    """The cells of a table, without its head."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in part(name).strip().splitlines()[2:]]


@pytest.mark.parametrize(("name", "pairs"), [("csv", {"81": 2, "82": 1}), ("json", {"81": 1})])
def test_the_files_on_the_page_are_read_whole(tmp_path, name, pairs):
    path = tmp_path / f"past.{name}"
    path.write_text(part(name).split("\n", 1)[1].rsplit("```", 1)[0], encoding="utf-8")
    assert {one.id: len(pairs_of(one)) for one in ConversationFile(path).conversations()} == pairs


def test_the_names_of_columns_are_those_that_are_read():
    named = {cells[0].strip("`"): (cells[1] == "yes", re.findall(r"`(\w+)`", cells[2])) for cells in rows("columns")}
    known = {names[0]: (name in NEEDED, list(names[1:])) for name, names in COLUMNS.items()}
    assert named == {
        first.replace(" ", "_").lower(): (needed, [one.replace(" ", "_").lower() for one in others])
        for first, (needed, others) in known.items()
    }


def test_the_senders_are_those_that_are_known():
    assert [set(re.findall(r"`(\w+)`", cells[1])) for cells in rows("senders")] == [set(RESIDENT), set(STAFF), set(OTHERS)]


def test_every_signal_is_explained_and_no_other():
    named = [(KINDS[cells[0]], cells[1].strip("`")) for cells in rows("signals")]
    assert sorted(named) == sorted((kind, name) for kind, names in SIGNALS.items() for name in names if name != "bias")


def test_words_that_stand_for_something_are_named_and_the_least_percentage_is_right():
    assert all(hole in PAGE for hole in HOLES)
    assert f"Below {LEAST:.0%} nothing is shown" in PAGE


def test_the_keys_of_suggestions_are_those_of_the_desk():
    desk = (ROOT / "bot" / "web" / "templates" / "console" / "desk" / "macros.html").read_text(encoding="utf-8")
    keys = re.search(r'set key = \["(\w)", "(\w)", "(\w)"\]', desk)
    assert keys
    assert " ".join(f"`{one}`" for one in keys.groups()) in PAGE
