"""docs/applications.md does what it says: its example is a file that passes the check and can be filled in."""

import re
import shutil

from bot.applications.check import check_applications
from bot.applications.filling import Form, answered
from bot.applications.model import Answer, FieldType
from bot.applications.reading import definition_of, read_definitions
from bot.applications.understanding import understand
from bot.knowledge.reading import read_councils
from tests.conftest import ROOT
from tests.factories_applications import THURSDAY, make_asked

PAGE = (ROOT / "docs" / "applications.md").read_text(encoding="utf-8")
SCHEMA = (ROOT / "bot" / "applications" / "schema.json").read_text(encoding="utf-8")


def example() -> str:
    """The file that the page tells its reader to write."""
    block = re.search(r"^   ```yaml\n(.*?)^   ```", PAGE, re.DOTALL | re.MULTILINE)
    assert block
    return "".join(line[3:] if line.startswith("   ") else line for line in block[1].splitlines(keepends=True))


def test_the_example_passes_the_check_and_is_filled_in(tmp_path):
    councils = tmp_path / "councils"
    shutil.copytree(ROOT / "councils", councils, ignore=shutil.ignore_patterns("knowledge", "sample"))
    (councils / "enfield" / "applications" / "dog-bin.yml").write_text(example(), encoding="utf-8")
    report = check_applications(councils, THURSDAY, ROOT / "data" / "rules", ROOT / "domain.yml")
    assert report.mistakes == []
    definition = definition_of(
        read_definitions(councils)["enfield"]["dog_bin"], "enfield", read_councils(councils)["enfield"].facts, THURSDAY
    )
    form = Form(definition, "key")
    for said in ("in the park by the pond", "its overflowing", "skip"):
        answer = understand(form.open, said, make_asked())
        assert isinstance(answer, Answer)
        form = answered(form, form.open.name, answer)
    assert form.complete


def test_every_kind_of_question_and_every_name_is_explained():
    for kind in FieldType:
        assert f"`{kind.value}`" in PAGE, kind
    for name in re.findall(r'^    "([a-z_]+)": \{', SCHEMA, re.MULTILINE):
        if name not in ("fields", "field", "condition", "limit", "amount", "ends"):
            assert f"`{name}`" in PAGE, name
