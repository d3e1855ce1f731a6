"""What residents meet when something is turned off, and where notices are shown."""

from datetime import timedelta

from bot.staff.model import command_line_actor
from bot.staff.switch_model import Feature
from bot.web import keys
from tests.api.desk import Resident

COMMAND = command_line_actor()


async def off(product, *features: Feature) -> None:
    for feature in features:
        await product.public[keys.STAFF].switches.turn(COMMAND, "enfield", feature, "a test", on=False)


async def announce(product, text: str) -> None:
    now = product.public[keys.CLOCK].now()
    switches = product.public[keys.STAFF].switches
    await switches.post_notice(COMMAND, "enfield", text, now - timedelta(hours=1), now + timedelta(hours=1))


async def test_with_the_assistant_off_the_greeting_says_so_and_offers_a_person(product, client):
    await off(product, Feature.ASSISTANT)
    [greeting] = await Resident(client).begin()
    assert "turned off" in greeting["text"]
    assert [choice["value"] for choice in greeting["choices"]] == ["talk_to_person"]
    [elsewhere] = await Resident(client).begin("buckinghamshire")
    assert "machine" in elsewhere["text"]


async def test_with_the_assistant_off_no_question_is_answered_but_danger_and_a_person_are(product, client, engine):
    resident = Resident(client)
    await resident.begin()
    await off(product, Feature.ASSISTANT)
    [reply] = await resident.ask("when is my bin day")
    assert reply["data"]["reason"] == "assistant_off"
    assert engine.asked == []
    replies = await resident.ask("my husband is hitting me right now")
    assert [one["kind"] for one in replies] == ["urgent"]
    replies = await resident.ask(choice="talk_to_person")
    assert replies
    assert not any(one["data"].get("reason") == "assistant_off" for one in replies)
    await product.public[keys.STAFF].switches.turn(COMMAND, "enfield", Feature.ASSISTANT, "", on=True)


async def test_with_assistant_and_person_off_the_other_ways_are_given(product, client):
    await off(product, Feature.ASSISTANT, Feature.PERSON)
    said, ways = await Resident(client).begin()
    assert said["choices"] == []
    assert "020 8379 1000" in ways["text"]


async def test_a_notice_stands_before_the_greeting_in_api_page_and_widget(product, client):
    await announce(product, "Bins in Bath Street are a day late <this week>.")
    notice, greeting = await Resident(client).begin()
    assert (notice["from"], notice["kind"], notice["data"]["reason"]) == ("system", "notice", "announcement")
    assert "machine" in greeting["text"]
    for address in ("/chat/enfield", "/w/enfield"):
        page = await (await client.get(address)).text()
        assert "Bins in Bath Street are a day late &lt;this week&gt;." in page
    assert "Bath Street" not in await (await client.get("/chat/buckinghamshire")).text()


async def test_with_the_widget_off_the_loader_is_told_and_the_frame_leads_to_the_full_page(product, client):
    state = await client.get("/w/enfield/state")
    assert (state.status, state.headers["Access-Control-Allow-Origin"], state.headers["Cache-Control"]) == (
        204,
        "*",
        "no-store",
    )
    await off(product, Feature.WIDGET)
    assert (await client.get("/w/enfield/state")).status == 410
    assert (await client.get("/w/atlantis/state")).status == 410
    frame = await (await client.get("/w/enfield")).text()
    assert 'href="/chat/enfield" target="_top"' in frame
    assert "<textarea" not in frame
    assert "<textarea" in await (await client.get("/chat/enfield")).text()
