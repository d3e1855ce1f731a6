"""docs/applications.md, followed as it stands: its file is checked, offered, filled in, sent and found again."""

import re
import shutil
from datetime import date

import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer

from bot.app import running
from bot.applications.check import check_applications
from bot.applications.reading import definition_of, read_definitions
from bot.knowledge.reading import read_councils
from bot.settings import Settings
from tests.api.conftest import OPEN
from tests.api.desk import Resident
from tests.conftest import ROOT
from tests.factories import make_reading

TEXT = (ROOT / "docs" / "applications.md").read_text(encoding="utf-8")
BLOCKS = [
    re.sub(r"(?m)^   ", "", block) if block.startswith("   ") else block for block in re.findall(r"(?s)```yaml\n(.*?)```", TEXT)
]
NEW, OWN = BLOCKS[:2]
NAME = re.search(r"councils/enfield/applications/([a-z-]+)\.yml`. Small", TEXT)[1]


@pytest.fixture
def councils(tmp_path):
    """The packs with the document's file in its place."""
    shutil.copytree(ROOT / "councils", tmp_path / "councils")
    (tmp_path / "councils" / "enfield" / "applications" / f"{NAME}.yml").write_text(NEW, encoding="utf-8")
    return tmp_path / "councils"


def mistakes(councils):
    return check_applications(councils, date(2026, 11, 26), ROOT / "data" / "rules", ROOT / "domain.yml").mistakes


def test_the_file_of_the_document_has_no_mistakes(councils):
    assert mistakes(councils) == []


def test_the_mistake_that_the_document_shows_is_named_like_that(councils):
    shown = re.search(r"such as `(fields → [^`]*)`", TEXT)[1]
    path = councils / "enfield" / "applications" / f"{NAME}.yml"
    path.write_text(re.sub(r"label: It is full, ", "", NEW), encoding="utf-8")
    assert [line for line in mistakes(councils) if shown in line]


def test_the_local_file_of_the_document_changes_only_what_it_names(councils):
    path = councils / "enfield" / "applications" / "bin-missed.yml"
    assert OWN.startswith("# councils/enfield/applications/bin-missed.yml")
    path.write_text(OWN, encoding="utf-8")
    assert mistakes(councils) == []
    facts = read_councils(councils)["enfield"].facts
    definition = definition_of(read_definitions(councils)["enfield"]["bin_missed"], "enfield", facts, date(2026, 11, 26))
    assert [option.label for option in definition.field("container").options] == ["Grey rubbish bin", "Blue recycling bin"]


def test_every_word_of_the_schema_is_explained():
    schema = yaml.safe_load((ROOT / "bot" / "applications" / "schema.json").read_text(encoding="utf-8"))
    words = {*schema["properties"], *schema["$defs"]["field"]["properties"]}
    assert [word for word in sorted(words) if f"`{word}" not in TEXT] == []


async def test_the_new_application_is_offered_and_ends_at_the_page_where_it_is_followed(
    councils, database_url, engine, knowledge
):
    settings = Settings(
        database_url=database_url, councils_folder=councils, encoders_folder=ROOT / "var" / "encoders", clock=OPEN
    )
    definition = yaml.safe_load(NEW)
    engine.readings["i need something else"] = make_reading(**{definition["offered_by"][0]: 0.97})
    async with running(settings, engine, knowledge) as product, TestClient(TestServer(product.public)) as client:
        resident = Resident(client)
        await resident.begin("enfield")
        offered = await resident.ask("i need something else")
        [button] = [one for reply in offered for one in reply["choices"] if one["label"] == definition["button"]]
        replies = await resident.ask(choice=button["value"])
        for said in ("in the park, next to the swings", "its overflowing", "skip"):
            assert replies[-1]["kind"] == "question"
            replies = await resident.ask(said)
        assert replies[-1]["kind"] == "check_answers"
        [case] = await resident.ask("yes")
        assert definition["said"] in case["text"]
        async with client.get(f"/apply/enfield/{definition['id']}") as response:
            assert definition["intro"] in await response.text()
        fields = {"reference": case["data"]["reference"], "code": case["data"]["code"]}
        async with client.post("/case/enfield", data=fields) as response:
            assert response.status == 200
            page = await response.text()
        assert definition["title"] in page
        assert "It is full" in page
