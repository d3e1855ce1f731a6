"""Reports and applications as ordinary forms: /apply/{council}/{id}, one question a page, with or without JavaScript.

The same definitions, the same understanding of answers and the same case as in the chat. Nothing is stored before it is sent: the
answers travel in hidden fields and are understood anew with every page, so what a browser sends is never trusted. What a page
shows is made in apply_views.py, the words are in councils/*/applications.yml.
"""

from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.applications import filling
from bot.applications.addressing import picks
from bot.applications.entitlement import likely
from bot.applications.filling import Form
from bot.applications.model import Answer, Definition, Field, FieldType, Problem
from bot.applications.service import DayGone
from bot.applications.understanding import understand
from bot.applications.understanding.offered import day_of
from bot.foundation.limits import TooOften
from bot.web import keys
from bot.web.resident import apply_views
from bot.web.resident.demo import not_found_page
from bot.web.resident.forms import UnreadableForm, read_fields
from bot.web.resident.pages import PAGES, CouncilPage

ANSWER = "a."  # how the hidden field of an answer begins
LONGEST_KEY = 40


async def index(request: web.Request) -> web.Response:
    """GET /apply/{council}: everything that can be reported or applied for."""
    council = request.app[PAGES].councils.get(request.match_info["council"])
    if council is None:
        return not_found_page(request)
    found = sorted(request.app[keys.APPLICATIONS].all(council.id).values(), key=lambda one: one.title)
    return _render(request, council, apply_views.index(found))


async def show(request: web.Request) -> web.Response:
    """GET /apply/{council}/{id}: the first question."""
    council, definition = _of(request)
    if council is None or definition is None:
        return not_found_page(request)
    return await _page(request, council, request.app[keys.APPLICATIONS].begin(definition))


async def post(request: web.Request) -> web.Response:
    """POST to the same address: the next question, the answers to check, or the reference."""
    council, definition = _of(request)
    if council is None or definition is None:
        return not_found_page(request)
    words = request.app[keys.APPLICATIONS].words(council.id)
    fresh = request.app[keys.APPLICATIONS].begin(definition)
    try:
        fields = await read_fields(request)
    except (UnreadableForm, web.HTTPRequestEntityTooLarge):
        return await _page(request, council, fresh, words["page"]["expired"], status=400)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return await _page(request, council, fresh, words["page"]["refused"], status=403)
    form = await _form(request, definition, fields)
    try:
        return await _carry_out(request, council, form, fields)
    except TooOften as problem:
        sentence = words["page"]["too_often"].format(seconds=problem.seconds)
        return await _page(request, council, form, sentence, status=429)


async def _carry_out(request: web.Request, council: CouncilPage, form: Form, fields: dict[str, str]) -> web.Response:
    do, _, name = fields.get("do", "").partition(":")
    if do == "send" and form.complete:
        return await _send(request, council, form)
    if do == "change" and form.definition.field(name):
        return await _page(request, council, filling.change(form, name))
    field = form.definition.field(fields.get("field", ""))
    if field is None or field not in form.applicable:
        return await _page(request, council, form)
    form = filling.change(form, field.name)
    if do == "back":
        return await _page(request, council, filling.back(form) or form)
    return await _answer(request, council, form, field, fields)


async def _answer(request: web.Request, council: CouncilPage, form: Form, field: Field, fields: dict[str, str]) -> web.Response:
    applications = request.app[keys.APPLICATIONS]
    typed, pick = apply_views.typed(field, fields), fields.get("pick", "")
    looked = "" if typed or pick else fields.get("looked", "")  # a list was shown, and nothing of it was chosen
    if field.type == FieldType.ADDRESS and not (field.optional and not (typed or pick or looked)):
        form, understood = await request.app[keys.ADDRESSING].take_from_page(form, field, typed or looked, pick)
        if isinstance(understood, Problem) and picks(form):
            error = applications.words(council.id)["page"]["empty"]["pick"] if looked else ""
            return await _page(request, council, form, error, typed or looked, status=422 if error else 200)
    else:
        understood = understand(field, typed, await applications.asked_for(form))
    if isinstance(understood, Problem):
        sentence = apply_views.sentence(field, understood, typed, applications.words(council.id))
        return await _page(request, council, form, sentence, typed, status=422)
    insisted = form.answers.get(field.name) == understood
    form = filling.answered(form, field.name, understood)
    notes = filling.notes_due(form, field.name)
    if ending := next((note for note in notes if note.ends), None):
        return _render(request, council, apply_views.ended(form, ending.text, applications.words(council.id)))
    finding = await applications.look(form, field.name)
    if finding is not None and finding.ends:
        return _render(request, council, apply_views.ended(form, finding.text, applications.words(council.id)))
    said = [note.text for note in notes]
    if finding is not None and not (finding.reopen and insisted):
        said.append(finding.text)
        form = filling.change(form, finding.reopen) if finding.reopen else form
    return await _page(request, council, form, said=said)


async def _send(request: web.Request, council: CouncilPage, form: Form) -> web.Response:
    applications = request.app[keys.APPLICATIONS]
    words = applications.words(council.id)
    await request.app[keys.LIMITS].count("new_conversations", request.remote or "unknown")
    try:
        case = await applications.send_now(form)
    except DayGone as gone:
        sentence = words["say"]["day_gone"].format(date=form.answers[gone.field.name].words)
        return await _page(request, council, filling.change(form, gone.field.name), sentence, status=409)
    sent = apply_views.sent(form, case, words, applications.today(), applications.follow_page(council.id))
    return _render(request, council, sent)


async def _form(request: web.Request, definition: Definition, fields: dict[str, str]) -> Form:
    """The form that the hidden fields hold, each answer understood anew; what is no answer any more is asked again."""
    form = Form(definition, fields.get("key", "")[:LONGEST_KEY])
    if not form.key.isalnum():
        form = replace(form, key=request.app[keys.APPLICATIONS].begin(definition).key)
    asked = request.app[keys.APPLICATIONS].asked(definition.council)
    for field in definition.fields:
        raw = fields.get(ANSWER + field.name)
        if raw is None:
            continue
        if field.type == FieldType.ADDRESS:
            answer = await request.app[keys.ADDRESSING].from_raw(form, field, raw)
        elif field.type == FieldType.DAY_OFFERED:
            answer = day_of(field, raw, asked)
        else:
            understood = understand(field, raw, asked)
            answer = understood if isinstance(understood, Answer) else None
        if answer is not None:
            form = filling.answered(form, field.name, answer)
    return form


async def _page(
    request: web.Request,
    council: CouncilPage,
    form: Form,
    error: str = "",
    typed: str = "",
    *,
    said: list[str] | None = None,
    status: int = 200,
) -> web.Response:
    applications = request.app[keys.APPLICATIONS]
    words = applications.words(council.id)
    if form.open is None and form.definition.ends == "result":
        found = likely(form.definition, form.answers, applications.today())
        then = applications.get(council.id, found.result.then) if found else None
        return _render(request, council, apply_views.result(form, found, then, words))
    if form.open is None:
        return _render(request, council, apply_views.check(form, words, said or [], error), status)
    asked = await applications.asked_for(form)
    return _render(request, council, apply_views.question(form, asked, error, typed, said or []), status)


def _of(request: web.Request) -> tuple[CouncilPage | None, Definition | None]:
    council = request.app[PAGES].councils.get(request.match_info["council"])
    name = request.match_info["id"].replace("-", "_")
    return council, request.app[keys.APPLICATIONS].get(council.id, name) if council else None


def _render(request: web.Request, council: CouncilPage, view: dict[str, Any], status: int = 200) -> web.Response:
    return request.app[PAGES].render(
        "apply.html",
        status=status,
        secret=request.method == "POST",
        council=council,
        words=request.app[keys.APPLICATIONS].words(council.id),
        page_words=council.words["page"],
        **apply_views.EMPTY | view,
    )
