"""Drafts: one for each article or fact, kept with every mistake, never lost to another editor, and asked for by residents' questions."""

import pytest

from bot.knowledge.editing.listing import Due, Standing, Wanted, chosen, lines
from bot.knowledge.editing.model import HasMistakes, Kind, NoSuchEntry, NotPossible, Place, SavedMeanwhile, State, UnusableEntry
from bot.staff.model import Permission
from tests.factories_editing import BUCKS, ERIN, EZRA, fields_of, make_article_fields, make_fact_fields
from tests.factories_staff import make_actor

TRAINER = make_actor(Permission.TRAIN_ASSISTANT, staff_id="t1", name="Tess Trainer")


async def test_an_outdated_save_shows_the_others_words_and_keeps_both(newsroom):
    draft = await newsroom.drafts.create(ERIN, "enfield", Kind.ARTICLE, make_article_fields())
    theirs = await newsroom.changed(draft, EZRA, title="Hens")
    with pytest.raises(SavedMeanwhile) as problem:
        await newsroom.changed(draft, ERIN, title="Poultry")
    assert fields_of(problem.value.draft).title == "Hens"
    same = await newsroom.drafts.save(ERIN, draft.id, draft.version, theirs.fields, theirs.note)  # a double click
    assert same.version == theirs.version
    again = await newsroom.changed(theirs, ERIN, title="Poultry")
    assert (fields_of(again).title, again.names) == ("Poultry", ("Erin Editor", "Ezra Editor"))


async def test_something_new_is_created_once_and_its_name_is_its_own(newsroom):
    first = await newsroom.drafts.create(ERIN, "enfield", Kind.ARTICLE, make_article_fields())
    assert first.place.name == "keeping-chickens"
    again = await newsroom.drafts.create(ERIN, "enfield", Kind.ARTICLE, make_article_fields())
    assert again.id == first.id
    with pytest.raises(UnusableEntry, match="a draft with the name"):
        await newsroom.drafts.create(EZRA, "enfield", Kind.ARTICLE, make_article_fields())
    with pytest.raises(UnusableEntry, match="one with the name bin-day already"):
        await newsroom.drafts.create(ERIN, "enfield", Kind.ARTICLE, make_article_fields(id="bin-day"))
    for wrong in ({"title": ""}, {"id": "../up"}, {"id": "x" * 81}):
        with pytest.raises(UnusableEntry):
            await newsroom.drafts.create(ERIN, "enfield", Kind.ARTICLE, make_article_fields(**wrong))
    renamed = await newsroom.changed(first, id="hens")
    assert renamed.place.name == "hens"
    with pytest.raises(UnusableEntry):
        await newsroom.changed(renamed, id="bin-day")
    with pytest.raises(NoSuchEntry):
        await newsroom.drafts.create(ERIN, "england", Kind.FACT, make_fact_fields())


async def test_what_waits_is_not_written_in_and_what_is_over_stays_over(newsroom):
    draft = await newsroom.waiting()
    assert (await newsroom.drafts.send(ERIN, draft.id, draft.version)).version == draft.version
    with pytest.raises(NotPossible, match="waits for a check"):
        await newsroom.changed(draft, ERIN, title="Hens")
    back = await newsroom.drafts.take_back(ERIN, draft.id)
    with pytest.raises(NotPossible, match="written again"):
        await newsroom.publishing.publish(EZRA, draft.id, draft.version, live=0)
    await newsroom.drafts.discard(ERIN, back.id)
    await newsroom.drafts.discard(ERIN, back.id)
    for attempt in (newsroom.changed(back, ERIN, title="Hens"), newsroom.drafts.take_back(ERIN, back.id)):
        with pytest.raises(NotPossible, match="thrown away"):
            await attempt
    assert await newsroom.drafts.open_ones(ERIN, ["enfield"]) == []
    assert (await newsroom.waiting()).id != draft.id


async def test_a_draft_with_mistakes_or_without_a_change_is_kept_but_not_sent(newsroom):
    draft = await newsroom.drafts.create(
        ERIN, "enfield", Kind.ARTICLE, make_article_fields(body="Costs {fact:none}.", checked="soon")
    )
    with pytest.raises(HasMistakes) as problem:
        await newsroom.drafts.send(ERIN, draft.id, draft.version)
    assert [one.field for one in problem.value.mistakes] == ["checked", "body"]
    assert (await newsroom.drafts.one(EZRA, draft.id)).state == State.WRITING
    same = await newsroom.drafts.change(ERIN, Place("enfield", Kind.FACT, "revs_email"))
    with pytest.raises(NotPossible, match="just what is live"):
        await newsroom.drafts.send(ERIN, same.id, same.version)


async def test_what_residents_ask_becomes_a_draft_without_an_author(newsroom):
    questions = ["can i keep hens", "can i keep hens", "  ", "chickens ok?"]
    asked = (await newsroom.drafts.request(TRAINER, "enfield", "Bin day", questions, "theme:7", "You can.")).id
    assert (await newsroom.drafts.request(TRAINER, "enfield", "Bin day", questions, "theme:7")).id == asked
    draft = await newsroom.drafts.one(ERIN, asked)
    assert draft.place.name == "bin-day-2"
    assert fields_of(draft).body == "You can."
    assert (draft.asked, draft.writers, draft.created_by) == (("can i keep hens", "chickens ok?"), (), "Residents' questions")
    with pytest.raises(NoSuchEntry):
        await newsroom.drafts.request(TRAINER, "buckinghamshire", "Hens", questions, "theme:8")
    written = await newsroom.drafts.save(ERIN, asked, draft.version, make_article_fields(), "Asked")
    sent = await newsroom.drafts.send(ERIN, asked, written.version)
    assert (await newsroom.publishing.publish(EZRA, asked, sent.version, live=0)).state == State.PUBLISHED


async def test_lists_say_how_it_stands_and_what_is_due(newsroom):
    await newsroom.waiting()
    await newsroom.published(title="Ducks", review_by="2026-12-01")
    await newsroom.publishing.withdraw(EZRA, Place("enfield", Kind.ARTICLE, "bin-day"), "Wrong")
    drafts = await newsroom.drafts.open_ones(ERIN, ["enfield", "buckinghamshire"])
    today = newsroom.knowledge.today()
    every = lines(newsroom.knowledge.packs, "enfield", Kind.ARTICLE, drafts, today)
    found = {one.place.name: one for one in every}
    assert found["keeping-chickens"].standing == Standing.NEW
    assert found["bin-day"].standing == Standing.WITHDRAWN
    assert found["ct-liability-hmo"].own is False
    assert found["ducks"].due == Due.SOON
    assert chosen(every, Wanted(Kind.ARTICLE, state="due"))[0].place.name == "ducks"
    assert [one.place.name for one in chosen(every, Wanted(Kind.ARTICLE, state="waiting"))] == ["keeping-chickens"]
    assert [one.place.name for one in chosen(every, Wanted(Kind.ARTICLE, state="withdrawn"))] == ["bin-day"]
    assert [one.place.name for one in chosen(every, Wanted(Kind.ARTICLE, text="ducks hens"))] == ["ducks"]
    facts = lines(newsroom.knowledge.packs, "enfield", Kind.FACT, drafts, today)
    assert {one.due for one in facts if one.place.name == "ct_year"} == {Due.NO}
    assert len(lines(newsroom.knowledge.packs, "england", Kind.ARTICLE, [], today)) == 101
    assert await newsroom.drafts.open_ones(BUCKS, ["enfield"]) == []
