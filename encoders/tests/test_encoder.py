"""An encoder gives the same unit vector for the same text, whatever the text is, and a damaged one is noticed.

A tiny encoder with random weights is made here, so that nothing has to be built or fetched first.
Look at encoder.py, bert_graph.py and build.py for what is tested.
"""

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from encoders import Encoder, EncoderError, Manifest
from encoders import build as building
from encoders.bert_graph import Shape, bert_model, save_quantised
from encoders.manifest import sha256_of

SHAPE = Shape(hidden=32, layers=2, heads=4, epsilon=1e-12)
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "when", "is", "my", "bin", "day", "pay", "council", "tax", "query", ":"]
ENDS = [("[CLS]", 2), ("[SEP]", 3)]


def weight(name: str) -> np.ndarray:
    sizes = {"word_embeddings": (len(WORDS), 32), "position_embeddings": (64, 32), "token_type_embeddings": (2, 32)}
    part = name.split(".")[-2]
    dense = {"intermediate.dense.weight": (64, 32), "intermediate.dense.bias": (64,)}
    size = sizes.get(part) or next((size for end, size in dense.items() if name.endswith(end)), None)
    if size is None:
        inner = 64 if name.endswith("output.dense.weight") and "attention" not in name else 32
        size = (32, inner) if name.endswith("weight") and "LayerNorm" not in name else (32,)
    random = np.random.default_rng(sum(name.encode()))
    return random.normal(0, 0.5, size).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tiny")
    save_quantised(bert_model(SHAPE, weight), made / "model.onnx")
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ENDS)
    tokenizer.save(str(made / "tokenizer.json"))
    files = {each.name: sha256_of(each) for each in made.iterdir()}
    Manifest(name="tiny", dimension=32, query_prefix="query: ", max_tokens=16, recipe=building.RECIPE, files=files).write(made)
    return made


@pytest.mark.parametrize(
    "text", ["", " ", "when is my bin day", "😀", "ﷺ" * 500, "\ud800", "a" * 50_000, "day " * 9_000, "\x00"]
)
def test_every_text_has_a_unit_vector(folder: Path, text: str) -> None:
    vector = Encoder.load(folder).embed([text])
    assert vector.shape == (1, 32)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


def test_neighbours_do_not_change_a_vector(folder: Path) -> None:
    encoder = Encoder.load(folder)
    alone, together = encoder.embed(["my bin"]), encoder.embed(["pay council tax " * 4, "my bin", ""])
    assert np.array_equal(alone[0], together[1])


def test_batches_come_back_in_the_order_of_the_texts(folder: Path) -> None:
    encoder = Encoder.load(folder)
    texts = ["when is my bin day", "tax", "pay my council tax"]
    single, batch = encoder.embed(texts), encoder.embed(texts, batch_size=2)
    assert (single @ batch.T).argmax(1).tolist() == [0, 1, 2]


def test_no_texts_give_no_vectors(folder: Path) -> None:
    assert Encoder.load(folder).embed([]).shape == (0, 32)


def test_queries_have_their_prefix_and_passages_theirs(folder: Path) -> None:
    encoder = Encoder.load(folder)
    assert np.array_equal(encoder.embed(["tax"], "query"), encoder.embed(["query: tax"], "passage"))


def test_a_long_story_keeps_its_end_where_the_question_is(folder: Path) -> None:
    encoder = Encoder.load(folder)
    story = "council " * 60
    assert not np.allclose(encoder.embed([story + "bin"]), encoder.embed([story + "tax"]), atol=1e-3)


def test_a_missing_encoder_is_one_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"There is no sentence encoder in .*: model.onnx and tokenizer.json missing\."):
        Encoder.load(tmp_path)


def test_a_damaged_encoder_is_noticed(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "tiny"
    place.mkdir()
    for each in folder.iterdir():
        (place / each.name).write_bytes(each.read_bytes())
    assert building.is_built(tmp_path, "tiny")
    (place / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:500])
    assert not building.is_built(tmp_path, "tiny")
    with pytest.raises(EncoderError, match="cannot be loaded"):
        Encoder.load(place)


def test_a_failed_fetch_is_one_plain_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(target: Path) -> None:
        raise building.BuildError("The encoders' weights could not be fetched.")

    monkeypatch.setattr(building, "_fetch", fail)
    assert building.main(["--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "The encoders' weights could not be fetched.\n"
    assert list(tmp_path.iterdir()) == []


def test_weights_of_another_hash_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(target: Path) -> None:
        for source in building.SOURCES:
            (target / source.weights).parent.mkdir(parents=True, exist_ok=True)
            (target / source.weights).write_bytes(b"something else")

    monkeypatch.setattr(building, "_fetch", fetch)
    with pytest.raises(building.BuildError, match="not the expected ones"):
        building.build(tmp_path, say=lambda line: None)
    assert list(tmp_path.iterdir()) == []
