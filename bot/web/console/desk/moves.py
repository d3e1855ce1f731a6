"""What staff do at the desk with a button: each reads its form, calls one use case and leads back to the workspace.

A refusal (refusals.py) is a sentence on the page and never an error: two people who claim at once, a chat that was taken
over while somebody typed. Double clicks change nothing twice, since each form carries an id of its own.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web
from multidict import MultiDict

from bot.conversations.service import NotFound
from bot.conversations.text import UnusableText
from bot.handoff.model import Presence
from bot.handoff.refusals import (
    AtCapacity,
    NotAvailable,
    NoteNeeded,
    NotYours,
    Taken,
    UnknownOutcome,
    UnknownTeam,
    UnusableRequest,
)
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.desk.pages import WORDS, Fault, draw
from bot.web.console.forms import read_form, see_other

HERE = "/console/desk"
Form = MultiDict[str]
Move = Callable[[web.Request, str, Form], Awaitable[str]]  # gives the address to go on to


def handler(move: Move) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler of one move: done, it leads on; refused, it draws the workspace with the reason."""

    async def handle(request: web.Request) -> web.Response:
        form, conversation_id = await read_form(request), request.match_info.get("conversation", "")
        try:
            return see_other(await move(request, conversation_id, form))
        except (
            Taken,
            AtCapacity,
            NotAvailable,
            NoteNeeded,
            NotYours,
            UnknownOutcome,
            UnknownTeam,
            UnusableRequest,
            UnusableText,
        ) as refused:
            typed = {name: value for name, value in form.items() if name in ("text", "note", "reason", "outcome", "to")}
            fault = Fault(sentence_of(request, refused), 422 if isinstance(refused, UnusableText) else 409, typed)
            return await _drawn(request, conversation_id, fault)

    return handle


async def _drawn(request: web.Request, conversation_id: str, fault: Fault) -> web.Response:
    try:
        return await draw(request, conversation_id, fault)
    except NotFound:  # it went to another team meanwhile
        return await draw(request, "", fault)


def sentence_of(request: web.Request, refused: Exception) -> str:
    """Why it was not done, for staff."""
    refusals: dict[str, str] = request.app[WORDS]["refusals"]
    match refused:
        case Taken():
            return refusals["taken_by"].format(name=refused.by) if refused.by else refusals["taken"]
        case AtCapacity():
            return refusals["at_capacity"].format(most=refused.most)
        case NotAvailable():
            return refusals["not_available"]
        case NoteNeeded():
            return refusals["note_needed"]
        case NotYours():
            return refusals["not_yours"]
        case UnknownOutcome() | UnknownTeam():
            return refusals["choose_one"]
        case _:
            return str(refused)


async def claim(request: web.Request, conversation_id: str, form: Form) -> str:
    """Takes a chat from the queue."""
    await request.app[keys.HANDOFF].desks.claim(actor_of(request), conversation_id)
    return f"{HERE}/{conversation_id}"


async def step_in(request: web.Request, conversation_id: str, form: Form) -> str:
    """Joins a chat in which danger was recognised, unasked."""
    await request.app[keys.HANDOFF].desks.step_in(actor_of(request), conversation_id)
    return f"{HERE}/{conversation_id}"


async def claim_next(request: web.Request, conversation_id: str, form: Form) -> str:
    """Takes the first of the queue; nobody waiting is no fault."""
    chat = await request.app[keys.HANDOFF].desks.claim_next(actor_of(request))
    return f"{HERE}/{chat.conversation_id}" if chat else HERE


async def reply(request: web.Request, conversation_id: str, form: Form) -> str:
    """Says something to the resident."""
    epoch = int(form["epoch"]) if form.get("epoch", "").isdecimal() else -1
    await request.app[keys.ASSIST].suggestions.reply(
        actor_of(request),
        conversation_id,
        form.get("message_id", "")[:64],
        form.get("text", ""),
        epoch,
        suggested_for=suggested_for(form),
        inserted=form.getall("inserted", []),
    )
    return f"{HERE}/{conversation_id}"


def suggested_for(form: Form) -> int:
    """The message that the suggestions on the page were for; 0 when there were none."""
    said = form.get("suggested_for", "")
    return int(said) if said.isdecimal() and len(said) < 10 else 0


async def note(request: web.Request, conversation_id: str, form: Form) -> str:
    """Keeps a note for colleagues."""
    await request.app[keys.HANDOFF].desks.note(
        actor_of(request), conversation_id, form.get("message_id", "")[:64], form.get("note", "")
    )
    return f"{HERE}/{conversation_id}"


async def transfer(request: web.Request, conversation_id: str, form: Form) -> str:
    """Passes the chat to a team ("team:bins") or a colleague ("staff:…")."""
    kind, _, name = form.get("to", "").partition(":")
    if kind not in ("team", "staff") or not name:
        raise UnknownTeam(form.get("to", ""))
    to = {"team": name} if kind == "team" else {"staff_id": name}
    await request.app[keys.HANDOFF].passing.transfer(actor_of(request), conversation_id, form.get("note", ""), **to)
    return HERE


async def take_over(request: web.Request, conversation_id: str, form: Form) -> str:
    """A supervisor takes a colleague's chat."""
    await request.app[keys.HANDOFF].passing.take_over(actor_of(request), conversation_id, form.get("note", ""))
    return f"{HERE}/{conversation_id}"


async def put_back(request: web.Request, conversation_id: str, form: Form) -> str:
    """Gives the chat back to the front of the queue."""
    await request.app[keys.HANDOFF].passing.put_back(actor_of(request), conversation_id, form.get("note", ""))
    return HERE


async def give_back(request: web.Request, conversation_id: str, form: Form) -> str:
    """Leaves the chat to the assistant."""
    await request.app[keys.HANDOFF].passing.return_to_assistant(actor_of(request), conversation_id, form.get("note", ""))
    return HERE


async def recall(request: web.Request, conversation_id: str, form: Form) -> str:
    """Takes the chat back from the assistant before the resident's form is done."""
    await request.app[keys.HANDOFF].requests.recall(actor_of(request), conversation_id)
    return f"{HERE}/{conversation_id}"


async def end(request: web.Request, conversation_id: str, form: Form) -> str:
    """Ends the chat with an outcome."""
    await request.app[keys.ASSIST].suggestions.end(
        actor_of(request), conversation_id, form.get("outcome", ""), form.get("note", "")
    )
    return HERE


async def presence(request: web.Request, conversation_id: str, form: Form) -> str:
    """Says how it stands with the actor."""
    wanted = form.get("presence", "")
    if wanted in tuple(Presence) and wanted != Presence.OFFLINE:
        await request.app[keys.HANDOFF].presences.set(actor_of(request), Presence(wanted), form.get("reason", ""))
    return f"{HERE}/{form['chat']}" if form.get("chat", "").isalnum() else HERE
