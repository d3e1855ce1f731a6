"""The page of `make evaluate`: one HTML file with its pictures inside, which opens anywhere without a network.

Made from results.json alone. `pictures` is also used by document.py, which writes the committed docs/evaluation.md.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from bot.evaluation import pictures as draw
from bot.evaluation.findings import Results, aims, in_words, interval, weaknesses
from bot.evaluation.model import AREAS
from bot.evaluation.residents import OUTCOMES

STYLE = """
body { font: 17px/1.5 Arial, Helvetica, sans-serif; color: #0b0c0c; max-width: 68rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 2rem } h2 { margin-top: 2.5rem; border-top: 1px solid #b1b4b6; padding-top: 1rem }
table { border-collapse: collapse; margin: 1rem 0 } caption { text-align: left; font-weight: bold; padding-bottom: .4rem }
th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid #b1b4b6 }
.missed { color: #942514; font-weight: bold } .kept { color: #005a30; font-weight: bold }
figure { margin: 1.5rem 0; overflow-x: auto } svg { max-width: none }
summary { cursor: pointer; text-decoration: underline } li { margin-bottom: .4rem }
"""
Rows = Sequence[Sequence[str]]


def pictures(results: Results) -> dict[str, str]:
    """Every picture of the held-out figures, by name."""
    held = results["held_out"]["read"]
    of = f"held-out messages, n = {held['messages']:,}"
    areas = [(AREAS[name], one["first"]) for name, one in held["by_area"].items()]
    styles = [(name.replace("_", " "), one["first"]) for name, one in held["by_style"].items()]
    intents = sorted(held["by_intent"].items(), key=lambda item: (-item[1]["first"]["share"], item[0]))
    outcomes = [(_short(name), rate) for name, rate in results["held_out"]["residents"]["outcomes"].items()]
    return {
        "residents": draw.bars(f"What residents got ({of})", outcomes),
        "style": draw.bars(f"First reading right, by style of wording ({of})", styles, wanted=0.93),
        "area": draw.bars(f"First reading right, by service area ({of})", areas, wanted=0.93),
        "reliability": draw.reliability(f"How far the probabilities can be believed ({of})", held["calibration"]),
        "confusion-areas": draw.matrix(f"Areas: meant and read ({of})", held["confusion_of_areas"], numbers=True),
        "intents": draw.bars(f"First reading right, by intent ({of})", [(name, one["first"]) for name, one in intents], 0.93),
        "confusion": draw.matrix(f"Intents: meant and read ({of})", held["confusion"]),
    }


def _short(name: str) -> str:
    return name.replace("_", ", ")


def page(results: Results) -> str:
    """The whole report."""
    drawn = pictures(results)
    messages, strangers, folds = results["held_out"], results["strangers"], results["folds"]
    held = messages["read"]
    findings = [
        [one.name, one.wanted, one.reached, _verdict(one.kept), other.reached, _verdict(other.kept)]
        for one, other in zip(aims(messages), aims(strangers), strict=True)
    ]
    parts = [
        "<h1>How well the assistant understands</h1>",
        f"<p>{escape(made(results))}</p>",
        _table("Aims", ["Aim", "Wanted", "Held-out messages", "", "By strangers", ""], findings),
        _table("The reader alone, and with search beside it", *readings_table(results)),
        "<h2>Weaknesses</h2>",
        "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in weaknesses(results)) + "</ul>",
        "<h2>What a resident gets</h2>",
        "<p>Each message is put to the assistant itself as the first of a conversation.</p>",
        _table("Outcome", *residents_table(messages)),
        _figure(drawn["residents"]),
        _table("Outcome by style of wording", *outcomes_by_style(messages)),
        "<h2>Danger</h2>",
        _table("Urgent messages", ["Read by", "Recognised", "False alarms"], danger_rows(messages)),
        "<h2>By style of wording</h2>",
        _figure(drawn["style"]),
        _table("By style", *group_table(held["by_style"])),
        "<h2>By service area</h2>",
        _figure(drawn["area"]),
        _table("By area", *group_table(held["by_area"])),
        _figure(drawn["confusion-areas"]),
        "<h2>By intent</h2>",
        _figure(drawn["intents"]),
        _table("Mistaken most often", ["Meant", "Read as", "How often"], mistake_rows(held)),
        _figure(drawn["confusion"]),
        "<h2>How far the probabilities can be believed</h2>",
        _figure(drawn["reliability"]),
        _table("Reliability", *reliability_table(held["calibration"])),
        "<h2>Messages of strangers</h2>",
        f"<p>{escape(made_by_strangers(results))}</p>",
        _table("The reader alone, and with search beside it", *readings_table(results, "strangers")),
        _table("Outcome", *residents_table(strangers)),
        _table("Urgent messages", ["Read by", "Recognised", "False alarms"], danger_rows(strangers)),
        _table("By style", *group_table(strangers["read"]["by_style"])),
        _table("By area", *group_table(strangers["read"]["by_area"])),
        _table("Mistaken most often", ["Meant", "Read as", "How often"], mistake_rows(strangers["read"])),
        _folds(folds),
        _details([*messages["wrong"], *strangers["wrong"]]),
    ]
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Evaluation of Resident Desk</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n" + "\n".join(parts) + "\n</main>\n</body>\n</html>\n"
    )


def made(results: Results) -> str:
    """What was measured, when and with which model."""
    held, strangers = results["held_out"], results["strangers"]
    return (
        f"Measured on {results['day']} with {results['model']} (encoders {', '.join(results['encoders'])}):"
        f" {held['read']['messages']:,} held-out messages of {held['file']} (SHA-256 {held['hash'][:12]}) and"
        f" {strangers['read']['messages']:,} by strangers of {strangers['file']} (SHA-256 {strangers['hash'][:12]}), both kept"
        " apart from training. Brackets give how many of how many; intervals are 95% (Wilson)."
    )


def made_by_strangers(results: Results) -> str:
    """How the second set came to be."""
    return (
        f"{results['strangers']['read']['messages']:,} messages by seven writers who had the list of intents with the borders"
        " between them, and nothing else of this product: neither its examples, nor its held-out messages, nor how it reads."
        " They were asked to write as people write to councils in Britain and to say what each means. Many messages of the first"
        " four are misspelt; the last three wrote 727 after looking at what people write in public places and in what manner, in"
        " words of their own. Labels were given again by readers who had not seen the writers': of the second two's 924 one"
        " differed and was left out, of the last three's 780 none. What has the very words of an example was left out;"
        " that is short (“yep”) and would have been read right. They tell how the assistant reads somebody whom its makers did not"
        " have in mind."
    )


def group_table(groups: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Headings and rows: first reading, among three, area."""
    rows = [
        [name.replace("_", " "), in_words(one["first"]), interval(one["first"]), in_words(one["three"]), in_words(one["area"])]
        for name, one in groups.items()
    ]
    return ["", "First reading right", "Interval", "Among three", "Area right"], rows


def residents_table(messages: Results) -> tuple[list[str], list[list[str]]]:
    """Headings and rows: one outcome a row, for one set of messages."""
    residents = messages["residents"]
    rows = [[OUTCOMES[name], in_words(rate), interval(rate)] for name, rate in residents["outcomes"].items()]
    for name, words in (("rightly", "Not for a council, and told so"), ("wrongly", "For a council, and turned away")):
        rate = residents["turned_away"][name]
        rows.append([words, in_words(rate), interval(rate)])
    return ["What the resident got", "How many", "Interval"], rows


def outcomes_by_style(messages: Results) -> tuple[list[str], list[list[str]]]:
    """Headings and rows: one style a row, one outcome a column."""
    rows = [
        [name.replace("_", " "), *(in_words(one[outcome]) for outcome in OUTCOMES)]
        for name, one in messages["residents"]["by_style"].items()
    ]
    return ["", *(_short(outcome) for outcome in OUTCOMES)], rows


def danger_rows(messages: Results) -> list[list[str]]:
    """Urgent messages recognised and false alarms, by who looks."""
    danger = messages["danger"]
    kinds = (
        ("the reader alone, as likeliest reading", messages["reader_alone"]["urgent"]),
        ("the screen's certain phrases alone", danger["screen_alone"]),
        ("wording and meaning, while the engine is away", danger["engine_away"]),
        ("reader and screen together, by the assistant's rule", danger["together"]),
        ("the assistant, in what it replied", messages["residents"]["urgent"]),
    )
    return [[name, in_words(one["recognised"]), in_words(one["mistaken"])] for name, one in kinds]


def mistake_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    """The pairs mistaken more than once, most often first."""
    return [[one["meant"], one["read"], in_words(one["rate"])] for one in figures["mistakes"] if one["rate"]["count"] > 1]


def reliability_table(calibration: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of the ten bins."""
    rows = [
        [f"{one['from']:.0%}–{one['to']:.0%}", f"{one['confidence']:.1%}", in_words(one["right"]), interval(one["right"])]
        for one in calibration["bins"]
        if one["right"]["of"]
    ]
    return ["Probability", "On average", "Right", "Interval"], rows


def readings_table(results: Results, name: str = "held_out") -> tuple[list[str], list[list[str]]]:
    """Headings and rows for one set: how much search adds to the reader, and cross-validation, which has the reader alone."""
    messages = results[name]
    columns = [
        ("Reader alone", messages["reader_alone"]),
        ("With the screen and search, as the assistant decides", messages["read"]),
    ]
    if results["folds"] and name == "held_out":
        columns.append(("Reader alone, cross-validated", results["folds"]))
    rows = [main_rows(figures) for _, figures in columns]
    return (
        ["", *(name for name, _ in columns)],
        [[same[0][0], *(row[1] for row in same)] for same in zip(*rows, strict=True)],
    )


def main_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    """The main figures of a set of messages, with their intervals."""
    error = figures["calibration"]
    return [
        ["Right intent, first reading", in_words(figures["first"]), interval(figures["first"])],
        ["Right among three", in_words(figures["three"]), interval(figures["three"])],
        ["Right service area", in_words(figures["area"]), interval(figures["area"])],
        ["Out of scope recognised", in_words(figures["out_of_scope"]["recognised"]), ""],
        ["Real questions read as out of scope", in_words(figures["out_of_scope"]["mistaken"]), ""],
        ["Urgent recognised", in_words(figures["urgent"]["recognised"]), ""],
        ["Read as urgent by mistake", in_words(figures["urgent"]["mistaken"]), ""],
        ["Expected calibration error", f"{error['expected_error']:.3f} (of {error['messages']:,} messages)", ""],
    ]


def _folds(folds: Mapping[str, Any] | None) -> str:
    if not folds:
        return "<h2>Cross-validation</h2><p>Left out of this run.</p>"
    of = f"cross-validation, n = {folds['messages']:,}"
    intents = sorted(folds["by_intent"].items(), key=lambda item: (-item[1]["first"]["share"], item[0]))
    bars = draw.bars(f"First reading right, by intent ({of})", [(name, one["first"]) for name, one in intents])
    return "\n".join(
        [
            "<h2>Cross-validation over the training examples</h2>",
            _table(f"Stratified, {folds['number']} folds", ["", "Figure", "Interval"], main_rows(folds)),
            _table("By area", *group_table(folds["by_area"])),
            _figure(draw.reliability(f"Reliability ({of})", folds["calibration"])),
            _figure(bars),
            _table("Mistaken most often", ["Meant", "Read as", "How often"], mistake_rows(folds)),
            _figure(draw.matrix(f"Intents: meant and read ({of})", folds["confusion"])),
        ]
    )


def _details(wrong: Sequence[Mapping[str, Any]]) -> str:
    rows = [[one["text"], one["style"], one["meant"], f"{one['read']} ({one['confidence']:.0%})", one["got"]] for one in wrong]
    return (
        "<h2>Messages read wrong</h2><p>To see what kind of thing goes wrong. Never copy one into data/nlu.</p>"
        f"<details><summary>All {len(rows):,}</summary>"
        + _table("Read wrong", ["Message", "Style", "Meant", "Read as", "The resident was"], rows)
        + "</details>"
    )


def _table(caption: str, headings: Sequence[str], rows: Rows) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in headings)
    body = "\n".join("<tr>" + "".join(f"<td>{_cell(one)}</td>" for one in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(words: str) -> str:
    return f'<span class="{words}">{words}</span>' if words in ("kept", "missed") else escape(words)


def _verdict(kept: bool) -> str:
    return "kept" if kept else "missed"


def _figure(svg: str) -> str:
    return f"<figure>{svg}</figure>"
