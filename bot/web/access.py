"""Who may use which route: each is registered here with what it asks for, and one guard checks it before any handler runs.

A route that declares nothing is refused, so forgetting is safe; tests/unit/test_permissions.py walks the router and says so
earlier. Staff are known by the console's cookie, or on /api/ by an API token. What a cookie opens can be misused from other
websites, so a request that changes something must come from our own pages and carry their form token.
"""

import hashlib
import hmac
from enum import StrEnum
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.staff.model import Actor, Permission, Signed, Step
from bot.web import keys
from bot.web.problems import Handler, Problem

log = structlog.get_logger()


class Open(StrEnum):
    """What a route asks for instead of a permission."""

    PUBLIC = "public"  # everybody
    SIGNED_IN = "signed_in"  # any member of staff


PUBLIC, SIGNED_IN = Open.PUBLIC, Open.SIGNED_IN
Access = Open | Permission | Step  # a Step is for somebody who is at this point of signing in

STAFF_API = "/api/v1/staff"
FORM_TOKEN = "form_token"
FORM_TOKEN_HEADER = "X-Form-Token"
_SAFE = ("GET", "HEAD", "OPTIONS")
_DECLARED = web.AppKey("declared", dict[web.AbstractRoute, Access])
_ACTOR = web.RequestKey("actor", Actor)
_SIGNED = web.RequestKey("signed", Signed)


class NotSignedIn(Problem):
    """Nobody is signed in, or no longer."""

    def __init__(self) -> None:
        wanted = {"WWW-Authenticate": "Bearer"}
        super().__init__(401, "not_signed_in", "Sign in, or send an API token in the Authorization header.", wanted)


class FromElsewhere(Problem):
    """A request that changes something did not come from our own pages."""

    def __init__(self) -> None:
        super().__init__(403, "from_elsewhere", "This was not sent from our own page, so nothing was changed.")


def prepare_access(app: web.Application) -> None:
    """Makes the application ready for add_route."""
    app[_DECLARED] = {}


def add_route(app: web.Application, method: str, path: str, handler: Handler, access: Access) -> None:
    """Registers a handler for those who have `access`: PUBLIC, SIGNED_IN, a Permission, or a Step of signing in."""
    methods = ("GET", "HEAD") if method == "GET" and not path.startswith("/api/") else (method,)
    for one in methods:
        app[_DECLARED][app.router.add_route(one, path, handler)] = access


def declared_routes(app: web.Application) -> list[tuple[str, str, Access | None]]:
    """Every route of the application: method, path, and what it asks for; None where it declares nothing."""
    declared = app[_DECLARED]
    return [
        (route.method, route.resource.canonical if route.resource else "", declared.get(route)) for route in app.router.routes()
    ]


def actor_of(request: web.Request) -> Actor:
    """Who makes the request; only on routes that ask for staff."""
    return request[_ACTOR]


def current_actor(request: web.Request) -> Actor | None:
    """The same, for pages that also others may see: None when nobody is signed in."""
    return request.get(_ACTOR)


def signed_of(request: web.Request) -> Signed:
    """The console's session behind the request. Raises NotSignedIn for a program with a token."""
    if _SIGNED not in request:
        raise NotSignedIn
    return request[_SIGNED]


def form_token(session_token: str) -> str:
    """What forms of a session carry, so that another website cannot send them."""
    return hashlib.sha256(f"form:{session_token}".encode()).hexdigest()[:32]


def cookie_name(request: web.Request) -> str:
    """The name of the session's cookie. In production browsers hold it to this very host and to https."""
    return "__Host-desk-staff" if request.app[keys.PRODUCTION] else "desk-staff"


def session_token(request: web.Request) -> str:
    """The token in the session's cookie, or nothing."""
    return request.cookies.get(cookie_name(request), "")


def set_session(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Gives the browser its session; it forgets it when it closes."""
    response.set_cookie(
        cookie_name(request), token, path="/", httponly=True, samesite="Strict", secure=request.app[keys.PRODUCTION]
    )


def forget_session(request: web.Request, response: web.StreamResponse) -> None:
    """Takes the session's cookie away."""
    response.del_cookie(cookie_name(request), path="/", httponly=True, samesite="Strict", secure=request.app[keys.PRODUCTION])


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets a request through when it has what its route asks for. Raises NotSignedIn, NotAllowed and FromElsewhere."""
    if request.match_info.http_exception is not None:
        return await handler(request)
    access = request.app[_DECLARED].get(request.match_info.route)
    if access is None:
        log.error(
            "route_declares_nothing", path=request.match_info.route.resource and request.match_info.route.resource.canonical
        )
        raise Problem(403, "not_declared", "Nobody may use this address.")
    if access is not PUBLIC:
        actor = await _program(request) or await _person(request, access if isinstance(access, Step) else Step.SIGNED_IN)
        if isinstance(access, Permission):
            actor.needs(access)
    return await handler(request)


async def may_still(request: web.Request, permission: Permission) -> bool:
    """Whether whoever opened a long answer would be let in now: a session ends and a token is revoked while a stream is open."""
    try:
        actor = await _program(request) or await _person(request, Step.SIGNED_IN)
    except NotSignedIn:
        return False
    return actor.may(permission)


async def _program(request: web.Request) -> Actor | None:
    """Whoever sends an API token; None without one, or outside the staff's API."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not request.path.startswith(STAFF_API):
        return None
    actor = await request.app[keys.STAFF].tokens.who(token.strip())
    if actor is None:
        raise NotSignedIn
    request[_ACTOR] = actor
    return actor


async def _person(request: web.Request, step: Step) -> Actor:
    """Whoever sits at the console, if the sign-in has come to this step."""
    token = session_token(request)
    signed = await request.app[keys.STAFF].signing_in.who(token) if token else None
    if signed is None or signed.session.step != step:
        raise NotSignedIn
    if request.method not in _SAFE:
        check_own_page(request)
        await _check_form_token(request, token)
    request[_SIGNED] = signed
    if step == Step.SIGNED_IN:
        request[_ACTOR] = signed.actor
    return signed.actor


def check_own_page(request: web.Request) -> None:
    """Raises FromElsewhere unless the browser says that one of our own pages sent this."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin", "none") or (site is None and origin is None):
        raise FromElsewhere
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise FromElsewhere


async def _check_form_token(request: web.Request, token: str) -> None:
    sent = request.headers.get(FORM_TOKEN_HEADER, "")
    if not sent and request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        sent = str((await request.post()).get(FORM_TOKEN, ""))
    if not hmac.compare_digest(sent.encode(), form_token(token).encode()):
        raise FromElsewhere
