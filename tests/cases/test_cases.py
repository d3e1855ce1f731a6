"""Cases on both databases: opened once with a promise, found with reference and code, changed, listed by date."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.cases.model import Contact, EntryKind, Seen, Wanted
from bot.cases.service import CaseHasEnded, CaseNotFound, Cases, ChangedMeanwhile, UnknownStatus
from bot.conversations.text import UnusableText
from bot.foundation.database import Database
from bot.foundation.limits import TooOften
from tests.factories import FixedClock
from tests.factories_cases import make_cases, make_new_case


@pytest.fixture
def cases(database: Database, clock: FixedClock) -> Cases:
    return make_cases(database, clock)


async def opened(database, cases, key="one", **changes):
    async with database.writing() as tx:
        return await cases.open(tx, make_new_case(key, **changes))


async def test_a_case_opens_with_a_reference_a_code_a_promise_and_a_history(database, cases):
    case = await opened(database, cases)
    assert case.reference.startswith("RD-")
    assert len(case.code) == 9
    assert case.status == "received"
    assert case.due == date(2026, 11, 25)
    assert [entry.kind for entry in case.history] == [EntryKind.OPENED]
    assert case.answers[0] == ("Which bin", "Brown bin")
    assert case.data == {"container": "brown"}


async def test_a_case_opened_at_night_is_promised_from_the_next_working_day(database, cases, clock):
    clock.time = datetime(2026, 12, 24, 20, 0, tzinfo=UTC)
    assert (await opened(database, cases)).due == date(2026, 12, 31)


async def test_the_same_key_opens_one_case(database, cases):
    first = await opened(database, cases)
    again = await opened(database, cases, title="something else")
    assert again == first
    other_council = await opened(database, cases, council="buckinghamshire")
    assert other_council.reference != first.reference


async def test_the_same_key_at_the_same_time_opens_one_case(database, cases):
    made = await asyncio.gather(*(opened(database, cases) for _ in range(8)))
    assert len({case.reference for case in made}) == 1
    assert await cases.search(Wanted(["enfield"])) == [replace(made[0], history=())]


async def test_what_fails_in_the_same_transaction_opens_nothing(database, cases):
    async def open_and_fail():
        async with database.writing() as tx:
            await cases.open(tx, make_new_case())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await open_and_fail()
    assert await cases.search(Wanted(["enfield"])) == []


async def test_a_case_is_found_however_its_reference_and_code_are_typed(database, cases):
    case = await opened(database, cases)
    found = await cases.find(case.reference.lower().replace("-", " "), f" {case.code.lower().replace('-', '')} ", "127.0.0.1")
    assert found == case


async def test_a_wrong_code_and_an_unknown_reference_look_the_same(database, cases):
    case = await opened(database, cases)
    other = await opened(database, cases, "two")
    for reference, code in (
        (case.reference, "2222-2222"),
        (case.reference, other.code),
        ("RD-2222-2222-2", case.code),
        ("", ""),
        ("nothing", "x" * 5000),
    ):
        with pytest.raises(CaseNotFound) as refused:
            await cases.find(reference, code, "127.0.0.1")
        assert str(refused.value) == ""


async def test_whoever_guesses_codes_is_stopped_and_shuts_nobody_else_out(database, cases):
    case = await opened(database, cases)
    for attempt in range(60):
        with pytest.raises(CaseNotFound):
            await cases.find(case.reference, "2222-2222", f"10.0.0.{attempt % 3}")
    for attacker in range(3):
        with pytest.raises(TooOften):
            await cases.find(case.reference, case.code, f"10.0.0.{attacker}")
    assert (await cases.find(case.reference, case.code, "10.0.1.1")).id == case.id


async def test_a_resident_looks_at_their_own_case_as_often_as_they_like(database, cases):
    case = await opened(database, cases)
    for _ in range(40):
        assert await cases.find(case.reference, case.code, "10.0.0.1")


async def test_one_address_can_look_up_only_so_many(database, cases):
    for _ in range(120):
        with pytest.raises(CaseNotFound):
            await cases.find("nothing", "2222-2222", "10.0.0.1")
    with pytest.raises(TooOften):
        await cases.find("nothing", "2222-2222", "10.0.0.1")


async def test_a_change_of_status_is_in_the_history_and_ends_the_case(database, cases, clock):
    case = await opened(database, cases)
    clock.time += timedelta(hours=1)
    async with database.writing() as tx:
        case = await cases.change_status(tx, "Sam", "enfield", case.reference, "done", "The crew came back at noon.")
    assert case.status == case.residents_status == "done"
    assert case.ended_at == clock.time
    assert case.history[-1].text == "The crew came back at noon."
    assert case.history[-1].by == "Sam"
    async with database.writing() as tx:
        case = await cases.change_status(tx, "Sam", "enfield", case.reference, "in_progress", "It was the wrong bin.")
    assert case.ended_at is None


async def test_a_status_for_staff_leaves_what_the_resident_sees(database, cases):
    case = await opened(database, cases)
    async with database.writing() as tx:
        await cases.change_status(tx, "Sam", "enfield", case.reference, "in_progress")
        await cases.change_status(tx, "Sam", "enfield", case.reference, "referred", "for the depot")
        await cases.add_note(tx, "Sam", "enfield", case.reference, "Rang the depot.")
        case = await cases.add_note(tx, "Sam", "enfield", case.reference, "We come on Friday.", Seen.RESIDENT)
    assert case.status == "referred"
    assert case.residents_status == "in_progress"
    assert [entry.text for entry in case.residents_history] == ["", "", "We come on Friday."]


async def test_a_change_based_on_an_old_view_is_refused(database, cases):
    case = await opened(database, cases)
    async with database.writing() as tx:
        await cases.change_status(tx, "Sam", "enfield", case.reference, "in_progress", seen_seq=case.last_seq)
    async with database.writing() as tx:
        with pytest.raises(ChangedMeanwhile):
            await cases.change_status(tx, "Kim", "enfield", case.reference, "done", seen_seq=case.last_seq)


async def test_bad_changes_change_nothing(database, cases):
    case = await opened(database, cases)
    async with database.writing() as tx:
        with pytest.raises(UnknownStatus):
            await cases.change_status(tx, "Sam", "enfield", case.reference, "vanished")
        with pytest.raises(CaseNotFound):
            await cases.change_status(tx, "Sam", "buckinghamshire", case.reference, "done")
        with pytest.raises(CaseNotFound):
            await cases.add_note(tx, "Sam", "enfield", "RD-0000-0000-0", "x")
        with pytest.raises(UnusableText):
            await cases.add_note(tx, "Sam", "enfield", case.reference, " \u200b ")
        with pytest.raises(UnusableText):
            await cases.add_update(tx, case, "x" * 3000)
    assert await cases.get(case.reference, ["enfield"]) == case


async def test_a_resident_can_add_to_an_open_case_and_not_to_one_that_ended(database, cases):
    case = await opened(database, cases)
    async with database.writing() as tx:
        case = await cases.add_update(tx, case, "It is behind the gate.\x00")
        assert case.history[-1].text == "It is behind the gate."
        await cases.change_status(tx, "Sam", "enfield", case.reference, "done")
        with pytest.raises(CaseHasEnded):
            await cases.add_update(tx, case, "And the other one?")
        with pytest.raises(CaseHasEnded):
            await cases.change_due(tx, "Sam", "enfield", case.reference, date(2026, 12, 1), "Snow")


async def test_cases_are_listed_by_due_date_with_the_overdue_first(database, cases, clock):
    late = await opened(database, cases, "late", due=date(2026, 11, 20))
    today = await opened(database, cases, "today", due=date(2026, 11, 23))
    urgent = await opened(database, cases, "urgent", due=date(2026, 11, 23), urgency=2)
    never = await opened(database, cases, "never", promise_days=None)
    await opened(database, cases, "other team", team="benefits", due=date(2026, 11, 1))
    await opened(database, cases, "other council", council="buckinghamshire", due=date(2026, 11, 1))
    ended = await opened(database, cases, "ended", due=date(2026, 11, 1))
    async with database.writing() as tx:
        await cases.change_status(tx, "Sam", "enfield", ended.reference, "done")
    listed = await cases.list_due(Wanted(["enfield"], ["bins"], ended=False))
    assert [case.reference for case in listed] == [one.reference for one in (late, urgent, today, never)]
    assert [case.overdue(cases.today()) for case in listed] == [True, False, False, False]
    counts = await cases.due_counts(["enfield"], ["bins"])
    assert (counts.open, counts.due_today, counts.overdue) == (4, 2, 1)
    assert await cases.list_due(Wanted(["enfield"], [])) == []
    assert await cases.list_due(Wanted([])) == []


async def test_a_promise_can_be_moved_with_a_reason_and_a_case_to_another_team(database, cases):
    case = await opened(database, cases)
    async with database.writing() as tx:
        await cases.change_due(tx, "Sam", "enfield", case.reference, date(2026, 12, 1), "Snow stopped the lorries.")
        case = await cases.change_team(tx, "Sam", "enfield", case.reference, "streets", "Theirs.")
    assert case.due == date(2026, 12, 1)
    assert case.team == "streets"
    assert [entry.text for entry in case.residents_history][-1] == "Snow stopped the lorries."


async def test_cases_are_searched_by_reference_contact_and_title(database, cases):
    case = await opened(database, cases, contact=Contact("Ada Invented", "ada@example.org", "07700 900123"))
    await opened(database, cases, "two")
    for text in (case.reference.lower().replace("-", ""), "ada@EXAMPLE.org", "900123", "invented"):
        assert [one.reference for one in await cases.search(Wanted(["enfield"], text=text))] == [case.reference], text
    assert len(await cases.search(Wanted(["enfield"], text="missed BIN"))) == 2
    assert await cases.search(Wanted(["enfield"], text="100%_")) == []


async def test_a_conversation_finds_its_own_cases_without_a_code(database, cases):
    case = await opened(database, cases, conversation_id="c1")
    await opened(database, cases, "two", conversation_id="c2")
    assert await cases.of_conversation("c1") == [case]


async def test_a_long_title_and_name_are_shortened_and_lose_nothing_else(database, cases):
    case = await opened(database, cases, title="x" * 500, contact=Contact("n" * 900))
    assert len(case.title) == 200
    assert len(case.contact.name) == 300
