"""Tunes the small English encoder on the training messages, so that messages with one meaning have vectors close together.

A maintainer's step, run again when data/nlu has changed a good deal (README.md says how): a large encoder learns the
messages first, then the small one learns them and the large one's opinion of each. The result, encoders/tuned, is kept in
the repository, so that nobody else needs PyTorch. A development split, chosen by a hash of the text, is never learnt from
unless `--all` is given; the held-out set in data/evaluation is never read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import AutoModel

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from noise import rewritten  # noqa: E402

from encoders.bert_graph import Shape, bert_model, save_quantised  # noqa: E402
from encoders.manifest import Manifest, sha256_of  # noqa: E402

ROOT = Path(__file__).parents[2]
BATCH = 32
MAX_TOKENS = 96
NOISY = 0.5  # the part of the messages that is read as somebody in a hurry would write it
SMOOTHING = 0.05
SHARPNESS = 16.0  # unit vectors are scaled by this before the classification head
DROPOUT = 0.1
TEACHER_SHARE, TEACHER_SOFTNESS = 0.7, 2.0
DEVELOPMENT_PERCENT = 15


@dataclass(frozen=True)
class Example:
    """One training message."""

    intent: str
    text: str


@dataclass(frozen=True)
class Plan:
    """How long and how fast an encoder learns."""

    epochs: int
    rate: float
    decay: float  # of the rate, from each layer to the one below
    head_rate: float = 2e-3


PLANS = {"teacher": Plan(epochs=4, rate=5e-5, decay=0.9), "student": Plan(epochs=6, rate=1.5e-4, decay=0.85)}


def training_examples(root: Path) -> list[Example]:
    """The messages of data/nlu, each once, without Rasa's entity marks."""
    found: dict[Example, None] = {}
    for path in sorted((root / "data" / "nlu").glob("*.yml")):
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

    def __init__(self, weights: Path, labels: list[str], seed: int) -> None:
        torch.manual_seed(seed)
        self.chance = random.Random(seed)
        self.labels = labels
        self.encoder = AutoModel.from_pretrained(
            weights,
            add_pooling_layer=False,
            attn_implementation="eager",  # PyTorch's fused attention learns at half the speed on a processor
            hidden_dropout_prob=DROPOUT,
            attention_probs_dropout_prob=0.0,
        )
        self.encoder.embeddings.word_embeddings.weight.requires_grad = False
        bank = (torch.rand(1 << 25) >= DROPOUT).to(torch.bfloat16) / (1 - DROPOUT)
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
        with torch.autocast("cpu", torch.bfloat16):
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

    def learn(self, examples: list[Example], plan: Plan, check: list[Example], teacher: dict[str, torch.Tensor]) -> None:
        """Learns from the examples, and from the teacher's scores where there are any; says how it goes."""
        optimiser = torch.optim.AdamW(self._groups(plan), fused=True)
        steps = plan.epochs * (len(examples) // BATCH + 1)
        rates = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min(1.0, step / (0.08 * steps)) * max(0.02, 1 - step / steps)
        )
        for epoch in range(1, plan.epochs + 1):
            begun, total = time.monotonic(), 0.0
            self.encoder.train()
            for batch in self._batches(examples):
                loss = self._loss(batch, teacher)
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
                optimiser.step()
                rates.step()
                total += loss.item() * len(batch)
            first, among = self.accuracy(check)
            print(
                f"epoch {epoch} of {plan.epochs}: loss {total / len(examples):.3f}; of {len(check)} development messages "
                f"{first:.1%} first, {among:.1%} among three; {time.monotonic() - begun:.0f} s",
                flush=True,
            )

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

    def _loss(self, batch: list[Example], teacher: dict[str, torch.Tensor]) -> torch.Tensor:
        texts = [rewritten(each.text, self.chance) if self.chance.random() < NOISY else each.text for each in batch]
        wanted = torch.tensor([self.labels.index(each.intent) for each in batch])
        scores = self.scores(texts)
        loss = functional.cross_entropy(scores, wanted, label_smoothing=SMOOTHING)
        if not teacher:
            return loss
        opinion = torch.stack([teacher[each.text] for each in batch])
        softened = functional.log_softmax(scores / TEACHER_SOFTNESS, 1)
        apart = functional.kl_div(softened, functional.softmax(opinion / TEACHER_SOFTNESS, 1), reduction="batchmean")
        return (1 - TEACHER_SHARE) * loss + TEACHER_SHARE * TEACHER_SOFTNESS**2 * apart

    def export(self, out: Path, source: str) -> None:
        """Writes the encoder as ONNX int8 with its tokenizer and manifest, as encoders.Encoder reads it."""
        out.mkdir(parents=True, exist_ok=True)
        weights = {name: value.detach().float().numpy() for name, value in self.encoder.state_dict().items()}
        size = self.encoder.config
        shape = Shape(size.hidden_size, size.num_hidden_layers, size.num_attention_heads, size.layer_norm_eps)
        save_quantised(bert_model(shape, weights.__getitem__), out / "model.onnx")
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.tokenizer.save(str(out / "tokenizer.json"))
        files = {name: sha256_of(out / name) for name in ("model.onnx", "tokenizer.json")}
        Manifest("tuned", size.hidden_size, max_tokens=256, recipe=1, source=source, files=files).write(out)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Tune the encoder on the training messages; README.md has the two commands.")
    parser.add_argument("part", choices=PLANS, help="the large encoder (first) or the small one (second)")
    parser.add_argument("--weights", type=Path, required=True, help="folder with the untuned model.safetensors")
    parser.add_argument("--out", type=Path, required=True, help="where to write what was learnt")
    parser.add_argument("--teacher", type=Path, help="the large encoder's opinions.npz, for the small one")
    parser.add_argument("--all", action="store_true", help="learn from the development messages too")
    parser.add_argument("--epochs", type=int, help="how often to read every message, when not as planned")
    parser.add_argument("--rate", type=float, help="how fast to learn, when not as planned")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    messages, questions = training_examples(ROOT), article_questions(ROOT)
    labels = sorted({each.intent for each in messages})
    questions = [each for each in questions if each.intent in labels]
    check = [each for each in messages if is_development(each.text)]
    learnt = [each for each in messages if options.all or not is_development(each.text)] + questions
    print(f"{len(learnt)} examples of {len(labels)} intents", flush=True)
    teacher = {}
    if options.teacher:
        with np.load(options.teacher, allow_pickle=False) as stored:
            teacher = dict(zip(stored["texts"].tolist(), torch.tensor(stored["scores"]), strict=True))
    learner = Learner(options.weights, labels, options.seed)
    plan = PLANS[options.part]
    plan = replace(plan, epochs=options.epochs or plan.epochs, rate=options.rate or plan.rate)
    learner.start_head(learnt)
    learner.learn(learnt, plan, check, teacher)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.part == "teacher":
        texts = list(dict.fromkeys(each.text for each in messages + questions))
        np.savez(options.out / "opinions.npz", texts=np.array(texts), scores=learner.all_scores(texts).numpy())
        return
    learner.export(options.out, f"all-MiniLM-L6-v2 (Apache-2.0), tuned on {len(learnt)} messages by encoders/tuning/tune.py")
    facts = {"labels": labels, "examples": len(learnt), "development": len(check), "accuracy": learner.accuracy(check)}
    (options.out / "tuning.json").write_text(json.dumps(facts, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
