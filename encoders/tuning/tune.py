"""Tunes the small English encoder on the training messages, so that messages with one meaning have vectors close together.

A maintainer's step, run again when data/nlu has changed a good deal (README.md says how). It begins with the encoder as
its makers left it, or goes on from the one in encoders/tuned when only some files are new. The result, encoders/tuned, is
kept in the repository, so that nobody else needs PyTorch; it is written after every epoch, so a run that was stopped is
not lost. A development split, chosen by a hash of the text, is never learnt from unless `--all` is given; the held-out set
in data/evaluation is never read.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import yaml
from onnx import numpy_helper
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import AutoModel

sys.path[:0] = [str(Path(__file__).parents[2])]

from encoders.bert_graph import Shape, bert_model, save_quantised  # noqa: E402
from encoders.manifest import Manifest, sha256_of  # noqa: E402
from encoders.noise import rewritten  # noqa: E402

ROOT = Path(__file__).parents[2]
BATCH = 32
MAX_TOKENS = 96
NOISY = 0.5  # the part of the messages that is read as somebody in a hurry would write it
SMOOTHING = 0.05
SHARPNESS = 16.0  # unit vectors are scaled by this before the classification head
DROPOUT = 0.1
KNOWN_SHARE = 0.35  # of the messages that an encoder knows already, in each epoch that it goes on learning
SIGN_OF_LIFE = 50  # batches
DEVELOPMENT_PERCENT = 15


@dataclass(frozen=True)
class Example:
    """One training message."""

    intent: str
    text: str


@dataclass(frozen=True)
class Plan:
    """How long and how fast an encoder learns, and how many of its lowest layers stay as they are."""

    epochs: int
    rate: float
    decay: float  # of the rate, from each layer to the one below
    frozen: int = 0
    head_rate: float = 2e-3


AFRESH = Plan(epochs=6, rate=1.5e-4, decay=0.85)
GOING_ON = Plan(epochs=2, rate=1e-4, decay=0.85, frozen=2)


def training_examples(root: Path, names: Sequence[str] = ("*.yml",)) -> list[Example]:
    """The messages of the files of data/nlu with these names, each once, without Rasa's entity marks."""
    found: dict[Example, None] = {}
    for path in sorted({path for name in names for path in (root / "data" / "nlu").glob(name)}):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            for line in block.get("examples", "").splitlines() if "intent" in block else ():
                text = re.sub(r"\[([^\]]+)\](\([^)]*\)|\{[^}]*\})", r"\1", line.strip().removeprefix("-").strip())
                if text:
                    found[Example(block["intent"], text)] = None
    return list(found)


def article_questions(root: Path) -> list[Example]:
    """The questions of the knowledge base's articles, each as an example of the article's first intent."""
    found: dict[Example, None] = {}
    for path in sorted((root / "councils").glob("*/knowledge/*.md")):
        front = yaml.safe_load(path.read_text("utf-8").split("---")[1])
        for question in (front.get("questions") or []) if front.get("intents") else []:
            found[Example(front["intents"][0], str(question))] = None
    return list(found)


def is_development(text: str) -> bool:
    """Whether a message belongs to the development split; it stays there however the data grow."""
    return int(hashlib.md5(text.encode()).hexdigest(), 16) % 100 < DEVELOPMENT_PERCENT


class QuickDropout(nn.Module):
    """Dropout from one bank of random bits: PyTorch's own costs a third of the time on a processor."""

    def __init__(self, bank: torch.Tensor, chance: random.Random) -> None:
        super().__init__()
        self._bank, self._chance = bank, chance

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        start = self._chance.randrange(len(self._bank) - x.numel())
        return x * self._bank[start : start + x.numel()].view(x.shape)


class Learner:
    """An encoder with a classification head on its unit vectors."""

    def __init__(self, weights: Path, labels: list[str], seed: int, start: Path | None = None) -> None:
        """`weights` is a Hugging Face folder; `start` an encoder that this script wrote, to go on from."""
        torch.manual_seed(seed)
        self.chance = random.Random(seed)
        self.labels = labels
        self.encoder = AutoModel.from_pretrained(
            weights,
            add_pooling_layer=False,
            hidden_dropout_prob=DROPOUT,
            attention_probs_dropout_prob=0.0,
        )
        self.encoder.embeddings.word_embeddings.weight.requires_grad = False
        if start is not None:
            self.encoder.load_state_dict(written_weights(start / "model.onnx"), strict=False)
        # Half the bits are twice as fast where the processor has instructions for them, and sixty times slower elsewhere.
        self.halved = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
        bank = (torch.rand(1 << 25) >= DROPOUT).to(torch.bfloat16 if self.halved else torch.float32) / (1 - DROPOUT)
        for module in list(self.encoder.modules()):
            for name, child in list(module.named_children()):
                if isinstance(child, nn.Dropout):
                    setattr(module, name, QuickDropout(bank, self.chance) if child.p else nn.Identity())
        self.head = nn.Linear(self.encoder.config.hidden_size, len(labels))
        self.tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.enable_padding(pad_id=self.encoder.config.pad_token_id, pad_token="[PAD]")

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """One unit vector a text: the mean over its tokens."""
        encoded = self.tokenizer.encode_batch(list(texts))
        ids = torch.tensor([each.ids for each in encoded])
        mask = torch.tensor([each.attention_mask for each in encoded])
        with torch.autocast("cpu", torch.bfloat16, enabled=self.halved):
            hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        spread = mask[:, :, None].float()
        return functional.normalize((hidden.float() * spread).sum(1) / spread.sum(1), dim=1)

    def scores(self, texts: Sequence[str]) -> torch.Tensor:
        """The head's score of every label for every text."""
        found: torch.Tensor = self.head(self.vectors(texts) * SHARPNESS)
        return found

    @torch.no_grad()
    def all_scores(self, texts: Sequence[str]) -> torch.Tensor:
        """The same for any number of texts, after learning."""
        self.encoder.eval()
        found = torch.empty(len(texts), len(self.labels))
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), 64):
            places = order[start : start + 64]
            found[places] = self.scores([texts[place] for place in places])
        return found

    def accuracy(self, examples: Sequence[Example]) -> tuple[float, float]:
        """The share of examples read rightly: first, and among the first three."""
        best = self.all_scores([each.text for each in examples]).topk(3).indices.tolist()
        ranked = [[self.labels[place] for place in places] for places in best]
        first = sum(each.intent == places[0] for each, places in zip(examples, ranked, strict=True))
        among = sum(each.intent in places for each, places in zip(examples, ranked, strict=True))
        return first / len(examples), among / len(examples)

    @torch.no_grad()
    def start_head(self, examples: Sequence[Example]) -> None:
        """Points the head at the mean vector of some examples of each label, so that learning does not begin with noise."""
        self.encoder.eval()
        means = []
        for label in self.labels:
            texts = [each.text for each in examples if each.intent == label]
            means.append(self.vectors(self.chance.sample(texts, min(len(texts), 40))).mean(0))
        middle = torch.stack(means).mean(0)
        self.head.weight.copy_(functional.normalize(torch.stack(means) - middle, dim=1) / 2)
        self.head.bias.copy_(-SHARPNESS * self.head.weight @ middle)

    def learn(self, examples: Examples, plan: Plan, check: list[Example], out: Path) -> None:
        """Learns from the examples; says how it goes and writes the encoder after every epoch."""
        for name, parameter in self.encoder.named_parameters():
            found = re.search(r"layer\.(\d+)\.", name)
            if plan.frozen and (name.startswith("embeddings") or (found and int(found[1]) < plan.frozen)):
                parameter.requires_grad = False
        optimiser = torch.optim.AdamW(self._groups(plan), fused=True)
        steps = plan.epochs * (len(examples.of_epoch(self.chance)) // BATCH + 1)
        rates = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min(1.0, step / (0.08 * steps)) * max(0.02, 1 - step / steps)
        )
        for epoch in range(1, plan.epochs + 1):
            begun, total, read = time.monotonic(), 0.0, 0
            self.encoder.train()
            for batch in self._batches(examples.of_epoch(self.chance)):
                loss = self._loss(batch)
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
                optimiser.step()
                rates.step()
                total, read = total + loss.item() * len(batch), read + len(batch)
                if read // BATCH % SIGN_OF_LIFE == 0:
                    print(f"  {read} read, loss {total / read:.3f}, {time.monotonic() - begun:.0f} s", flush=True)
            first, among = self.accuracy(check)
            print(
                f"epoch {epoch} of {plan.epochs}: loss {total / read:.3f}; of {len(check)} development messages "
                f"{first:.1%} first, {among:.1%} among three; {time.monotonic() - begun:.0f} s",
                flush=True,
            )
            self.export(out, examples)

    def _groups(self, plan: Plan) -> list[dict[str, Any]]:
        depth = self.encoder.config.num_hidden_layers
        groups: list[dict[str, Any]] = [{"params": self.head.parameters(), "lr": plan.head_rate, "weight_decay": 0.01}]
        for name, parameter in self.encoder.named_parameters():
            if parameter.requires_grad:
                found = re.search(r"layer\.(\d+)\.", name)
                layer = int(found[1]) + 1 if found else 0 if name.startswith("embeddings") else depth
                rate = plan.rate * plan.decay ** (depth - layer)
                groups.append({"params": [parameter], "lr": rate, "weight_decay": 0.0 if parameter.ndim < 2 else 0.01})
        return groups

    def _batches(self, examples: list[Example]) -> Iterator[list[Example]]:
        """Messages of similar length together, in random order."""
        mixed = self.chance.sample(examples, len(examples))
        batches = []
        for start in range(0, len(mixed), BATCH * 40):
            near = sorted(mixed[start : start + BATCH * 40], key=lambda each: len(each.text))
            batches += [near[place : place + BATCH] for place in range(0, len(near), BATCH)]
        self.chance.shuffle(batches)
        yield from batches

    def _loss(self, batch: list[Example]) -> torch.Tensor:
        texts = [rewritten(each.text, self.chance) if self.chance.random() < NOISY else each.text for each in batch]
        wanted = torch.tensor([self.labels.index(each.intent) for each in batch])
        return functional.cross_entropy(self.scores(texts), wanted, label_smoothing=SMOOTHING)

    def export(self, out: Path, examples: Examples) -> None:
        """Writes the encoder as ONNX int8 with its tokenizer and manifest, as encoders.Encoder reads it."""
        out.mkdir(parents=True, exist_ok=True)
        weights = {name: value.detach().float().numpy() for name, value in self.encoder.state_dict().items()}
        size = self.encoder.config
        shape = Shape(size.hidden_size, size.num_hidden_layers, size.num_attention_heads, size.layer_norm_eps)
        save_quantised(bert_model(shape, weights.__getitem__), out / "model.onnx")
        tokenizer = Tokenizer.from_str(self.tokenizer.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.save(str(out / "tokenizer.json"))
        files = {name: sha256_of(out / name) for name in ("model.onnx", "tokenizer.json")}
        source = f"all-MiniLM-L6-v2 (Apache-2.0), tuned by encoders/tuning/tune.py on {examples.described}"
        Manifest("tuned", size.hidden_size, max_tokens=256, recipe=1, source=source, files=files).write(out)


@dataclass(frozen=True)
class Examples:
    """What is learnt: the new ones in every epoch, of those that the encoder knows already another part each time."""

    new: list[Example]
    known: list[Example]

    def of_epoch(self, chance: random.Random) -> list[Example]:
        """What to read in one epoch."""
        return self.new + chance.sample(self.known, int(len(self.known) * KNOWN_SHARE))

    @property
    def described(self) -> str:
        """For the manifest."""
        return f"{len(self.new) + len(self.known):,} messages" + (
            f", {len(self.new):,} of them new to it" if self.known else ""
        )


def written_weights(model: Path) -> dict[str, torch.Tensor]:
    """The weights of an int8 encoder that `export` wrote, by their names in a Hugging Face checkpoint."""
    stored = {each.name: numpy_helper.to_array(each) for each in onnx.load(str(model)).graph.initializer}
    found = {}
    for name in {re.sub(r"_(quantized|scale|zero_point)$", "", each) for each in stored}:
        if name == "places" or not re.match(r"(words$|embeddings\.|encoder\.)", name):
            continue
        if name in stored:
            value = stored[name]
        else:
            value = (stored[f"{name}_quantized"].astype(np.float32) - stored[f"{name}_zero_point"]) * stored[f"{name}_scale"]
        if name == "words":
            continue  # never changed by tuning: the makers' own, in full precision, are better
        whole = name.removesuffix(".w") + ".weight" if name.endswith(".w") else name.removesuffix(".b") + ".bias"
        found[whole] = torch.tensor(value.T if value.ndim == 2 else value, dtype=torch.float32).contiguous()
    # bert_graph.py adds the type's embedding to each place once and for all.
    found["embeddings.position_embeddings.weight"] = torch.tensor(stored["places"])
    found["embeddings.token_type_embeddings.weight"] = torch.zeros(2, stored["places"].shape[1])
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Tune the encoder on the training messages; README.md has the commands.")
    parser.add_argument("--weights", type=Path, required=True, help="folder with the untuned model.safetensors")
    parser.add_argument("--out", type=Path, required=True, help="where to write what was learnt")
    parser.add_argument("--start", type=Path, help="a tuned encoder to go on from, which had learnt all files but the new ones")
    parser.add_argument("--new", nargs="+", default=["*.yml"], help="the files of data/nlu that the start had not learnt")
    parser.add_argument("--all", action="store_true", help="learn from the development messages too")
    parser.add_argument("--epochs", type=int, help="how often to read every message, when not as planned")
    parser.add_argument("--rate", type=float, help="how fast to learn, when not as planned")
    parser.add_argument("--threads", type=int, default=1, help="more only help on a machine that does nothing else")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--root", type=Path, default=ROOT, help="the project whose data to learn from")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    messages, questions = training_examples(options.root), article_questions(options.root)
    labels = sorted({each.intent for each in messages})
    check = [each for each in messages if is_development(each.text)]
    learnt = [each for each in messages if options.all or not is_development(each.text)]
    learnt += [each for each in questions if each.intent in labels]
    fresh = set(training_examples(options.root, options.new) if options.start else learnt)
    examples = Examples([each for each in learnt if each in fresh], [each for each in learnt if each not in fresh])
    learner = Learner(options.weights, labels, options.seed, options.start)
    plan = GOING_ON if options.start else AFRESH
    plan = replace(plan, epochs=options.epochs or plan.epochs, rate=options.rate or plan.rate)
    print(f"{examples.described}, {len(labels)} intents", flush=True)
    learner.start_head(learnt)
    learner.learn(examples, plan, check, options.out)


if __name__ == "__main__":
    main()
