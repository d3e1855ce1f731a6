"""Other languages are recognised, English of every kind is left alone, and each language has its sentences."""

from pathlib import Path

import pytest
import yaml

from bot.conversations.model import PERSON_CHOICE, Kind
from bot.foundation.packs import UnreadablePackFile
from bot.languages.model import Language
from bot.languages.service import Languages, words_from

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = yaml.safe_load((Path(__file__).parent / "samples" / "other_languages.yml").read_text(encoding="utf-8"))
OURS = [language for language in Language if language is not Language.OTHER]
FALSE_RATE = 0.003  # of English messages that may be taken for another language
# Training examples that are in another language indeed.
TRULY_FOREIGN = {
    "parlez-vous français", "mówisz po polsku?", "Türkçe konuşan var mı", "po polsku proszę", "español por favor",
    "en français s'il vous plaît", "af soomaali ma ku hadashaa", "Cymraeg os gwelwch yn dda",
}  # fmt: skip


@pytest.fixture(scope="module")
def languages():
    return Languages.read(ROOT / "councils")


def training_examples():
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            yield from (line[2:] for line in entry["examples"].splitlines() if line.startswith("- "))


@pytest.mark.parametrize("language", OURS)
def test_ordinary_messages_in_a_language_are_recognised(languages, language):
    wrong = {text: languages.detect(text) for text in SAMPLES[language] if languages.detect(text) != language}
    assert not wrong


def test_nearly_all_messages_in_further_languages_are_recognised_as_other(languages):
    found = [languages.detect(text) for text in SAMPLES["other"]]
    assert found.count(Language.OTHER) >= len(found) - 1


@pytest.mark.parametrize("text", SAMPLES["en"])
def test_english_of_every_kind_is_english(languages, text):
    assert languages.detect(text) is None


def test_training_examples_are_english_but_for_those_that_are_not(languages):
    texts = list(training_examples())[::5]  # every fifth, to keep this quick
    wrong = [text for text in texts if languages.detect(text) and text not in TRULY_FOREIGN]
    assert len(wrong) / len(texts) <= FALSE_RATE, wrong


@pytest.mark.parametrize(
    "text",
    [
        "", "?", "EN1 3XA", "12 Alma Road", "Mehmet Yılmaz", "Ελένη", "Şahin", "gracias", "RD-2026-004417", "ok", "😀😀",
        "café", "merci beaucoup", "07700 900123", "asdf jkl qwrt zxcv", "Nguyễn",
    ],
)  # fmt: skip
def test_names_postcodes_and_single_words_are_no_language(languages, text):
    assert languages.detect(text) is None


def test_borrowed_words_do_not_make_a_message_english(languages):
    assert languages.detect("council tax nasıl öderim") == Language.TURKISH
    assert languages.detect("jak zapłacić council tax") == Language.POLISH


@pytest.mark.parametrize("language", OURS)
def test_each_language_has_its_own_sentences_and_its_english_meaning_for_staff(languages, language):
    follows, nothing = languages.answer_follows("enfield", language), languages.nothing_found("enfield", language)
    danger = languages.danger("enfield", language)
    for reply in (follows, nothing, danger):
        assert reply.kind == Kind.NOTICE
        assert reply.text != reply.data["english"]
        assert reply.data["language"] == reply.data["lang"] == language
        assert reply.data["dir"] == ("rtl" if language == Language.URDU else "ltr")
    assert "999" in danger.text
    assert [choice.value for choice in nothing.choices] == [PERSON_CHOICE]
    assert languages.detect(follows.text) == language


def test_a_language_without_sentences_is_told_in_plain_english(languages):
    reply = languages.answer_follows("enfield", Language.OTHER)
    assert reply.text == "The answer below is in English. You can ask for an interpreter."
    assert (reply.data["language"], reply.data["lang"]) == ("other", "en")


def test_a_missing_language_stops_the_start():
    content = yaml.safe_load((ROOT / "councils" / "england" / "languages.yml").read_text(encoding="utf-8"))
    del content["languages"]["tr"]
    with pytest.raises(UnreadablePackFile, match="no sentences in tr"):
        words_from(content, Path("languages.yml"))


def test_the_sentences_have_an_owner_and_a_review_date():
    content = yaml.safe_load((ROOT / "councils" / "england" / "languages.yml").read_text(encoding="utf-8"))
    words = words_from(content, Path("languages.yml"))
    assert words.owner
    assert words.review_by.year >= 2026
