"""What a second person publishes is what residents get, in every gateway at once; withdrawing and putting back likewise."""

import asyncio

import pytest

from bot.foundation.bus import Bus
from bot.knowledge.editing.model import Change, HasMistakes, Kind, NoSuchEntry, NotPossible, OwnWriting, Place, State
from bot.staff.audit import Filter
from bot.staff.model import NotAllowed, Permission, command_line_actor
from tests.factories_editing import BUCKS, ERIN, EZRA, Newsroom
from tests.factories_staff import make_actor

CHICKENS = Place("enfield", Kind.ARTICLE, "keeping-chickens")
BIN_DAY = Place("enfield", Kind.ARTICLE, "bin-day")


def answer(newsroom: Newsroom, name: str, council: str = "enfield") -> str:
    """What residents of a council get of an article now; nothing when it may not be given."""
    article = newsroom.knowledge.article(council, name)
    return newsroom.knowledge.answer(council, article).text if article else ""


async def test_a_new_article_is_live_when_a_second_person_publishes_it(newsroom):
    draft = await newsroom.waiting()
    assert answer(newsroom, "keeping-chickens") == ""
    await newsroom.publishing.publish(EZRA, draft.id, draft.version, live=0)
    assert answer(newsroom, "keeping-chickens").endswith("Call 020 8379 1000.")
    assert answer(newsroom, "keeping-chickens", "buckinghamshire") == ""
    found = newsroom.knowledge.search("enfield", "am i allowed hens in the garden?")
    assert found[0].article.id == "keeping-chickens"


async def test_nobody_publishes_or_sends_back_what_they_wrote(newsroom):
    draft = await newsroom.waiting()
    with pytest.raises(OwnWriting):
        await newsroom.publishing.publish(ERIN, draft.id, draft.version, live=0)
    with pytest.raises(OwnWriting):
        await newsroom.drafts.send_back(ERIN, draft.id, "Shorter, please")
    back = await newsroom.drafts.send_back(EZRA, draft.id, "Shorter, please")
    assert (back.state, back.comment, back.comment_by) == (State.WRITING, "Shorter, please", "Ezra Editor")
    changed = await newsroom.changed(back, EZRA, title="Hens")
    again = await newsroom.drafts.send(ERIN, changed.id, changed.version)
    for writer in (ERIN, EZRA):
        with pytest.raises(OwnWriting):
            await newsroom.publishing.publish(writer, again.id, again.version, live=0)
    assert answer(newsroom, "keeping-chickens") == ""


async def test_publishing_twice_is_publishing_once(newsroom):
    draft = await newsroom.waiting()
    for _ in range(2):
        done = await newsroom.publishing.publish(EZRA, draft.id, draft.version, live=0)
        assert done.state == State.PUBLISHED
    assert len(await newsroom.publishing.history(ERIN, CHICKENS)) == 1


async def test_of_two_who_publish_at_the_same_moment_one_does(newsroom):
    draft = await newsroom.waiting()
    third = make_actor(Permission.EDIT_KNOWLEDGE, Permission.PUBLISH_KNOWLEDGE, staff_id="e3", name="Esme Editor")
    tries = [newsroom.publishing.publish(one, draft.id, draft.version, live=0) for one in (EZRA, third)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in outcomes].count(NotPossible) <= 1
    assert len(await newsroom.publishing.history(ERIN, CHICKENS)) == 1


async def test_what_was_changed_after_the_check_began_is_not_published(newsroom):
    draft = await newsroom.waiting()
    with pytest.raises(NotPossible, match="changed after you opened it"):
        await newsroom.publishing.publish(EZRA, draft.id, draft.version - 1, live=0)
    with pytest.raises(NotPossible, match="same moment"):
        await newsroom.publishing.publish(EZRA, draft.id, draft.version, live=4)


async def test_a_mistake_that_came_meanwhile_stops_publishing(newsroom):
    await newsroom.published(kind=Kind.FACT)
    draft = await newsroom.waiting(body="A licence costs {fact:hen_licence} a year.\n\nAsk us first.")
    await newsroom.publishing.withdraw(EZRA, Place("enfield", Kind.FACT, "hen_licence"), "Not charged any more")
    with pytest.raises(HasMistakes) as problem:
        await newsroom.publishing.publish(EZRA, draft.id, draft.version, live=0)
    assert "hen_licence is not verified" in problem.value.mistakes[0].sentence


async def test_an_article_is_withdrawn_at_once_and_put_back(newsroom):
    before = answer(newsroom, "bin-day")
    await newsroom.publishing.withdraw(EZRA, BIN_DAY, "The days are wrong")
    await newsroom.publishing.withdraw(EZRA, BIN_DAY, "Pressed twice")
    assert answer(newsroom, "bin-day") == ""
    assert newsroom.knowledge.best_for_intent("enfield", "bin_day", "when is my bin day") is None
    assert newsroom.knowledge.best_for_intent("enfield", "bin_day", "") is None
    history = await newsroom.publishing.history(ERIN, BIN_DAY)
    assert [(one.number, one.change, one.note) for one in history] == [
        (2, Change.WITHDRAWN, "The days are wrong"),
        (1, Change.FILE, ""),
    ]
    await newsroom.publishing.put_back(EZRA, BIN_DAY, 1, "They are right after all", live=2)
    assert answer(newsroom, "bin-day") == before
    assert newsroom.knowledge.packs["enfield"].article_texts["bin-day"] == history[1].text
    with pytest.raises(NotPossible, match="same moment"):
        await newsroom.publishing.put_back(EZRA, BIN_DAY, 2, "Again", live=2)


async def test_a_council_changes_a_national_article_for_itself_and_can_go_back(newsroom):
    place = Place("enfield", Kind.ARTICLE, "ct-liability-hmo")
    draft = await newsroom.drafts.change(ERIN, place)
    draft = await newsroom.changed(draft, title="Enfield says who pays in a shared house")
    draft = await newsroom.drafts.send(ERIN, draft.id, draft.version)
    await newsroom.publishing.publish(EZRA, draft.id, draft.version, live=0)
    titles = {
        council: newsroom.knowledge.council(council).articles[place.name].title for council in ("enfield", "buckinghamshire")
    }
    assert titles["enfield"].startswith("Enfield says")
    assert not titles["buckinghamshire"].startswith("Enfield says")
    await newsroom.publishing.drop(EZRA, place, "The national one says the same")
    assert newsroom.knowledge.council("enfield").articles[place.name].title == titles["buckinghamshire"]
    with pytest.raises(NotPossible, match="no national one"):
        await newsroom.publishing.drop(EZRA, CHICKENS, "Try")


async def test_a_changed_fact_is_in_every_article_that_quotes_it_at_once(newsroom):
    place = Place("enfield", Kind.FACT, "main_switchboard")
    await newsroom.published()
    draft = await newsroom.drafts.change(ERIN, place)
    draft = await newsroom.changed(draft, value="020 8379 9999")
    draft = await newsroom.drafts.send(ERIN, draft.id, draft.version)
    await newsroom.publishing.publish(EZRA, draft.id, draft.version, live=0)
    assert answer(newsroom, "keeping-chickens").endswith("Call 020 8379 9999.")


async def test_every_gateway_answers_from_it_without_a_restart(newsroom, knowledge):
    bus = Bus()
    here, there = Newsroom(newsroom.database, knowledge, bus=bus), Newsroom(newsroom.database, knowledge, bus=bus)
    await there.live.start()
    await here.published()
    for _ in range(200):
        if answer(there, "keeping-chickens"):
            break
        await asyncio.sleep(0.01)
    await there.live.close()
    assert answer(there, "keeping-chickens") == answer(here, "keeping-chickens") != ""
    later = Newsroom(newsroom.database, knowledge)
    await later.live.refresh()
    assert answer(later, "keeping-chickens") == answer(here, "keeping-chickens")


async def test_what_belongs_to_another_council_is_not_there(newsroom):
    draft = await newsroom.waiting()
    for attempt in (
        newsroom.drafts.one(BUCKS, draft.id),
        newsroom.drafts.discard(BUCKS, draft.id),
        newsroom.publishing.publish(BUCKS, draft.id, draft.version, live=0),
        newsroom.publishing.withdraw(BUCKS, BIN_DAY, "Mischief"),
        newsroom.publishing.history(BUCKS, BIN_DAY),
        newsroom.drafts.change(BUCKS, BIN_DAY),
        newsroom.drafts.change(ERIN, Place("england", Kind.ARTICLE, "ben-appeal-council-tax-reduction")),
        newsroom.drafts.one(ERIN, "forged"),
    ):
        with pytest.raises(NoSuchEntry):
            await attempt


async def test_publishing_needs_the_permission(newsroom):
    draft = await newsroom.waiting()
    writer = make_actor(Permission.EDIT_KNOWLEDGE, staff_id="w1")
    for attempt in (
        newsroom.publishing.publish(writer, draft.id, draft.version, live=0),
        newsroom.publishing.withdraw(writer, BIN_DAY, "Wrong"),
        newsroom.drafts.one(make_actor(), draft.id),
    ):
        with pytest.raises(NotAllowed):
            await attempt


async def test_every_change_is_in_the_audit_with_who_and_why(newsroom):
    await newsroom.published()
    await newsroom.publishing.withdraw(EZRA, CHICKENS, "Hens are not ours")
    events, _ = await newsroom.audit.read(command_line_actor(), Filter(subject=str(CHICKENS)))
    assert [(one.action, one.name) for one in reversed(events)] == [
        ("draft_saved", "Erin Editor"),
        ("draft_sent", "Erin Editor"),
        ("knowledge_published", "Ezra Editor"),
        ("knowledge_withdrawn", "Ezra Editor"),
    ]
    assert events[0].detail["reason"] == "Hens are not ours"
    assert events[1].detail["author"] == "Erin Editor"
