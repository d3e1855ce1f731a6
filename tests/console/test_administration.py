"""Accounts, codes, tokens, switches and the record at the console, and what nobody may reach by forged addresses."""

import re
from datetime import timedelta

import pyotp
import pytest

from bot.staff.model import ALL, Permission, Role, command_line_actor
from bot.staff.signing_in import AccountLocked
from bot.staff.switch_model import Feature
from tests.console_desk import Staffer
from tests.factories_staff import PASSWORD, make_new_account

COMMAND = command_line_actor()
ANN = "ann@example.gov.uk"
ADA = "ada@example.gov.uk"


@pytest.fixture
async def ann(client, room) -> Staffer:
    """The administrator of Enfield, signed in."""
    await room.add("Ann Admin", roles=(Role.ADMINISTRATOR,))
    staffer = Staffer(client)
    await staffer.sign_in(ANN, PASSWORD)
    return staffer


async def test_adding_somebody_gives_a_link_that_works_once(ann, room, client):
    await ann.get("/console/staff/new")
    fields = [("name", "Cleo Clerk"), ("email", "cleo@example.gov.uk"), ("council", "enfield"), ("teams", "bins")]
    page = await ann.post("/console/staff/new", [*fields, ("roles", "adviser"), ("roles", "editor")])
    link = re.search(r"/console/invitation/[\w-]+", page.text)[0]
    [cleo] = [one for one in await room.accounts.of_council(COMMAND) if one.name == "Cleo Clerk"]
    assert (cleo.roles, cleo.teams) == ((Role.ADVISER, Role.EDITOR), ("bins",))
    await ann.get(link)
    assert "12 characters" in (await ann.post(link, {"new": "short", "again": "short"})).text
    page = await ann.post(link, {"new": "otters like warm rain", "again": "otters like warm rain"})
    assert "Your password is saved" in page.text
    assert (await ann.get(link)).status == 404
    again = await ann.post(link, {"new": "somebody else's words", "again": "somebody else's words"})
    assert again.title == "This link does not work any more"
    assert await room.signing_in.sign_in("cleo@example.gov.uk", "otters like warm rain", "x")


async def test_a_link_runs_out_after_three_days(ann, room):
    cleo = await room.accounts.add(COMMAND, make_new_account("Cleo Clerk"))
    link = await room.accounts.invite(COMMAND, cleo.id)
    room.clock.time += timedelta(days=3)
    assert (await ann.get(f"/console/invitation/{link}")).title == "This link does not work any more"


async def test_what_cannot_be_used_stands_beside_its_field_and_nothing_typed_is_lost(ann):
    await ann.get("/console/staff/new")
    page = await ann.post("/console/staff/new", {"name": "<b>Cleo</b>", "email": "nowhere", "council": "enfield"})
    assert page.status == 422
    assert "Enter an e-mail address in the form" in page.text
    assert 'value="&lt;b&gt;Cleo&lt;/b&gt;"' in page.text


async def test_nobody_makes_an_account_for_another_council(ann, room):
    await ann.get("/console/staff/new")
    for council in ("buckinghamshire", ALL, "atlantis"):
        page = await ann.post("/console/staff/new", {"name": "Cleo", "email": "cleo@example.gov.uk", "council": council})
        assert page.status == 403
    assert len(await room.accounts.of_council(COMMAND)) == 1


async def test_another_councils_people_and_made_up_ids_look_the_same(ann, room):
    bo = await room.add("Bo Buckley", council="buckinghamshire")
    await ann.get("/console/staff")
    assert "Bo Buckley" not in ann.page.text
    for staff_id in (bo.id, "0" * 32, "%2e%2e", "x"):
        assert (await ann.get(f"/console/staff/{staff_id}")).status == 404
        await ann.get("/console/staff/new")
        for deed in ("", "/lock", "/unlock", "/link", "/remove-code", "/end-sessions"):
            fields = {"reason": "x", "name": "n", "email": "e@example.gov.uk", "council": "enfield"}
            assert (await ann.post(f"/console/staff/{staff_id}{deed}", fields)).status == 404, deed
            await ann.get("/console/staff/new")
    assert not (await room.accounts.one(COMMAND, bo.id)).locked


async def test_an_adviser_reaches_no_page_of_administration(client, room):
    await room.add()
    ada = Staffer(client)
    await ada.sign_in(ADA, PASSWORD)
    for path in ("staff", "staff/new", "tokens", "audit", "switches"):
        page = await ada.get(f"/console/{path}")
        assert (page.status, page.title) == (403, "You may not do this"), path
    await ada.get("/console/account")
    for path in ("staff/new", "tokens", "switches/enfield/assistant", "switches/notices"):
        page = await ada.post(f"/console/{path}", {"reason": "x", "on": "no"})
        assert page.status == 403, path
        await ada.get("/console/account")
    assert await room.switches.is_on("enfield", Feature.ASSISTANT)


async def test_roles_that_need_a_code_set_one_up_before_anything_else(client, room):
    room.signing_in._codes_for = frozenset({Role.ADMINISTRATOR})
    await room.add("Ann Admin", roles=(Role.ADMINISTRATOR,))
    ann = Staffer(client)
    page = await ann.sign_in(ANN, PASSWORD)
    assert page.title == "Set up codes for signing in"
    assert (await ann.get("/console/staff")).path == "/console/sign-in"
    await ann.get("/console/set-up-code?next=/console/staff")
    secret = re.search(r'class="once">([A-Z2-7 ]+)<', ann.page.text)[1].replace(" ", "")
    picture = await client.get("/console/set-up-code/qr.svg")
    assert picture.content_type == "image/svg+xml"
    assert "style" not in await picture.text()
    app = pyotp.TOTP(secret)
    fields = {"code": "123", "next": "/console/staff"}
    assert (await ann.post("/console/set-up-code", fields)).status == 401
    page = await ann.post("/console/set-up-code", fields | {"code": app.at(room.clock.time)})
    assert page.title == "Keep your recovery codes"
    recovery = re.findall(r"<li>([a-z0-9-]{14})</li>", page.text)
    assert len(set(recovery)) == 10
    assert (await ann.get("/console/staff")).title == "Staff"

    await ann.post("/console/sign-out")
    assert (await ann.sign_in(ANN, PASSWORD, "/console/staff")).title == "Enter your code"
    code = app.at(room.clock.time)
    again = await ann.post("/console/code", {"code": code, "next": "/console/staff"})
    assert again.status == 401, "a code works once"
    room.clock.time += timedelta(seconds=30)
    page = await ann.post(
        "/console/code", {"code": f" {app.at(room.clock.time)[:3]} {app.at(room.clock.time)[3:]}", "next": "/console/staff"}
    )
    assert page.title == "Staff"
    for expected in ("Staff", "Enter your code"):  # a recovery code works once too
        await ann.post("/console/sign-out")
        await ann.sign_in(ANN, PASSWORD, "/console/staff")
        page = await ann.post("/console/code", {"code": recovery[0].upper(), "next": "/console/staff"})
        assert page.title == expected
        await ann.get("/console")


async def test_guessing_codes_makes_one_wait(client, room):
    room.signing_in._codes_for = frozenset({Role.ADVISER})
    await room.add()
    ada = Staffer(client)
    await ada.sign_in(ADA, PASSWORD)
    statuses = [(await ada.post("/console/set-up-code", {"code": f"{number:06}"})).status for number in range(6)]
    assert statuses == [401] * 5 + [429]


async def test_codes_on_another_phone_need_the_password(client, room):
    await room.add()
    ada = Staffer(client)
    await ada.sign_in(ADA, PASSWORD)
    await ada.get("/console/account/code")
    secret = re.search(r'class="once">([A-Z2-7 ]+)<', ada.page.text)[1].replace(" ", "")
    code = pyotp.TOTP(secret).at(room.clock.time)
    page = await ada.post("/console/account/code", {"code": code, "password": "wrong"})
    assert page.status == 401
    assert "That is not your password." in page.text
    page = await ada.post("/console/account/code", {"code": code, "password": PASSWORD})
    assert page.title == "Keep your recovery codes"


async def test_ones_own_sessions_are_listed_and_can_be_ended(client, room):
    await room.add()
    elsewhere, session = await room.signing_in.sign_in(ADA, PASSWORD, "Chromium on Android")
    ada = Staffer(client)
    await ada.sign_in(ADA, PASSWORD)
    page = await ada.get("/console/account")
    assert "Firefox on Linux" in page.text
    assert "Chromium on Android" in page.text
    await ada.post(f"/console/account/sessions/{session.id}/end")
    assert await room.signing_in.who(elsewhere) is None
    other = await room.add("Bob Other")
    theirs, session = await room.signing_in.sign_in(other.email, PASSWORD, "x")
    await ada.post(f"/console/account/sessions/{session.id}/end")
    assert await room.signing_in.who(theirs)


async def test_the_record_is_filtered_and_shows_no_markup(ann, room):
    await room.accounts.add(COMMAND, make_new_account("<i>Cleo</i>", email="cleo@example.gov.uk"))
    cleo = next(one for one in await room.accounts.of_council(COMMAND) if "Cleo" in one.name)
    await room.accounts.lock(COMMAND, cleo.id, "<script>alert(1)</script>")
    page = await ann.get(f"/console/audit?subject=account:{cleo.id}")
    assert "Locked an account." in page.text
    assert "<script>alert" not in page.text
    assert "Signed in." not in re.sub(r"<option.*?</option>", "", page.text)
    assert (await ann.get("/console/audit?from=2026-11-99")).status == 422
    assert "nothing that fits" in (await ann.get("/console/audit?from=2031-01-01&to=&before=x&what=zzz")).text


async def test_a_token_gives_the_same_actor_with_fewer_permissions(ann, room):
    ada = await room.add()
    await ann.get("/console/tokens")
    fields = [("name", "Case system"), ("owner", ada.id), ("days", "90"), ("permissions", "work_cases")]
    page = await ann.post("/console/tokens", fields)
    token = re.search(r"desk_[\w-]{40,}", page.text)[0]
    actor = await room.tokens.who(token)
    assert (actor.staff_id, actor.permissions) == (ada.id, {Permission.WORK_CASES})
    assert actor.token_id
    assert token not in (await ann.get("/console/tokens")).text
    room.clock.time += timedelta(days=90)
    assert await room.tokens.who(token) is None


async def test_a_token_ends_with_its_revocation_and_with_its_owners_account(ann, room):
    ada = await room.add()
    first, second = [await room.tokens.issue(COMMAND, ada.id, "x", [Permission.WORK_CASES], 9) for _ in range(2)]
    await ann.get("/console/tokens")
    token_id = (await room.tokens.who(first)).token_id
    await ann.post(f"/console/tokens/{token_id}/revoke")
    assert await room.tokens.who(first) is None
    assert await room.tokens.who(second)
    await room.accounts.lock(COMMAND, ada.id, "left")
    assert await room.tokens.who(second) is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ([("name", " ")], "Write what the token is for."),
        ([("days", "0")], "from 1 to 366"),
        ([("days", "99999999999999999999")], "from 1 to 366"),
        ([("days", "²")], "from 1 to 366"),
        ([("permissions", "nonsense")], "at least one thing"),
        ([("permissions", "manage_staff")], "may not do all of this"),
        ([("owner", "0" * 32)], "Choose somebody from the list."),
    ],
)
async def test_a_token_that_cannot_be_issued_says_why(ann, room, fields, sentence):
    ada = await room.add()
    await ann.get("/console/tokens")
    usual = {"name": "Case system", "owner": ada.id, "days": "90", "permissions": "work_cases"} | dict(fields)
    page = await ann.post("/console/tokens", usual)
    assert page.status == 422
    assert sentence in page.text
    assert await room.tokens.all(COMMAND) == []


async def test_switches_and_notices_of_another_council_cannot_be_touched(ann, room):
    await ann.get("/console/switches")
    for address, status in (("buckinghamshire/assistant", 403), ("atlantis/assistant", 404), ("enfield/everything", 404)):
        await ann.get("/console/switches")
        page = await ann.post(f"/console/switches/{address}", {"on": "no", "reason": "x"})
        assert page.status == status, address
    await ann.get("/console/switches")
    page = await ann.post(
        "/console/switches/notices",
        {"council": "buckinghamshire", "text": "x", "starts": "2026-11-24T09:00", "ends": "2026-12-24T09:00"},
    )
    assert page.status == 403
    await ann.get("/console/switches")
    page = await ann.post(
        "/console/switches/notices", {"council": "enfield", "text": "x", "starts": "soon", "ends": "2026-13-01"}
    )
    assert page.status == 422
    assert page.text.count("Enter a day and a time.") >= 2


async def test_times_of_a_notice_are_those_of_london(ann, room):
    await ann.get("/console/switches")
    fields = {"council": "enfield", "text": "Closed.", "starts": "2027-07-01T09:00", "ends": "2027-07-02T09:00"}
    await ann.post("/console/switches/notices", fields)
    [notice] = await room.switches.all_notices(COMMAND)
    assert notice.starts_at.isoformat() == "2027-07-01T08:00:00+00:00"


async def test_demonstration_accounts_open_nothing_in_production(room):
    room.signing_in._demo = False
    await room.add("Demo Adviser", demo=True)
    with pytest.raises(AccountLocked):
        await room.signing_in.sign_in("demo@example.gov.uk", PASSWORD, "x")
