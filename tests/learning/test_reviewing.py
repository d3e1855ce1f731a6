"""From a message to training data: suggested by one person, decided by another, and never two meanings by accident."""

import asyncio

import pytest

from bot.learning.examples import KnownExamples
from bot.learning.model import AlreadyDecided, NothingHere, OwnSuggestion, SuggestionKind, SuggestionState, UnusableMark
from bot.learning.reviewing import Contradicts
from bot.staff.model import NotAllowed, Role
from tests.conftest import ROOT
from tests.learning.classroom import RAVI, TARA, make_trainer


async def test_what_a_second_person_accepts_is_training_data_without_names(classroom):
    one = await classroom.reviewing.suggest_example(
        TARA, "enfield", "do you take crisp\npackets? Mrs Jones", "bin_what_goes_where"
    )
    with pytest.raises(OwnSuggestion):
        await classroom.reviewing.accept(TARA, one.id)
    assert await classroom.reviewing.training_file() == ("", 0)
    await classroom.reviewing.accept(RAVI, one.id)
    text, count = await classroom.reviewing.training_file()
    assert (text.splitlines()[-1], count) == ("    - do you take crisp packets? [name]", 1)
    assert await classroom.record() == ["suggestion_accepted", "suggestion_made"]


async def test_of_two_who_decide_at_once_one_is_too_late(classroom):
    one = await classroom.reviewing.suggest_example(TARA, "enfield", "crisp packets", "bin_what_goes_where")
    decided = await asyncio.gather(
        classroom.reviewing.accept(RAVI, one.id),
        classroom.reviewing.refuse(make_trainer("Una"), one.id, "not clear"),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in decided) == ["AlreadyDecided", "Suggestion"]


@pytest.mark.parametrize(
    ("text", "intent", "sentence"),
    [
        ("", "bin_day", "An example needs words"),
        ("  ?! 12 ", "bin_day", "An example needs words"),
        ("bins " * 500, "bin_day", r"This has 2,499 characters and an example at most 500"),
        ("crisp packets", "no_such_intent", "Choose one of the listed meanings"),
        ("When is my bin day?", "bin_day", r"an example of it already: nlu/bins\.yml, line 5"),
    ],
)
async def test_what_cannot_be_an_example_is_refused_in_a_plain_sentence(classroom, text, intent, sentence):
    with pytest.raises(UnusableMark, match=sentence):
        await classroom.reviewing.suggest_example(TARA, "enfield", text, intent)


async def test_the_same_words_under_another_meaning_are_refused_and_the_other_is_named(classroom):
    one = await classroom.reviewing.suggest_example(TARA, "enfield", "Can I recycle yoghurt pots?", "bin_day")
    [review] = await classroom.reviewing.waiting(RAVI)
    assert (review.contradictions[0].other.where, review.contradictions[0].same) == ("nlu/bins.yml, line 9", True)
    for both_right in (False, True):
        with pytest.raises(Contradicts, match=r"an example of bin_what_goes_where already \(nlu/bins\.yml, line 9\)"):
            await classroom.reviewing.accept(RAVI, one.id, both_right=both_right)


async def test_nearly_the_same_words_are_taken_only_on_purpose(classroom):
    one = await classroom.reviewing.suggest_example(TARA, "enfield", "can i recycle yoghurt pot", "bin_day")
    with pytest.raises(Contradicts, match="Nearly the same words"):
        await classroom.reviewing.accept(RAVI, one.id)
    assert (await classroom.reviewing.accept(RAVI, one.id, both_right=True)).state == SuggestionState.ACCEPTED


async def test_an_accepted_example_contradicts_too_until_it_is_withdrawn(classroom):
    first = await classroom.accepted("do you take crisp packets", "bin_what_goes_where")
    second = await classroom.reviewing.suggest_example(TARA, "enfield", "do you take crisp packets", "bin_day")
    with pytest.raises(Contradicts, match="accepted from Tara Trainer"):
        await classroom.reviewing.accept(RAVI, second.id)
    await classroom.reviewing.withdraw(TARA, first.id, "it was the other one")
    await classroom.reviewing.accept(RAVI, second.id)
    assert "- intent: bin_day" in (await classroom.reviewing.training_file())[0]
    with pytest.raises(AlreadyDecided):
        await classroom.reviewing.withdraw(TARA, first.id, "again")


async def test_an_article_is_asked_for_with_what_residents_asked(classroom):
    one = await classroom.reviewing.suggest_article(TARA, "enfield", "Soft plastics", ["crisp packets?", " ", "Mrs Jones asks"])
    accepted = await classroom.reviewing.accept(RAVI, one.id)
    assert (accepted.kind, accepted.questions) == (SuggestionKind.ARTICLE, ("crisp packets?", "[name] asks"))
    assert await classroom.reviewing.training_file() == ("", 0)


async def test_another_council_and_another_job_have_no_part_in_it(classroom):
    one = await classroom.reviewing.suggest_example(TARA, "enfield", "crisp packets", "bin_what_goes_where")
    elsewhere = make_trainer("Bea", council="buckinghamshire")
    with pytest.raises(NothingHere):
        await classroom.reviewing.accept(elsewhere, one.id)
    with pytest.raises(NothingHere):
        await classroom.reviewing.suggest_example(elsewhere, "enfield", "crisp packets", "bin_day")
    with pytest.raises(NotAllowed):
        await classroom.reviewing.accept(make_trainer("Ada", role=Role.ADVISER), one.id)
    assert await classroom.reviewing.waiting(elsewhere) == []


def test_every_example_of_the_project_is_found_with_its_line():
    known = KnownExamples(ROOT / "data" / "nlu").all()
    assert len(known) > 20_000
    for one in known[::997]:
        place, line = one.where.split(", line ")
        assert (ROOT / "data" / place).read_text(encoding="utf-8").splitlines()[int(line) - 1].endswith(one.text)
