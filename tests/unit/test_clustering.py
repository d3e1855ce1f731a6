"""Grouping by meaning: the same messages give the same groups, strangers stand alone, ids go with most of their members."""

import itertools

import numpy as np

from bot.learning.clustering import grouped, kept_ids, telling_words


def around(*middles: int, each: int = 6, spread: float = 0.25) -> np.ndarray:
    """Unit vectors, some around each of a few directions."""
    chance = np.random.default_rng(11)
    rows = [np.eye(32)[middle] + chance.normal(0, spread / 5, 32) for middle in middles for _ in range(each)]
    return np.asarray([row / np.linalg.norm(row) for row in rows], np.float32)


def test_messages_that_mean_the_same_are_together_and_strangers_stand_alone():
    vectors = np.vstack([around(3, 9), np.eye(32, dtype=np.float32)[20:22]])
    groups = [sorted(group.places) for group in grouped(vectors)]
    assert sorted(groups) == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]


def test_the_order_of_the_messages_changes_nothing():
    vectors = around(1, 5, 8, each=5)
    order = np.random.default_rng(3).permutation(len(vectors))
    plain = {frozenset(group.places) for group in grouped(vectors)}
    shuffled = {frozenset(int(order[place]) for place in group.places) for group in grouped(vectors[order])}
    assert plain == shuffled


def test_nothing_and_one_message_are_no_group():
    assert grouped(np.zeros((0, 32), np.float32)) == []
    assert grouped(around(1, each=1)) == []


def test_an_id_goes_to_the_group_that_has_most_of_its_members_and_to_no_second_one():
    fresh = (f"new{number}" for number in itertools.count(1))
    before = [(1, "plastics"), (2, "plastics"), (3, "plastics"), (4, "skips")]
    assert kept_ids([[9, 10], [1, 2, 7], [3], [4]], before, lambda: next(fresh)) == ["new1", "plastics", "new2", "skips"]


def test_a_group_is_named_by_what_the_others_do_not_say():
    plastics = [
        "can i recycle soft plastics",
        "do you take soft plastics [name]",
        "soft plastics and crisp packets",
        "crisp packets",
    ]
    skips = ["can i hire a skip", "do you take a skip away", "skip permit for the road"]
    first, second = telling_words([plastics, skips])
    assert first == "soft plastics, crisp packets"
    assert second.startswith("skip")
