"""A candidate: the project's own model with another reader in it, and nothing of the live one touched."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.loading import load_data

from desk_engine.evaluate import CLASSIFIER, Places
from desk_engine.refit import RefitFailed, _repack, examples_in, refit
from desk_engine.train import content_hash

ROOT = Path(__file__).resolve().parents[2]
READER = f"components/train_{CLASSIFIER}0"


def project(folder: Path) -> Places:
    for name in ("data/nlu", "data/rules", "models", "cache"):
        (folder / name).mkdir(parents=True)
    (folder / "config.yml").write_text("a")
    (folder / "domain.yml").write_text("b")
    (folder / "data/nlu/bins.yml").write_text('version: "3.1"\nnlu:\n- intent: bin_day\n  examples: |\n    - when\n')
    return Places(folder, folder / "encoders", folder / "models", folder / "cache")


def learnt(folder: Path, intent: str) -> Path:
    file = folder / "learnt.yml"
    file.write_text(f'version: "3.1"\nnlu:\n- intent: {intent}\n  examples: |\n    - the green gnome\n')
    return file


def test_the_examples_are_read_as_rasa_reads_them():
    files = sorted((ROOT / "data" / "nlu").glob("b*.yml"))
    rasa = [one for file in files for one in load_data(str(file)).intent_examples]
    assert examples_in(files) == sorted((one.get("text"), one.get("intent")) for one in rasa)


def test_what_was_learnt_gives_a_model_another_name_and_nothing_learnt_does_not(tmp_path):
    places = project(tmp_path)
    plain = content_hash(places.root, places.encoders)
    assert content_hash(places.root, places.encoders, tmp_path / "none.yml") == plain
    assert content_hash(places.root, places.encoders, learnt(tmp_path, "bin_day")) != plain


def test_without_a_model_of_this_project_there_is_nothing_to_begin_with(tmp_path):
    places = project(tmp_path)
    with pytest.raises(RefitFailed, match="has not been trained: run `make train`"):
        refit(places, learnt(tmp_path, "bin_day"), tmp_path / "out")


def test_an_intent_that_is_not_there_is_named(tmp_path):
    places = project(tmp_path)
    (places.models / f"{content_hash(places.root, places.encoders)}.tar.gz").write_bytes(b"a model")
    with pytest.raises(RefitFailed, match="There is no intent bin_gnome"):
        refit(places, learnt(tmp_path, "bin_gnome"), tmp_path / "out")


def test_only_the_reader_and_the_identity_are_exchanged(tmp_path):
    old, new, reader = tmp_path / "old.tar.gz", tmp_path / "new.tar.gz", tmp_path / "reader"
    reader.mkdir()
    for name in ("reader.json", "reader.npz"):
        (reader / name).write_bytes(b"learnt anew")
    before = {"components/rules.json": b"rules", f"{READER}/reader.json": b"old", f"{READER}/reader.npz": b"old"}
    before["metadata.json"] = json.dumps({"model_id": "old", "domain": {"intents": []}}).encode()
    with tarfile.open(old, "w:gz") as archive:
        for name, content in before.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    _repack(old, new, reader)
    with tarfile.open(new) as archive:
        after = {member.name: archive.extractfile(member).read() for member in archive.getmembers()}
    assert after["components/rules.json"] == b"rules"
    assert after[f"{READER}/reader.json"] == after[f"{READER}/reader.npz"] == b"learnt anew"
    metadata = json.loads(after["metadata.json"])
    assert metadata["domain"] == {"intents": []}
    assert metadata["model_id"] != "old"
