"""Reports and applications as ordinary forms, as a browser without script sends them, on both databases."""

import re
from html import unescape

import pytest
from aiohttp import FormData

from bot.cases.model import Wanted
from bot.web import keys

ANSWERS = (
    {"value": "my council tax bill is wrong"},
    {"value": "Robert Smith"},
    {"value": "07700 900123"},
    {"value": "morning"},
)


class Browser:
    """Sends forms the way a browser does: with every hidden field of the last page."""

    def __init__(self, client, address="/apply/enfield/call_back"):
        self.client = client
        self.address = address
        self.text = ""
        self.status = 0

    async def open(self):
        async with self.client.get(self.address) as response:
            self.status, self.text = response.status, await response.text()
        return self

    async def send(self, do="continue", headers=None, **fields):
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', self.text)
        body = {name: unescape(value) for name, value in hidden} | fields | {"do": do}
        async with self.client.post(self.address, data=body, headers=headers) as response:
            self.status, self.text = response.status, await response.text()
        return self

    async def fill_in(self):
        await self.open()
        for answer in ANSWERS:
            await self.send(**answer)
        return self

    def heading(self):
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


@pytest.fixture
def page(client):
    return Browser(client)


async def cases(product):
    return await product.public[keys.CASES].search(Wanted(["enfield"]))


async def test_every_application_of_every_council_has_a_page(client, product):
    for council in ("enfield", "buckinghamshire"):
        for name in product.public[keys.APPLICATIONS].all(council):
            page = await Browser(client, f"/apply/{council}/{name}").open()
            assert page.status == 200, name
            assert "Question 1 of" in page.text, name
        async with client.get(f"/apply/{council}") as response:
            assert response.status == 200
    assert (await Browser(client, "/apply/enfield/unknown").open()).status == 404


async def test_questions_answers_to_check_and_a_reference(page, product):
    await page.fill_in()
    assert page.heading() == "Check your answers"
    assert await cases(product) == []
    await page.send("send")
    [case] = await cases(product)
    assert case.reference in page.text
    assert case.code in page.text
    assert case.contact.phone == "+447700900123"


async def test_sending_twice_makes_one_case(page, product):
    await page.fill_in()
    before = page.text
    await page.send("send")
    page.text = before
    await page.send("send")
    [case] = await cases(product)
    assert case.reference in page.text


async def test_a_wrong_answer_is_named_and_kept(page):
    await page.open()
    await page.send(value="")
    assert page.status == 422
    assert "There is a problem" in page.text
    assert "Type an answer." in page.text
    await page.send(value="about my <b>bill</b>")
    await page.send(value="a" * 300)
    assert page.status == 422
    assert "300 letters" in page.text
    await page.send("back")
    assert "about my &lt;b&gt;bill&lt;/b&gt;" in page.text


async def test_an_answer_is_changed_and_the_check_comes_again(page):
    await page.fill_in()
    await page.send("change:name")
    assert page.heading() == "What is your name?"
    await page.send(value="Rita Smith")
    assert page.heading() == "Check your answers"
    assert "Rita Smith" in page.text


async def test_what_a_browser_sends_is_never_trusted(page, product):
    await page.fill_in()
    await page.send("send", **{"a.telephone": "not a number"})
    assert page.heading() == "Which telephone number shall we call?"
    await page.send("send", headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status == 403
    async with page.client.post(page.address, data=b"\xff\xfe", headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 400
    assert await cases(product) == []


async def test_an_address_that_is_not_in_the_gazetteer_is_taken_whole(client):
    page = await Browser(client, "/apply/enfield/garden_waste").open()
    await page.send(value="EN1")
    assert page.status == 422
    await page.send(value="12 Invented Lane, Enfield, EN1 9ZZ")
    assert page.heading() == "How many garden bins do you want?"
    await page.send(value="-2")
    assert "cannot be below zero" in page.text


async def test_a_date_has_three_boxes_and_an_impossible_one_is_named(client):
    page = await Browser(client, "/apply/enfield/change_of_circumstances").open()
    await page.send(value="partner_in")
    await page.send(day="31", month="2", year="2026")
    assert page.status == 422
    assert "There is no such date as 31/2/2026" in page.text
    await page.send(day="1", month="11", year="2026")
    assert page.heading() == "Tell me a little more about it."


async def test_a_check_of_entitlement_ends_with_its_rule_its_source_and_what_may_be_done_next(client, product):
    page = await Browser(client, "/apply/enfield/check_reduction").open()
    for value in ("yes", "no", "no", "no", "12000", "258", "1500", "yes", "no"):
        await page.send(value=value)
        assert page.status == 200, page.text
    assert page.heading().startswith("You are likely to get about £1,249.71 off your bill of £1,500.00.")
    assert "the income above £238.00 a week" in page.text
    assert "you may get less than I say" in page.text, "what was left out is said with the result"
    assert "legislation.gov.uk/uksi/2012/2885" in page.text
    assert "checked on Thursday 26 November 2026" in page.text
    assert 'href="/apply/enfield/council_tax_reduction">Begin a claim</a>' in page.text
    assert await cases(product) == []


async def test_a_file_where_none_is_asked_is_refused_in_a_sentence_and_nothing_is_sent(page, product):
    await page.fill_in()
    upload = FormData()
    upload.add_field("do", "send")
    upload.add_field("value", b"%PDF-1.7 letter", filename="letter.pdf", content_type="application/pdf")
    async with page.client.post(page.address, data=upload) as response:
        assert response.status == 400
        assert "Nothing was sent" in await response.text()
    assert await cases(product) == []
