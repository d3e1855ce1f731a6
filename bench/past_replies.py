"""Makes past replies up for the benchmark of suggestions: as many as are wanted, each a little different from every other.

They are mixed from the invented conversations in data/assist: what one resident asked with a sentence of another, a standard reply
with a sentence of another, and a street of invented syllables in each. Their vectors are mixed in the same way, with noise, since
encoding 200,000 texts would take longer than the whole benchmark; the index has the same work with either.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import yaml

from bench.addresses import streets
from bot.assist.encoding import Encoding
from bot.assist.formats import ConversationFile, PastConversation
from bot.assist.importing import pairs_of
from bot.assist.index import Vector
from bot.assist.model import Pair
from bot.assist.store import NewPair
from tests.running import ROOT

CONVERSATIONS = ROOT / "data" / "assist" / "conversations.jsonl"
SEED = 20
FROM = datetime(2025, 11, 1, 9, 0, tzinfo=UTC)
NEW_GROUP = 0.4  # so many of the replies are unlike all before; the others repeat a standard one
OTHER, NOISE = 0.45, 0.4  # how much of another text and of chance is in a vector, beside 1 of its own
LIKELY = 5  # intents of a message


@dataclass(frozen=True)
class Material:
    """What past replies are mixed from."""

    pairs: Sequence[Pair]
    asked: Vector
    replies: Vector
    intents: Sequence[str]

    @classmethod
    def read(cls, encoding: Encoding) -> "Material":
        """The invented conversations with the vectors of their texts."""
        found = [one for one in ConversationFile(CONVERSATIONS).conversations() if isinstance(one, PastConversation)]
        pairs = [pair for one in found for pair in pairs_of(one)]
        asked, replies = (encoding.embed_known([getattr(pair, name) for pair in pairs]) for name in ("asked", "reply"))
        domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
        return cls(pairs, asked, replies, [one if isinstance(one, str) else next(iter(one)) for one in domain["intents"]])


def invented(material: Material, count: int, mark: str, at_once: int = 2000) -> Iterator[list[NewPair]]:
    """So many past replies, in lots. `mark` is that of the encoder that the vectors are said to be of."""
    chance, noise = random.Random(SEED), np.random.default_rng(SEED)
    names, groups = list(streets()), [0]
    for begin in range(0, count, at_once):
        own, other = (noise.integers(len(material.pairs), size=min(at_once, count - begin)) for _ in range(2))
        asked = _mixed(material.asked, own, other, noise)
        replies = _mixed(material.replies, own, other, noise)
        lot = []
        for place, (one, another) in enumerate(zip(own, other, strict=True)):
            first, second, street = material.pairs[one], material.pairs[another], chance.choice(names)
            fresh = chance.random() < NEW_GROUP
            if fresh:
                groups.append(len(groups))
            lot.append(
                NewPair(
                    1,
                    bool(first.first),
                    FROM + timedelta(minutes=5 * (begin + place)),
                    f"{_with(first.asked, second.asked, chance)} ({street})",
                    f"{_with(first.reply, second.reply, chance)} This is about {street}.",
                    f"bench{groups[-1] if fresh else chance.choice(groups)}",
                    _intents(material.intents, chance),
                    mark,
                    asked[place],
                    replies[place] if fresh or not begin else None,
                )
            )
        yield lot


def asked_now(material: Material, count: int) -> list[str]:
    """What residents ask now: nobody asked just this before."""
    chance, names = random.Random(SEED + 1), list(streets())
    pairs = material.pairs
    return [
        f"{_with(chance.choice(pairs).asked, chance.choice(pairs).asked, chance)} I am at {chance.choice(names)}"[:900]
        for _ in range(count)
    ]


def talks(material: Material, count: int, turns: int) -> Iterator[list[Pair]]:
    """Chats of so many turns, each a question that is new and a reply to something like it."""
    chance, asked = random.Random(SEED + 3), iter(asked_now(material, count * turns))
    for _ in range(count):
        yield [replace(chance.choice(material.pairs), asked=next(asked)) for _ in range(turns)]


def write_file(path: Path, material: Material, conversations: int, *, short: bool = False) -> int:
    """A file to import with so many conversations, with names and numbers to be masked; how many lines it has.

    `short` conversations have one line each way; the others as many as those that they are made of.
    """
    chance, names, lines = random.Random(SEED + 2), list(streets()), 1
    originals = [json.loads(line)["messages"] for line in CONVERSATIONS.read_text(encoding="utf-8").splitlines()]
    with path.open("w", encoding="utf-8") as file:
        file.write("conversation_id,at,from,text\n")
        for number in range(conversations):
            at = FROM + timedelta(minutes=7 * number)
            for said in chance.choice(originals)[: 2 if short else None]:
                text = f"{said['text']} I am at {chance.randint(1, 99)} {chance.choice(names)}, 07700 900{chance.randint(100, 999)}."
                lines += 1
                file.write(
                    f'invented-{number},{at.isoformat()},{said["from"]},"{text.replace(chr(34), "").replace(chr(10), " ")}"\n'
                )
    return lines


def _with(text: str, other: str, chance: random.Random) -> str:
    """A text with a sentence of another put after its first."""
    sentences, guest = text.split(". "), chance.choice(other.split(". "))
    return ". ".join([*sentences[:1], guest, *sentences[1:]])


def _mixed(vectors: Vector, own: Vector, other: Vector, noise: np.random.Generator) -> Vector:
    mixed = vectors[own] + OTHER * vectors[other]
    mixed = mixed + NOISE / np.sqrt(vectors.shape[1]) * noise.normal(size=mixed.shape)
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), np.float32)


def _intents(names: Sequence[str], chance: random.Random) -> dict[str, float]:
    """A reading: one intent that leads, and some that are less likely."""
    rest, found = 1.0, {}
    for name in chance.sample(list(names), LIKELY):
        found[name] = rest * chance.uniform(0.5, 0.9)
        rest -= found[name]
    return found
