"""The tables of a report: the same numbers for the page, where a share stands beside its count, and for CSV, where each has a column.

CSV is for spreadsheets: UTF-8 with its mark so that Excel reads it rightly, one header row, plain numbers, and no cell that a
spreadsheet would take for a formula.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.reports.model import Counted, Figure
from bot.reports.periods import Step
from bot.reports.service import Group, Report
from bot.reports.wording import ReportWords, part_label, percentage

Value = str | float | None
COLUMNS = (
    "conversations", "answered", "said_yes", "said_no", "passed_on", "abandoned", "unanswered", "wait_median", "wait_p90",
    "promises_kept", "cost",
)  # fmt: skip
TABLES = ("figures", "series", "hours", "services", "councils", "questions", "themes")
NONE = "–"  # in a cell with nothing to say
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Table:
    """One table. `shown` has the cells as people read them, `rows` the same for programs under `columns`."""

    name: str
    title: str
    headings: tuple[str, ...]
    shown: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def tables_of(report: Report, words: ReportWords, council_name: Callable[[str], str]) -> dict[str, Table]:
    """Every table of a report that has rows."""
    step = report.asked.step or report.asked.period.usual_step
    series = [(_begins(one, step), one.name.first.isoformat(), one.counted) for one in report.series]
    hours = [(f"{one.name:02}:00", f"{one.name:02}:00", one.counted) for one in report.hours if _any(one)]
    services = [(words.named(one.name), words.named(one.name), one.counted) for one in report.services if _any(one)]
    councils = [(council_name(one.name), one.name, one.counted) for one in report.by_council]
    found = {
        "figures": _figures(report, words),
        "series": _groups("series", series if len(series) > 1 else [], words),
        "hours": _groups("hours", hours, words),
        "services": _groups("services", services, words),
        "councils": _groups("councils", councils if len(councils) > 1 else [], words),
        "questions": _questions(report, words),
        "themes": _themes(report, words),
    }
    return {name: table for name, table in found.items() if table.rows}


def as_csv(table: Table) -> bytes:
    """The table as a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([guarded(column) for column in table.columns])
    writer.writerows([[plain(value) for value in row] for row in table.rows])
    return text.getvalue().encode("utf-8-sig")


def plain(value: Value) -> str:
    """One cell of a CSV file: nothing for what there is none of, a number without separators."""
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    return str(int(value)) if value == int(value) else f"{value:.4f}"


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _any(group: Group) -> bool:
    return bool(group.counted.tally.conversations or group.counted.promises.due)


def _begins(group: Group, step: Step) -> str:
    label = part_label(group.name, step)
    return label if step != Step.DAY else f"{group.name.first:%a} {label}"


def _figures(report: Report, words: ReportWords) -> Table:
    names = words.words["tables"]["figures"]["columns"]
    columns = tuple(str(names[name]) for name in ("figure", "value", "of", "share", "what", "before"))
    found, before = report.whole.figures(), report.before.figures()
    shown = tuple(
        (words.definitions[name].label, words.value(one), words.of(one), _or_dash(words, before[name]))
        for name, one in found.items()
    )
    rows = tuple(
        (
            words.definitions[name].label,
            _number(one),
            one.of if one.value is not None else None,
            one.share,
            words.definitions[name].of,
            before[name].share if one.kind == "share" else _number(before[name]),
        )
        for name, one in found.items()
    )
    headings = tuple(str(names[name]) for name in ("figure", "value", "of", "before"))
    return Table("figures", words.say("tables", "figures", "title"), headings, shown, columns, rows)


def _groups(name: str, groups: Sequence[tuple[str, str, Counted]], words: ReportWords) -> Table:
    labels = [words.definitions[column].label for column in COLUMNS]
    first = words.say("tables", name, "column")
    shown = tuple((label, *(_cell(words, one.figures()[column]) for column in COLUMNS)) for label, _, one in groups)
    empty = Counted().figures()
    columns = [first, *(one for column in COLUMNS for one in _columns(empty[column], words))]
    rows = tuple((named, *(cell for column in COLUMNS for cell in _cells(one.figures()[column]))) for _, named, one in groups)
    return Table(name, words.say("tables", name, "title"), (first, *labels), shown, tuple(columns), rows)


def _columns(figure: Figure, words: ReportWords) -> list[str]:
    """A figure's columns in a CSV file: its number, with its unit when it has one, and what it is of."""
    label, units = words.definitions[figure.name].label, words.words["tables"]["units"]
    number = f"{label}{units[figure.kind]}"
    return [number] if figure.kind == "count" else [number, f"{label}{units['of']}"]


def _cells(figure: Figure) -> list[Value]:
    return [_number(figure)] if figure.kind == "count" else [_number(figure), figure.of]


def _cell(words: ReportWords, figure: Figure) -> str:
    """A cell of the page: a count with its share, or nothing."""
    if figure.value is None:
        return NONE
    if figure.kind == "share":
        return f"{figure.value:,.0f} ({percentage(figure.share or 0.0)})"
    return words.value(figure)


def _or_dash(words: ReportWords, figure: Figure) -> str:
    return words.value(figure) if figure.value is not None else NONE


def _number(figure: Figure) -> Value:
    return round(figure.value, 4) if figure.value is not None else 0 if figure.kind == "count" else None


def _questions(report: Report, words: ReportWords) -> Table:
    every = report.whole.tally.conversations
    columns = (words.say("tables", "questions", "column"), words.definitions["conversations"].label)
    share = words.say("tables", "figures", "columns", "share")
    shown = tuple((words.named(intent), f"{number:,}", percentage(number / every)) for intent, number in report.questions)
    rows = tuple((words.named(intent), number, number / every) for intent, number in report.questions)
    title = words.say("tables", "questions", "title")
    return Table("questions", title, (*columns, share), shown, (*columns, share), rows)


def _themes(report: Report, words: ReportWords) -> Table:
    columns = tuple(words.say("tables", "themes", name) for name in ("column", "people"))
    shown = tuple((name, f"{people:,}") for name, people in report.themes)
    return Table("themes", words.say("tables", "themes", "title"), columns, shown, columns, report.themes)
