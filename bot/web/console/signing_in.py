"""Signing in to the console, step by step: password, code from an app, a password of one's own.

Between the steps the browser has a session that opens nothing but the next step. After the last one it comes back to the
page that it had asked for. The rules are in bot/staff/signing_in.py.
"""

from aiohttp import web

from bot.staff.model import Session, Step
from bot.staff.passwords import SHORTEST, WeakPassword
from bot.staff.signing_in import AccountLocked, TryLater, WrongSignIn
from bot.web import keys
from bot.web.access import check_own_page, forget_session, set_session, signed_of
from bot.web.console.forms import browser_of, later_in_words, read_form, see_other, way_back
from bot.web.console.shell import show, words_of

STEPS = {
    Step.CODE: "/console/code",
    Step.ENROL: "/console/set-up-code",
    Step.NEW_PASSWORD: "/console/new-password",
}


async def sign_in_page(request: web.Request) -> web.Response:
    """GET /console/sign-in."""
    said = next((name for name in ("ended", "out") if name in request.query), "")
    return show(request, "sign-in.html", email="", back=way_back(request.query.get("next", "")), said=said)


async def sign_in(request: web.Request) -> web.Response:
    """POST /console/sign-in: the first step, with address and password."""
    check_own_page(request)
    form = await read_form(request)
    await request.app[keys.LIMITS].count("sign_ins", request.remote or "unknown")
    back, words = way_back(form.get("next", "")), words_of(request)["sign_in"]
    signing_in = request.app[keys.STAFF].signing_in
    try:
        token, session = await signing_in.sign_in(form.get("email", ""), form.get("password", ""), browser_of(request))
    except WrongSignIn:
        status, sentence = 401, words["wrong"]
    except AccountLocked:
        status, sentence = 403, words["locked"]
    except TryLater as later:
        status, sentence = 429, later_in_words(words_of(request), later.seconds)
    else:
        return go_on(request, token, session, back)
    email = form.get("email", "")[:254]
    return show(request, "sign-in.html", status=status, wrong={"": sentence}, email=email, back=back, said="")


async def new_password_page(request: web.Request) -> web.Response:
    """GET /console/new-password: for somebody whose password was chosen by somebody else."""
    return show(request, "new-password.html", least=SHORTEST, back=way_back(request.query.get("next", "")))


async def new_password(request: web.Request) -> web.Response:
    """POST /console/new-password."""
    form, words = await read_form(request), words_of(request)
    back = way_back(form.get("next", ""))
    wrong = {}
    if form.get("new") != form.get("again"):
        wrong["again"] = words["new_password"]["differ"]
    else:
        try:
            token, session = await request.app[keys.STAFF].signing_in.change_password(
                signed_of(request), form.get("old", ""), form.get("new", ""), browser_of(request)
            )
            return go_on(request, token, session, back)
        except WeakPassword as weak:
            wrong["new"] = str(weak)
        except WrongSignIn:
            wrong["old"] = words["new_password"]["old_wrong"]
        except TryLater as later:
            wrong["old"] = later_in_words(words, later.seconds)
    return show(request, "new-password.html", status=422, wrong=wrong, least=SHORTEST, back=back)


async def sign_out(request: web.Request) -> web.Response:
    """POST /console/sign-out."""
    await request.app[keys.STAFF].signing_in.sign_out(signed_of(request))
    response = see_other("/console/sign-in?out=yes")
    forget_session(request, response)
    return response


def go_on(request: web.Request, token: str, session: Session, back: str) -> web.Response:
    """To the next step of the sign-in, or back to what was asked for."""
    step = STEPS.get(session.step)
    response = see_other(f"{step}?next={back}" if step else back)
    set_session(request, response, token)
    return response
