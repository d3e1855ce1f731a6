"""Whatever staff do stands in the audit: each use case that changes something for an actor writes it, in its transaction.

A use case is a public method that takes an Actor. The code itself is read, so that a new one cannot be forgotten.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CALLERS = {"web", "commands"}  # they call use cases and have none
ROOMS = sorted(path.parent.name for path in (ROOT / "bot").glob("*/__init__.py") if path.parent.name not in CALLERS)
RECORDS = {"record", "record_desk", "_record"}
NO_DEED = {
    "Presences.here": "the console's own sign of life, every few seconds; what somebody says of themselves is recorded",
    "Drafts.change": "an open draft with what is live in it already; what somebody writes in it is recorded",
}
READINGS = {  # where residents' words are shown, and what is recorded for it
    "Desks.open": "TRANSCRIPT_READ",
    "Desks.claim": "CHAT_CLAIMED",
    "Desks.step_in": "CHAT_STEPPED_IN",
    "Passing.take_over": "CHAT_TAKEN_OVER",
    "History.search": "TRANSCRIPTS_SEARCHED",
    "Casework.read": "CASE_READ",
}


def use_cases() -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    for path in (path for room in ROOMS for path in sorted((ROOT / "bot" / room).rglob("*.py"))):
        for kind in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef)):
            for method in (node for node in kind.body if isinstance(node, ast.AsyncFunctionDef)):
                taken = {argument.arg for argument in (*method.args.args, *method.args.kwonlyargs)}
                if not method.name.startswith("_") and "actor" in taken:
                    yield f"{kind.name}.{method.name}", method


def called(method: ast.AST) -> set[str]:
    calls = (node.func for node in ast.walk(method) if isinstance(node, ast.Call))
    return {function.attr for function in calls if isinstance(function, ast.Attribute)}


CASES = dict(use_cases())
WRITING = sorted(name for name, method in CASES.items() if "writing" in called(method))


def test_the_use_cases_are_found():
    assert {"Desks.reply", "Passing.transfer", "Presences.set", "Accounts.add", "Switches.turn", "Casework.read"} <= set(
        WRITING
    )
    assert len(WRITING) > 35


@pytest.mark.parametrize("name", [name for name in WRITING if name not in NO_DEED])
def test_whatever_changes_something_for_an_actor_is_recorded_in_the_same_transaction(name):
    blocks = [
        node
        for node in ast.walk(CASES[name])
        if isinstance(node, ast.AsyncWith) and "writing" in called(node.items[0].context_expr)
    ]
    assert any(RECORDS & called(block) for block in blocks), f"{name} changes something and leaves nothing in the audit"


@pytest.mark.parametrize("name", sorted(READINGS))
def test_whoever_is_shown_a_residents_words_stands_in_the_audit(name):
    named = {node.attr for node in ast.walk(CASES[name]) if isinstance(node, ast.Attribute)}
    assert READINGS[name] in named


def test_no_exception_is_kept_for_a_use_case_that_is_gone():
    assert set(NO_DEED) <= set(CASES)
