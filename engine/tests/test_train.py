"""A model is trained when something it depends on has changed, and only then."""

from pathlib import Path

import pytest

from desk_engine.train import TrainingFailed, content_hash, train


def project(folder: Path) -> Path:
    for name in ("data/nlu", "data/rules"):
        (folder / name).mkdir(parents=True)
    (folder / "config.yml").write_text("a")
    (folder / "domain.yml").write_text("b")
    (folder / "data" / "nlu" / "bins.yml").write_text("c")
    return folder


def test_the_name_of_a_model_changes_with_its_data_and_with_nothing_else(tmp_path):
    root = project(tmp_path)
    before = content_hash(root, tmp_path / "encoders")
    (root / "README.md").write_text("more")
    (root / "data" / "evaluation").mkdir()
    (root / "data" / "evaluation" / "held_out.csv").write_text("x")
    assert content_hash(root, tmp_path / "encoders") == before
    (root / "data" / "nlu" / "bins.yml").write_text("d")
    assert content_hash(root, tmp_path / "encoders") != before


def test_a_missing_file_is_named_in_one_sentence(tmp_path):
    with pytest.raises(TrainingFailed, match=r"config\.yml is missing"):
        train(tmp_path, tmp_path / "out", tmp_path / "encoders")


def test_an_unchanged_project_trains_nothing(tmp_path):
    root = project(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    ready = out / f"{content_hash(root, tmp_path / 'encoders')}.tar.gz"
    ready.write_text("trained before")
    assert train(root, out, tmp_path / "encoders") == ready
    assert (out / "current").resolve() == ready.resolve()
