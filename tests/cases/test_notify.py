"""Telling residents through GOV.UK Notify, against a stand-in that checks tokens and fails as Notify does."""

from datetime import timedelta

import pytest

from bot.cases.model import Contact, EntryKind
from bot.cases.outbox.model import Delivery, State, Unwanted
from bot.cases.targets.messages import message, plain
from bot.cases.targets.notify import ConsoleNotifier, GovUkNotify
from tests.cases.conftest import ADA
from tests.cases.test_outbox import states, until_settled


async def test_a_resident_gets_an_email_when_a_case_opens_and_when_it_changes(by_notify):
    post, notify = by_notify
    case = await post.open(contact=ADA)
    await post.change(case, "done", "The crew came at noon.")
    for _ in range(3):
        await post.worker().deliver_due()
    opened, changed = notify.accepted
    assert opened["to"] == "ada@example.org"
    assert opened["personalisation"]["subject"] == f"We have your report: {case.reference}"
    for words in (
        case.reference,
        case.code,
        "Wednesday 25 November 2026",
        "https://chat.example.org/case/enfield",
        "A crew will",
    ):
        assert words in opened["personalisation"]["body"], words
    assert case.code not in changed["personalisation"]["body"]
    assert "Done" in changed["personalisation"]["subject"]
    assert "The crew came at noon." in changed["personalisation"]["body"]
    assert await states(post, case) == [(State.SENT, False)] * 2


async def test_a_resident_with_a_telephone_alone_gets_a_text(by_notify):
    post, notify = by_notify
    case = await post.open(contact=Contact(phone="07700 900123"))
    await post.worker().deliver_due()
    [text] = notify.accepted
    assert text["type"] == "sms"
    assert case.code in text["personalisation"]["body"]
    assert len(text["personalisation"]["body"]) <= 300


async def test_nobody_is_told_without_a_contact_or_of_what_only_staff_see(by_notify):
    post, notify = by_notify
    case = await post.open()
    told = await post.open("two", contact=ADA)
    await post.change(told, "referred", "for the depot")
    for _ in range(3):
        await post.worker().deliver_due()
    assert await post.items(case) == []
    assert len(notify.accepted) == 1


@pytest.mark.parametrize("failure", [429, 500, "silent"])
async def test_what_may_pass_is_tried_again_and_arrives_once(by_notify, failure):
    post, notify = by_notify
    notify.failures = [failure]
    case = await post.open(contact=ADA)
    await until_settled(post, case)
    assert len(notify.accepted) == 1
    assert await states(post, case) == [(State.SENT, False)]


async def test_what_was_accepted_before_the_answer_was_lost_is_looked_up_and_not_sent_again(by_notify):
    post, notify = by_notify
    notify.failures = ["accept and break"]
    case = await post.open(contact=ADA)
    await until_settled(post, case)
    assert len(notify.accepted) == 1
    [item] = await post.items(case)
    assert item.remote_id == notify.accepted[0]["id"]
    assert "GET /v2/notifications" in notify.asked


async def test_a_limit_is_waited_for(by_notify):
    post, notify = by_notify
    notify.failures = [429]
    case = await post.open(contact=ADA)
    await post.worker().deliver_due()
    [item] = await post.items(case)
    assert item.next_at - post.clock.time >= timedelta(minutes=2)


async def test_a_key_that_is_refused_is_tried_again_later_since_somebody_will_mend_it(by_notify):
    post, notify = by_notify
    notify.failures = [403]
    case = await post.open(contact=ADA)
    await post.worker().deliver_due()
    [item] = await post.items(case)
    assert (item.state, item.in_doubt) == (State.WAITING, False)
    assert item.next_at - post.clock.time >= timedelta(minutes=15)
    await until_settled(post, case)
    assert len(notify.accepted) == 1


async def test_what_notify_will_never_take_is_given_up_without_the_residents_address(by_notify):
    post, notify = by_notify
    notify.failures = [400]
    case = await post.open(contact=ADA)
    await post.worker().deliver_due()
    [item] = await post.items(case)
    assert item.state == State.DEAD
    assert "BadRequestError" in item.error
    assert "ada@" not in item.error


async def test_a_wrong_key_is_refused_by_the_token_check(by_notify):
    post, notify = by_notify
    case = await post.open(contact=ADA)
    wrong = "test_key-26785a09-ab16-4eb0-8407-a37497a57506-00000000-0000-0000-0000-000000000000"
    worker = post.worker()
    worker._targets["notify"] = GovUkNotify({"enfield": wrong}, post.notify_url, post.wording(), post.integrations)
    await worker.deliver_due()
    assert notify.accepted == []
    [item] = await post.items(case)
    assert "does not let us in: 403" in item.error


async def test_the_console_shows_messages_while_developing_and_tells_nobody_in_production(by_notify):
    post, _ = by_notify
    case = await post.open(contact=ADA)
    [item] = await post.items(case)
    shown = []
    delivery = Delivery(item, case, case.history[0])
    await ConsoleNotifier(post.wording(), shown.append, production=False).deliver(delivery)
    assert case.code in shown[0]
    with pytest.raises(Unwanted):
        await ConsoleNotifier(post.wording(), shown.append, production=True).deliver(delivery)
    assert len(shown) == 1


async def test_what_somebody_typed_cannot_become_a_link_or_a_heading(by_notify):
    post, notify = by_notify
    typed = "# Win [now](https://evil.example) ((code)) www.evil.example/x\n\n* free"
    case = await post.open(contact=ADA, title=typed)
    await post.worker().deliver_due()
    body = notify.accepted[0]["personalisation"]["body"]
    for mark in ("#", "[", "((", "evil.example", "*"):
        assert mark not in body.replace("https://chat.example.org", ""), mark
    assert case.reference in body
    assert plain("see http://c.d now") == "see … now"


async def test_braces_in_what_somebody_typed_are_only_words(by_notify):
    post, notify = by_notify
    await post.open(contact=ADA, title="My {code} and {0} {nothing}")
    await post.worker().deliver_due()
    assert "My {code} and {0} {nothing}" in notify.accepted[0]["personalisation"]["body"]


async def test_every_event_has_words_for_email_and_text(by_notify):
    post, _ = by_notify
    case = await post.open(contact=ADA)
    for kind in (EntryKind.OPENED, EntryKind.STATUS, EntryKind.DUE, EntryKind.NOTE):
        entry = case.history[0].__class__(9, case.opened_at, kind, "done", "A word.", "Sam", case.history[0].seen_by)
        said = message(case, entry, post.words["enfield"], "Enfield Council", "https://x")
        assert "{" not in said.subject + said.body + said.text
        assert case.reference in said.subject
