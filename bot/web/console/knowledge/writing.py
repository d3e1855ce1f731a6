"""Drafts on their pages: write, save, send to be checked, check, publish or send back, and ask what would be answered.

A form that cannot be saved comes back with everything that was typed. Two people in one draft see each other's words before
either is lost: the version that a form was opened with goes along with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from multidict import MultiDict

from bot.dialogue.trial import Trial, try_out
from bot.knowledge.editing.fields import fields_from
from bot.knowledge.editing.library import facts_of, live_text, quoting, view_of
from bot.knowledge.editing.model import (
    Draft,
    HasMistakes,
    Kind,
    NoSuchEntry,
    NotPossible,
    Place,
    SavedMeanwhile,
    State,
    UnusableEntry,
    differences,
)
from bot.knowledge.editing.trying import council_of, with_text_tried
from bot.knowledge.mistakes import KINDS as FACT_KINDS
from bot.knowledge.mistakes import Mistake
from bot.knowledge.model import AREAS
from bot.knowledge.texts import UnreadableText, front_and_body
from bot.staff.model import Permission
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.forms import read_form, see_other
from bot.web.console.knowledge import library
from bot.web.console.knowledge.shared import (
    HERE,
    KINDS,
    LONGEST_TEXT,
    address_of,
    counted,
    draw,
    editing_of,
    pack_wanted,
    place_of,
    says,
)


@dataclass(frozen=True)
class Fault:
    """Why a form was not taken, and what had been typed in it."""

    status: int = 200
    wrong: dict[str, str] = field(default_factory=dict)
    typed: Mapping[str, Any] | None = None
    note: str | None = None
    theirs: Draft | None = None  # what somebody else saved meanwhile


async def new(request: web.Request) -> web.Response:
    """GET /console/knowledge/new?pack=&what=."""
    pack = pack_wanted(request, request.query.get("pack", ""))
    return _new(request, pack, KINDS.get(request.query.get("what", ""), Kind.ARTICLE), Fault())


async def create(request: web.Request) -> web.Response:
    """POST /console/knowledge/new."""
    form = await read_form(request, LONGEST_TEXT)
    pack, kind = pack_wanted(request, form.get("pack", "")), KINDS.get(form.get("what", ""), Kind.ARTICLE)
    typed = _typed(form, kind)
    try:
        draft = await editing_of(request).drafts.create(actor_of(request), pack, kind, typed, form.get("note", ""))
    except UnusableEntry as problem:
        return _new(request, pack, kind, Fault(422, {problem.field: str(problem)}, typed, form.get("note", "")))
    return await _sent_or_saved(request, draft, form)


async def change(request: web.Request) -> web.Response:
    """POST /console/knowledge/library/{pack}/{kind}/{name}/change: opens the draft, which may be there already."""
    draft = await editing_of(request).drafts.change(actor_of(request), place_of(request))
    return see_other(f"{HERE}/drafts/{draft.id}")


async def draft_page(request: web.Request) -> web.Response:
    """GET /console/knowledge/drafts/{id}: the form while it is written, the check while it waits."""
    return await _page(request, await _draft(request))


async def save(request: web.Request) -> web.Response:
    """POST /console/knowledge/drafts/{id}: keeps what was typed, and sends it to be checked when that was pressed."""
    form, drafts = await read_form(request, LONGEST_TEXT), editing_of(request).drafts
    draft = await _draft(request)
    typed, note = _typed(form, draft.place.kind), form.get("note", "")
    try:
        saved = await drafts.save(actor_of(request), draft.id, _number(form, "version"), typed, note)
    except SavedMeanwhile as problem:
        return await _page(request, problem.draft, Fault(409, {"": str(problem)}, typed, note, problem.draft))
    except UnusableEntry as problem:
        return await _page(request, draft, Fault(422, {problem.field: str(problem)}, typed, note))
    except NotPossible as problem:
        return await _page(request, await _draft(request), Fault(409, {"": str(problem)}, typed, note))
    return await _sent_or_saved(request, saved, form)


async def take_back(request: web.Request) -> web.Response:
    """POST …/take-back."""
    return await _moved(request, editing_of(request).drafts.take_back(actor_of(request), request.match_info["id"]), "back")


async def send_back(request: web.Request) -> web.Response:
    """POST …/send-back: with what should change."""
    form = await read_form(request, LONGEST_TEXT)
    drafts = editing_of(request).drafts
    move = drafts.send_back(actor_of(request), request.match_info["id"], form.get("comment", ""))
    return await _moved(request, move, "sent_back", {"comment": form.get("comment", "")})


async def discard(request: web.Request) -> web.Response:
    """POST …/discard."""
    draft = await _draft(request)
    try:
        await editing_of(request).drafts.discard(actor_of(request), draft.id)
    except NotPossible as problem:
        return await _page(request, await _draft(request), Fault(409, {"": str(problem)}))
    if live_text(request.app[keys.KNOWLEDGE].packs, draft.place):
        return see_other(f"{address_of(draft.place)}?done=discarded")
    return see_other(f"{HERE}?pack={draft.place.pack}")


async def publish(request: web.Request) -> web.Response:
    """POST …/publish: live at once; pressed twice it is published once."""
    form = await read_form(request)
    version, live = _number(form, "version"), _number(form, "live")
    try:
        draft = await editing_of(request).publishing.publish(actor_of(request), request.match_info["id"], version, live)
    except NotPossible as problem:
        return await _page(request, await _draft(request), Fault(409, {"": str(problem)}))
    return see_other(f"{address_of(draft.place)}?done=published")


async def look(request: web.Request) -> web.Response:
    """GET …/look: the draft as residents would see it, for a frame."""
    draft = await _draft(request)
    try:
        return library.preview(request, draft.place, editing_of(request).drafts.text_of(draft))
    except (UnreadableText, KeyError):
        raise NoSuchEntry from None


async def what_would_we_answer(request: web.Request) -> web.Response:
    """GET /console/knowledge/try?pack=&draft=&question=: passages, scores and why; side by side where there is a draft."""
    query, knowledge, engine = request.query, request.app[keys.KNOWLEDGE], request.app[keys.ENGINE]
    draft = await editing_of(request).drafts.one(actor_of(request), query["draft"]) if query.get("draft") else None
    pack = draft.place.pack if draft else pack_wanted(request, query.get("pack", ""))
    question, council = " ".join(query.get("question", "").split())[:500], council_of(knowledge, pack)
    outcomes: list[tuple[str, Trial]] = []
    if question:
        outcomes.append(("now", await try_out(engine, knowledge, council, question)))
        tried = _tried(request, draft) if draft else None
        if tried:
            outcomes.append(("with_draft", await try_out(engine, tried, council, question)))
    labels = knowledge.words(council)["intents"]
    return draw(
        request,
        "try.html",
        pack=pack,
        draft=draft,
        question=question,
        outcomes=outcomes,
        known=editing_of(request).drafts.intents,
        same=len(outcomes) == 2 and outcomes[0][1] == outcomes[1][1],
        label=lambda intent: labels.get(intent, intent.replace("_", " ")),
    )


# ---- parts


def _tried(request: web.Request, draft: Draft) -> Any:
    """Knowledge with a draft in it; None for one that cannot be read yet."""
    try:
        return with_text_tried(request.app[keys.KNOWLEDGE], draft.place, editing_of(request).drafts.text_of(draft)).knowledge
    except UnreadableText:
        return None


async def _draft(request: web.Request) -> Draft:
    return await editing_of(request).drafts.one(actor_of(request), request.match_info["id"])


async def _sent_or_saved(request: web.Request, draft: Draft, form: MultiDict[str]) -> web.Response:
    here = f"{HERE}/drafts/{draft.id}"
    if form.get("do") != "send":
        return see_other(f"{here}?done=saved")
    try:
        await editing_of(request).drafts.send(actor_of(request), draft.id, draft.version)
    except HasMistakes as problem:
        return await _page(request, draft, Fault(422, {"": str(problem)}))
    except NotPossible as problem:
        return await _page(request, draft, Fault(409, {"": str(problem)}))
    return see_other(f"{here}?done=sent")


async def _moved(request: web.Request, move: Any, done: str, typed: Mapping[str, Any] | None = None) -> web.Response:
    """The page after a move, or again with the reason why it was not made."""
    try:
        draft = await move
    except UnusableEntry as problem:
        return await _page(request, await _draft(request), Fault(422, {problem.field: str(problem)}, typed))
    except NotPossible as problem:
        return await _page(request, await _draft(request), Fault(409, {"": str(problem)}, typed))
    return see_other(f"{HERE}/drafts/{draft.id}?done={done}")


def _new(request: web.Request, pack: str, kind: Kind, fault: Fault) -> web.Response:
    typed = fault.typed or {}
    return draw(
        request,
        "write.html",
        status=fault.status,
        wrong=fault.wrong,
        draft=None,
        place=Place(pack, kind, ""),
        said=fields_from(kind, typed),
        note=fault.note or "",
        fault=fault,
        mistakes=[],
        named=False,
        **_choices(request, pack),
    )


async def _page(request: web.Request, draft: Draft, fault: Fault | None = None) -> web.Response:
    """The form while a draft is written; else the page on which it is checked."""
    fault = fault or Fault()
    knowledge, actor, drafts = request.app[keys.KNOWLEDGE], actor_of(request), editing_of(request).drafts
    text, live = drafts.text_of(draft), live_text(knowledge.packs, draft.place)
    history = await editing_of(request).publishing.history(actor, draft.place)
    number = history[0].number if history else 0
    mistakes = drafts.mistakes_of(draft) if draft.is_open else []
    common: dict[str, Any] = {
        "status": fault.status,
        "wrong": fault.wrong,
        "draft": draft,
        "place": draft.place,
        "fault": fault,
        "mistakes": [_shown(request, one, text) for one in mistakes],
        "mistakes_title": counted(says(request)["draft"]["mistakes"], len(mistakes)),
        "previewed": draft.place.kind == Kind.ARTICLE and _can_be_shown(request, draft, text),
        "done": request.query.get("done", ""),
        "behind": number != draft.based_on,
    }
    if draft.state != State.WRITING:
        may = actor.may(Permission.PUBLISH_KNOWLEDGE) and draft.may_be_checked_by(actor.staff_id)
        quoted_by = quoting(view_of(knowledge.packs, draft.place.pack), draft.place.name)
        shown: dict[str, Any] = {
            "changes": differences(live, text),
            "live": live,
            "live_number": number,
            "may": may,
            "quoted_by": quoted_by,
        }
        return draw(request, "check.html", **shown, **common)
    said = fields_from(draft.place.kind, fault.typed if fault.typed is not None else draft.fields)
    theirs = drafts.text_of(fault.theirs) if fault.theirs else ""
    return draw(
        request,
        "write.html",
        said=said,
        note=draft.note if fault.note is None else fault.note,
        theirs=differences(theirs, said.text(live)) if theirs else [],
        named=bool(live),
        **common,
        **_choices(request, draft.place.pack),
    )


def _choices(request: web.Request, pack: str) -> dict[str, Any]:
    """What the fields of a form offer."""
    knowledge, words = request.app[keys.KNOWLEDGE], says(request)
    labels = knowledge.words(council_of(knowledge, pack))["intents"]
    intents = sorted(((one, str(labels.get(one, one))) for one in editing_of(request).drafts.intents), key=lambda one: one[1])
    owners = {one.owner for packs in knowledge.packs.values() for one in packs.articles.values()}
    today = knowledge.today()
    facts = [one for one in facts_of(knowledge.packs, pack).values() if one.usable(today)]
    return {
        "areas": [(one, words["areas"][one]) for one in AREAS],
        "kinds": [(one, words["kinds"][one]) for one in FACT_KINDS],
        "statuses": list(words["draft"]["statuses"].items()),
        "intents": [("", words["draft"]["main_intent_none"]), *intents],
        "owners": sorted(owners),
        "facts": sorted(facts, key=lambda one: one.label.lower()),
    }


def _can_be_shown(request: web.Request, draft: Draft, text: str) -> bool:
    facts = facts_of(request.app[keys.KNOWLEDGE].packs, draft.place.pack)
    try:
        tried = with_text_tried(request.app[keys.KNOWLEDGE], draft.place, text)
    except UnreadableText:
        return False
    article = tried.knowledge.council(tried.council).articles[draft.place.name]
    return bool(article.body) and all(key in facts for key in article.fact_keys)


def _shown(request: web.Request, mistake: Mistake, text: str) -> tuple[str, str, str]:
    """A mistake for the page: the field to go to, where it is in words, and the sentence."""
    words = says(request)["draft"]
    if mistake.field == "body":
        front, _ = front_and_body(text)
        line = max(1, mistake.line - front.count("\n") - 2)
        return "body", words["mistake_body"].replace("{line}", f"{line}"), mistake.sentence
    known = {"intents": "main_intent", "source": "source_title", "note": "note_fact"}
    name = known.get(mistake.field, mistake.field)
    return name, str(words.get(name, "")), mistake.sentence


def _typed(form: MultiDict[str], kind: Kind) -> dict[str, Any]:
    """What a form has, as the fields of a draft."""
    if kind == Kind.FACT:
        names = ("key", "value", "kind", "label", "source_title", "source_url", "checked", "status", "valid_from", "valid_to")
        return {**{name: form.get(name, "") for name in names}, "note": form.get("note_fact", "")}
    plain = ("id", "title", "area", "lgsl", "owner", "checked", "review_by", "valid_from", "valid_to", "body")
    intents = [form.get("main_intent", ""), *form.getall("more_intents", [])]
    return {
        **{name: form.get(name, "") for name in plain},
        "intents": [one for one in dict.fromkeys(intents) if one],
        "primary": form.get("primary") == "yes",
        "questions": [line.strip() for line in form.get("questions", "").splitlines() if line.strip()],
        "sources": [_source(line) for line in form.get("sources", "").splitlines() if line.strip()],
    }


def _source(line: str) -> list[str]:
    title, bar, url = line.rpartition("|")
    return [title.strip(), url.strip()] if bar else ["", line.strip()]


def _number(form: MultiDict[str], name: str) -> int:
    text = form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1
