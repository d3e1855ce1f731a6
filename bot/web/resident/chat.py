"""The chat page, full or in a frame, and its plain form for browsers without our script.

GET shows the greeting and stores nothing: a conversation begins with the first message. POST stores what the form says,
waits a moment for the reply and answers with the whole chat. Faults are sentences on the page with the typed words
kept; forms.py reads the form, templates/chat.html draws the page, static/js takes over where it can.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.conversations.model import TEXT_LIMIT, Conversation, Kind, Message, Reply, Sender
from bot.conversations.service import Closed, Conversations, Deleted, NotFound, State, UnknownChoice
from bot.conversations.text import UnusableText, clean_text
from bot.foundation.limits import TooOften
from bot.handoff.refusals import UnusableAnswers
from bot.staff.switch_model import Feature
from bot.web import keys
from bot.web.resident.demo import not_found_page
from bot.web.resident.forms import ChatForm, FromElsewhere, UnreadableForm, new_message_id, read_form
from bot.web.resident.pages import PAGES, CouncilPage
from bot.web.resident.transcript import MessageView, message_view, number_of, plain_transcript, settled_requests, wants_exit

FOR_EVERY_SITE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
REPLY_SECONDS = 6.0  # how long a plain form waits for the reply


class Refused(Exception):
    """What the form asks for cannot be done; `name` is the sentence in page.yml."""

    def __init__(self, name: str, status: int, *, begin_again: bool = False, **values: object) -> None:
        super().__init__(name)
        self.name = name
        self.status = status
        self.begin_again = begin_again
        self.values = values


@dataclass(frozen=True)
class Chat:
    """The state of a chat that a page shows."""

    form: ChatForm = field(default_factory=ChatForm)
    conversation: Conversation | None = None
    messages: tuple[Message, ...] = ()
    state: State | None = None
    error: str = ""
    text: str = ""
    status: int = 200
    faults: dict[str, str] = field(default_factory=dict)  # what is wrong with the fields of a form


async def show(request: web.Request) -> web.Response:
    """GET /chat/{council} and /w/{council}: the page with the greeting."""
    council = _council(request)
    if council is None:
        return not_found_page(request)
    if request.path.startswith("/w/") and not await _widget_is_on(request, council):
        pages = request.app[PAGES]
        return pages.render("widget-off.html", frame_sites=pages.frame_sites(council), council=council, words=council.words)
    return await _page(request, council, Chat())


async def widget_state(request: web.Request) -> web.Response:
    """GET /w/{council}/state: 204 while the widget may be shown, 410 while it is off. The loader asks before it shows it."""
    council = _council(request)
    on = council is not None and await _widget_is_on(request, council)
    return web.Response(status=204 if on else 410, headers={**FOR_EVERY_SITE, "Cache-Control": "no-store"})


async def post(request: web.Request) -> web.Response:
    """POST to the same address: what the plain form says."""
    council = _council(request)
    if council is None:
        return not_found_page(request)
    form = ChatForm()
    try:
        form = await read_form(request)
        form, chat = await _carry_out(request, council, form)
    except Refused as refused:
        chat = await _refused(request, council, form, refused)
    except (UnreadableForm, FromElsewhere, web.HTTPRequestEntityTooLarge) as problem:
        chat = await _refused(request, council, ChatForm(), _unreadable(problem))
    if form.do == "save" and not chat.error:
        return _saved(request, council, chat)
    return await _page(request, council, chat)


async def _carry_out(request: web.Request, council: CouncilPage, form: ChatForm) -> tuple[ChatForm, Chat]:
    conversations, limits = request.app[keys.CONVERSATIONS], request.app[keys.LIMITS]
    try:
        if form.says_something and not (form.choice or form.answer_to):
            clean_text(form.text)
        if not form.begun and not form.says_something:
            return form, Chat(form, text=form.text)
        if not form.begun:
            conversation, form = await _begin(request, council, form)
        else:
            conversation = await conversations.access(form.conversation, form.token)
            if conversation.council != council.id:
                raise NotFound
        if form.rating:
            await limits.count("other_writes", conversation.id)
            form.rated[form.rating[0]] = form.rating[1]
            await conversations.give_feedback(conversation, *form.rating, "")
        elif form.says_something:
            await limits.count("messages", conversation.id)
            await _say(request, conversation, form)
        else:
            await limits.count("reads", conversation.id)
    except Deleted:
        raise Refused("deleted", 410, begin_again=True) from None
    except NotFound:
        raise Refused("expired", 409, begin_again=True) from None
    except Closed:
        raise Refused("closed", 409) from None
    except UnknownChoice:
        raise Refused("choice", 422) from None
    except UnusableAnswers as problem:
        page = await conversations.read(conversation.id, 0)
        return form, Chat(
            form, conversation, tuple(page.messages), page.state, status=422, text=form.text, faults=problem.faults
        )
    except UnusableText as problem:
        if problem.code == "message_too_long":
            raise Refused("too_long", 422, length=f"{len(form.text.replace('\r', '').strip()):,}") from None
        raise Refused("empty", 422) from None
    except TooOften as problem:
        raise Refused("too_often", 429, seconds=problem.seconds) from None
    text = form.text if form.choice or form.answer_to or form.rating or form.do else ""
    messages, state = await _with_reply(conversations, conversation, wait=form.do != "save" and not form.rating)
    return form, Chat(form, conversation, messages, state, text=text)


async def _begin(request: web.Request, council: CouncilPage, form: ChatForm) -> tuple[Conversation, ChatForm]:
    await request.app[keys.LIMITS].count("new_conversations", request.remote or "unknown")
    greeting = await request.app[keys.SWITCHED].greeting(council.id)
    conversation, token, _ = await request.app[keys.CONVERSATIONS].begin(council.id, greeting)
    begun = ChatForm(form.text, form.choice, None, form.do, conversation.id, token, form.message_id)
    return conversation, begun


async def _say(request: web.Request, conversation: Conversation, form: ChatForm) -> None:
    conversations = request.app[keys.CONVERSATIONS]
    if form.answer_to:
        given, more = await request.app[keys.HANDOFF].requests.check(conversation, form.answer_to, form.answers)
        answers = [(one.name, one.label, one.value) for one in given]
        said = await conversations.tell(conversation, form.message_id, answers, {"request": form.answer_to, **more})
    elif form.choice:
        said = await conversations.choose(conversation, form.message_id, form.choice)
    else:
        said = await conversations.say(conversation, form.message_id, form.text)
    if not said.repeat:
        request.app[keys.METRICS].messages.labels(Sender.RESIDENT).inc()


async def _with_reply(
    conversations: Conversations, conversation: Conversation, *, wait: bool
) -> tuple[tuple[Message, ...], State]:
    """All messages, after a moment for the reply."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + REPLY_SECONDS
    page = await conversations.read(conversation.id, 0)
    while wait and page.state.thinking and (left := ends - loop.time()) > 0:
        last = page.messages[-1].seq if page.messages else 0
        await conversations.read_or_wait(conversation.id, last, left)
        page = await conversations.read(conversation.id, 0)
    return tuple(page.messages), page.state


async def _refused(request: web.Request, council: CouncilPage, form: ChatForm, refused: Refused) -> Chat:
    sentence = council.words["error"][refused.name].format(
        limit=f"{TEXT_LIMIT:,}", **{"length": "", "seconds": "", **refused.values}
    )
    if refused.begin_again or not form.begun:
        return Chat(error=sentence, text=form.text, status=refused.status)
    conversations = request.app[keys.CONVERSATIONS]
    conversation = await conversations.access(form.conversation, form.token)
    page = await conversations.read(conversation.id, 0)
    return Chat(form, conversation, tuple(page.messages), page.state, sentence, form.text, refused.status)


def _unreadable(problem: Exception) -> Refused:
    match problem:
        case FromElsewhere():
            return Refused("cross_site", 403)
        case web.HTTPRequestEntityTooLarge():
            return Refused("too_large", 413)
        case _:
            return Refused("unreadable", 400)


def _council(request: web.Request) -> CouncilPage | None:
    return request.app[PAGES].councils.get(request.match_info["council"])


async def _widget_is_on(request: web.Request, council: CouncilPage) -> bool:
    return await request.app[keys.STAFF].switches.is_on(council.id, Feature.WIDGET)


async def _page(request: web.Request, council: CouncilPage, chat: Chat) -> web.Response:
    greeting = () if chat.messages else await request.app[keys.SWITCHED].greeting(council.id)
    pages = request.app[PAGES]
    framed = request.path.startswith("/w/")
    return pages.render(
        "chat.html",
        status=chat.status,
        frame_sites=pages.frame_sites(council) if framed else (),
        secret=request.method == "POST",
        council=council,
        words=council.words,
        framed=framed,
        action=f"/{'w' if framed else 'chat'}/{council.id}",
        form=chat.form if chat.conversation else ChatForm(),
        number=number_of(chat.form.conversation) if chat.conversation else "",
        message_id=new_message_id(),
        messages=[message_view(one, council.words) for one in greeting] or _views(council, chat),
        thinking=bool(chat.state and chat.state.thinking),
        closed=bool(chat.state and chat.state.owner == "closed"),
        state=chat.state,
        people=_people(council, chat),
        faults=chat.faults,
        given=chat.form.answers if chat.faults else {},
        exit_shown=wants_exit(chat.messages),
        error=chat.error,
        text=chat.text,
        limit=TEXT_LIMIT,
        script=_script_settings(council, framed),
        blank=message_view(Reply(Kind.ANSWER, ""), council.words),
    )


def _views(council: CouncilPage, chat: Chat) -> list[MessageView]:
    said = [message.seq for message in chat.messages if message.sender == Sender.RESIDENT]
    latest = said[-1] if said and not chat.error else 0
    settled = settled_requests(chat.messages)
    return [message_view(message, council.words, chat.form.rated, latest, settled) for message in chat.messages]


def _people(council: CouncilPage, chat: Chat) -> str:
    """Who has the conversation, in one line: the place in the queue, or the person."""
    if chat.state and chat.state.queue:
        return str(chat.state.queue["text"])
    if chat.state and chat.state.staff:
        name, team = chat.state.staff["name"], chat.state.staff["team"]
        return str(council.words["people"]["team" if name == team else "with"]).format(name=name, team=team)
    return ""


def _script_settings(council: CouncilPage, framed: bool) -> dict[str, Any]:
    """What the script needs to know: it has no words and no addresses of its own."""
    return {
        "council": council.id,
        "limit": TEXT_LIMIT,
        "framed": framed,
        "parents": list(council.embed_sites) if framed else [],
        "exit": council.words["exit_to"],
        "words": {
            name: council.words[name]
            for name in (
                "page",
                "who",
                "composer",
                "sources",
                "feedback",
                "status",
                "ended",
                "error",
                "saved",
                "people",
                "form",
            )
        },
    }


def _saved(request: web.Request, council: CouncilPage, chat: Chat) -> web.Response:
    number = number_of(chat.form.conversation)
    text = plain_transcript(chat.messages, number, council.words, request.app[keys.KNOWLEDGE].today())
    name = re.sub(r"[^a-z0-9.-]+", "-", council.words["saved"]["file"].lower())
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="text/plain", headers=headers)
