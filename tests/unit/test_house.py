"""The house keeps its own rules: what is named in one place is named in the others, and files stay small.

Each failure says what to add or change.
"""

import re
from pathlib import Path

import pytest
import yaml

from bot.dialogue.model import CONVERSATIONAL, PERSON_FIRST

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 400
FOLDERS = ("bot", "actions", "encoders", "engine/desk_engine", "setup", "bench")
CODE = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]


def domain() -> dict:
    return yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))


def nlu() -> dict[str, list[str]]:
    """Every intent with its examples."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = [line[2:] for line in entry["examples"].splitlines() if line.startswith("- ")]
            found.setdefault(entry["intent"], []).extend(lines)
    return found


def words() -> dict:
    return yaml.safe_load((ROOT / "councils" / "england" / "words.yml").read_text(encoding="utf-8"))


def test_every_intent_has_examples_and_every_example_an_intent():
    assert set(nlu()) == set(domain()["intents"])


def test_every_intent_has_at_least_eighty_examples():
    few = {intent: len(examples) for intent, examples in nlu().items() if len(examples) < 80}
    assert not few, f"write more examples for {few}"


def test_every_intent_has_one_rule_and_a_response_or_an_action():
    ruled: list[str] = []
    for path in (ROOT / "data" / "rules").glob("*.yml"):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            assert not rule.keys() - {"rule", "steps"}, f"{rule['rule']}: a rule hangs on its intent alone (decision 7)"
            [intent, action] = [rule["steps"][0]["intent"], *(step["action"] for step in rule["steps"][1:])]
            ruled.append(intent)
            assert action in domain()["responses"] or action in domain()["actions"], f"{action} is not in domain.yml"
    assert sorted(ruled) == sorted(domain()["intents"])


def test_every_intent_that_can_be_offered_has_words_for_it():
    offered = set(domain()["intents"]) - CONVERSATIONAL - {"out_of_scope"}
    missing = offered - set(words()["intents"])
    assert not missing, f"add to intents in councils/england/words.yml: {sorted(missing)}"


def test_intents_named_in_code_and_menus_exist():
    named = set(PERSON_FIRST) | set(CONVERSATIONAL) | set(words()["intents"])
    named |= {intent for menu in words()["menus"].values() for intent in menu["intents"]}
    assert named <= set(domain()["intents"])


def test_every_matter_that_offers_a_person_first_has_words_fit_for_it():
    assert set(words()["person_first"]) == PERSON_FIRST
    assert len(set(words()["person_first"].values())) == len(PERSON_FIRST)


@pytest.mark.parametrize("path", sorted((ROOT / "councils").rglob("*.yml")), ids=lambda path: str(path.relative_to(ROOT)))
def test_words_for_people_have_an_owner(path):
    if path.parent.name in ("england", "enfield", "buckinghamshire", "applications"):
        assert yaml.safe_load(path.read_text(encoding="utf-8")).get("owner"), f"{path.name} names no owner"


def test_no_file_is_too_long():
    long = {str(path.relative_to(ROOT)): count for path in CODE if (count := len(path.read_text().splitlines())) > LONGEST_FILE}
    assert not long, f"split these by subject: {long}"


def test_every_module_opens_by_saying_what_it_is_for():
    silent = [str(path.relative_to(ROOT)) for path in CODE if path.stat().st_size and not path.read_text().startswith('"""')]
    assert not silent, f"begin these with two or three sentences: {silent}"


def test_every_decision_is_numbered_once():
    numbers = [path.name.split("-")[0] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))


def test_every_migration_has_a_number_of_its_own_and_follows_the_one_before():
    found = sorted((ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    steps = {path.name: re.findall(r'^(?:down_)?revision = "?(\w+)"?', path.read_text(), re.M) for path in found}
    numbers = [path.name.split("_")[0] for path in found]
    wanted = {path.name: [number, before] for path, number, before in zip(found, numbers, ["None", *numbers], strict=False)}
    assert steps == wanted, "two branches took the same number: give the later one the next"
