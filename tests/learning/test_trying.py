"""A training from beginning to end that ends badly: a plain sentence, and the live model as it was."""

import pytest

from bot.evaluation import trying
from bot.evaluation.refitting import TrainingPlaces
from bot.evaluation.trying import NOTHING_NEW, UNEXPECTED, Trying
from bot.learning.building import LearningRoom
from bot.learning.model import Candidate, CandidateState
from tests.conftest import ROOT
from tests.learning.classroom import TARA, Classroom


async def tried(classroom: Classroom) -> Candidate:
    """A candidate that was begun and tried, and what is written down of it."""
    room = LearningRoom(classroom.parts, classroom.reviewing, classroom.candidates, classroom.promoting)
    folder = classroom.parts.shelf.folder
    places = TrainingPlaces(ROOT / "var" / "encoders", folder, folder / "cache")
    begun = await classroom.candidates.begin(TARA)
    await Trying(room, places, lambda: pytest.fail("it is never compared")).run(begun.id)
    assert classroom.parts.shelf.live() == "first"
    return await classroom.candidates.one(TARA, begun.id)


async def test_without_anything_new_nothing_is_trained(classroom):
    done = await tried(classroom)
    assert (done.state, done.problem) == (CandidateState.FAILED, NOTHING_NEW)


async def test_a_training_that_fails_says_why_and_blocks_nobody(classroom):
    await classroom.accepted()
    done = await tried(classroom)  # in the engine's own Python, which finds no model of this project among these
    assert (done.state, done.learnt, done.new) == (CandidateState.FAILED, 1, 1)
    assert done.problem.startswith("The model of the project as it is now has not been trained: run `make train`")
    await classroom.candidates.begin(TARA)


async def test_a_fault_that_nobody_expected_is_written_down_too(classroom, monkeypatch):
    async def broken(*_: object) -> str:
        raise RuntimeError("no such luck")

    await classroom.accepted()
    monkeypatch.setattr(trying, "refit", broken)
    done = await tried(classroom)
    assert (done.state, done.problem) == (CandidateState.FAILED, UNEXPECTED)
