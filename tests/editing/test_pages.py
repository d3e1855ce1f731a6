"""Editors at their pages: write, save, be corrected, be checked by a colleague, and what a resident then gets."""

import re
from typing import Any

from bot.staff.model import Role
from bot.web import keys
from tests.api.desk import Resident
from tests.api.staffed import AtDesk, Floor
from tests.console_desk import Page

HERE = "/console/knowledge"


def form(**changes: Any) -> list[tuple[str, str]]:
    """A new article about chickens as the form sends it."""
    values = {
        "pack": "enfield",
        "what": "articles",
        "title": "Keeping chickens",
        "body": "You can keep hens.\n\nAsk your landlord first. Call {fact:main_switchboard}.",
        "questions": "can i keep chickens\nare hens allowed in my garden\nchickens in the back garden",
        "main_intent": "other_service",
        "sources": "Contact us | https://www.enfield.gov.uk/contact-us",
        "area": "other",
        "owner": "Customer services",
        "lgsl": "524",
        "checked": "2026-11-20",
        "review_by": "2027-11-20",
        "note": "Residents asked",
        "do": "save",
    }
    return list({**values, **changes}.items())


async def editors(floor: Floor) -> tuple[AtDesk, AtDesk]:
    """Two editors of Enfield."""
    return await floor.sit_down("Erin Editor", role=Role.EDITOR), await floor.sit_down("Ezra Editor", role=Role.EDITOR)


async def write(somebody: AtDesk, **changes: Any) -> Page:
    """Somebody writes a new article."""
    await somebody.get(f"{HERE}/new?pack=enfield&what=articles")
    return await somebody.post(f"{HERE}/new", form(**changes))


async def test_from_the_first_word_to_the_resident_and_away_again(floor, engine):
    engine.words = {"chicken": "other_service", "hens": "other_service"}
    erin, ezra = await editors(floor)
    page = await write(erin)
    assert page.title == "Change: Keeping chickens"
    assert "No mistakes were found" in page.text
    draft = page.path
    look = await erin.get(f"{draft}/look")
    assert '<a href="tel:02083791000">020 8379 1000</a>' in look.text
    assert "frame-ancestors 'self'" in look.headers["Content-Security-Policy"]
    tried = await erin.get(f"{HERE}/try?draft={draft.rsplit('/', 1)[1]}&question=are+chickens+ok+in+my+garden")
    now, with_draft = tried.text.split('id="outcome-with_draft"')
    assert "Keeping chickens</strong>" not in now.split('id="outcome-now"')[1]
    assert "Keeping chickens</strong>" in with_draft

    await erin.get(draft)
    page = await erin.post(draft, [*form(do="send"), ("version", "1")])
    assert page.title == "Check: Keeping chickens"
    assert "a colleague must check it" in page.text
    assert "Publish it now" not in page.text
    refused = await erin.post(f"{draft}/publish", {"version": "2", "live": "0"})
    assert refused.status == 409
    assert "A second person must check" in refused.text

    page = await ezra.get(f"{HERE}?pack=enfield&what=articles&state=waiting")
    assert "1 found" in page.text
    await ezra.get(draft)
    for _ in range(2):  # a double click
        page = await ezra.post(f"{draft}/publish", {"version": "2", "live": "0"})
        assert (page.status, page.path) == (200, f"{HERE}/library/enfield/articles/keeping-chickens")
    assert "Residents get it from now on" in page.text
    assert "Erin Editor, checked by Ezra Editor" in page.text

    resident = Resident(floor.client)
    await resident.begin()
    [reply] = await resident.ask("can i keep chickens")
    assert reply["kind"] == "answer"
    assert "Ask your landlord first. Call 020 8379 1000." in reply["text"]

    page = await ezra.post(f"{page.path}/withdraw", {"reason": ""})
    assert page.status == 422
    assert "Write why you withdraw it" in page.text
    page = await ezra.post(f"{HERE}/library/enfield/articles/keeping-chickens/withdraw", {"reason": "Not ours"})
    assert "It is withdrawn" in page.text
    [reply] = await resident.ask("are hens allowed at home")
    assert reply["kind"] == "notice"
    assert [one["value"] for one in reply["choices"]] == ["talk_to_person"]
    page = await ezra.get(f"{HERE}/library/enfield/articles/keeping-chickens/versions/2")
    assert "<ins><span" in page.text
    assert "disputed: true" in page.text
    page = await ezra.get(f"{HERE}/library/enfield/articles/keeping-chickens")
    page = await ezra.post(f"{page.path}/versions/1/put-back", {"reason": "Ours after all", "live": "2"})
    assert "It is live again" in page.text
    [reply] = await resident.ask("so can i have hens")
    assert reply["kind"] == "answer"


async def test_mistakes_are_named_and_kept_but_not_sent(floor):
    [erin] = [await floor.sit_down("Erin Editor", role=Role.EDITOR)]
    wrong = {"body": "<script>alert(1)</script>\n\nIt costs {fact:nothing}.", "sources": "", "checked": "soon"}
    page = await write(erin, **wrong)
    assert page.status == 200
    page = await erin.post(page.path, [*form(do="send", **wrong), ("version", "1")])
    assert page.status == 422
    assert "Put the mistakes right first" in page.text
    assert "must be a day like 2026-11-24" in page.text
    page = await erin.post(page.path, [*form(**{**wrong, "checked": "2026-11-20"}), ("version", "1")])
    for expected in (
        "Answer, line 1</a>: &lt;script&gt; is HTML",
        "Answer, line 3</a>: the fact nothing is unknown",
        "it names no source",
    ):
        assert expected in page.text
    assert "<script>alert" not in page.text
    assert "It cannot be shown yet" in page.text


async def test_two_in_one_draft_see_each_others_words_and_lose_none(floor):
    erin, ezra = await editors(floor)
    page = await write(erin)
    draft = page.path
    await ezra.get(draft)
    await ezra.post(draft, [*form(title="Hens in the garden"), ("version", "1")])
    page = await erin.post(draft, [*form(title="Poultry at home"), ("version", "1")])
    assert page.status == 409
    assert "Ezra Editor saved it" in page.text
    assert 'value="Poultry at home"' in page.text
    assert "<del><span" in page.text
    assert "Hens in the garden" in page.text
    page = await erin.post(draft, [*form(title="Poultry at home"), ("version", "2")])
    assert page.status == 200
    assert page.title == "Change: Poultry at home"


async def test_a_live_article_is_changed_field_by_field(floor):
    erin, ezra = await editors(floor)
    page = await erin.get(f"{HERE}/library/enfield/articles/bin-day")
    assert "It is as the files of the pack have it" in page.text
    for _ in range(2):  # a double click opens one draft
        await erin.get(f"{HERE}/library/enfield/articles/bin-day")
        page = await erin.post(f"{HERE}/library/enfield/articles/bin-day/change")
        assert page.title.startswith("Change: ")
    assert "selected" in page.text.split('id="main_intent"')[1].split("</select>")[0]
    knowledge = floor.product.public[keys.KNOWLEDGE]
    article = knowledge.packs["enfield"].articles["bin-day"]
    typed = form(
        title="Your bin day",
        body=article.body,
        questions="\n".join(article.questions),
        main_intent="bin_day",
        primary="yes",
        sources="\n".join(f"{one.title} | {one.url}" for one in article.sources),
        area=article.area,
        owner=article.owner,
        lgsl=f"{article.lgsl}",
        checked=f"{article.checked}",
        review_by=f"{article.review_by}",
        do="send",
    )
    page = await erin.post(page.path, [*typed, ("version", "1")])
    assert page.title == "Check: Your bin day"
    assert re.findall(r"diff__line--(new|old)", page.text) == ["old", "new"]
    page = await ezra.get(page.path)
    page = await ezra.post(f"{page.path}/send-back", {"comment": ""})
    assert page.status == 422
    page = await ezra.post(f"{page.path.removesuffix('/send-back')}/send-back", {"comment": "Say which bins"})
    assert "Ezra Editor checked it and wrote:" in page.text
    assert "Say which bins" in page.text


ADDRESSES = [
    (f"{HERE}?pack=buckinghamshire", 404),
    (f"{HERE}?pack=england", 404),
    (f"{HERE}/library/buckinghamshire/articles/bin-day", 404),
    (f"{HERE}/library/enfield/articles/nothing", 404),
    (f"{HERE}/library/enfield/pictures/bin-day", 404),
    (f"{HERE}/library/enfield/articles/bin-day/versions/x", 404),
    (f"{HERE}/drafts/forged", 404),
    (f"{HERE}/drafts/forged/look", 404),
    (f"{HERE}/try?draft=forged&question=hens", 404),
    (f"{HERE}?what=facts&q=telephone&state=live", 200),
    (f"{HERE}?state=nonsense&area=nonsense", 200),
    (f"{HERE}/library/enfield/facts/main_switchboard", 200),
    (f"{HERE}/library/enfield/articles/ct-liability-hmo/look", 200),
    (f"{HERE}/new?what=facts", 200),
    (f"{HERE}/try?question=when+is+my+bin+day", 200),
]


async def test_each_page_opens_and_what_is_not_there_says_so(floor):
    erin = await floor.sit_down("Erin Editor", role=Role.EDITOR)
    for path, status in ADDRESSES:
        page = await erin.get(path)
        assert page.status == status, path
    nora = await floor.sit_down("Nora National", role=Role.EDITOR, council="*")
    national = f"{HERE}/library/england/articles/ct-liability-hmo"
    for path in (f"{HERE}?pack=england", national, f"{national}/look", f"{HERE}/try?pack=england&question=bins"):
        assert (await nora.get(path)).status == 200, path
    await nora.get(national)
    draft = await nora.post(f"{national}/change")
    assert draft.title.startswith("Change: ")
    assert (await nora.get(f"{draft.path}/look")).status == 200
    assert (await erin.get(draft.path)).status == 404
    ada = await floor.sit_down("Ada Adviser")
    assert (await ada.get(HERE)).title == "You may not do this"


async def test_a_form_sent_after_signing_out_changes_nothing_and_says_so(floor):
    erin = await floor.sit_down("Erin Editor", role=Role.EDITOR)
    draft = await write(erin)
    await erin.post("/console/sign-out")
    page = await erin.post(draft.path, [*form(title="Lost"), ("version", "1"), ("form_token", draft.form_token)])
    assert (page.status, page.title) == (401, "You are signed out")
    drafts = floor.product.public[keys.EDITING].drafts
    [kept] = await drafts.open_ones(erin.account.actor(), ["enfield"])
    assert kept.title == "Keeping chickens"
