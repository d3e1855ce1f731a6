"""docs/evaluation.md and its pictures: the report as it is committed, for people who read the repository.

Shorter than the page of report.py and made from the same results, so the two never disagree.
"""

from collections.abc import Sequence
from pathlib import Path

from bot.evaluation import report
from bot.evaluation.findings import Finding, Results, aims, weaknesses

SHOWN = ("residents", "style", "area", "reliability", "confusion-areas", "intents", "confusion")


def write_document(results: Results, folder: Path) -> list[Path]:
    """Writes evaluation.md and the pictures under `folder`; returns what was written."""
    drawn = report.pictures(results)
    written = []
    for name in SHOWN:
        path = folder / "pictures" / f"evaluation-{name}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawn[name], encoding="utf-8")
        written.append(path)
    page = folder / "evaluation.md"
    page.write_text(document(results), encoding="utf-8")
    return [*written, page]


def document(results: Results) -> str:
    """The text of the document."""
    messages, strangers, folds = results["held_out"], results["strangers"], results["folds"]
    held = messages["read"]
    findings = [
        [one.name, one.wanted, one.reached, _kept(one), other.reached, _kept(other)]
        for one, other in zip(aims(messages), aims(strangers), strict=True)
    ]
    parts = [
        "# How well the assistant understands",
        (
            "Written by `python -m bot evaluate --write`; do not edit. `make evaluate` writes the full report, with every message"
            " that was read wrong, to `var/evaluation/report.html` and the figures to `var/evaluation/results.json`."
        ),
        report.made(results),
        "## Aims",
        _table(["Aim", "Wanted", "Reached on the held-out messages", "Kept", "On those of strangers", "Kept"], findings),
        (
            "The reader is the engine's classifier. The assistant answers danger first, by the screen and the reader together; for"
            " all else it weighs what search finds beside the reader. That is what the aims and everything below are measured on."
            " The held-out messages:"
        ),
        _table(*report.readings_table(results)),
        "## Weaknesses",
        "\n".join(f"- {one}" for one in weaknesses(results)),
        "## What a resident gets",
        "Each message is put to the assistant itself, as the first of a conversation.",
        _table(*report.residents_table(messages)),
        _picture("residents", "What residents got"),
        _table(*report.outcomes_by_style(messages)),
        "## Danger",
        (
            "Urgent messages recognised, and others taken for urgent. The rule: a certain phrase of the screen, or a high"
            " probability, or a lower one beside a hint in the wording."
        ),
        _table(["Read by", "Recognised", "False alarms"], report.danger_rows(messages)),
        "## By style of wording",
        _table(*report.group_table(held["by_style"])),
        _picture("style", "First reading right, by style of wording"),
        "## By service area",
        _table(*report.group_table(held["by_area"])),
        _picture("area", "First reading right, by service area"),
        _picture("confusion-areas", "Areas: what was meant and how it was read"),
        "## By intent",
        _picture("intents", "First reading right, by intent"),
        _table(["Meant", "Read as", "How often"], report.mistake_rows(held)[:12]),
        _picture("confusion", "Intents: what was meant and how it was read"),
        "## How far the probabilities can be believed",
        _table(*report.reliability_table(held["calibration"])),
        _picture("reliability", "How often readings were right against how sure they were"),
        "## Messages of strangers",
        report.made_by_strangers(results),
        _table(*report.readings_table(results, "strangers")),
        _table(*report.residents_table(strangers)),
        _table(["Danger read by", "Recognised", "False alarms"], report.danger_rows(strangers)),
        _table(*report.group_table(strangers["read"]["by_style"])),
        _table(*report.group_table(strangers["read"]["by_area"])),
        _table(["Meant", "Read as", "How often"], report.mistake_rows(strangers["read"])[:12]),
    ]
    if folds:
        parts += [
            "## Cross-validation over the training examples",
            f"Stratified, {folds['number']} folds; every example is read by a reader that has not seen it.",
            _table(["", "Figure", "Interval"], report.main_rows(folds)),
            _table(*report.group_table(folds["by_area"])),
            _table(["Meant", "Read as", "How often"], report.mistake_rows(folds)[:12]),
        ]
    return "\n\n".join(parts) + "\n"


def _kept(finding: Finding) -> str:
    return "yes" if finding.kept else "**no**"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_row(headings), _row(["---"] * len(headings)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _picture(name: str, words: str) -> str:
    return f"![{words}](pictures/evaluation-{name}.svg)"
