"""Themes: what several people ask for and do not get, masked, counted by people, and known again from round to round."""

import pytest

from bot.learning.model import NothingHere, SignalKind, UnusableMark
from bot.learning.store import marks_of
from bot.learning.theming import Theming
from bot.staff.model import NotAllowed, Role
from tests.learning.classroom import TARA, SameWords, make_trainer

PLASTICS = ("where do soft plastics go", "do soft plastics go in recycling", "soft plastics go where please, Mrs Jones")


async def test_unanswered_messages_become_a_theme_with_its_people_and_its_words(classroom):
    await classroom.unanswered(*PLASTICS, "how much is a skip", "Mrs Jones")
    assert await classroom.theming.gather() == 5
    [theme] = await classroom.theming.themes(TARA)
    assert (theme.name.split(",")[0], theme.people, theme.messages) == ("soft plastics", 3, 3)
    _, messages = await classroom.theming.theme(TARA, theme.id)
    assert "Mrs Jones" not in "".join(one.text for one in messages)
    assert [one.text for one in await classroom.theming.singles(TARA)] == ["how much is a skip"]


async def test_one_resident_who_asks_three_times_is_one(classroom):
    one = await classroom.conversation(*PLASTICS)
    async with classroom.parts.database.writing() as tx:
        for seq in (1, 3, 5):
            await classroom.noting.note(tx, one, seq, SignalKind.UNANSWERED)
    await classroom.theming.gather()
    assert await classroom.theming.themes(TARA) == [], "and one person is no theme"
    await classroom.unanswered("soft plastics go where")
    await classroom.theming.gather()
    [theme] = await classroom.theming.themes(TARA)
    assert (theme.people, theme.messages) == (2, 4)


async def test_a_theme_keeps_its_id_and_stays_closed_while_more_people_ask(classroom):
    await classroom.unanswered(*PLASTICS)
    await classroom.theming.gather()
    [before] = await classroom.theming.themes(TARA)
    with pytest.raises(UnusableMark, match="Say why"):
        await classroom.theming.close(TARA, before.id, " ")
    await classroom.theming.close(TARA, before.id, "an article is being written")
    classroom.later(days=1)
    await classroom.unanswered("soft plastics go in which one")
    assert await classroom.theming.gather() == 1
    assert await classroom.theming.themes(TARA) == []
    [after] = await classroom.theming.themes(TARA, closed=True)
    assert (after.id, after.people, after.closed_by) == (before.id, 4, "Tara Trainer")
    await classroom.theming.reopen(TARA, after.id)
    assert len(await classroom.theming.themes(TARA)) == 1


async def test_other_encoders_make_the_vectors_anew_and_the_same_ones_do_not(classroom):
    await classroom.unanswered(*PLASTICS)
    await classroom.theming.gather()
    [before] = await classroom.theming.themes(TARA)
    other = SameWords(b"words..2")
    for _ in range(2):
        await Theming(classroom.parts, ["enfield"], other).gather()
    assert len(other.asked) == 3
    assert [one.id for one in await classroom.theming.themes(TARA)] == [before.id]


async def test_a_theme_goes_with_its_conversations(classroom):
    made = await classroom.unanswered(*PLASTICS)
    await classroom.theming.gather()
    for one in made[:2]:
        await classroom.forget(one)
    await classroom.theming.gather()
    assert await classroom.theming.themes(TARA) == []


async def test_a_theme_is_the_business_of_its_council(classroom):
    await classroom.unanswered(*PLASTICS)
    await classroom.theming.gather()
    [theme] = await classroom.theming.themes(TARA)
    elsewhere = make_trainer("Bea", council="buckinghamshire")
    assert await classroom.theming.themes(elsewhere) == []
    with pytest.raises(NothingHere):
        await classroom.theming.theme(elsewhere, theme.id)
    with pytest.raises(NotAllowed):
        await classroom.theming.themes(make_trainer("Ada", role=Role.ADVISER))


async def test_no_to_an_answer_is_a_signal_about_the_question_before_it(classroom):
    one = await classroom.conversation("when is my bin day", "and at christmas")
    async with classroom.parts.database.writing() as tx:
        for helpful in ("yes", "partly", "no"):
            await classroom.noting.feedback(tx, one, 4, helpful)
        [signal] = await marks_of(tx, one.id)
    assert (signal.seq, signal.kind, signal.article) == (3, SignalKind.SAID_NO, "bin-day")
    assert await classroom.theming.wrong_answers(TARA) == [("enfield", "bin-day", "said_no", "", 1)]


async def test_a_transcript_is_marked_and_the_record_says_who_read_it(classroom):
    one = await classroom.conversation("do you take crisp packets, says Mrs Jones")
    suggestion = await classroom.marking.meant(TARA, one.id, 1, "bin_what_goes_where")
    await classroom.marking.wrong(TARA, one.id, 2, "topic")
    with pytest.raises(NothingHere):
        await classroom.marking.meant(TARA, one.id, 2, "bin_day")
    with pytest.raises(UnusableMark, match="Say what is wrong"):
        await classroom.marking.wrong(TARA, one.id, 2, "everything")
    transcript = await classroom.marking.transcript(TARA, one.id)
    assert suggestion.text == "do you take crisp packets, says [name]"
    assert [(mark.kind, mark.reason) for mark in transcript.signals] == [(SignalKind.MARKED_WRONG, "topic")]
    assert [mark.id for mark in transcript.suggestions] == [suggestion.id]
    assert await classroom.record() == ["transcript_read", "message_marked", "suggestion_made"]
    with pytest.raises(NothingHere):
        await classroom.marking.transcript(make_trainer("Bea", council="buckinghamshire"), one.id)
