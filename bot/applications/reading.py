"""Reads definitions from councils/*/applications/*.yml and lays a council's own over the national ones.

A council's file of the same name replaces single parts of the national one: a question's options, a promise, a sentence. A file
with `leave_out: true` takes the whole application away for that council. Facts ({fact:key}) are filled in when a definition
is built for a day, since facts begin and end; {fact?:key} drops the part it stands in where the council has no such fact.
check.py finds mistakes, schema.json says what may stand in a file.
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bot.applications.model import Capacity, Definition, Field, FieldType, Note, Option, Price, Public, Result
from bot.foundation.packs import load_yaml, merged
from bot.knowledge.model import Fact

FACT = re.compile(r"\{fact(\??):([a-z0-9_]+)\}")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER = re.compile(r"[\d,]+(?:\.\d+)?")


class MissingFact(Exception):
    """A fact that the definition needs is not there today; the text is its key."""


def read_definitions(councils_folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """For each council that is served, its definitions by id, not yet built. Raises UnreadablePackFile."""
    packs = {path.parent.name: load_yaml(path) for path in sorted(councils_folder.glob("*/council.yml"))}
    files = {
        pack: {path.stem: load_yaml(path) for path in sorted((councils_folder / pack / "applications").glob("*.yml"))}
        for pack in packs
    }
    found = {}
    for council, pack in packs.items():
        if base := pack.get("base"):
            together = dict(files.get(str(base), {}))
            for name, own in files[council].items():
                together[name] = merged(together.get(name, {}), own)
            found[council] = {name.replace("-", "_"): raw for name, raw in together.items() if not raw.get("leave_out")}
    return found


def definition_of(raw: Mapping[str, Any], council: str, facts: Mapping[str, Fact], today: date) -> Definition:
    """A definition with its facts as they are today. Raises MissingFact; the rest is the matter of the check."""
    filled = _filled(dict(raw), facts, today)
    return Definition(
        id=str(filled["id"]),
        council=council,
        title=filled["title"],
        button=filled["button"],
        said=filled["said"],
        team=filled["team"],
        area=filled["area"],
        owner=filled["owner"],
        fields=tuple(_in_order(filled["fields"])),
        intro=filled.get("intro", "").strip(),
        danger=filled.get("danger", "").strip(),
        urgency=filled.get("urgency", "normal"),
        started_by=tuple(filled.get("started_by") or ()),
        offered_by=tuple(filled.get("offered_by") or ()),
        checks=tuple(filled.get("checks") or ()),
        ends=filled.get("ends", "case"),
        declaration=filled.get("declaration", "").strip(),
        receipt=filled.get("receipt", "").strip(),
        next=tuple(filled.get("next") or ()),
        promise_days=None if (days := number_in(filled.get("promise_days"))) is None else int(days),
        results=tuple(_result(one, facts, today) for one in filled.get("results") or ()),
        counted=filled.get("counted") or {},
        charge=filled.get("charge") or {},
        reduction=filled.get("reduction") or {},
        contact=filled.get("contact") or {},
        public=_public(public) if (public := filled.get("open311")) else None,
    )


def number_in(value: object) -> float | None:
    """The number in a value such as 5, "£59" or "10 working days"; None where there is none."""
    found = _NUMBER.search(str(value)) if value is not None else None
    return float(found[0].replace(",", "")) if found else None


def facts_needed(raw: object) -> set[str]:
    """The keys of the facts without which the definition cannot be used."""
    return {found[2] for found in FACT.finditer(str(raw)) if not found[1]}


def _in_order(fields: Mapping[str, Mapping[str, Any]]) -> list[Field]:
    """The questions in the file's order; one that a council adds goes where its `after` says."""
    names = [name for name, one in fields.items() if not one.get("leave_out")]
    for name in list(names):
        after = fields[name].get("after")
        if after in names:
            names.remove(name)
            names.insert(names.index(after) + 1, name)
    return [_field(name, fields[name]) for name in names]


def _field(name: str, one: Mapping[str, Any]) -> Field:
    price, capacity = one.get("price"), one.get("capacity")
    return Field(
        name=name,
        type=FieldType(one["type"]),
        label=one["label"],
        ask=one["ask"],
        why=one.get("why", ""),
        hint=one.get("hint", ""),
        optional=bool(one.get("optional")),
        unknown=bool(one.get("unknown")),
        only_if=_condition(one.get("only_if") or {}),
        options=tuple(_option(option) for option in one.get("options") or ()),
        words=tuple(one.get("words") or ()),
        earliest=str(one.get("earliest") or ""),
        latest=str(one.get("latest") or ""),
        too_early=one.get("too_early", ""),
        too_late=one.get("too_late", ""),
        least=number_in(one.get("least")),
        most=number_in(one.get("most")),
        long=bool(one.get("long")),
        from_opening=one.get("from_opening", True),
        per=one.get("per", ""),
        leans=one.get("leans", ""),
        anywhere=bool(one.get("anywhere")),
        price=Price(number_in(price["amount"]) or 0.0, int(number_in(price.get("group")) or 1)) if price else None,
        capacity=_capacity(capacity) if capacity else None,
        notes=tuple(
            Note(_condition(note["when"]), note["text"].strip(), bool(note.get("ends"))) for note in one.get("notes") or ()
        ),
    )


def _public(public: Mapping[str, Any]) -> Public:
    keywords, asks, needs = (tuple(public.get(part) or ()) for part in ("keywords", "asks", "needs"))
    return Public(public["name"], public["description"], public.get("group", ""), keywords, asks, needs)


def _option(option: Mapping[str, Any]) -> Option:
    words = tuple(str(word) for word in option.get("words") or ())
    return Option(option["value"], option.get("label", ""), words, option.get("said", ""))


def _result(result: Mapping[str, Any], facts: Mapping[str, Fact], today: date) -> Result:
    """A result with the source of the fact that it names. Raises MissingFact."""
    fact = facts.get(result["source"])
    if fact is None or not fact.usable(today):
        raise MissingFact(result["source"])
    return Result(
        when=_condition(result["when"]),
        text=result["text"],
        rule=result["rule"],
        source_title=fact.source.title,
        source_url=fact.source.url,
        checked=fact.checked,
        changes=result["changes"],
        then=result.get("then", ""),
    )


def _condition(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A condition whose limits are numbers, also where a fact such as "£16,000" or "6 months" stands for one."""
    return {name: _limits(wanted) if isinstance(wanted, Mapping) else wanted for name, wanted in raw.items()}


def _limits(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: limit if name == "only" else number_in(limit) for name, limit in wanted.items()}


def _capacity(capacity: Mapping[str, Any]) -> Capacity:
    return Capacity(
        weekdays=tuple(WEEKDAYS.index(day) for day in capacity["weekdays"]),
        places=int(capacity["places"]),
        from_days=int(capacity.get("from_days", 2)),
        to_days=int(capacity.get("to_days", 42)),
    )


def _filled(value: Any, facts: Mapping[str, Fact], today: date) -> Any:
    """The value with its facts; whatever holds a {fact?:key} that is not there is dropped. Raises MissingFact."""
    match value:
        case dict():
            inner = {name: _filled(one, facts, today) for name, one in value.items()}
            kept = {name: one for name, one in inner.items() if one is not _DROPPED}
            return _DROPPED if "amount" in value and "amount" not in kept else kept
        case list():
            return [one for one in (_filled(inner, facts, today) for inner in value) if one is not _DROPPED]
        case str():
            return _with_facts(value, facts, today)
        case _:
            return value


def _with_facts(text: str, facts: Mapping[str, Fact], today: date) -> Any:
    for optional, key in FACT.findall(text):
        fact = facts.get(key)
        if fact is None or not fact.usable(today):
            if optional:
                return _DROPPED
            raise MissingFact(key)
    return FACT.sub(lambda found: facts[found[2]].value, text)


_DROPPED = object()
