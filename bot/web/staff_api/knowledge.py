"""Articles and facts for programs, on the use cases that the console calls: read, draft, send, check, publish, withdraw.

A token acts as its owner, so the rule of the second person holds for programs too: what one owner's token wrote, another
person must publish.
"""

from typing import Any

from aiohttp import web

from bot.knowledge.editing.fields import fields_of_text
from bot.knowledge.editing.library import live_text, own_text
from bot.knowledge.editing.listing import STATES, Line, Wanted, chosen, lines
from bot.knowledge.editing.model import Draft, Kind, NoSuchEntry, Version
from bot.knowledge.model import AREAS
from bot.web import keys
from bot.web.access import actor_of
from bot.web.api.reading import read_body
from bot.web.console.knowledge.shared import KINDS, editing_of, pack_wanted, place_of
from bot.web.staff_api import knowledge_schemas as schemas


async def listed(request: web.Request) -> web.Response:
    """GET /library/{pack}/{kind}: lines with state, owner and review date; `q`, `state` and `area` choose among them."""
    info, query = request.match_info, request.query
    if info["kind"] not in KINDS:
        raise NoSuchEntry
    pack, kind = pack_wanted(request, info["pack"]), KINDS[info["kind"]]
    state, area = query.get("state", ""), query.get("area", "")
    wanted = Wanted(kind, query.get("q", "")[:120], state if state in STATES else "", area if area in AREAS else "")
    drafts = await editing_of(request).drafts.open_ones(actor_of(request), [pack])
    knowledge = request.app[keys.KNOWLEDGE]
    found = chosen(lines(knowledge.packs, pack, kind, drafts, knowledge.today()), wanted)
    return _json(schemas.Entries(entries=[_line(one) for one in found]))


async def one(request: web.Request) -> web.Response:
    """GET /library/{pack}/{kind}/{name}: its fields, its text as the packs' files have it, and its history."""
    place, packs = place_of(request), request.app[keys.KNOWLEDGE].packs
    text = live_text(packs, place)
    if not text:
        raise NoSuchEntry
    history = await editing_of(request).publishing.history(actor_of(request), place)
    return _json(
        schemas.Entry(
            pack=place.pack,
            kind=place.kind.value,
            name=place.name,
            own=bool(own_text(packs, place)),
            live=history[0].number if history else 0,
            fields=fields_of_text(place.kind, text, place.pack).as_json(),
            text=text,
            history=[_version(version) for version in history],
        )
    )


async def change(request: web.Request) -> web.Response:
    """POST /library/{pack}/{kind}/{name}/draft: the open draft that changes it, or a new one."""
    return _draft(request, await editing_of(request).drafts.change(actor_of(request), place_of(request)))


async def withdraw(request: web.Request) -> web.Response:
    """POST …/withdraw: residents do not get it from now on."""
    body = await read_body(request, schemas.Withdraw)
    await editing_of(request).publishing.withdraw(actor_of(request), place_of(request), body.reason)
    return web.Response(status=204)


async def put_back(request: web.Request) -> web.Response:
    """POST …/put-back: an earlier version is live again."""
    body = await read_body(request, schemas.PutBack)
    publishing = editing_of(request).publishing
    await publishing.put_back(actor_of(request), place_of(request), body.number, body.reason, body.live)
    return web.Response(status=204)


async def drafts(request: web.Request) -> web.Response:
    """GET /article-drafts/of/{pack}: the open drafts of a pack."""
    pack = pack_wanted(request, request.match_info["pack"])
    found = await editing_of(request).drafts.open_ones(actor_of(request), [pack])
    return _json(schemas.ArticleDrafts(drafts=[_shape(request, draft) for draft in found]))


async def create(request: web.Request) -> web.Response:
    """POST /article-drafts: a draft of something new."""
    body = await read_body(request, schemas.NewDraft)
    pack = pack_wanted(request, body.pack)
    made = await editing_of(request).drafts.create(
        actor_of(request), pack, Kind(body.kind), body.fields.model_dump(), body.note
    )
    return _draft(request, made, 201)


async def draft(request: web.Request) -> web.Response:
    """GET /article-drafts/{id}: with its mistakes and the version of what is live."""
    return _draft(request, await editing_of(request).drafts.one(actor_of(request), request.match_info["id"]))


async def save(request: web.Request) -> web.Response:
    """PUT /article-drafts/{id}: keeps what was written; `version` is the one that the writer saw."""
    body = await read_body(request, schemas.SaveDraft)
    saved = await editing_of(request).drafts.save(
        actor_of(request), request.match_info["id"], body.version, body.fields.model_dump(), body.note
    )
    return _draft(request, saved)


async def send(request: web.Request) -> web.Response:
    """POST /article-drafts/{id}/send: to be checked by a second person."""
    body = await read_body(request, schemas.SeenDraft)
    return _draft(request, await editing_of(request).drafts.send(actor_of(request), request.match_info["id"], body.version))


async def take_back(request: web.Request) -> web.Response:
    """POST /article-drafts/{id}/take-back: to be written in again."""
    return _draft(request, await editing_of(request).drafts.take_back(actor_of(request), request.match_info["id"]))


async def send_back(request: web.Request) -> web.Response:
    """POST /article-drafts/{id}/send-back: with what should change."""
    body = await read_body(request, schemas.SendBack)
    drafts = editing_of(request).drafts
    return _draft(request, await drafts.send_back(actor_of(request), request.match_info["id"], body.comment))


async def publish(request: web.Request) -> web.Response:
    """POST /article-drafts/{id}/publish: live at once in every gateway."""
    body = await read_body(request, schemas.Publish)
    publishing = editing_of(request).publishing
    return _draft(request, await publishing.publish(actor_of(request), request.match_info["id"], body.version, body.live))


async def discard(request: web.Request) -> web.Response:
    """DELETE /article-drafts/{id}: what is live stays."""
    await editing_of(request).drafts.discard(actor_of(request), request.match_info["id"])
    return web.Response(status=204)


def _draft(request: web.Request, draft: Draft, status: int = 200) -> web.Response:
    return _json(_shape(request, draft), status)


def _shape(request: web.Request, draft: Draft) -> schemas.ArticleDraft:
    drafts = editing_of(request).drafts
    mistakes = drafts.mistakes_of(draft) if draft.is_open else []
    return schemas.ArticleDraft(
        id=draft.id,
        pack=draft.place.pack,
        kind=draft.place.kind.value,
        name=draft.place.name,
        state=draft.state.value,
        version=draft.version,
        fields=draft.fields,
        text=drafts.text_of(draft),
        note=draft.note,
        names=list(draft.names),
        changed_at=draft.changed_at,
        changed_by=draft.changed_by,
        comment=draft.comment,
        comment_by=draft.comment_by,
        asked=list(draft.asked),
        mistakes=[schemas.DraftMistake(line=one.line, field=one.field, sentence=one.sentence) for one in mistakes],
    )


def _line(line: Line) -> schemas.EntryLine:
    return schemas.EntryLine(
        name=line.place.name,
        title=line.title,
        area=line.area,
        owner=line.owner,
        standing=line.standing.value,
        own=line.own,
        checked=line.checked,
        look_by=line.look_by,
        due=line.due.value,
        draft=line.draft.id if line.draft else "",
        draft_state=line.draft.state.value if line.draft else "",
    )


def _version(version: Version) -> schemas.EntryVersion:
    return schemas.EntryVersion(
        number=version.number,
        change=version.change.value,
        note=version.note,
        author=version.author,
        reviewer=version.reviewer,
        at=version.at,
        text=version.text,
    )


def _json(shape: Any, status: int = 200) -> web.Response:
    return web.json_response(shape.model_dump(mode="json"), status=status)
