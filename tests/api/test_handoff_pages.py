"""Handing over on the page without script: the card, correcting it, waiting, a person, a form with its faults."""

import re

import pytest

from bot.handoff.forms import RequestKind
from bot.handoff.model import Presence
from bot.web import keys
from tests.handoff.office import make_actor

ASHA = make_actor()
ADDRESS = "/chat/enfield"


class PlainPage:
    """A browser without script: it sends forms and reads what comes back."""

    def __init__(self, client):
        self.client = client
        self.hidden = {}
        self.text = ""

    async def send(self, status=200, **fields):
        async with self.client.post(ADDRESS, data={"text": "", **self.hidden, **fields}) as response:
            self.text = await response.text()
            assert response.status == status, self.text[:600]
        names = ("conversation", "token", "message_id")
        self.hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', self.text)[1] for name in names}
        return self.text


@pytest.fixture
async def room(product):
    room = product.public[keys.HANDOFF]
    await room.presences.set(ASHA, Presence.AVAILABLE)
    return room


async def test_the_whole_way_by_plain_forms(client, room, monkeypatch):
    monkeypatch.setattr("bot.hours.model.Hours.is_open", lambda *_: True)  # whatever the hour of the test
    page = PlainPage(client)
    await page.send(text="how do i pay my council tax, i live at 12 Bath Street EN1 3XA")
    card = await page.send(choice="talk_to_person")
    assert "What we will pass on" in card
    assert "12 Bath Street EN1 3XA" in card
    assert 'value="handoff:change:address"' in card
    await page.send(choice="handoff:change:address")
    changed = await page.send(text="14 Bath Street EN1 3XA")
    assert "14 Bath Street EN1 3XA" in changed
    waiting = await page.send(choice="handoff:send")
    assert "Your place in the queue: 1." in waiting
    assert 'value="check"' in waiting

    [item] = (await room.desks.queue(ASHA)).items
    chat = await room.desks.claim(ASHA, item.conversation_id)
    await room.desks.reply(ASHA, chat.conversation_id, "r1", "Hello, I have your bill here.", chat.epoch)
    await room.requests.ask(ASHA, chat.conversation_id, "q1", RequestKind.CALL_BACK, chat.epoch)
    asked = await page.send(do="check")
    assert "You are talking to Asha, Council tax team." in asked
    assert "Hello, I have your bill here." in asked
    request = re.search(r'name="answer_to" value="([0-9a-f]+)"', asked)[1]
    fields = {"answer_to": request, "answer:telephone": "123", "answer:time": "morning"}
    wrong = await page.send(status=422, **fields)
    assert "That is not a full UK phone number" in wrong
    assert 'value="123"' in wrong
    done = await page.send(**{**fields, "answer:telephone": "020 8379 1000"})
    assert "We will call you on 020 8379 1000 by" in done
    assert 'name="answer_to"' not in done
