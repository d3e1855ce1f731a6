"""Codes from an app: typing one while signing in, and setting the app up, when it is required or from one's own account."""

from aiohttp import web

from bot.staff.model import Step
from bot.staff.signing_in import TryLater, WrongSignIn
from bot.web import keys
from bot.web.access import set_session, signed_of
from bot.web.console.forms import browser_of, later_in_words, read_form, way_back
from bot.web.console.shell import show, words_of
from bot.web.console.signing_in import go_on


async def code_page(request: web.Request) -> web.Response:
    """GET /console/code."""
    return show(request, "code.html", back=way_back(request.query.get("next", "")))


async def code(request: web.Request) -> web.Response:
    """POST /console/code: the second step, with a code or a recovery code."""
    form, words = await read_form(request), words_of(request)
    back = way_back(form.get("next", ""))
    try:
        codes = request.app[keys.STAFF].codes
        token, session = await codes.check(signed_of(request), form.get("code", ""), browser_of(request))
    except WrongSignIn:
        return show(request, "code.html", status=401, wrong={"code": words["code"]["wrong"]}, back=back)
    except TryLater as later:
        return show(request, "code.html", status=429, wrong={"code": later_in_words(words, later.seconds)}, back=back)
    return go_on(request, token, session, back)


async def set_up_page(request: web.Request) -> web.Response:
    """GET /console/set-up-code and /console/account/code: the QR code, and a field for the first code."""
    return await _set_up(request, way_back(request.query.get("next", "")))


async def qr(request: web.Request) -> web.Response:
    """GET …/qr.svg: the QR code as a picture, for this session alone."""
    enrolment = await request.app[keys.STAFF].codes.enrolment(signed_of(request))
    return web.Response(text=enrolment.svg(), content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


async def set_up(request: web.Request) -> web.Response:
    """POST to the same address: with a right code the app is set up and the recovery codes are shown, once."""
    form, words = await read_form(request), words_of(request)
    back = way_back(form.get("next", ""))
    staff, signed = request.app[keys.STAFF], signed_of(request)
    field, sentence = "password", words["new_password"]["old_wrong"]
    try:
        if signed.session.step == Step.SIGNED_IN:  # whoever finds a browser open must not change how its owner gets in
            await staff.signing_in.check_own_password(signed.account, form.get("password", ""))
        field, sentence = "code", words["code"]["wrong"]
        token, _, made = await staff.codes.finish(signed, form.get("code", ""), browser_of(request))
    except WrongSignIn:
        return await _set_up(request, back, 401, {field: sentence})
    except TryLater as later:
        return await _set_up(request, back, 429, {field: later_in_words(words, later.seconds)})
    response = show(request, "recovery-codes.html", made=made, back=back)
    set_session(request, response, token)
    return response


async def _set_up(request: web.Request, back: str, status: int = 200, wrong: dict[str, str] | None = None) -> web.Response:
    enrolment = await request.app[keys.STAFF].codes.enrolment(signed_of(request))
    return show(
        request,
        "set-up-code.html",
        status=status,
        wrong=wrong,
        enrolment=enrolment,
        action=request.path,
        back=back,
    )
