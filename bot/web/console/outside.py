"""Signing in through the council's own directory: away to the provider, and back from it.

What the coming back must be recognised by travels in a cookie of this browser, for ten minutes. That cookie is lax, since the
provider's page sends the browser here; the session's stays strict, so the last step is a page of ours that goes on by itself.
"""

import hmac
import json
from dataclasses import asdict

import structlog
from aiohttp import web

from bot.staff.outside import Outside
from bot.staff.outside_model import Errand, ProviderAway, SignInRefused
from bot.web import keys
from bot.web.access import set_session
from bot.web.console.forms import browser_of, see_other, way_back
from bot.web.console.shell import show, words_of

log = structlog.get_logger()

BACK = "/console/outside/back"
ERRAND_SECONDS = 600


async def go(request: web.Request) -> web.Response:
    """GET /console/outside: sends the browser to the provider."""
    outside = _provider(request)
    await request.app[keys.LIMITS].count("sign_ins", request.remote or "unknown")
    errand = Errand.new(way_back(request.query.get("next", "")))
    try:
        response = see_other(await outside.address(errand, _redirect_uri(request)))
    except ProviderAway as problem:
        log.warning("outside_sign_in_away", problem=str(problem))
        return _refused(request, "away", 503)
    response.set_cookie(
        _cookie(request),
        json.dumps(asdict(errand)).encode().hex(),
        max_age=ERRAND_SECONDS,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.app[keys.PRODUCTION],
    )
    return response


async def back(request: web.Request) -> web.Response:
    """GET /console/outside/back: the provider has sent the browser here with a code."""
    outside, errand = _provider(request), _errand(request)
    if errand is None or not hmac.compare_digest(errand.state.encode(), request.query.get("state", "").encode()):
        return _refused(request, "stale", 400)
    if "code" not in request.query:
        log.warning("outside_sign_in_refused", reason="provider")
        return _refused(request, "provider", 403)
    try:
        token, _ = await outside.come_back(errand, request.query["code"], _redirect_uri(request), browser_of(request))
    except SignInRefused as refused:
        log.warning("outside_sign_in_refused", reason=refused.reason)
        return _refused(request, refused.reason, 403)
    except ProviderAway as problem:
        log.warning("outside_sign_in_away", problem=str(problem))
        return _refused(request, "away", 503)
    response = show(request, "bounce.html", to=errand.back)
    set_session(request, response, token)
    response.del_cookie(_cookie(request), path="/")
    return response


def _provider(request: web.Request) -> Outside:
    outside = request.app[keys.STAFF].outside
    if outside is None:
        raise web.HTTPNotFound
    return outside


def _errand(request: web.Request) -> Errand | None:
    try:
        return Errand(**json.loads(bytes.fromhex(request.cookies.get(_cookie(request), ""))))
    except (ValueError, TypeError):
        return None


def _cookie(request: web.Request) -> str:
    return "__Host-desk-errand" if request.app[keys.PRODUCTION] else "desk-errand"


def _redirect_uri(request: web.Request) -> str:
    return f"{request.app[keys.PUBLIC_URL] or request.url.origin()}{BACK}"


def _refused(request: web.Request, reason: str, status: int) -> web.Response:
    sentences = words_of(request)["outside"]
    sentence = str(sentences.get(reason, sentences["token"]))
    response = show(request, "sign-in.html", status=status, wrong={"": sentence}, email="", back="/console", said="")
    response.del_cookie(_cookie(request), path="/")
    return response
