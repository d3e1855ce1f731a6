"""Signing in at the console: what the browser gets, where it comes back to, and what other websites cannot do."""

from datetime import timedelta

from aiohttp.test_utils import TestClient, TestServer

from bot.staff.model import Role, command_line_actor
from tests.console.conftest import cookie_of
from tests.console_desk import Staffer, console_app
from tests.factories_staff import PASSWORD, make_new_account

ADA = "ada@example.gov.uk"


async def test_whoever_is_not_signed_in_is_led_to_the_sign_in_and_back_again(ada, room):
    await room.add()
    page = await ada.get("/console?x=1")
    assert (page.status, page.path, page.title) == (200, "/console/sign-in", "Sign in")
    page = await ada.sign_in(ADA, PASSWORD, "/console?x=1")
    assert (page.status, page.path, page.title) == (200, "/console", "Hello Ada Adviser")


async def test_the_cookie_is_strict_and_kept_from_scripts_and_in_production_bound_to_https(room, knowledge):
    await room.add()
    for production, name in ((False, "desk-staff"), (True, "__Host-desk-staff")):
        app = console_app(room.staff, knowledge, room.clock, production=production)
        async with TestClient(TestServer(app)) as client:
            ada = Staffer(client)
            await ada.get("/console/sign-in")
            page = await ada.post("/console/sign-in", {"email": ADA, "password": PASSWORD}, follow=False)
            cookie = page.headers["Set-Cookie"]
            assert cookie.startswith(f"{name}=")
            assert {"HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; "))
            assert ("Secure" in cookie) == production
            assert "Domain" not in cookie


async def test_a_wrong_password_says_so_without_telling_which_part_and_keeps_the_address(ada, room):
    await room.add()
    page = await ada.sign_in(ADA, "not the password")
    assert page.status == 401
    assert "The e-mail address or the password is not right." in page.text
    assert f'value="{ADA}"' in page.text
    assert "not the password" not in page.text
    assert (await ada.sign_in("nobody@example.gov.uk", PASSWORD)).status == 401


async def test_too_many_tries_say_how_long_to_wait(ada, room):
    await room.add()
    for _ in range(5):
        await ada.sign_in(ADA, "not the password")
    page = await ada.sign_in(ADA, PASSWORD)
    assert page.status == 429
    assert "Wait 30 seconds" in page.text


async def test_nobody_is_sent_to_another_website_after_signing_in(ada, room):
    await room.add()
    for there in ("https://evil.example", "//evil.example", "/console\\evil", "/chat/enfield", "/consoleevil", "/console/\nx"):
        page = await ada.get("/console/sign-in")
        page = await ada.post("/console/sign-in", {"email": ADA, "password": PASSWORD, "next": there}, follow=False)
        assert page.headers["Location"] == "/console", there


async def test_a_chosen_password_must_be_replaced_before_anything_else(ada, room):
    await room.accounts.add(command_line_actor(), make_new_account(), PASSWORD)
    page = await ada.sign_in(ADA, PASSWORD, "/console")
    assert page.title == "Choose a password"
    assert (await ada.get("/console")).path == "/console/sign-in"
    await ada.get("/console/new-password?next=/console")
    fields = {"old": PASSWORD, "new": "four more random words", "again": "four other random words", "next": "/console"}
    assert "not the same" in (await ada.post("/console/new-password", fields)).text
    fields |= {"new": "short", "again": "short"}
    assert "12 characters" in (await ada.post("/console/new-password", fields)).text
    fields |= {"new": "four more random words", "again": "four more random words", "old": "wrong"}
    assert "That is not your password." in (await ada.post("/console/new-password", fields)).text
    page = await ada.post("/console/new-password", fields | {"old": PASSWORD})
    assert page.title == "Hello Ada Adviser"


async def test_signing_out_takes_the_cookie_and_the_session(ada, client, room):
    await room.add()
    await ada.sign_in(ADA, PASSWORD)
    token = cookie_of(client)
    page = await ada.post("/console/sign-out")
    assert (page.path, page.title) == ("/console/sign-in", "Sign in")
    assert "You have signed out." in page.text
    assert cookie_of(client) == ""
    assert await room.signing_in.who(token) is None


async def test_an_expired_session_says_so_and_comes_back_to_the_page(ada, room):
    await room.add()
    await ada.sign_in(ADA, PASSWORD)
    room.clock.time += timedelta(hours=3)
    page = await ada.get("/console?x=2")
    assert "You were signed out" in page.text
    assert 'name="next" value="/console?x=2"' in page.text


async def test_a_form_sent_after_the_session_ended_changes_nothing_and_says_so(ada, room):
    await room.add()
    await ada.sign_in(ADA, PASSWORD)
    room.clock.time += timedelta(hours=3)
    page = await ada.post("/console/sign-out")
    assert (page.status, page.title) == (401, "You are signed out")


async def test_what_another_website_sends_is_refused(ada, client, room):
    await room.add()
    await ada.sign_in(ADA, PASSWORD)
    token = ada.page.form_token
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        page = await ada.post("/console/sign-out", {"form_token": token}, **headers)
        assert (page.status, page.title) == (403, "Nothing was changed"), headers
    for wrong in ("", "0" * 32, "é"):
        assert (await ada.post("/console/sign-out", {"form_token": wrong})).status == 403
    assert (await ada.get("/console")).title == "Hello Ada Adviser"


async def test_a_sign_in_form_of_another_website_is_refused(ada, room):
    await room.add()
    await ada.get("/console/sign-in")
    fields = {"email": ADA, "password": PASSWORD}
    assert (await ada.post("/console/sign-in", fields, **{"Sec-Fetch-Site": "cross-site"})).status == 403


async def test_a_link_on_another_website_opens_the_page_for_somebody_signed_in(ada):
    page = await ada.get("/console?x=3", **{"Sec-Fetch-Site": "cross-site"})
    assert page.path == "/console"
    assert 'http-equiv="refresh" content="0; url=/console?x=3"' in page.text


async def test_a_session_token_that_somebody_made_up_opens_nothing(ada, client):
    client.session.cookie_jar.update_cookies({"desk-staff": "x" * 43}, client.make_url("/"))
    assert (await ada.get("/console")).path == "/console/sign-in"


async def test_programs_get_problem_documents_and_not_pages(client):
    response = await client.get("/console", headers={"Accept": "application/json"}, allow_redirects=False)
    assert response.status == 401
    assert (await response.json())["code"] == "not_signed_in"


async def test_no_page_of_the_console_is_kept_framed_or_given_a_script_from_elsewhere(ada, room):
    await room.add(roles=(Role.ADMINISTRATOR,))
    page = await ada.sign_in(ADA, PASSWORD)
    assert page.headers["Cache-Control"] == "no-store"
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Content-Encoding" not in page.headers


async def test_an_address_that_is_not_there_is_a_page_with_the_way_back(ada, room):
    await room.add()
    await ada.sign_in(ADA, PASSWORD)
    page = await ada.get("/console/nowhere")
    assert (page.status, page.title) == (404, "Page not found")
