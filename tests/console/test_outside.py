"""Signing in through the council's own directory, against a provider with real signatures: what it makes of people, and
every wrong answer that must sign nobody in."""

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer
from joserfc.jwk import RSAKey

from bot.knowledge.service import Knowledge
from bot.staff.audit import Action, Filter
from bot.staff.building import Staff
from bot.staff.model import Role, command_line_actor
from bot.staff.outside import Outside
from bot.staff.outside_model import OutsideSettings
from bot.web import keys
from tests.console.provider import CLIENT, SECRET, Provider
from tests.console_desk import Staffer, console_app
from tests.factories_staff import PASSWORD, StaffRoom, make_new_account

COMMAND = command_line_actor()
OLU = "olu@example.gov.uk"
FROM_THERE = {"Sec-Fetch-Site": "cross-site"}


@pytest.fixture
async def provider(room: StaffRoom) -> AsyncIterator[Provider]:
    """The provider, listening."""
    provider = Provider(lambda: int(room.clock.now().timestamp()))
    async with TestServer(provider.app()) as server:
        provider.issuer = str(server.make_url("")).rstrip("/")
        yield provider


@pytest.fixture
async def olu(room: StaffRoom, provider: Provider, knowledge: Knowledge) -> AsyncIterator[Staffer]:
    """Somebody of the council with a browser, at a desk that knows the provider."""
    settings = OutsideSettings(
        provider.issuer,
        CLIENT,
        SECRET,
        "Borchester account",
        "enfield",
        {"Desk.Adviser": Role.ADVISER, "Desk.Admin": Role.ADMINISTRATOR},
        {"g-bins": "bins", "g-benefits": "benefits"},
    )
    outside = Outside(settings, room.database, room.bus, room.clock, room.audit, room.signing_in)
    staff: Staff = replace(room.staff, outside=outside)
    async with TestClient(TestServer(console_app(staff, knowledge, room.clock))) as client:
        yield Staffer(client)


async def sign_in(olu: Staffer, back: str = "/console") -> None:
    """Presses the button and lets the browser follow to the provider and back."""
    await olu.get("/console/sign-in")
    assert "Sign in with Borchester account" in olu.page.text
    await olu.get(f"/console/outside?next={back}", **FROM_THERE)


async def test_somebody_with_a_known_role_is_signed_in_and_comes_back(olu, room):
    await sign_in(olu, "/console/account")
    assert 'content="0; url=/console/account"' in olu.page.text
    assert (await olu.get("/console/account")).title == "Your account"
    [account] = await room.accounts.of_council(COMMAND)
    assert (account.name, account.email, account.council) == ("Olu Outside", OLU, "enfield")
    assert (account.roles, account.teams) == ((Role.ADVISER,), ("bins",))
    assert not account.has_password
    actions = [one.action for one in (await room.audit.read(COMMAND, Filter(staff_id=account.id)))[0]]
    assert actions == [Action.SIGNED_IN, Action.ACCOUNT_ADDED]


async def test_what_the_directory_says_counts_anew_at_every_sign_in(olu, room, provider):
    await sign_in(olu)
    provider.claims |= {"roles": ["Desk.Admin"], "groups": ["g-benefits"]}
    await sign_in(olu)
    [account] = await room.accounts.of_council(COMMAND)
    assert (account.roles, account.teams) == ((Role.ADMINISTRATOR,), ("benefits",))
    assert (await olu.get("/console/staff")).title == "Staff"


async def test_an_invited_account_without_a_password_is_taken_over(olu, room):
    invited = await room.accounts.add(COMMAND, make_new_account("Olu Outside", email=OLU))
    await sign_in(olu)
    [account] = await room.accounts.of_council(COMMAND)
    assert account.id == invited.id
    assert account.outside


async def test_an_account_with_a_password_is_not_taken_over(olu, room):
    await room.add("Olu Outside", email=OLU)
    await sign_in(olu)
    assert olu.page.status == 403
    assert "There is an account with your e-mail address" in olu.page.text
    assert await room.signing_in.sign_in(OLU, PASSWORD, "x")


async def test_a_locked_account_stays_out(olu, room):
    await sign_in(olu)
    [account] = await room.accounts.of_council(COMMAND)
    await room.accounts.lock(COMMAND, account.id, "left")
    await sign_in(olu)
    assert (olu.page.status, "Your account is locked." in olu.page.text) == (403, True)


async def test_whoever_has_no_known_role_is_told_so(olu, room, provider):
    provider.claims |= {"roles": ["Desk.Unknown"], "groups": "g-bins"}
    await sign_in(olu)
    assert (olu.page.status, "You have no role in Resident Desk yet." in olu.page.text) == (403, True)
    assert await room.accounts.of_council(COMMAND) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": 99_999_999_999},
    ],
    ids=lambda wrong: "-".join(f"{name}-{value}" for name, value in wrong.items())[:40],
)
async def test_a_token_with_a_wrong_claim_signs_nobody_in(olu, room, provider, wrong):
    provider.spoil = lambda claims: {name: value for name, value in (claims | wrong).items() if value is not None}
    await sign_in(olu)
    assert (olu.page.status, "We could not trust the answer" in olu.page.text) == (403, True)
    assert await room.accounts.of_council(COMMAND) == []
    assert (await olu.get("/console")).path == "/console/sign-in"


@pytest.mark.parametrize("how", ["unsigned", "signed_with_the_public_key", "another_key", "garbage", "empty"])
async def test_a_token_without_the_providers_signature_signs_nobody_in(olu, room, provider, how):
    match how:
        case "another_key":
            provider.signing_key = RSAKey.generate_key(2048, {"kid": "k1"})
        case "garbage":
            provider.whole_token = lambda claims: "a.b.c"
        case "empty":
            provider.whole_token = lambda claims: ""
        case _:
            provider.whole_token = getattr(provider, how)
    await sign_in(olu)
    assert (olu.page.status, "We could not trust the answer" in olu.page.text) == (403, True)
    assert await room.accounts.of_council(COMMAND) == []


async def test_a_new_key_of_the_provider_is_found(olu, room, provider):
    await sign_in(olu)
    staff_outside = olu.client.app[keys.STAFF].outside
    staff_outside._keys = (staff_outside._keys[0] - 61, staff_outside._keys[1])  # a minute later
    provider.key = provider.signing_key = RSAKey.generate_key(2048, {"kid": "k2", "use": "sig"})
    await sign_in(olu)
    assert (await olu.get("/console")).title == "Hello Olu Outside"


async def test_keys_and_description_are_not_asked_for_at_every_sign_in(olu, provider):
    for _ in range(3):
        await sign_in(olu)
    assert provider.asked_for_keys == 1


async def test_a_state_that_this_browser_did_not_begin_signs_nobody_in(olu, provider, room):
    client = olu.client
    async with client.get("/console/outside", allow_redirects=False) as response:
        away = response.headers["Location"]
    query = parse_qs(urlsplit(away).query)
    assert query["code_challenge_method"] == ["S256"]
    for state in ("", "another", query["state"][0] + "x"):
        page = await olu.get(f"/console/outside/back?state={state}&code=abc", **FROM_THERE)
        assert (page.status, "Try again." in page.text) == (400, True)
        async with client.get("/console/outside", allow_redirects=False):
            pass
    client.session.cookie_jar.clear()
    page = await olu.get(f"/console/outside/back?state={query['state'][0]}&code=abc", **FROM_THERE)
    assert page.status == 400
    assert await room.accounts.of_council(COMMAND) == []


async def test_a_code_that_the_provider_does_not_know_signs_nobody_in(olu, room):
    async with olu.client.get("/console/outside", allow_redirects=False) as response:
        state = parse_qs(urlsplit(response.headers["Location"]).query)["state"][0]
    page = await olu.get(f"/console/outside/back?state={state}&code=stolen", **FROM_THERE)
    assert (page.status, "did not accept our answer" in page.text) == (403, True)


async def test_a_provider_that_refuses_or_is_away_ends_in_a_plain_sentence(olu, provider):
    provider.refuses = True
    await sign_in(olu)
    assert (olu.page.status, "did not let you through" in olu.page.text) == (403, True)
    outside = olu.client.app[keys.STAFF].outside
    outside.settings = replace(outside.settings, issuer="http://127.0.0.1:9")
    outside._discovered = None
    page = await olu.get("/console/outside")
    assert (page.status, "cannot be reached just now" in page.text) == (503, True)


async def test_without_a_provider_there_is_no_such_way_in(client, ada):
    page = await ada.get("/console/sign-in")
    assert "Sign in with" not in page.text
    assert (await ada.get("/console/outside")).status == 404
