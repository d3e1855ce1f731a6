"""Vectors are made once: what is kept is the same as what the encoder makes, and belongs to that encoder alone."""

from pathlib import Path

import numpy as np
import pytest

from desk_engine import vectors
from desk_engine.vectors import KeptVectors
from encoders import Encoder, EncoderError

TUNED = Path(__file__).resolve().parents[2] / "encoders" / "tuned"
TEXTS = ["When is my bin day?", "cant pay", "", "When is my bin day?", "\ud800"]


def test_kept_vectors_are_those_that_the_encoder_makes_of_each_text_alone(tmp_path):
    kept = KeptVectors(TUNED, tmp_path)
    encoder = Encoder.load(TUNED)
    alone = np.vstack([encoder.embed([text]) for text in TEXTS])
    assert np.array_equal(kept.embed(TEXTS), alone)
    assert np.array_equal(KeptVectors(TUNED, tmp_path).embed(TEXTS), alone)


def test_what_is_kept_is_not_made_again(tmp_path, monkeypatch):
    KeptVectors(TUNED, tmp_path).embed(TEXTS)
    monkeypatch.setattr(vectors.Encoder, "load", lambda folder: pytest.fail("the encoder is not needed"))
    assert KeptVectors(TUNED, tmp_path).embed(TEXTS[:2]).shape[0] == 2


def test_a_missing_encoder_is_named(tmp_path):
    with pytest.raises(EncoderError, match="no sentence encoder"):
        KeptVectors(tmp_path, tmp_path)
