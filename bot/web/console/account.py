"""One's own account: password, codes from an app, and where one is signed in."""

from aiohttp import web

from bot.staff.passwords import SHORTEST, WeakPassword
from bot.staff.signing_in import TryLater, WrongSignIn
from bot.web import keys
from bot.web.access import set_session, signed_of
from bot.web.console.forms import browser_of, later_in_words, read_form, see_other
from bot.web.console.shell import show, words_of

HERE = "/console/account"


async def account_page(request: web.Request) -> web.Response:
    """GET /console/account."""
    return await _page(request)


async def change_password(request: web.Request) -> web.Response:
    """POST /console/account/password."""
    form, words = await read_form(request), words_of(request)
    if form.get("new") != form.get("again"):
        return await _page(request, 422, {"again": words["new_password"]["differ"]})
    try:
        token, _ = await request.app[keys.STAFF].signing_in.change_password(
            signed_of(request), form.get("old", ""), form.get("new", ""), browser_of(request)
        )
    except WeakPassword as weak:
        return await _page(request, 422, {"new": str(weak)})
    except WrongSignIn:
        return await _page(request, 401, {"old": words["new_password"]["old_wrong"]})
    except TryLater as later:
        return await _page(request, 429, {"old": later_in_words(words, later.seconds)})
    response = see_other(f"{HERE}?done=password")
    set_session(request, response, token)
    return response


async def renew_recovery_codes(request: web.Request) -> web.Response:
    """POST /console/account/recovery-codes: new ones, shown once."""
    form, words = await read_form(request), words_of(request)
    try:
        made = await request.app[keys.STAFF].codes.renew_recovery_codes(signed_of(request), form.get("password", ""))
    except WrongSignIn:
        return await _page(request, 401, {"password": words["new_password"]["old_wrong"]})
    except TryLater as later:
        return await _page(request, 429, {"password": later_in_words(words, later.seconds)})
    return show(request, "recovery-codes.html", made=made, back=HERE)


async def end_session(request: web.Request) -> web.Response:
    """POST /console/account/sessions/{id}/end."""
    await request.app[keys.STAFF].signing_in.end_own_session(signed_of(request), request.match_info["id"])
    return see_other(f"{HERE}?done=session")


async def _page(request: web.Request, status: int = 200, wrong: dict[str, str] | None = None) -> web.Response:
    signed, staff = signed_of(request), request.app[keys.STAFF]
    return show(
        request,
        "account.html",
        status=status,
        wrong=wrong,
        account=signed.account,
        this=signed.session.id,
        sessions=await staff.signing_in.sessions(signed),
        codes_left=await staff.codes.recovery_codes_left(signed),
        least=SHORTEST,
        done=request.query.get("done", ""),
    )
