"""Errors as problem documents (RFC 9457) for programs, with a sentence that a person can read.

One table says which of our exceptions is which problem; the last handler catches what nobody expected, logs it with the
request's id and tells nothing of the inside. Pages for people catch these exceptions themselves.
"""

import secrets
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from structlog.contextvars import bound_contextvars

from bot.cases.service import CaseHasEnded, CaseNotFound, ChangedMeanwhile, UnknownStatus
from bot.conversations.service import Closed, Deleted, NotFound, UnknownChoice
from bot.conversations.text import UnusableText
from bot.foundation.database import TooBusy
from bot.foundation.limits import TooOften
from bot.foundation.words import LONDON, day_in_words
from bot.handoff.refusals import (
    AtCapacity,
    DraftDecided,
    NotAvailable,
    NoteNeeded,
    NotYours,
    OwnDraft,
    StillOpen,
    Taken,
    UnknownOutcome,
    UnknownReason,
    UnknownTeam,
    UnusableAnswers,
    UnusableRequest,
)
from bot.knowledge.editing.model import HasMistakes, NoSuchEntry, NotPossible, OwnWriting, UnusableEntry
from bot.knowledge.service import UnknownCouncil
from bot.learning.candidates import AlreadyTraining
from bot.learning.model import AlreadyDecided, ModelRefused, NothingHere, OwnSuggestion, UnusableMark
from bot.learning.reviewing import Contradicts
from bot.privacy.pseudonyms_process import MaskingFailed
from bot.staff.model import NotAllowed

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Problem(Exception):
    """A request that cannot be done: status, a name for programs and a sentence for people."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: dict[str, str] | None = None,
        fields: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.fields = fields
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}

    def response(self) -> web.Response:
        """The problem document."""
        body = {"type": f"urn:resident-desk:problem:{self.code}", "title": _TITLES.get(self.status, "Error")}
        more = {"fields": self.fields} if self.fields else {}
        return web.json_response(
            {**body, "status": self.status, "code": self.code, "detail": self.detail, **more},
            status=self.status,
            content_type="application/problem+json",
            headers=self.headers,
        )


_TITLES = {
    400: "The request cannot be read",
    401: "A token is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Not allowed here",
    409: "Not possible now",
    410: "Deleted",
    413: "Too large",
    415: "Not JSON",
    422: "The request cannot be used",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Too busy",
}


# What staff ask for and is not done: status, name for programs, sentence.
_REFUSALS: dict[type[Exception], tuple[int, str, str]] = {
    NotYours: (409, "not_yours", "This chat is not yours, or no longer, so nothing was changed."),
    NotAvailable: (409, "not_available", "That person cannot take a chat now."),
    StillOpen: (409, "still_open", "Somebody still waits or talks in this chat. End it first."),
    UnknownReason: (422, "unknown_reason", "That is not one of the reasons, or the number of the request is none."),
    NoteNeeded: (422, "note_needed", "Write a note for whoever comes next."),
    UnknownTeam: (422, "unknown_team", "There is no such team in this council."),
    UnknownOutcome: (422, "unknown_outcome", "That outcome is not in the council's list."),
    DraftDecided: (409, "draft_decided", "Somebody has decided about this reply, or its chat has moved on."),
    OwnDraft: (403, "own_draft", "Nobody approves their own reply."),
    CaseNotFound: (404, "case_not_found", "There is no such case for you."),
    CaseHasEnded: (409, "case_ended", "This case has ended."),
    ChangedMeanwhile: (409, "changed_meanwhile", "Somebody changed this case meanwhile. Read it again first."),
    OwnSuggestion: (403, "own_suggestion", "Nobody decides about their own suggestion."),
    AlreadyDecided: (409, "suggestion_decided", "Somebody has decided about this suggestion."),
    NothingHere: (404, "not_found", "There is no such theme, suggestion, candidate or chat for you."),
    MaskingFailed: (
        409,
        "not_masked",
        "Names could not be taken out of the words, so nothing was kept. Try again in a minute.",
    ),
    UnknownStatus: (422, "unknown_status", "That status is not in the council's list."),
}


def as_problem(error: Exception) -> Problem | None:
    """Our exceptions as problems; None for one that nobody expected."""
    match error:
        case Problem():
            return error
        case NotAllowed():
            return Problem(403, "not_allowed", "You may not do this. Ask an administrator if you need to.")
        case Deleted():
            detail = f"This conversation was deleted on {day_in_words(error.at.astimezone(LONDON).date())}. None of it is kept."
            return Problem(410, "conversation_deleted", detail)
        case NotFound():
            return Problem(404, "conversation_not_found", "There is no such conversation for this token.")
        case UnknownCouncil():
            return Problem(404, "unknown_council", "There is no council of that name here.")
        case Closed():
            return Problem(409, "conversation_closed", "This conversation has ended. Start a new one.")
        case UnknownChoice():
            return Problem(422, "unknown_choice", "That choice was not offered in this conversation.")
        case UnusableAnswers():
            return Problem(422, "unusable_answers", str(error), fields=error.faults)
        case UnusableRequest():
            return Problem(422, "unusable_request", str(error))
        case UnusableMark():
            return Problem(422, "unusable_mark", str(error))
        case Contradicts():
            return Problem(409, "contradicts", str(error))
        case ModelRefused() | AlreadyTraining():
            return Problem(409, "not_now", str(error))
        case UnusableText():
            return Problem(422, error.code, str(error))
        case Taken():
            who = f"{error.by} has it" if error.by else "Somebody else was quicker"
            return Problem(409, "taken", f"{who}. The chat is no longer in the queue.")
        case AtCapacity():
            return Problem(409, "at_capacity", f"There are {error.most} chats already, which is as many as allowed.")
        case NoSuchEntry():
            return Problem(404, "not_found", "There is no such article, fact or draft for you.")
        case HasMistakes():
            places = {f"{one.field or 'text'}:{one.line}": one.sentence for one in error.mistakes}
            return Problem(422, error.code, str(error), fields=places)
        case UnusableEntry():
            return Problem(422, error.code, str(error), fields={error.field: str(error)})
        case NotPossible():
            return Problem(403 if isinstance(error, OwnWriting) else 409, error.code, str(error))
        case _ if type(error) in _REFUSALS:
            return Problem(*_REFUSALS[type(error)])
        case TooOften():
            wait = {"Retry-After": str(error.seconds)}
            return Problem(429, "too_many_requests", f"That was too often. Try again in {error.seconds} seconds.", wait)
        case TooBusy():
            detail = "Too much is going on here just now. Nothing was changed. Try again in half a minute."
            return Problem(503, "too_busy", detail, {"Retry-After": "30"})
        case web.HTTPRequestEntityTooLarge():
            return Problem(413, "body_too_large", "The request is larger than 64 KiB.")
        case web.HTTPException() if error.status >= 400:
            return Problem(error.status, error.reason.lower().replace(" ", "_"), error.reason, _allowed(error))
        case _:
            return None


def _allowed(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}


@web.middleware
async def problem_documents(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Gives every request an id and turns exceptions into problem documents."""
    request_id = secrets.token_hex(8)
    with bound_contextvars(request_id=request_id):
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            problem = as_problem(error)
        except ConnectionResetError:
            raise
        except Exception as error:
            problem = as_problem(error)
            if problem is None:
                log.exception("request_failed", method=request.method, route=_route(request))
        if problem is None:
            problem = Problem(500, "unexpected", f"Something went wrong on our side. The reference is {request_id}.")
        return problem.response()


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"
