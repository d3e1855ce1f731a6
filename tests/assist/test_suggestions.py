"""Suggestions beside a chat: where they come from, what is kept of them, and how they learn."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from bot.assist.store import past_replies, suggestion_outcomes
from bot.conversations.service import NotFound
from bot.conversations.store import conversations
from bot.conversations.text import UnusableText
from bot.handoff.store import notes_of
from bot.staff.model import NotAllowed, Role
from tests.assist.desk import AssistDesk
from tests.handoff.office import OPEN, make_actor

ASHA = make_actor()
QUESTION = "my neighbour keeps parking a caravan over my drive, can you move it"
ANSWER = "Hello Mary, we cannot move a caravan from a private drive. Please ask the police on 101 if it blocks you in."


def write(path, *conversations):
    path.write_text("\n".join(json.dumps(one) for one in conversations), encoding="utf-8")
    return path


def conversation(name, *said, council="enfield"):
    messages = [
        {"from": "resident" if place % 2 == 0 else "staff", "at": f"2026-03-02T09:{place:02}:00Z", "text": text}
        for place, text in enumerate(said)
    ]
    return {"id": name, "council": council, "messages": messages}


async def outcomes(desk):
    async with desk.office.database.reading() as tx:
        rows = await tx.execute(select(suggestion_outcomes.c.source, suggestion_outcomes.c.outcome))
        return [tuple(row) for row in rows]


async def test_what_was_replied_before_is_suggested_with_its_words_and_day(desk, tmp_path):
    await desk.import_file(write(tmp_path / "past.jsonl", conversation("c1", QUESTION, ANSWER)))
    resident, _ = await desk.office.chat(ASHA)
    await resident.say("a caravan is parked over my drive, please move it")
    [first, *_] = (await desk.suggestions.suggest(ASHA, resident.id)).items
    assert first.source == "reply"
    assert first.text.startswith("Hello, we cannot move a caravan")
    assert {"caravan", "drive", "move"} <= set(first.matched)
    assert (first.day.isoformat(), first.times) == ("2026-03-02", 1)
    assert 0 < first.percent <= 100


async def test_a_file_that_was_mended_and_imported_again_is_suggested_from_by_a_gateway_that_knew_the_first(desk, tmp_path):
    gateway = AssistDesk(desk.office)
    for number, reply in enumerate((ANSWER, "We ask the owner to move it today, and ring you at five.")):
        await desk.import_file(write(tmp_path / f"{number}.jsonl", conversation("c1", QUESTION, reply)))
        await gateway.memory.update("enfield")
    resident, _ = await desk.office.chat(ASHA)
    await resident.say(QUESTION)
    found = await gateway.suggestions.suggest(ASHA, resident.id)
    assert [one.text for one in found.items if one.source == "reply"] == [reply]


async def test_another_councils_replies_are_not_suggested(desk, tmp_path):
    await desk.import_file(write(tmp_path / "past.jsonl", conversation("c1", QUESTION, ANSWER, council="buckinghamshire")))
    resident, _ = await desk.office.chat(ASHA)
    await resident.say(QUESTION)
    assert "reply" not in {one.source for one in (await desk.suggestions.suggest(ASHA, resident.id)).items}


async def test_articles_and_ready_replies_stand_in_the_same_list_also_without_the_engine(desk):
    resident, _ = await desk.office.chat(ASHA)
    said = await resident.say("what goes in the blue bin")
    desk.office.engine.away = True
    found = await desk.suggestions.suggest(ASHA, resident.id)
    assert found.seq == said.seq
    assert found.items[0].source == "article"
    assert found.items[0].sources
    assert [one.chance for one in found.items] == sorted((one.chance for one in found.items), reverse=True)


async def test_a_word_that_hardly_anything_fits_leaves_the_suggestions_for_what_was_asked_until_it_is_answered(desk):
    resident, chat = await desk.office.chat(ASHA)
    before = await desk.suggestions.suggest(ASHA, resident.id)
    nudge = await resident.say("are you there?")
    found = await desk.suggestions.suggest(ASHA, resident.id)
    assert (found.items, found.seq, found.newest) == (before.items, before.seq, True)
    assert found.items
    pointed_at = await desk.suggestions.suggest(ASHA, resident.id, nudge.seq)
    assert pointed_at.best < found.best, "when it is pointed at, it is taken at its word"
    assert not set(pointed_at.items) & set(found.items)
    await desk.reply(ASHA, chat, "I am. I will look at your account now.", found)
    again = await resident.say("are you there?")
    assert (await desk.suggestions.suggest(ASHA, resident.id)).seq == again.seq


async def test_what_was_sent_is_learnt_when_the_chat_ends_masked_and_without_a_restart(desk):
    first = await desk.whole_chat(ASHA, QUESTION, ANSWER)
    resident, _ = await desk.office.chat(ASHA)
    await resident.say("there is a caravan on my drive again")
    [suggestion, *_] = (await desk.suggestions.suggest(ASHA, resident.id)).items
    assert suggestion.text.startswith("Hello, we cannot move")
    assert await desk.learning.once() == 0
    async with desk.office.database.writing() as tx:
        assert "Mary" not in str((await tx.execute(select(past_replies.c.asked, past_replies.c.reply))).all())
        await tx.execute(delete(conversations).where(conversations.c.id == first.id))
    await resident.say("the caravan on my drive is still there")
    later = await desk.suggestions.suggest(ASHA, resident.id)
    assert "reply" not in {one.source for one in later.items}
    await desk.memory.drop_erased("enfield")
    assert len(desk.memory.indexes["enfield"]) == 0


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (lambda text: text, "used"),
        (lambda text: f"{text} Have a good day.", "edited"),
        (lambda _: "I will ask my colleague and write to you here.", "ignored"),
    ],
)
async def test_what_becomes_of_a_suggestion_is_kept(desk, tmp_path, change, outcome):
    await desk.import_file(write(tmp_path / "past.jsonl", conversation("c1", QUESTION, ANSWER)))
    resident, chat = await desk.office.chat(ASHA)
    await resident.say(QUESTION)
    shown = await desk.suggestions.suggest(ASHA, resident.id)
    await desk.reply(ASHA, chat, change(shown.items[0].text), shown, inserted=shown.items[0].key)
    assert ("reply", outcome) in await outcomes(desk)
    assert len(await outcomes(desk)) <= 3


async def test_what_is_accepted_rises_and_what_is_ignored_falls_at_once(desk, tmp_path):
    await desk.import_file(write(tmp_path / "past.jsonl", conversation("c1", QUESTION, ANSWER)))
    resident, chat = await desk.office.chat(ASHA)
    chances = []
    for number in range(3):
        await resident.say(f"somebody left a van over my gate, number {number}")
        shown = await desk.suggestions.suggest(ASHA, resident.id)
        chances.append(next((one.chance for one in shown.items if one.source == "reply"), 0.0))
        await desk.reply(ASHA, chat, f"I will look into that for you, number {number}.", shown)
    assert chances[0] > max(chances[1:])


async def test_a_reply_with_a_masked_word_in_it_is_not_sent(desk):
    resident, chat = await desk.office.chat(ASHA)
    with pytest.raises(UnusableText, match=r"\[address\]"):
        await desk.reply(ASHA, chat, "We will come to [address] on Monday.")
    assert await resident.news() == []


async def test_only_the_residents_own_typed_messages_get_suggestions_and_only_for_their_team(desk):
    resident, chat = await desk.office.chat(ASHA)
    await desk.reply(ASHA, chat, "Hello, how can I help?")
    for seq in (1, chat.messages[-1].seq + 1, 999):
        with pytest.raises(NotFound):
            await desk.suggestions.suggest(ASHA, resident.id, seq)
    with pytest.raises(NotFound):
        await desk.suggestions.suggest(make_actor("Bo Lind", teams="bins"), resident.id)


async def test_the_note_at_the_end_is_drafted_and_kept_with_how_the_chat_ended(desk):
    resident, chat = await desk.office.chat(ASHA)
    await resident.say("can you send my bill again please")
    await desk.reply(ASHA, chat, "I have asked for a new bill. It comes within a week.")
    note = await desk.suggestions.wrap_up(ASHA, resident.id)
    assert "Asked: i can not pay my council tax bill this month" in note
    assert "Answered: I have asked for a new bill." in note
    await desk.suggestions.end(ASHA, resident.id, "answered", note)
    async with desk.office.database.reading() as tx:
        [kept] = [one["text"] for one in await notes_of(tx, resident.id)]
    assert kept.startswith(note)
    assert kept.splitlines()[-1].startswith("How it ended: ")


async def test_a_council_that_does_not_want_it_learns_nothing_and_old_replies_are_erased(desk, tmp_path):
    await desk.import_file(write(tmp_path / "past.jsonl", conversation("c1", QUESTION, ANSWER)))
    assert len(desk.memory.indexes["enfield"]) == 1
    desk.learning._settings["enfield"] = replace(desk.learning._settings["enfield"], learn_from_chats=False, keep_days=30)
    await desk.whole_chat(ASHA, QUESTION, ANSWER)
    assert len(desk.memory.indexes["enfield"]) == 1
    await desk.learning.expire()
    assert len(desk.memory.indexes["enfield"]) == 0


async def test_vectors_of_another_encoder_are_made_again(desk, tmp_path):
    await desk.import_file(write(tmp_path / "past.jsonl", conversation("c1", QUESTION, ANSWER)))
    async with desk.office.database.writing() as tx:
        zeros = np.zeros(384, np.float16).tobytes()
        await tx.execute(update(past_replies).values(encoder="another", vector=zeros, reply_vector=zeros))
    again = AssistDesk(desk.office)
    await again.memory.update("enfield")
    resident, _ = await desk.office.chat(ASHA)
    await resident.say("a caravan is parked over my drive, please move it")
    assert (await again.suggestions.suggest(ASHA, resident.id)).items[0].source == "reply"
    async with desk.office.database.reading() as tx:
        assert set((await tx.scalars(select(past_replies.c.encoder))).all()) == {desk.room.encoding.mark}


async def test_what_became_of_suggestions_is_for_those_who_read_reports_of_their_own_council(desk, tmp_path):
    await desk.import_file(write(tmp_path / "past.jsonl", conversation("c1", QUESTION, ANSWER)))
    resident, chat = await desk.office.chat(ASHA)
    await resident.say(QUESTION)
    shown = await desk.suggestions.suggest(ASHA, resident.id)
    await desk.reply(ASHA, chat, shown.items[0].text, shown)
    sue = make_actor("Sue", role=Role.SUPERVISOR)
    found = await desk.suggestions.outcomes(sue, "enfield", OPEN - timedelta(days=1))
    assert sum(one.used for one in found) == 1
    with pytest.raises(NotFound):
        await desk.suggestions.outcomes(sue, "buckinghamshire", OPEN)
    with pytest.raises(NotAllowed):
        await desk.suggestions.outcomes(ASHA, "enfield", OPEN)
