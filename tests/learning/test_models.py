"""Candidates and the live model: one training at a time, no promotion of what is worse, and a way back that always works."""

import asyncio

import pytest

from bot.learning.candidates import CUT_OFF, AlreadyTraining
from bot.learning.model import CandidateState, Group, ModelRefused, NothingHere, UnusableMark
from bot.learning.shelf import Shelf
from tests.learning.classroom import RAVI, TARA, make_change, make_replay, make_trainer


async def test_of_two_trainings_at_once_one_is_refused(classroom):
    begun = await asyncio.gather(*(classroom.candidates.begin(actor) for actor in (TARA, RAVI)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in begun) == ["AlreadyTraining", "Candidate"]
    with pytest.raises(AlreadyTraining, match=r"A candidate is being trained already, begun by (Tara|Ravi)"):
        await classroom.candidates.begin(TARA)


async def test_a_training_without_a_sign_of_life_blocks_nobody(classroom):
    lost = await classroom.candidates.begin(TARA)
    classroom.later(minutes=2)
    assert await classroom.candidates.stage(lost.id, "training")
    classroom.later(minutes=2)
    with pytest.raises(AlreadyTraining):
        await classroom.candidates.begin(RAVI)
    classroom.later(minutes=2)
    await classroom.candidates.begin(RAVI)
    given_up = await classroom.candidates.one(TARA, lost.id)
    assert (given_up.state, given_up.problem) == (CandidateState.FAILED, CUT_OFF)
    assert not await classroom.candidates.stage(lost.id, "replaying"), "it is told that it is not wanted any more"


async def test_a_candidate_is_promoted_and_rolled_back_and_all_of_it_is_written_down(classroom):
    one = await classroom.trained("second")
    assert one.state == CandidateState.READY
    await classroom.promoting.promote(TARA, one.id)
    shelf = classroom.parts.shelf
    assert (shelf.live(), classroom.engine.served) == ("second", ["second"])
    assert shelf.learnt() == "# what second learnt\n"
    await classroom.promoting.roll_back(RAVI)
    assert (shelf.live(), classroom.engine.served) == ("first", ["second", "first"])
    assert shelf.learnt() == "", "what the second had learnt is no part of the first"
    with pytest.raises(UnusableMark, match="There is no earlier model to go back to"):
        await classroom.promoting.roll_back(RAVI)
    history = await classroom.candidates.history(TARA)
    assert [(one.kind, one.model, one.previous, one.person.name) for one in history] == [
        ("rolled_back", "first", "second", "Ravi Reviewer"),
        ("promoted", "second", "first", "Tara Trainer"),
    ]
    assert await classroom.record() == ["model_rolled_back", "model_promoted", "training_begun"]


async def test_going_back_goes_one_promotion_back_at_a_time(classroom):
    for model in ("second", "third"):
        await classroom.promoting.promote(TARA, (await classroom.trained(model)).id)
    assert await classroom.promoting.previous() == "second"
    await classroom.promoting.roll_back(TARA)
    await classroom.promoting.roll_back(TARA)
    assert classroom.parts.shelf.live() == "first"


async def test_what_makes_any_group_worse_by_more_than_two_points_is_refused(classroom):
    groups = (Group("all messages", 1000, 900, 950), Group("style: angry", 100, 90, 88), Group("area: bins", 100, 90, 87))
    one = await classroom.trained("second", make_replay(*groups))
    assert one.state == CandidateState.REFUSED
    assert [group.name for group in one.worse] == ["area: bins"], "two points are allowed, three are not"
    with pytest.raises(UnusableMark, match="it would read these worse: area: bins"):
        await classroom.promoting.promote(TARA, one.id)
    assert classroom.parts.shelf.live() == "first"


async def test_what_failed_or_was_compared_with_another_model_is_not_promoted(classroom):
    failed = await classroom.candidates.begin(TARA)
    with pytest.raises(UnusableMark, match="trained and compared"):
        await classroom.promoting.promote(TARA, failed.id)
    await classroom.candidates.fail(failed.id, "The training data cannot be read.")
    with pytest.raises(UnusableMark, match="trained and compared"):
        await classroom.promoting.promote(TARA, failed.id)
    old, new = await classroom.trained("second"), await classroom.trained("third")
    await classroom.promoting.promote(TARA, new.id)
    with pytest.raises(UnusableMark, match="The live model has changed"):
        await classroom.promoting.promote(TARA, old.id)
    with pytest.raises(UnusableMark, match="is the live model already"):
        await classroom.promoting.promote(TARA, new.id)
    with pytest.raises(NothingHere):
        await classroom.promoting.promote(TARA, "ffffffff")


async def test_a_second_press_on_make_live_changes_nothing(classroom):
    one = await classroom.trained("second")
    done = await asyncio.gather(*(classroom.promoting.promote(TARA, one.id) for _ in range(2)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in done) == ["Promotion", "UnusableMark"]
    assert (classroom.engine.served, await classroom.promoting.previous()) == (["second"], "first")


async def test_an_engine_that_refuses_a_model_leaves_everything_as_it_was(classroom):
    one = await classroom.trained("second")
    classroom.engine.refuses = "The model cannot be loaded (ValueError)."
    with pytest.raises(ModelRefused, match="cannot be loaded"):
        await classroom.promoting.promote(TARA, one.id)
    assert classroom.parts.shelf.live() == "first"
    assert await classroom.candidates.history(TARA) == []


async def test_an_engine_that_is_away_starts_with_the_new_model(classroom):
    one = await classroom.trained("second")
    classroom.engine.away = True
    await classroom.promoting.promote(TARA, one.id)
    assert classroom.parts.shelf.live() == "second"


async def test_a_model_that_was_removed_from_the_disk_is_not_promoted(classroom):
    one = await classroom.trained("second")
    classroom.parts.shelf.file("second").unlink()
    with pytest.raises(UnusableMark, match="no longer there"):
        await classroom.promoting.promote(TARA, one.id)


def test_a_setting_that_names_a_model_itself_is_said_to_be_in_the_way(tmp_path):
    fixed = tmp_path / "fixed.tar.gz"
    fixed.write_bytes(b"a model")
    with pytest.raises(UnusableMark, match=r"DESK_MODEL names the file fixed\.tar\.gz itself"):
        Shelf(fixed).check_link()


async def test_changed_answers_are_listed_to_their_council_and_go_with_their_conversation(classroom):
    ours, theirs = await classroom.unanswered("crisp packets"), await classroom.unanswered("bins", council="buckinghamshire")
    changes = [
        make_change("a graded one", meant=("bin_day",), right_before=False, right_after=True),
        make_change("ours", council="enfield", conversation_id=ours[0].id),
        make_change("theirs", council="buckinghamshire", conversation_id=theirs[0].id),
        make_change("of somebody who was forgotten", council="enfield", conversation_id="0" * 32),
    ]
    one = await classroom.trained("second", make_replay(changes=changes))
    assert [change.text for change in await classroom.candidates.changes(TARA, one.id)] == ["a graded one", "ours"]
    elsewhere = make_trainer("Bea", council="buckinghamshire")
    assert [change.text for change in await classroom.candidates.changes(elsewhere, one.id)] == ["a graded one", "theirs"]
    await classroom.forget(ours[0])
    assert [change.text for change in await classroom.candidates.changes(TARA, one.id)] == ["a graded one"]
