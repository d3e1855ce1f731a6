"""Danger is recognised from its wording alone, look-alikes are not, and every answer is short, vetted and leads to a person."""

import re
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.assist.encoding import Encoding
from bot.conversations.model import PERSON_CHOICE, Kind
from bot.knowledge.reading import read_pack
from bot.safety.meaning import Danger, Meaning
from bot.safety.phrases import BadPhrase, PhraseBook, PhraseReader
from bot.safety.reading import UnreadableScreen, read_screen, read_screens, screen_from
from bot.safety.screen import Concern
from bot.safety.service import UrgentScreens
from bot.safety.wording import bare_words

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "councils" / "england" / "urgent.yml"
SAMPLES = yaml.safe_load((Path(__file__).parent / "samples" / "urgent.yml").read_text(encoding="utf-8"))
URGENT = [next(iter(entry.items())) for entry in SAMPLES["urgent"]]
ABROAD = [next(iter(entry.items())) for entry in SAMPLES["other_languages"]]
HARMLESS_RATE = 0.005  # of all other training examples, at most
# Of the training examples of danger: many are veiled or misspelt on purpose, and for the reading of meaning to find.
RECALL = 0.6


@pytest.fixture(scope="module")
def screen():
    return read_screen(CONTENT)


def examples():
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in entry["examples"].splitlines():
                if line.startswith("- "):
                    yield entry["intent"], line[2:]


def is_sure(concern):
    return concern is not None and concern.certain


# ---- what is danger and what is not


@pytest.mark.parametrize(("text", "matters"), URGENT, ids=[text[:60] for text, _ in URGENT])
def test_danger_is_recognised(screen, text, matters):
    concern = screen.look(text)
    assert is_sure(concern)
    close = {*([matters] if isinstance(matters, str) else matters), "domestic_abuse", "violence"}
    assert concern.matter in close


@pytest.mark.parametrize("text", SAMPLES["harmless"])
def test_alarming_words_in_a_harmless_sentence_raise_no_alarm(screen, text):
    assert not is_sure(screen.look(text))


@pytest.mark.parametrize(("text", "matter"), ABROAD, ids=[str(number) for number in range(len(ABROAD))])
def test_danger_is_recognised_in_other_languages(screen, text, matter):
    assert screen.look(text) == Concern(matter, certain=True)


def test_patterns_alone_find_most_training_examples_of_danger_and_hardly_any_others(screen):
    found = {True: [], False: []}
    for intent, text in examples():
        found[intent == "urgent_risk"].append((is_sure(screen.look(text)), text))
    recall = sum(sure for sure, _ in found[True]) / len(found[True])
    false = [text for sure, text in found[False] if sure]
    assert recall >= RECALL
    assert len(false) / len(found[False]) <= HARMLESS_RATE, false


@pytest.mark.parametrize(
    "text", ["I WANT TO DIE", "i want to die!!!", "i   wanna die", "i want 2 die. i want to die", "bye. i want to die"]
)
def test_case_marks_and_spacing_do_not_matter(screen, text):
    assert screen.look(text) == Concern("suicide_self_harm", certain=True)


def test_danger_at_the_end_of_a_long_story_is_found(screen):
    story = "I have been waiting for my council tax rebate since May and nobody answers. " * 12
    assert screen.look(story + "My husband punches me when the letters come.") == Concern("domestic_abuse", certain=True)


def test_harmless_words_far_away_do_not_hide_danger(screen):
    assert is_sure(
        screen.look("I want to die. " + "My bin was not collected and I want a new calendar. " * 6 + "Which bin for a knife?")
    )


def test_what_is_only_a_hint_is_not_certain(screen):
    assert screen.look("i am at breaking point") == Concern("suicide_self_harm", certain=False)


@pytest.mark.parametrize("text", ["", " ", "?", "...", "🙂", "a" * 2000, "1 2 3", "\n\n", "~ & | < >"])
def test_nothing_much_is_no_concern(screen, text):
    assert screen.look(text) is None


def test_a_message_takes_about_a_tenth_of_a_millisecond(screen):
    texts = [text for _, text in list(examples())[::20]]
    start = time.process_time()
    for text in texts:
        screen.look(text)
    assert (time.process_time() - start) / len(texts) < 0.001


# ---- what is said to it


@pytest.fixture(scope="module")
def replies(screen):
    return {matter: screen.reply(matter) for matter in screen.matters}


def test_every_matter_has_its_own_words_a_person_and_the_emergency_number(replies):
    expected = {
        "suicide_self_harm", "domestic_abuse", "child_at_risk", "adult_at_risk", "homeless_tonight",
        "no_heating_vulnerable", "bailiffs_at_door", "violence", "fire", "gas", "medical", "general",
    }  # fmt: skip
    assert set(replies) == expected
    for matter, reply in replies.items():
        assert reply.kind == Kind.URGENT
        assert reply.data["matter"] == matter
        assert reply.data["intent"] == "urgent_risk"
        assert [choice.value for choice in reply.choices] == [PERSON_CHOICE]
        assert "999" in reply.text
        assert 'href="tel:999"' in reply.data["html"]


def test_replies_are_short_ask_nothing_and_have_no_marks_in_plain_text(replies):
    for reply in replies.values():
        assert len(reply.text.split()) <= 110
        assert "?" not in reply.text
        assert "](" not in reply.text
        assert "!" not in reply.text
        longest = max(len(sentence.split()) for sentence in re.split(r"[.:\n]", reply.text))
        assert longest <= 25


def test_only_confirmed_numbers_are_printed(replies):
    confirmed = {fact.value for fact in read_pack(CONTENT.parent).facts.values() if fact.status == "current"}
    in_the_facts_file = {re.sub(r"\D", "", value) for value in confirmed}
    printed = {number for reply in replies.values() for number in re.findall(r'href="(?:tel|sms):(\d+)"', reply.data["html"])}
    assert printed <= in_the_facts_file | {"111", "08000684141"}
    for reply in replies.values():
        for number in re.findall(r"\d[\d ]{3,}\d", reply.text):
            assert re.sub(r"\D", "", number) in printed


def test_matters_that_a_watcher_must_not_see_offer_a_quick_exit(replies):
    assert all(replies[matter].data["quick_exit"] for matter in ("domestic_abuse", "suicide_self_harm", "child_at_risk"))
    assert "quick_exit" not in replies["fire"].data


def test_an_unknown_matter_gets_the_general_words(screen):
    assert screen.reply("flood") == screen.reply("general")


def test_the_words_have_an_owner_and_a_review_date(screen):
    assert screen.vetted.owner
    assert screen.vetted.review_by.year >= 2026


# ---- councils and mistakes in the content


def content(**changes):
    values = {
        "owner": "Safeguarding lead",
        "review_by": "2027-01-01",
        "reply": {"person": "Talk to a person"},
        "matters": {"general": {"text": "Call [999](tel:999).", "phrases": ["is <burning>"]}},
        "lists": {"burning": ["on fire", "alight"]},
        "harmless": ["on fire today"],
        "spelling": {"fyre": "fire"},
    }
    return values | changes


def test_a_council_lays_its_own_words_over_the_national_ones(tmp_path):
    files = {
        "england/council.yml": {"name": "England"},
        "england/urgent.yml": content(),
        "borchester/council.yml": {"name": "Borchester", "base": "england"},
        "borchester/urgent.yml": {"matters": {"general": {"text": "Ring the Borchester night line."}}},
        "felpersham/council.yml": {"name": "Felpersham", "base": "england"},
    }
    for name, values in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(yaml.safe_dump(values))
    screens = UrgentScreens(read_screens(tmp_path))
    assert screens.look("borchester", "the house is on fyre").text == "Ring the Borchester night line."
    assert screens.look("felpersham", "the house is alight").text == "Call 999."
    assert screens.look("felpersham", "he is on fire today, what a match") is None
    assert screens.reply("felpersham").data["matter"] == "general"


def test_a_hint_chooses_the_words_when_the_engine_raised_the_alarm():
    screens = UrgentScreens({"borchester": read_screen(CONTENT)})
    assert screens.look("borchester", "i am at breaking point") is None
    assert screens.reply("borchester", "i am at breaking point").data["matter"] == "suicide_self_harm"


class OneWay:
    """An encoder whose vectors show one way for what a test calls veiled."""

    mark = "tuned-1"

    def embed(self, texts):
        return np.array([[1.0, 0.0] if "veiled" in text else [0.0, 1.0] for text in texts], np.float32)


def test_while_the_engine_is_away_a_hint_or_the_meaning_is_enough_to_suspect_danger():
    danger = Danger("tuned-1", -2.0, np.array([4.0, -4.0], np.float32), 0.5)
    screens = UrgentScreens({"borchester": read_screen(CONTENT)}, Meaning(OneWay(), danger))
    assert screens.suspects("borchester", "something veiled")
    assert screens.suspects("borchester", "i am at breaking point")
    assert not screens.suspects("borchester", "when is my bin day")
    other = UrgentScreens({"borchester": read_screen(CONTENT)}, Meaning(OneWay(), replace(danger, encoder="tuned-2")))
    assert not other.suspects("borchester", "something veiled"), "another encoder's vectors mean something else"


def test_the_meaning_of_danger_comes_back_as_it_was_written(tmp_path):
    danger = Danger("tuned-1", -2.0, np.array([4.0, -4.0], np.float32), 0.5)
    danger.write(tmp_path / "meaning.json")
    assert Danger.read(tmp_path / "meaning.json").probability(np.array([1.0, 0.0])) == pytest.approx(danger.probability([1, 0]))


def test_what_was_fitted_belongs_to_the_encoder_of_the_repository_and_finds_veiled_danger(tmp_path):
    encoding = Encoding(tmp_path)
    assert Danger.read().encoder == encoding.mark, "run python -m bot safety fit"
    meaning = Meaning(encoding, Danger.read())
    assert meaning.suspects("I have made my peace with it. The letters are written and the cat has a home.")
    assert not meaning.suspects("which bin goes out this week")
    assert not meaning.suspects("how do I pay my council tax")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"matters": {"fire": {"text": "x"}}}, "no matter 'general'"),
        ({"lists": {}}, "names the list 'burning'"),
        ({"harmless": [".."]}, "no word that must be there"),
        ({"review_by": "soon"}, "soon"),
        ({"languages": {"french": {"flood": ["inondation"]}}}, "not a matter"),
    ],
)
def test_a_mistake_in_the_content_is_named(changes, problem):
    with pytest.raises(UnreadableScreen, match=problem):
        screen_from(content(**changes), Path("urgent.yml"))


# ---- how a phrase is read


def says(phrase, text, **lists):
    reader = PhraseReader(lists, {})
    return bool(PhraseBook([(reader.read(phrase), True)]).labels(bare_words(text, {}) + " "))


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("on fire", "the bin is on fire", True),
        ("on fire", "on a fire", False),
        ("on fire", "common fire", False),
        ("hit .. me", "he hit my arm and me", True),
        ("hit .. me", "he hit. tell me", False),
        ("hit ... me", "he hit. tell me", True),
        ("hit|beat me", "they beat me", True),
        ("suicid*", "feeling suicidal", True),
        ("kid+ alone", "kids alone", True),
        ("so very? cold", "so cold", True),
        ("so very? cold", "so very cold", True),
        ("^ knife $", "knife!", True),
        ("^ knife $", "a knife", False),
        ("my_life|it is over", "my life is over", True),
        ("gas & dizzy", "i am dizzy, is it gas", True),
        ("gas & dizzy", "gas bill. " + "word " * 60 + "dizzy", False),
        ("on fire unless last year; drill", "it was on fire last year", False),
        ("on fire unless last year; drill", "it is on fire", True),
        ("i can't cope", "I cannot cope", False),
        ("i can't cope", "I can’t cope", True),
        ("<who> shouts", "my dad shouts", True),
        ("yaşamak istemiyorum", "YASAMAK ISTEMIYORUM", True),
        ("вече гори", "Вече гори!", True),
    ],
)
def test_a_phrase_fits_what_it_should(phrase, text, expected):
    assert says(phrase, text, who=["my dad"]) is expected


def test_a_phrase_without_words_is_refused():
    with pytest.raises(BadPhrase):
        PhraseReader({}, {}).read(".. ..")
