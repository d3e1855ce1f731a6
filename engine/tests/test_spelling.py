"""Misspelt words are repaired towards the words of the service, and words that are known or far away are left."""

import pytest

from desk_engine.spelling import Speller

SPELLER = Speller({"council": 50, "debit": 20, "collected": 30, "band": 9, "bond": 2, "recycling": 12})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("counicl tax", "council tax"),
        ("direct deibt", "direct debit"),
        ("wen is it colected", "wen is it collected"),
        ("Recyclng", "recycling"),
    ],
)
def test_a_word_one_slip_away_is_repaired(written, meant):
    assert SPELLER.repaired(written) == meant


@pytest.mark.parametrize("text", ["my bond is lost", "bin 4 EN1 3XA", "zebra", "", "😀 ﷺ", "x" * 500])
def test_known_short_and_foreign_words_are_left(text):
    assert SPELLER.repaired(text) == text
