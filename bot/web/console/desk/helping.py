"""The typed actions of staff: questions with a form, articles, cases, promises. Each reaches the resident as a real message.

Which kinds of question there are is said by bot/handoff; moves.py has what changes who has the chat.
"""

from aiohttp import web

from bot.handoff.forms import RequestKind
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.desk.moves import HERE, Form, suggested_for


async def ask(request: web.Request, conversation_id: str, form: Form) -> str:
    """Sends a typed question: contact details, an address, a call-back time, or a form of the council."""
    kind = form.get("kind", "")
    if kind in tuple(RequestKind):
        application = form.get("application", "")
        await request.app[keys.HANDOFF].requests.ask(
            actor_of(request), conversation_id, message_id(form), RequestKind(kind), epoch(form), application=application
        )
    return f"{HERE}/{conversation_id}"


async def send_article(request: web.Request, conversation_id: str, form: Form) -> str:
    """Sends an article as the assistant would, in the name of the person."""
    await request.app[keys.ASSIST].suggestions.send_article(
        actor_of(request),
        conversation_id,
        message_id(form),
        form.get("article", ""),
        epoch(form),
        suggested_for=suggested_for(form),
    )
    return f"{HERE}/{conversation_id}"


async def open_case(request: web.Request, conversation_id: str, form: Form) -> str:
    """Opens a case; the resident gets its reference."""
    await request.app[keys.HANDOFF].sending.open_case(
        actor_of(request),
        conversation_id,
        message_id(form),
        epoch(form),
        title=form.get("title", ""),
        team=form.get("team", ""),
    )
    return f"{HERE}/{conversation_id}"


async def promise(request: web.Request, conversation_id: str, form: Form) -> str:
    """Promises a call or an answer by e-mail to a contact that is known."""
    await request.app[keys.HANDOFF].sending.promise(
        actor_of(request),
        conversation_id,
        message_id(form),
        epoch(form),
        contact=form.get("contact", ""),
        time=form.get("time", ""),
    )
    return f"{HERE}/{conversation_id}"


def epoch(form: Form) -> int:
    """The epoch that the writer saw; one that no chat has when the form does not say."""
    return int(form["epoch"]) if form.get("epoch", "").isdecimal() else -1


def message_id(form: Form) -> str:
    """The form's own id, which makes a double click harmless."""
    return form.get("message_id", "")[:64]
