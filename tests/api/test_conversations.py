"""A conversation through the public API: begin, ask, press, listen, end, and what each refuses."""

import asyncio
import json

import pytest

from tests.api.desk import HERE, Resident


@pytest.fixture
async def resident(client):
    resident = Resident(client)
    await resident.begin()
    return resident


async def test_a_conversation_begins_with_a_greeting_that_says_it_is_a_machine(client):
    [greeting] = await Resident(client).begin()
    assert greeting["from"] == "assistant"
    assert "machine" in greeting["text"]
    assert "person" in greeting["text"]
    assert "talk_to_person" in [choice["value"] for choice in greeting["choices"]]
    assert len(greeting["choices"]) == 5


async def test_a_question_is_answered_with_article_source_and_date(resident):
    [answer] = await resident.ask("when is my bin collected")
    assert answer["kind"] == "answer"
    assert answer["data"]["article"] == "bin-day"
    assert answer["data"]["intent"] == "bin_day"
    assert answer["sources"][0]["checked"] >= "2026-01-01"
    assert answer["sources"][0]["url"].startswith("https://")


async def test_a_repeat_of_a_message_gives_the_first_seq_and_no_second_answer(resident):
    body = {"client_message_id": "one", "text": "when is my bin collected"}
    first = await resident.post("messages", body)
    second = await resident.post("messages", body)
    assert (first[0], second[0]) == (201, 200)
    assert first[1] == second[1]
    await asyncio.sleep(0.2)
    page = await resident.read(0, wait=0)
    assert [one["from"] for one in page["messages"]].count("resident") == 1


async def test_a_button_counts_as_a_message_and_shows_its_words(resident):
    [answer] = await resident.ask(choice="ask:When is my bin collected?")
    assert answer["data"]["article"] == "bin-day"
    page = await resident.read(0)
    assert page["messages"][1]["text"] == "When is my bin day"


async def test_a_person_can_always_be_asked_for(resident):
    [handoff] = await resident.ask(choice="talk_to_person")
    assert handoff["kind"] == "handoff"
    assert any(mark.isdigit() for mark in handoff["text"])


async def test_a_button_that_was_never_offered_is_refused(resident):
    status, problem = await resident.post("messages", {"client_message_id": "x", "choice": "intent:ct_pay"})
    assert status == 422
    assert problem["code"] == "unknown_choice"


async def test_what_is_not_a_council_matter_is_a_notice(resident):
    [notice] = await resident.ask("what is the weather")
    assert notice["kind"] == "notice"
    assert notice["data"]["reason"] == "out_of_scope"


async def test_two_messages_in_a_hurry_are_both_answered_in_order(resident):
    first = await resident.send("when is my bin collected")
    await resident.send("how do i pay")
    replies, after = [], first
    for _ in range(20):
        page = await resident.read(after, wait=2)
        replies += [one for one in page["messages"] if one["from"] == "assistant"]
        after = max([after, *(one["seq"] for one in page["messages"])])
        if not page["state"]["thinking"]:
            break
    assert [one["data"]["intent"] for one in replies] == ["bin_day", "ct_pay"]


async def test_two_conversations_do_not_mix(client):
    one, two = Resident(client), Resident(client)
    await one.begin("enfield")
    await two.begin("buckinghamshire")
    bins, pay = await asyncio.gather(one.ask("when is my bin collected"), two.ask("how do i pay"))
    assert bins[0]["data"]["intent"] == "bin_day"
    assert pay[0]["data"]["intent"] == "ct_pay"
    assert "buckinghamshire" in pay[0]["sources"][0]["url"]


async def test_events_are_sent_as_they_happen_and_resume_by_last_event_id(resident):
    async def listen(headers, until):
        seen = []
        async with resident.http.get(f"{HERE}/{resident.id}/events", headers=resident.headers | headers) as stream:
            assert stream.headers["Content-Type"].startswith("text/event-stream")
            async for line in stream.content:
                if line.startswith(b"data:") and b'"seq"' in line:
                    seen.append(json.loads(line[5:]))
                    if until(seen[-1]):
                        return seen
        return seen

    listening = asyncio.create_task(listen({}, lambda one: one["kind"] == "answer"))
    await asyncio.sleep(0.1)
    await resident.send("when is my bin collected")
    seen = await asyncio.wait_for(listening, 10)
    assert [one["from"] for one in seen] == ["assistant", "resident", "assistant"]
    again = await asyncio.wait_for(listen({"Last-Event-ID": "2"}, lambda one: one["kind"] == "answer"), 10)
    assert [one["seq"] for one in again] == [3]


async def test_long_polling_returns_as_soon_as_there_is_something(resident):
    waiting = asyncio.create_task(resident.read(1, wait=20))
    await asyncio.sleep(0.1)
    await resident.send("when is my bin collected")
    page = await asyncio.wait_for(waiting, 5)
    assert page["messages"][0]["from"] == "resident"


async def test_an_ended_conversation_takes_nothing_more(resident):
    assert (await resident.post("end", {}))[0] == 204
    assert (await resident.post("end", {}))[0] == 204
    status, problem = await resident.post("messages", {"client_message_id": "late", "text": "hello"})
    assert (status, problem["code"]) == (409, "conversation_closed")
    page = await resident.read(0)
    assert page["state"]["owner"] == "closed"


async def test_feedback_is_taken_for_an_answer_and_for_nothing_else(resident):
    [answer] = await resident.ask("when is my bin collected")
    assert (await resident.post("feedback", {"seq": answer["seq"], "helpful": "no", "comment": "too long"}))[0] == 204
    assert (await resident.post("feedback", {"seq": 2, "helpful": "yes"}))[0] == 404
    assert (await resident.post("feedback", {"seq": 99, "helpful": "yes"}))[0] == 404
    assert (await resident.post("feedback", {"seq": answer["seq"], "helpful": "maybe"}))[0] == 422


async def test_with_the_engine_away_search_answers_and_says_that_it_is_simple(resident, engine):
    engine.away = True
    notice, answer = await resident.ask("when is my bin collected")
    assert notice["data"]["reason"] == "degraded"
    assert answer["data"]["article"] == "bin-day"
    engine.away = False
    [answer] = await resident.ask("how do i pay")
    assert answer["data"]["intent"] == "ct_pay"


async def test_with_the_engine_away_a_question_nobody_can_answer_gets_a_person(resident, engine):
    engine.away = True
    notice, handoff = await resident.ask("zzzz qqqq xxxx")
    assert notice["data"]["reason"] == "degraded"
    assert handoff["kind"] == "handoff"
