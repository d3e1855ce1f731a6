"""The whole way: a resident asks for a person, checks the card, waits, is taken, both talk, and it ends with an outcome."""

import pytest

from bot.conversations.model import Kind
from tests.handoff.office import make_actor, reasons, texts, values


async def test_from_the_wish_for_a_person_to_the_outcome(office):
    asha = make_actor("Asha Patel", teams="council_tax")
    await office.sign_in(asha)
    resident = await office.resident()
    await resident.ask("my bill went up and i want to pay less, account 12345678")
    [card] = await resident.ask(choice="talk_to_person")
    assert card.kind == Kind.HANDOFF
    lines = {line["name"]: line["answer"] for line in card.data["lines"]}
    assert lines["want"].startswith("my bill went up")
    assert lines["references"] == "•••••678"
    assert "We cannot say yet how long it takes" in card.text
    assert {"handoff:send", "handoff:call_back", "handoff:message", "handoff:change:want"} <= set(values(card))

    sent, queued = await resident.ask(choice="handoff:send")
    assert sent.data["step"] == "sent"
    assert "keep your place for 5 minutes" in queued.text
    page = await office.conversations.read(resident.id, 0)
    assert page.state.owner == "queue"
    assert page.state.queue["position"] == 1

    [item] = (await office.room.desks.queue(asha)).items
    assert item.conversation_id == resident.id
    chat = await office.room.desks.claim(asha, resident.id)
    assert chat.mine
    joined = await resident.news()
    assert "Asha from the Council tax team is here" in texts(joined)

    sent = await office.room.desks.reply(asha, resident.id, "r1", "Hello, I can see your bill.", chat.epoch)
    again = await office.room.desks.reply(asha, resident.id, "r1", "Hello, I can see your bill.", chat.epoch)
    assert (sent.seq, again.seq, again.repeat) == (sent.seq, sent.seq, True)
    [reply] = await resident.news()
    assert (reply.sender, reply.data["name"]) == ("staff", "Asha")
    assert await resident.ask("thank you when is my bin collected") == []
    assert office.engine.asked[-1] != "thank you when is my bin collected"

    await office.room.passing.end(asha, resident.id, "answered")
    assert reasons(await resident.news()) == ["ended"]
    assert await resident.owner() == "closed"


@pytest.mark.parametrize("wish", ["can i talk to somebody please", "get me a human"])
async def test_a_wish_in_words_brings_the_card(office, wish):
    office.engine.words = {"somebody": "talk_to_human", "human": "talk_to_human"}
    await office.sign_in(make_actor())
    [card] = await (await office.resident()).ask(wish)
    assert card.kind == Kind.HANDOFF
    assert "handoff:send" in values(card)
