"""Looks for mistakes in the definitions: `python -m bot applications check`.

First the form of each file against schema.json, then what a form cannot say: names that do not exist, facts that are missing or
not checked, options without labels, limits that are none, words that are too hard. Every mistake is one line with the file and the
place in it, so that somebody who is no programmer can mend it.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from bot.applications import wording
from bot.applications.model import Definition, FieldType
from bot.applications.reading import FACT, MissingFact, definition_of, number_in, read_definitions
from bot.applications.service import OFFERED_MOST
from bot.applications.understanding.dates import shifted
from bot.foundation.packs import read_pack_file
from bot.knowledge.mistakes import HARDEST_GRADE, reading_grade
from bot.knowledge.model import CouncilKnowledge
from bot.knowledge.reading import read_councils

SCHEMA = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))
SUMS = {
    "counted": ("counted",),
    "charge": ("amount", "first", "other", "payments"),
    "reduction": ("reduction", "weekly", "left", "allowance", "bill"),
}
CONTACTS = {"name": FieldType.NAME, "email": FieldType.EMAIL, "telephone": FieldType.TELEPHONE}


@dataclass(frozen=True)
class Report:
    """What the check found."""

    mistakes: list[str]
    summary: str
    assumed: list[str]  # settings that the council must still confirm, a line for each council


def check_applications(
    folder: Path, today: date, rules: Path = Path("data/rules"), domain: Path = Path("domain.yml")
) -> Report:
    """Checks the definitions of every council. Raises UnreadablePackFile and UnreadablePack."""
    councils = read_councils(folder)
    intents = {
        name if isinstance(name, str) else next(iter(name)) for name in yaml.safe_load(domain.read_text("utf-8"))["intents"]
    }
    starting = _starting(rules)
    teams = {council: settings["teams"] for council, settings in read_pack_file(folder, "handoff.yml").items()}
    mistakes: list[str] = [*_places(folder)]
    assumed: dict[str, list[str]] = {}
    count = 0
    for council, definitions in read_definitions(folder).items():
        for name, raw in definitions.items():
            count += 1
            for setting in raw.get("assumed") or ():
                assumed.setdefault(f"{setting} in {council}", []).append(name)
            found = [*_form(raw), *_meaning(raw, name, councils[council], today, intents, starting)]
            found += [*_team(raw, teams[council]), *_shown(raw, name, definitions)]
            mistakes += [f"{_file(folder, council, name)}: {mistake}" for mistake in dict.fromkeys(found)]
    mistakes = list(dict.fromkeys(mistakes))
    unconfirmed = [
        f"To be confirmed by the council: {setting}: {', '.join(names)}" for setting, names in sorted(assumed.items())
    ]
    counted = f"{len(mistakes)} mistake{'' if len(mistakes) == 1 else 's'}" if mistakes else "no mistakes"
    return Report(mistakes, f"{count} applications of {len(councils)} councils checked: {counted}.", unconfirmed)


def _file(folder: Path, council: str, name: str) -> str:
    """The file to mend: the council's own where it has one."""
    stem = name.replace("_", "-")
    own = folder / council / "applications" / f"{stem}.yml"
    return f"councils/{council}/applications/{stem}.yml" if own.exists() else f"councils/england/applications/{stem}.yml"


def _form(raw: Mapping[str, Any]) -> Iterator[str]:
    """Mistakes in the form of a file."""
    for error in sorted(Draft202012Validator(SCHEMA).iter_errors(raw), key=lambda one: list(map(str, one.path))):
        place = " → ".join(str(part + 1 if isinstance(part, int) else part) for part in error.absolute_path)
        yield f"{place}: {_plainly(error.message)}" if place else _plainly(error.message)


def _plainly(message: str) -> str:
    message = message.replace("Additional properties are not allowed", "This is not known here")
    message = message.replace("is a required property", "is missing").replace("is not one of", "is none of")
    message = re.sub(
        r"does not match any of the regexes: .*|does not match '.*'", "may only have small letters, digits and _", message
    )
    message = re.sub(
        r"^(?:True|False) is not of type 'string'", 'yes, no, on and off must stand in quotes, as in "no"', message
    )
    return message.replace("is not of type 'string'", "must stand in quotes")


def _places(folder: Path) -> Iterator[str]:
    """Files that nobody reads, because of their name or their folder."""
    for path in sorted(folder.glob("*/applications/*")):
        place = f"councils/{path.relative_to(folder).as_posix()}"
        if path.suffix != ".yml" or not re.fullmatch(r"[a-z][a-z0-9-]*", path.stem):
            yield f"{place}: the name of the file must be small letters and - between words, and end in .yml"
        elif not (path.parent.parent / "council.yml").exists():
            yield f"{place}: {path.parent.parent.name} is no council here, as it has no council.yml"


def _team(raw: Mapping[str, Any], teams: Mapping[str, Any]) -> Iterator[str]:
    if (team := raw.get("team")) and team not in teams:
        yield f"team: {team} is no team of handoff.yml. There are {', '.join(sorted(teams))}"


def _shown(raw: Mapping[str, Any], name: str, definitions: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Buttons that would not be seen, as there is only room for so many under one answer."""
    for intent in raw.get("offered_by") or ():
        sharing = [
            other
            for other, one in definitions.items()
            if intent in (*(one.get("offered_by") or ()), *(one.get("started_by") or ()))
        ]
        if name in sharing[OFFERED_MOST:]:
            shown = ", ".join(sharing[:OFFERED_MOST])
            yield f"offered_by: {intent} has {OFFERED_MOST} buttons already ({shown}), so this one would not be seen"


def _near(word: str, known: Collection[str]) -> str:
    """How a wrong name may have been meant."""
    near = get_close_matches(word, known, n=3, cutoff=0.5)
    return f". Did you mean {' or '.join(near)}?" if near else ""


def _meaning(
    raw: Mapping[str, Any], name: str, council: CouncilKnowledge, today: date, intents: set[str], starting: set[str]
) -> Iterator[str]:
    """Mistakes that only show when the definition is built for a council."""
    yield from _facts(raw, council, today)
    try:
        definition = definition_of(raw, council.id, council.facts, today)
    except (KeyError, ValueError, TypeError, AttributeError, MissingFact):
        return  # said above already
    if definition.id != name:
        yield f"id: it must be {name}, as the file is called"
    for intent in (*definition.started_by, *definition.offered_by):
        if intent not in intents:
            yield f"{intent} is no intent of domain.yml{_near(intent, intents)}"
    for intent in definition.started_by:
        if intent in intents and intent not in starting:
            yield f"started_by: the rule of {intent} in data/rules must lead to action_start_application; use offered_by, or ask a developer"
    yield from _numbers(raw)
    yield from _fields(definition, today)
    yield from _wording(raw)


def _facts(raw: Mapping[str, Any], council: CouncilKnowledge, today: date) -> Iterator[str]:
    for optional, key in FACT.findall(json.dumps(raw, default=str)):
        fact = council.facts.get(key)
        if not optional and fact is None:
            yield f"there is no fact {key} in facts.yml of {council.id} or of its base{_near(key, council.facts)}"
        elif not optional and fact is not None and not fact.usable(today):
            yield f"the fact {key} of {council.id} is not checked or out of date"


def _numbers(raw: Mapping[str, Any]) -> Iterator[str]:
    """Texts that should hold a number and hold none."""
    places = [("promise_days", raw.get("promise_days"))]
    places += [
        (f"fields → {name} → {part}", field.get(part)) for name, field in raw["fields"].items() for part in ("least", "most")
    ]
    for place, value in places:
        if value is not None and number_in(value) is None and not FACT.search(str(value)):
            yield f"{place}: there is no number in {value!r}"


def _fields(definition: Definition, today: date) -> Iterator[str]:
    names = [field.name for field in definition.fields]
    for place, field in enumerate(definition.fields):
        for needed in (*field.only_if, *(name for note in field.notes for name in note.when)):
            first = needed.partition(".")[0]
            if first not in names:
                yield f"fields → {field.name}: it looks at {first}, which is not asked"
            elif names.index(first) > place:
                yield f"fields → {field.name}: it looks at {first}, which is asked later"
        for option in field.options:
            if sum(other.value == option.value for other in field.options) > 1:
                yield f"fields → {field.name}: two options have the value {option.value}"
            if not option.label and field.type != FieldType.YES_NO:
                yield f"fields → {field.name}: the option {option.value} has no label"
        for limit in (field.earliest, field.latest):
            try:
                shifted(today, limit or "today")
            except ValueError as problem:
                yield f"fields → {field.name}: {problem}"
    for part, name in definition.contact.items():
        held = definition.field(name)
        if held is None or held.type != CONTACTS[part]:
            yield f"contact: {part} must name a question of the type {CONTACTS[part].value}, and {name} is none"
    for name in sorted(wording.names_used(definition.receipt) - {"today"} - set(names)):
        yield f"receipt: it names {{{name}}}, which is not asked"
    if definition.public:
        for name in sorted({*definition.public.asks, *definition.public.needs} - set(names)):
            yield f"open311: it names {name}, which is not asked"
        for name in sorted(set(definition.public.needs) - set(definition.public.asks)):
            yield f"open311: {name} is needed and not in asks"
    yield from _sums(definition, set(names))


def _sums(definition: Definition, names: set[str]) -> Iterator[str]:
    """Mistakes in what a definition works out: questions that are not asked, and sums that it does not make."""
    parts = {
        "counted": (definition.counted, ("adults", "not_counted")),
        "charge": (definition.charge, ("year", "band", "less", "parts")),
        "reduction": (definition.reduction, ("bill", "income", "savings", "partner")),
    }
    for place, (given, questions) in parts.items():
        for part in questions:
            if part in given and given[part] not in names:
                yield f"{place}: {part} must name a question, and {given[part]} is none"
    known = names | {sum_ for place, (given, _) in parts.items() if given for sum_ in SUMS[place]}
    for number, result in enumerate(definition.results, 1):
        said = " ".join((result.text, result.rule, result.changes))
        used = wording.names_used(said) | {name.partition(".")[0] for name in result.when}
        for name in sorted(used - known):
            yield f"results → {number}: it names {name}, which is neither asked nor worked out"


def _wording(raw: Mapping[str, Any]) -> Iterator[str]:
    """Words for residents that are too hard."""
    texts = [str(raw.get("intro", "")), str(raw.get("danger", "")), *map(str, raw.get("next") or ())]
    texts += [str(field.get(part, "")) for field in (raw.get("fields") or {}).values() for part in ("ask", "why", "hint")]
    texts += [str(result.get(part, "")) for result in raw.get("results") or () for part in ("text", "rule", "changes")]
    read = " ".join(
        FACT.sub("10 days", text if text.rstrip().endswith((".", "?", ":")) else f"{text}.") for text in texts if text
    )
    if read and (grade := reading_grade(read)) > HARDEST_GRADE:
        yield f"the words are too hard: grade {grade:.1f}, and {HARDEST_GRADE:.0f} is the most"


def _starting(rules: Path) -> set[str]:
    """The intents whose rule begins an application."""
    found = set()
    for path in sorted(rules.glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            steps = rule["steps"]
            if len(steps) > 1 and steps[1].get("action") == "action_start_application":
                found.add(steps[0]["intent"])
    return found
