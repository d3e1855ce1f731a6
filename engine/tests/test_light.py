"""The engine starts without TensorFlow when its model does without, and only then."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from desk_engine.light import parts_of

OURS = ["desk_engine.classifier.ResidentClassifier", "rasa.core.policies.rule_policy.RulePolicy"]
START = """
import sys
from pathlib import Path
from desk_engine.light import spare_tensorflow
from desk_engine.train import quiet_rasa
quiet_rasa()
print(spare_tensorflow(Path(sys.argv[1])))
{imports}
print("tensorflow" in sys.modules)
"""


def archive(folder: Path, *uses: str) -> Path:
    """A model's archive as far as its description."""
    described = json.dumps({"predict_schema": {"nodes": {str(place): {"uses": one} for place, one in enumerate(uses)}}})
    path = folder / "model.tar.gz"
    with tarfile.open(path, "w:gz") as made:
        info = tarfile.TarInfo("metadata.json")
        info.size = len(described)
        made.addfile(info, io.BytesIO(described.encode()))
    return path


def said_at_start(model: Path, imports: str) -> list[str]:
    program = START.format(imports=imports)
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(model)], capture_output=True, text=True, check=True
    )
    return ran.stdout.split()


def test_rasas_server_and_our_classifier_come_without_tensorflow(tmp_path):
    imports = "import rasa.core.run, desk_engine.classifier, desk_engine.channel, rasa.core.policies.rule_policy"
    assert said_at_start(archive(tmp_path, *OURS), imports) == ["True", "False"]


def test_a_model_with_another_part_leaves_rasa_as_it_is(tmp_path):
    assert said_at_start(archive(tmp_path, *OURS, "rasa.nlu.classifiers.diet_classifier.DIETClassifier"), "") == [
        "False",
        "False",
    ]


def test_the_parts_are_those_that_read_and_predict(tmp_path):
    assert parts_of(archive(tmp_path, *OURS)) == set(OURS)


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_an_unreadable_model_is_not_light(tmp_path, content):
    (tmp_path / "model.tar.gz").write_bytes(content)
    assert parts_of(tmp_path / "model.tar.gz") == {"unreadable"}
    assert parts_of(tmp_path / "missing.tar.gz") == {"unreadable"}
