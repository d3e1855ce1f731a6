"""Puts replies that say nearly the same into one group, so that the list shows a reply once and counts how often it was sent.

Advisers reuse standard wording with a greeting of their own or a sentence left out. Two replies belong together when they
are near in meaning, alike in wording and name the same numbers: "your brown bin on the 3rd" and "on the 4th" do not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.assist import store
from bot.assist.index import PastReplies, Vector
from bot.assist.model import nearly_same
from bot.conversations.model import new_id

NEAR = 0.88  # a cosine from which wording is compared


@dataclass(frozen=True)
class Grouped:
    """The group of one reply; `first` when it begins it."""

    group: str
    first: bool


async def in_groups(
    tx: AsyncConnection, council: str, index: PastReplies, replies: Sequence[str], vectors: Vector
) -> list[Grouped]:
    """For each reply its group, compared with the newest wording of the groups that are there."""
    near = index.closest_groups(vectors, NEAR)
    known = await store.newest_of_groups(tx, council, {name for names in near for name in names})
    return grouped(near, {name: text for name, (text, _) in known.items()}, replies, vectors)


def grouped(
    near: Sequence[Sequence[str]], wordings: Mapping[str, str], replies: Sequence[str], vectors: Vector
) -> list[Grouped]:
    """For each reply its group: one of those that are `near` it, one that an earlier reply of these begins, or its own."""
    found: list[Grouped] = []
    fresh: list[tuple[int, str]] = []  # the first reply of each group that begins here
    for place, reply in enumerate(replies):
        group = next((name for name in near[place] if name in wordings and nearly_same(wordings[name], reply)), "")
        group = group or _among(fresh, place, replies, vectors)
        found.append(Grouped(group or new_id(), first=not group))
        if not group:
            fresh.append((place, found[-1].group))
    return found


def _among(fresh: Sequence[tuple[int, str]], place: int, replies: Sequence[str], vectors: Vector) -> str:
    if not fresh:
        return ""
    cosines = vectors[[first for first, _ in fresh]] @ vectors[place]
    for spot in np.argsort(-cosines)[:3]:
        first, group = fresh[int(spot)]
        if cosines[spot] >= NEAR and nearly_same(replies[first], replies[place]):
            return group
    return ""
