"""The stock Rasa server that we compare with: what `rasa init` sets up, trained on our own messages and rules.

The pipeline and policies are those that Rasa 3.6.21 writes as its defaults, read from its own template, so that the
comparison cannot be bent here. Only the epochs are fewer: they change how well it understands and not how long a message
takes. The model is trained once for each content of data/ and domain.yml, into var/bench; serving.py starts it.
"""

import hashlib
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.running import ENGINE_PYTHON, ROOT, process

EPOCHS = 2  # enough for timing; Rasa's default is 100
PLACE = ROOT / "var" / "bench"
TEMPLATE = "lib/python3.10/site-packages/rasa/cli/initial_project/config.yml"
LONGEST_TRAINING = 3600  # seconds
SAY_EVERY = 15  # seconds
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "LOG_LEVEL": "WARNING",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}
_EPOCHS_BAR = re.compile(r"Epochs:\s+(\d+)%")


class StockError(Exception):
    """The stock model could not be trained; the message is one plain sentence."""


@dataclass(frozen=True)
class StockModel:
    """A trained stock model: its archive, and the facts that belong beside every figure taken with it."""

    archive: Path
    examples: int
    epochs: int

    @property
    def folder(self) -> Path:
        """Where its configuration lies."""
        return self.archive.parent


def stock_model(say: Callable[[str], None], *, as_it_is: bool = False) -> StockModel:
    """The stock model for the data as it is now, trained if need be. Raises StockError.

    `as_it_is` takes the one that is there although the data changed since, for trying the benchmark out.
    """
    files = _project()
    examples = sum(
        len(re.findall(r"^ +- ", text, re.MULTILINE)) for name, text in files.items() if name.startswith("data/nlu/")
    )
    folder = PLACE / f"stock-{hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:16]}"
    earlier = sorted(PLACE.glob("stock-*"))
    if as_it_is and earlier:
        return StockModel(earlier[-1] / "stock.tar.gz", examples, EPOCHS)
    model = StockModel(folder / "stock.tar.gz", examples, EPOCHS)
    if not model.archive.exists():
        shutil.rmtree(folder, ignore_errors=True)
        unfinished = PLACE / f"unfinished-{folder.name}"
        shutil.rmtree(unfinished, ignore_errors=True)
        (unfinished / "data" / "nlu").mkdir(parents=True)
        for name, text in files.items():
            (unfinished / name).write_text(text, encoding="utf-8")
        _train(unfinished, examples, say)
        unfinished.rename(folder)
        for older in earlier:
            shutil.rmtree(older)
    return model


def default_config(template: str) -> dict[str, Any]:
    """The configuration of `rasa init` with its defaults spelt out (they stand in comments there), and fewer epochs."""
    spelt_out = "\n".join(
        line[1:] if re.match(r"# +(?:- name|\w+: )", line) and not line.startswith("# #") else line
        for line in template.splitlines()
    )
    config: dict[str, Any] = yaml.safe_load(spelt_out)
    config["assistant_id"] = "stock"
    for component in [*config["pipeline"], *config["policies"]]:
        if "epochs" in component:
            component["epochs"] = EPOCHS
    return config


def _project() -> dict[str, str]:
    """The files of the stock project by name. The messages are data/nlu as it is; a rule answers with a fixed text."""
    template = ENGINE_PYTHON.parents[1] / TEMPLATE
    if not template.is_file():
        raise StockError("The engine's environment is not set up: run make setup first.")
    ours = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    rules = []
    for file in sorted((ROOT / "data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(file.read_text("utf-8"))["rules"]:
            intent = rule["steps"][0]["intent"]
            rules.append({"rule": intent, "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]})
    rules.append({"rule": "not understood", "steps": [{"intent": "nlu_fallback"}, {"action": "utter_rephrase"}]})
    texts = {f"utter_{rule['rule']}": f"Here is what we know about {rule['rule'].replace('_', ' ')}." for rule in rules[:-1]}
    texts["utter_rephrase"] = "Sorry, please say that in other words."
    domain = {
        "version": "3.1",
        "intents": ours["intents"],
        "responses": {name: [{"text": text}] for name, text in texts.items()},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},  # as rasa init writes
    }
    messages = {f"data/nlu/{file.name}": file.read_text("utf-8") for file in (ROOT / "data" / "nlu").glob("*.yml")}
    return messages | {
        "config.yml": yaml.safe_dump(default_config(template.read_text("utf-8")), sort_keys=False),
        "domain.yml": yaml.safe_dump(domain, sort_keys=False),
        "data/rules.yml": yaml.safe_dump({"version": "3.1", "rules": rules}, sort_keys=False),
        "credentials.yml": "rest:\n",
    }


def _train(folder: Path, examples: int, say: Callable[[str], None]) -> None:
    say(
        f"Training stock Rasa on {examples:,} examples, {EPOCHS} epochs of its default 100 "
        "(minutes, and only when the data changed) …"
    )
    command = [str(ENGINE_PYTHON), "-m", "rasa", "train", "--fixed-model-name", "stock"]
    for option, name in (("--config", "config.yml"), ("--domain", "domain.yml"), ("--data", "data"), ("--out", "")):
        command += [option, str(folder / name)]
    log = folder / "training.log"
    begun = said = time.monotonic()
    with process(command, QUIET | {"LOG_LEVEL": "INFO", "RASA_CACHE_DIRECTORY": str(folder / "cache")}, log) as training:
        while training.poll() is None:
            time.sleep(0.5)
            now = time.monotonic()
            if now - begun > LONGEST_TRAINING:
                raise StockError(f"Stock Rasa was still training after {LONGEST_TRAINING // 60} minutes: see {log}.")
            if now - said >= SAY_EVERY:
                said = now
                bars = _EPOCHS_BAR.findall(log.read_text("utf-8", "replace"))
                stage = f"{bars[-1]}% of the epochs" if bars else "reading the examples and making features"
                say(f"  {now - begun:.0f} s: {stage}")
    if training.returncode != 0 or not (folder / "stock.tar.gz").exists():
        raise StockError(f"Stock Rasa could not be trained: the reason is at the end of {log}.")
    shutil.rmtree(folder / "cache", ignore_errors=True)
    say(f"  trained in {time.monotonic() - begun:.0f} s")
