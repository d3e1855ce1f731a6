"""Trainers' pages and their API in the whole product: what a resident asked in vain becomes training data of two people."""

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import running
from bot.knowledge.service import Knowledge
from bot.learning.shelf import Shelf
from bot.privacy.pseudonyms_process import PseudonymsProcess
from bot.settings import Settings
from bot.staff.model import Permission, Role, command_line_actor
from bot.web import keys
from tests.api.conftest import OPEN
from tests.api.desk import Resident
from tests.api.staffed import AtDesk, Floor
from tests.conftest import ROOT
from tests.factories import ScriptedEngine
from tests.learning.classroom import make_change, make_replay
from tests.learning.conftest import mask
from tests.running import free_port

HERE = "/console/learning"
PLASTICS = ("where do soft plastics go, says Mrs Jones", "do soft plastics go in recycling", "soft plastics go where please")


@pytest.fixture
async def floor(database_url: str, knowledge: Knowledge, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Floor]:
    """The whole product with models of its own. Masking is quick here; the browser's test has the real one."""

    async def masked(_: PseudonymsProcess, texts: list[str]) -> list[str]:
        return await mask(texts)

    monkeypatch.setattr(PseudonymsProcess, "replace_all", masked)
    places = {"councils_folder": ROOT / "councils", "encoders_folder": ROOT / "var" / "encoders", "model": shelf.link}
    settings = Settings(database_url=database_url, clock=OPEN, rate_limits=False, engine_port=free_port(), **places)
    async with running(settings, ScriptedEngine(), knowledge) as product, TestClient(TestServer(product.public)) as client:
        floor = Floor(product, client)
        yield floor
        await floor.close()


async def asked_in_vain(floor: Floor, *texts: str) -> list[Resident]:
    """Residents whom the assistant does not understand."""
    residents = []
    for text in texts:
        resident = Resident(floor.client)
        await resident.begin("enfield")
        await resident.ask(text)
        residents.append(resident)
    return residents


async def trainers(floor: Floor) -> tuple[AtDesk, AtDesk]:
    """Two people who teach the assistant."""
    return await floor.sit_down("Tara Trainer", role=Role.TRAINER), await floor.sit_down("Ravi Reviewer", role=Role.TRAINER)


async def test_from_an_unanswered_question_to_a_reviewed_example(floor):
    await asked_in_vain(floor, *PLASTICS)
    tara, ravi = await trainers(floor)
    await tara.get(HERE)
    page = await tara.post(HERE + "/gather")
    assert "3 new messages" in page.text
    assert "3 people asked about" in page.text
    assert "Mrs Jones" not in page.text
    theme = page.link(HERE + "/themes/[0-9a-f]{12}")
    page = await tara.get(theme)
    ticks = re.findall(r'name="message" value="(\d+)"', page.text)
    page = await tara.post(theme + "/suggest", {"meaning": "What goes in which bin"})
    assert (page.status, "Tick at least one message" in page.text) == (422, True)
    page = await tara.post(theme + "/suggest", [("message", ticks[0]), ("meaning", "no such thing")])
    assert (page.status, "Choose one of the meanings" in page.text) == (422, True)
    assert f'value="{ticks[0]}" checked' in page.text, "what was ticked stays ticked"
    meaning = floor.product.public[keys.KNOWLEDGE].words("enfield")["intents"]["bin_what_goes_where"]
    page = await tara.post(theme + "/suggest", [*(("message", one) for one in ticks), ("meaning", meaning)])
    assert "3 suggestions wait for a second person" in page.text
    page = await tara.get(HERE + "/review")
    assert "This is yours" in page.text
    suggestion = re.findall(r'id="suggestion-([0-9a-f]{16})"', page.text)[0]
    page = await tara.post(f"{HERE}/review/{suggestion}/accept")
    assert (page.status, "Nobody decides about their own suggestion" in page.text) == (409, True)
    await ravi.get(HERE + "/review")
    page = await ravi.post(f"{HERE}/review/{suggestion}/accept")
    assert "The next candidate learns it" in page.text
    assert "To review (2)" in page.text
    page = await ravi.get(HERE + "/models")
    assert "1 accepted example is new" in page.text


async def test_an_article_that_two_trainers_ask_for_is_a_draft_for_the_editors(floor):
    await asked_in_vain(floor, *PLASTICS)
    tara, ravi = await trainers(floor)
    await tara.get(HERE)
    page = await tara.post(HERE + "/gather")
    theme = page.link(HERE + "/themes/[0-9a-f]{12}")
    await tara.get(theme)
    assert (await tara.post(theme + "/article", {"title": " "})).status == 422
    page = await tara.post(theme + "/article", {"title": "Soft plastics"})
    assert "The request for an article waits for a second person" in page.text
    page = await ravi.get(HERE + "/review")
    [suggestion] = re.findall(r'id="suggestion-([0-9a-f]{16})"', page.text)
    page = await ravi.post(f"{HERE}/review/{suggestion}/accept")
    assert "The editors have a draft to write" in page.text
    editor = (await floor.add("Edith Editor", role=Role.EDITOR)).actor()
    [draft] = await floor.product.public[keys.EDITING].drafts.open_ones(editor, ["enfield"])
    assert "where do soft plastics go, says [name]" in draft.asked


async def test_a_candidate_is_looked_at_made_live_and_taken_back(floor, shelf):
    tara, _ = await trainers(floor)
    candidates = floor.product.public[keys.LEARNING].candidates
    begun = await candidates.begin(tara.account.actor())
    page = await tara.get(HERE + "/models")
    assert "A candidate is being trained" in page.text
    assert 'data-watch="' in page.text
    page = await tara.post(HERE + "/models/train")
    assert (page.status, "is being trained already, begun by Tara Trainer" in page.text) == (409, True)
    (shelf.candidates / "second.tar.gz").write_bytes(b"second")
    shelf.keep_learnt("second", "")
    change = make_change(meant=("bin_what_goes_where",), right_before=False, right_after=True)
    await candidates.finish(begun.id, "second", make_replay(changes=[change]))
    page = await tara.get(f"{HERE}/models/{begun.id}")
    assert "do you take crisp packets" in page.text
    assert "Does not understand" in page.text
    page = await tara.post(f"{HERE}/models/{begun.id}/promote")
    assert "This candidate is live now" in page.text
    assert shelf.live() == "second"
    page = await tara.post(HERE + "/models/rollback")
    assert "The model before is live again" in page.text
    assert shelf.live() == "first"
    page = await tara.post(HERE + "/models/rollback")
    assert (page.status, "There is no earlier model" in page.text) == (422, True)
    assert (await tara.get(f"{HERE}/models/{'0' * 8}")).status == 404


async def test_a_chat_is_marked_by_those_who_may_read_it(floor):
    ada, tara = await floor.sit_down("Ada Adviser"), await floor.sit_down("Tara Trainer", role=Role.TRAINER)
    resident = await floor.in_queue()
    await ada.claim(resident)
    await ada.open(resident)
    await ada.reply(resident, "Bring crisp packets to the shop, they take them.")
    chat = f"{HERE}/chats/{resident.id}"
    await ada.post(f"/console/desk/{resident.id}/end", {"outcome": "answered"})
    assert f'href="{chat}"' in (await tara.get("/console/history")).text, "a trainer finds it among past chats"
    assert (await ada.get(chat)).status == 403
    page = await tara.get(chat)
    assert "how do i pay my council tax" in page.text
    kept = re.search(rf'action="({chat}/\d+/keep)"', page.text)
    wrong = re.search(rf'action="({chat}/\d+/wrong)"', page.text)
    meant = re.search(rf'action="({chat}/\d+/meant)"', page.text)
    assert kept
    assert wrong
    assert meant
    assert "Your suggestion waits" in (await tara.post(kept[1])).text
    assert "answers that did not help" in (await tara.post(wrong[1], {"why": "out_of_date"})).text
    page = await tara.post(meant[1], {"meaning": "nonsense", "text": "pay"})
    assert (page.status, "Choose one of the meanings" in page.text) == (422, True)
    page = await tara.post(meant[1], {"meaning": "ct_pay", "text": "x" * 2100})
    assert (page.status, "2,100 characters" in page.text) == (422, True)
    page = await tara.get(HERE)
    assert "marked as wrong: out of date" in page.text
    other = await floor.sit_down("Bea Bins", role=Role.TRAINER, teams="bins")
    assert (await other.get(chat)).status == 404, "it is none of the business of another team"
    far = await floor.sit_down("Cem Far", role=Role.TRAINER, council="buckinghamshire")
    assert (await far.get(chat)).status == 404


async def test_programs_see_the_same(floor):
    await asked_in_vain(floor, *PLASTICS)
    tara, ravi = await trainers(floor)
    room, tokens = floor.product.public[keys.LEARNING], floor.product.public[keys.STAFF].tokens
    await room.theming.gather()
    ours, second = [await _token(tokens, one) for one in (tara, ravi)]
    api = "/api/v1/staff/learning"
    [theme] = (await _json(floor, "GET", f"{api}/themes", ours))["themes"]
    assert theme["people"] == 3
    one = await _json(floor, "GET", f"{api}/themes/{theme['id']}", ours)
    assert len(one["messages"]) == 3
    body = {"council": "enfield", "text": "do you take crisp packets", "intent": "bin_what_goes_where"}
    made = await _json(floor, "POST", f"{api}/suggestions", ours, body, 201)
    assert (await _json(floor, "POST", f"{api}/suggestions/{made['id']}/accept", ours, {}, 403))["code"] == "own_suggestion"
    done = await _json(floor, "POST", f"{api}/suggestions/{made['id']}/accept", second, {})
    assert (done["state"], done["decided_by"]) == ("accepted", "Ravi Reviewer")
    again = await _json(floor, "POST", f"{api}/suggestions/{made['id']}/refuse", second, {"reason": "late"}, 409)
    assert again["code"] == "suggestion_decided"
    bad = await _json(floor, "POST", f"{api}/suggestions", ours, body | {"intent": "nothing"}, 422)
    assert bad["code"] == "unusable_mark"
    models = await _json(floor, "GET", f"{api}/models", ours)
    assert (models["live"], models["new"]) == ("first", 1)
    assert (await _json(floor, "POST", f"{api}/models/rollback", ours, {}, 422))["code"] == "unusable_mark"


async def test_programs_mark_a_chat_like_the_page(floor):
    ada, (tara, _) = await floor.sit_down("Ada Adviser"), await trainers(floor)
    resident = await floor.in_queue()
    await ada.claim(resident)
    await ada.open(resident)
    await ada.reply(resident, "Bring crisp packets to the shop, they take them.")
    tokens = floor.product.public[keys.STAFF].tokens
    may_train = await _token(tokens, tara)
    may_read = await _token(tokens, tara, Permission.READ_TRANSCRIPTS)
    chat = f"/api/v1/staff/learning/chats/{resident.id}"
    await _json(floor, "GET", chat, may_train, status=403)
    found = await _json(floor, "GET", chat, may_read)
    said = {(one["from"], one["kind"]): one["seq"] for one in found["messages"]}
    asked, answered, replied = said["resident", "text"], said["assistant", "answer"], said["staff", "text"]
    made = await _json(floor, "POST", f"{chat}/messages/{asked}/meant", may_read, {"intent": "ct_pay"}, 201)
    assert (made["kind"], made["intent"], made["state"]) == ("example", "ct_pay", "waiting")
    kept = await _json(floor, "POST", f"{chat}/messages/{replied}/keep", may_read, None, 201)
    assert (kept["kind"], "crisp packets" in kept["body"]) == ("article", True)
    await _json(floor, "POST", f"{chat}/messages/{answered}/wrong", may_read, {"why": "out_of_date"}, 204)
    again = await _json(floor, "GET", chat, may_read)
    assert {one["id"] for one in again["suggestions"]} == {made["id"], kept["id"]}
    assert ("marked_wrong", answered, "out_of_date") in {(one["kind"], one["seq"], one["reason"]) for one in again["signals"]}
    for path, body, status in (
        (f"{answered}/meant", {"intent": "ct_pay"}, 404),  # not a resident's
        (f"{asked}/meant", {"intent": "no_such_intent"}, 422),
        (f"{asked}/wrong", {"why": "other"}, 404),  # not an answer
        (f"{answered}/wrong", {"why": "ugly"}, 422),
        (f"{'9' * 40}/keep", None, 404),
        ("first/keep", None, 404),
    ):
        await _json(floor, "POST", f"{chat}/messages/{path}", may_read, body, status)
    other = await floor.sit_down("Bea Bins", role=Role.TRAINER, teams="bins")
    await _json(floor, "GET", chat, await _token(tokens, other, Permission.READ_TRANSCRIPTS), status=404)


async def _token(tokens, staffer: AtDesk, *more: Permission) -> str:
    allowed = [Permission.TRAIN_ASSISTANT, *more]
    return str(await tokens.issue(command_line_actor(), staffer.account.id, "training", allowed, 30))


async def _json(floor: Floor, method: str, path: str, token: str, body: dict | None = None, status: int = 200) -> dict:
    headers = {"Authorization": f"Bearer {token}"}
    async with floor.client.request(method, path, json=body, headers=headers) as response:
        assert response.status == status, await response.text()
        return await response.json() if status != 204 else {}
