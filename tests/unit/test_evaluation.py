"""Figures are counted right and carry their denominators; the check notices what fell; the pages say what was counted."""

import json
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from bot.commands import evaluate
from bot.dialogue.engine import Reading
from bot.dialogue.model import Bands
from bot.evaluation import pictures
from bot.evaluation.baseline import UnreadableBaseline, compare, groups, read_baseline, table, write_baseline
from bot.evaluation.document import write_document
from bot.evaluation.engine import Readings, ReplayedEngine
from bot.evaluation.findings import aims, weaknesses
from bot.evaluation.measuring import calibration, measure
from bot.evaluation.model import Example, Judged, Rate, UnreadableHeldOut, area, read_held_out, words_of_training
from bot.evaluation.report import page
from bot.evaluation.residents import Served, danger, danger_alone, danger_figures, outcomes
from bot.safety.screen import Concern
from tests.factories import make_reading

ROOT = Path(__file__).resolve().parents[2]


def judged(intents: str, style: str = "plain", text: str = "a message", **probabilities: float) -> Judged:
    return Judged(Example(text, tuple(intents.split("/")), style), make_reading(**probabilities))


def served(intent: str, outcome: str, *answered: str, urgent: bool = False, style: str = "plain") -> Served:
    return Served(Example("a message", (intent,), style), outcome, "answer", answered, urgent, urgent)


SEVERAL = [
    judged("bin_day", bin_day=0.95, bin_missed=0.05),
    judged("bin_day/bin_missed", bin_missed=0.75, bin_day=0.25),
    judged("bin_missed", "misspelt", bin_day=0.55, ct_pay=0.25, bin_missed=0.2),
    judged("ct_pay", "misspelt", bin_day=0.45, greet=0.25, ct_band=0.2, ct_pay=0.1),
    judged("out_of_scope", "terse", out_of_scope=0.85, ct_pay=0.15),
    judged("urgent_risk", "terse", text="he hits me", ct_pay=0.65, urgent_risk=0.35),
]


def results() -> dict:
    figures = measure(SEVERAL)
    away = danger_alone(SEVERAL, Suspecting(), "borchester")
    messages = {
        "file": "held_out.csv",
        "hash": "ab" * 32,
        "left_out": ["hello"],
        "read": figures,
        "reader_alone": figures,
        "danger": {**danger_figures(SEVERAL, [(False, False)] * 5 + [(False, True)]), "engine_away": away},
        "residents": outcomes(
            [served("bin_day", "answered_right", "bin_day"), served("ct_pay", "answered_wrong", "out_of_scope")]
        ),
        "wrong": [{"text": "<b>", "style": "plain", "meant": "a", "read": "b", "confidence": 0.5, "got": "asked"}],
    }
    return {
        "day": "Monday 23 November 2026",
        "model": "the live model 0123",
        "encoders": ["minilm", "tuned"],
        "council": "borchester",
        "held_out": messages,
        "strangers": messages | {"file": "strangers.csv", "left_out": []},
        "folds": {"number": 5, **figures},
    }


def test_a_rate_says_how_many_of_how_many_and_how_sure_that_is():
    assert str(Rate(960, 1031)) == "93.1% (960 of 1,031)"
    low, high = Rate(56, 62).interval
    assert (round(low, 3), round(high, 3)) == (0.805, 0.955)
    assert Rate(0, 0).share == 0
    assert str(Rate(0, 0)) == "none to count"
    assert Rate(8, 8).as_json()["high"] == 1.0


def test_areas_are_those_of_the_taxonomy():
    found = [area(name) for name in ("ct_pay", "ben_appeal", "bin_day", "urgent_risk", "complaint", "other_service")]
    assert found == ["council_tax", "benefits", "bins", "housing", "conversation", "other"]


def test_either_of_two_right_intents_is_right():
    assert SEVERAL[1].right
    assert not SEVERAL[2].right


def test_messages_are_counted_by_reading_area_style_and_intent():
    found = measure(SEVERAL)
    assert (found["first"]["count"], found["first"]["of"]) == (3, 6)
    assert found["three"]["count"] == 5
    assert found["area"]["count"] == 4
    assert found["by_style"]["misspelt"]["first"]["count"] == 0
    assert found["misspelt"]["points"] == -75.0
    assert found["by_intent"]["bin_day"]["messages"] == 2
    assert list(found["by_area"]) == ["council_tax", "bins", "housing", "other"]
    assert found["out_of_scope"]["recognised"]["of"] == 1
    assert found["out_of_scope"]["mistaken"]["of"] == 5
    assert found["urgent"]["recognised"]["count"] == 0
    assert sum(count for _, _, count in found["confusion"]["cells"]) == 6
    assert {"meant": "bin_missed", "read": "bin_day", "rate": Rate(1, 1).as_json()} in found["mistakes"]


def test_the_expected_error_weighs_each_bin_by_its_messages():
    found = calibration([judged("a", a=0.85, b=0.15), judged("b", a=0.85, b=0.15), judged("a", a=1.0)])
    assert found["expected_error"] == pytest.approx(2 / 3 * 0.35, abs=1e-3)
    assert [one["right"]["of"] for one in found["bins"]] == [0] * 8 + [2, 1]


class Suspecting:
    """A screen that suspects one message by what it means."""

    def suspects(self, council: str, text: str) -> bool:
        return text == "he hits me"


def test_danger_with_the_engine_away_is_counted_by_what_is_said_beside_an_answer_too():
    found = danger_alone(SEVERAL, Suspecting(), "borchester")
    assert (found["recognised"]["count"], found["recognised"]["of"]) == (1, 1)
    assert (found["mistaken"]["count"], found["mistaken"]["of"]) == (0, 5)


class Hinting:
    """A screen that is certain of one message and has a hint in another."""

    def concern(self, council: str, text: str) -> Concern | None:
        return {"fire": Concern("fire", certain=True), "he hits me": Concern("abuse", certain=False)}.get(text)


def test_danger_is_certain_words_or_a_sure_reading_or_a_hint_beside_a_likely_one():
    messages = [
        judged("urgent_risk", text="fire", ct_pay=0.99, urgent_risk=0.01),
        judged("urgent_risk", text="he hits me", ct_pay=0.8, urgent_risk=0.2),
        judged("urgent_risk", text="no hint", ct_pay=0.8, urgent_risk=0.2),
        judged("ct_pay", text="no hint", urgent_risk=0.6, ct_pay=0.4),
    ]
    found = danger(messages, Hinting(), "borchester", Bands(urgent=0.5, urgent_with_hint=0.15))
    assert found == [(True, True), (False, True), (False, False), (False, True)]
    together = danger_figures(messages, found)["together"]
    assert (together["recognised"]["count"], together["recognised"]["of"]) == (2, 3)
    assert (together["mistaken"]["count"], together["mistaken"]["of"]) == (1, 1)


def test_outcomes_are_counted_with_those_turned_away():
    found = outcomes(
        [
            served("out_of_scope", "answered_right", "out_of_scope"),
            served("ct_pay", "answered_wrong", "out_of_scope"),
            served("urgent_risk", "answered_right", "urgent_risk", urgent=True, style="terse"),
        ]
    )
    assert found["outcomes"]["answered_right"]["count"] == 2
    assert found["turned_away"]["rightly"]["count"] == found["turned_away"]["wrongly"]["count"] == 1
    assert found["turned_away"]["wrongly"]["of"] == 2
    assert found["urgent"]["recognised"]["count"] == 1
    assert found["by_style"]["terse"]["answered_right"]["of"] == 1


async def test_the_replayed_engine_notes_what_it_answers_and_what_it_has_not_read(tmp_path):
    known = Reading((("bin_day", 1.0),))
    engine = ReplayedEngine(Readings(tmp_path, tmp_path, tmp_path, kept={"bins": known}))
    assert await engine.read("bins") == known
    assert (await engine.read("new")).confidence == 0
    await engine.respond("id", "bin_day", {})
    assert (engine.answered, engine.unread) == (["bin_day"], ["new"])
    engine.begin()
    assert (engine.answered, engine.unread) == ([], [])


def test_a_group_that_falls_more_than_two_points_is_noticed():
    before = {"all": Rate(95, 100), "few": Rate(19, 19), "held": Rate(49, 50), "gone": Rate(20, 20)}
    found = {one.group: one.fell for one in compare(before, {"all": Rate(92, 100), "few": Rate(1, 19), "held": Rate(48, 50)})}
    assert found == {"all": True, "few": False, "held": False, "gone": True}
    assert "FELL" in table(compare(before, before | {"all": Rate(90, 100)}))


def test_the_baseline_comes_back_as_it_was_written(tmp_path):
    now = groups(SEVERAL, [False] * 5 + [True])
    assert now["all messages"] == Rate(3, 6)
    assert now["urgent recognised, with the screen"] == Rate(1, 1)
    write_baseline(tmp_path / "baseline.json", now, "hash")
    assert read_baseline(tmp_path / "baseline.json") == (now, "hash")
    with pytest.raises(UnreadableBaseline, match="write-baseline"):
        read_baseline(tmp_path / "none.json")
    (tmp_path / "baseline.json").write_text("{}")
    with pytest.raises(UnreadableBaseline):
        read_baseline(tmp_path / "baseline.json")


@pytest.mark.parametrize(("right", "code"), [(90, 0), (50, 1)])
def test_the_check_ends_in_the_exit_code(tmp_path, monkeypatch, capsys, right, code):
    monkeypatch.setattr(evaluate, "BASELINE", tmp_path / "baseline.json")
    write_baseline(tmp_path / "baseline.json", {"all messages": Rate(90, 100)}, "other")
    messages = [judged("ct_pay", ct_pay=0.9, ct_band=0.1)] * right
    messages += [judged("ct_band", ct_pay=0.9, ct_band=0.1)] * (100 - right)
    held = SimpleNamespace(judged=messages, urgent=[False] * 100, mark="hash")
    strangers = SimpleNamespace(judged=messages[:1], urgent=[False], mark="another")
    assert evaluate._check(held, strangers) == code
    said = capsys.readouterr().out
    assert "has changed since" in said
    assert ("Fallen by more than 2 points: all messages." in said) == bool(code)


def test_the_pages_are_whole_and_safe_and_name_the_weaknesses(tmp_path):
    made = json.loads(json.dumps(results()))
    text = page(made)
    assert "<td><b></td>" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "50.0% (3 of 6)" in text
    written = write_document(made, tmp_path)
    document = (tmp_path / "evaluation.md").read_text()
    for path in written[:-1]:
        assert f"pictures/{path.name}" in document
    said = " ".join(weaknesses(made))
    assert "tuned encoder has learnt" in said
    assert "very words" in said
    assert any(not one.kept for one in aims(made["strangers"]))


def test_a_near_miss_does_not_look_like_a_hit():
    made = {"read": measure(SEVERAL), "danger": {"together": danger_figures([], [])["together"]}}
    made["read"]["area"] = Rate(1_100, 1_123).as_json()
    area_aim = next(one for one in aims(made) if one.name == "Right service area")
    assert not area_aim.kept
    assert area_aim.reached == "97.95% (1,100 of 1,123)"


def test_pictures_are_well_formed():
    figures = measure(SEVERAL)
    for picture in (
        pictures.bars("A < B", [("a & b", Rate(1, 2).as_json())], wanted=0.9),
        pictures.reliability("Reliability", figures["calibration"]),
        pictures.matrix("Areas", figures["confusion_of_areas"], numbers=True),
        pictures.matrix("Intents", figures["confusion"]),
    ):
        assert ElementTree.fromstring(picture).tag.endswith("svg")


def test_what_strangers_wrote_is_kept_to_the_baseline_too(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(evaluate, "BASELINE", tmp_path / "baseline.json")
    right, wrong = (judged("ct_pay", **{name: 0.9}) for name in ("ct_pay", "ct_band"))
    held = SimpleNamespace(judged=[right] * 30, urgent=[False] * 30, mark="hash")
    before, now = (SimpleNamespace(judged=[one] * 30, urgent=[False] * 30, mark="another") for one in (right, wrong))
    write_baseline(tmp_path / "baseline.json", evaluate._groups(held, before), "hash")
    assert evaluate._check(held, before) == 0
    assert evaluate._check(held, now) == 1
    assert "strangers, all messages" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["held_out.csv", "strangers.csv"])
def test_the_messages_to_measure_on_can_be_read_and_are_enough(name):
    examples = read_held_out(ROOT / "data" / "evaluation" / name)
    assert len(examples) >= 500
    assert len({one.text for one in examples}) == len(examples), "a held-out message is there twice"


def test_a_broken_file_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "held_out.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableHeldOut):
        read_held_out(tmp_path / "held_out.csv")


def test_a_held_out_message_with_the_words_of_an_example_is_known(tmp_path):
    (tmp_path / "bins.yml").write_text('nlu:\n- intent: bin_day\n  examples: |\n    - When is "bin day"?\n    - Bins!\n')
    assert words_of_training(tmp_path) == {"when is bin day", "bins"}
