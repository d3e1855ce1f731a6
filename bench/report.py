"""Writes the figures for people and for machines: a plain table with the ratios first, and var/bench/results.json.

Every ratio is the product's figure against that of stock Rasa from the same run, turned so that more than 1 is better.
docs/benchmarks.md says what each line means. Nothing here measures.
"""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import addresses, assist, reports
from bench.figures import ratio
from bench.serving import ENGINE, GATEWAY, STOCK
from tests.running import ROOT

Results = dict[str, Any]


def ratios(results: Results) -> dict[str, float]:
    """How many times better than stock Rasa, by name."""
    found = {}
    for residents, ways in results["turns"].items():
        desk, stock = ways["desk"], ways["stock Rasa"]
        found[f"turns a second, {residents} at once"] = ratio(desk["turns_a_second"], stock["turns_a_second"])
        found[f"turn p50, {residents} at once"] = ratio(stock["p50_ms"], desk["p50_ms"])
        found[f"turn p95, {residents} at once"] = ratio(stock["p95_ms"], desk["p95_ms"])
    parse, start, memory = results["parse"], results["start_seconds"], results["memory_mb"]
    found["reading one message, p50"] = ratio(parse[STOCK]["p50_ms"], parse[ENGINE]["p50_ms"])
    found["reading one message, p95"] = ratio(parse[STOCK]["p95_ms"], parse[ENGINE]["p95_ms"])
    found["start to ready, engine"] = ratio(start[STOCK], start[ENGINE])
    found["start to ready, engine and gateway"] = ratio(start[STOCK], start[ENGINE] + start[GATEWAY])
    found["memory, engine"] = ratio(memory[STOCK], memory[ENGINE])
    found["memory, engine and gateway"] = ratio(memory[STOCK], memory[ENGINE] + memory[GATEWAY])
    return found


def table(results: Results) -> str:
    """The whole report as text."""
    machine, stock = results["machine"], results["stock"]
    headings = f"{'turns':<28}{'residents':>10}{'turns':>7}{'p50 ms':>9}{'p95 ms':>9}{'turns/s':>9}"
    lines = [
        "",
        "Resident Desk against stock Rasa in the same run (more than 1 is better for the desk)",
        *(f"  {name:<42}{value:>7.2f} ×" for name, value in results["ratios"].items()),
        "",
        f"{headings}   {'slowest–fastest':<16}{'failed':>7}",
    ]
    for residents, ways in results["turns"].items():
        for way, one in ways.items():
            slow, fast = one["slowest_and_fastest_round"]
            lines.append(
                f"  {way:<26}{residents:>10}{one['count']:>7}{one['p50_ms']:>9.1f}{one['p95_ms']:>9.1f}"
                f"{one['turns_a_second']:>9.1f}   {f'{slow:.1f}–{fast:.1f}':<16}{len(one['failures']):>7}"
            )
    lines += ["", "processor time of one turn, ms"]
    for residents, ways in results["turns"].items():
        for way, one in ways.items():
            used = ", ".join(f"{name} {value:.1f}" for name, value in one["processor_ms_a_turn"].items() if value >= 0.05)
            lines.append(f"  {way:<26}{residents:>10}   {used}")
    lines += ["", f"{'one thing at a time':<28}{'count':>10}{'p50 ms':>9}{'p95 ms':>9}"]
    alone = {f"{name}: /model/parse": one for name, one in results["parse"].items()} | results["search"]
    alone |= {f"{name}: to the other side": one for name, one in results.get("delivery", {}).items()}
    lines += [f"  {name:<26}{one['count']:>10}{one['p50_ms']:>9.1f}{one['p95_ms']:>9.1f}" for name, one in alone.items()]
    lines += ["", f"{'process':<28}{'start s':>10}{'memory MB':>11}{'after start':>13}"]
    for name, memory in results["memory_mb"].items():
        start = results["start_seconds"].get(name)
        shown = f"{start:.1f}" if start is not None else "–"
        lines.append(f"  {name:<26}{shown:>10}{memory:>11.0f}{results['memory_after_start_mb'][name]:>13.0f}")
    for part in ("gazetteer", "gazetteer_postgresql"):
        if part in results:
            lines += ["", *addresses.lines(results[part])]
    if "reports" in results:
        lines += ["", *reports.lines(results["reports"])]
    if "assist" in results:
        lines += ["", *assist.lines(results["assist"])]
    taken_on = f"{machine['processors']} processors ({machine['processor']}), load {machine['load_before']:.1f} before the run"
    epochs = f"{stock['epochs']} epochs of 100: enough for timing, not for judging how well it understands"
    lines += [
        "",
        f"{taken_on}; {results['seconds']:.0f} s; commit {results['commit']}, model {results['model']}.",
        f"Stock Rasa {stock['version']}: pipeline and policies of `rasa init`, {stock['examples']:,} examples, {epochs}.",
    ]
    return "\n".join(lines)


def surroundings() -> Results:
    """What the figures were taken on."""
    model = ROOT / "var" / "models" / "current"
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "model": model.resolve().name.removesuffix(".tar.gz"),
        "machine": {
            "processors": os.cpu_count(),
            "processor": _processor(),
            "system": platform.platform(),
            "load_before": os.getloadavg()[0],
        },
    }


def _commit() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    return found or "unknown"


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    names = (
        [line for line in listed.read_text("utf-8").splitlines() if line.startswith("model name")] if listed.exists() else []
    )
    return names[0].partition(": ")[2] if names else platform.machine()
