"""Errors as pages, for people at the console; programs and scripts get problem documents from bot/web/problems.py.

Somebody who is not signed in any more is led to the sign-in and comes back afterwards. What a form had sent is never
repeated by itself: the page says that nothing was changed.
"""

from urllib.parse import quote

import structlog
from aiohttp import web
from structlog.contextvars import get_contextvars

from bot.conversations.service import NotFound
from bot.foundation.database import TooBusy
from bot.foundation.limits import TooOften
from bot.knowledge.editing.model import NoSuchEntry
from bot.staff.model import NotAllowed
from bot.staff.service import NoSuchAccount
from bot.staff.switch_model import NoSuchNotice
from bot.staff.token_model import NoSuchToken
from bot.web.access import FromElsewhere, NotSignedIn, session_token
from bot.web.console.shell import show, words_of
from bot.web.problems import Handler, Problem

log = structlog.get_logger()

_MISSING = (NotFound, NoSuchEntry, NoSuchAccount, NoSuchNotice, NoSuchToken, web.HTTPNotFound, web.HTTPMethodNotAllowed)


@web.middleware
async def console_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pages for what goes wrong under /console, where a person waits for one."""
    if not request.path.startswith("/console") or not _wants_page(request):
        return await handler(request)
    try:
        return await handler(request)
    except NotSignedIn:
        return _to_sign_in(request)
    except FromElsewhere:
        return error_page(request, "from_elsewhere", 403)
    except (NotAllowed, Problem) as error:
        if isinstance(error, Problem) and error.status != 403:
            raise
        return error_page(request, "not_allowed", 403)
    except TooBusy:
        return error_page(request, "too_busy", 503)
    except TooOften:
        return error_page(request, "too_often", 429)
    except web.HTTPRequestEntityTooLarge:
        return error_page(request, "too_large", 413)
    except _MISSING:
        return error_page(request, "not_found", 404)
    except (web.HTTPException, ConnectionResetError):
        raise
    except Exception:
        log.exception("console_request_failed", method=request.method)
        return error_page(request, "unexpected", 500)


def error_page(request: web.Request, name: str, status: int) -> web.Response:
    """The page of one kind of error, as console.yml words it."""
    said = dict(words_of(request)["errors"][name])
    said["text"] = said["text"].replace("{reference}", str(get_contextvars().get("request_id", "")))
    return show(request, "message.html", status=status, said=said)


def _to_sign_in(request: web.Request) -> web.Response:
    if request.method not in ("GET", "HEAD"):
        return error_page(request, "not_signed_in", 401)
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        # A link on another website: browsers keep the strict cookie back until one of our own pages asks again.
        return show(request, "bounce.html", to=request.path_qs)
    ended = "&ended=yes" if session_token(request) else ""
    return web.Response(status=303, headers={"Location": f"/console/sign-in?next={quote(request.path_qs)}{ended}"})


def _wants_page(request: web.Request) -> bool:
    mode = request.headers.get("Sec-Fetch-Mode")
    return mode == "navigate" if mode else "application/json" not in request.headers.get("Accept", "")
