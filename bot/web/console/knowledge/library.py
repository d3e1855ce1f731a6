"""The library as editors see it: lists, one article or fact with its history, and withdrawing or putting back at once."""

from collections import Counter

from aiohttp import web

from bot.dialogue.composing import Composer
from bot.knowledge.editing.fields import is_withdrawn
from bot.knowledge.editing.library import own_text, quoting, view_of
from bot.knowledge.editing.listing import STATES, Due, Wanted, chosen, due_on, lines, standing_of, standing_of_fact
from bot.knowledge.editing.model import Kind, NoSuchEntry, NotPossible, Place, State, UnusableEntry, Version, differences
from bot.knowledge.editing.trying import with_text_tried
from bot.knowledge.model import AREAS
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.forms import read_form, see_other
from bot.web.console.knowledge.shared import KINDS, address_of, counted, draw, editing_of, pack_wanted, place_of, says
from bot.web.resident.pages import PAGES
from bot.web.resident.transcript import message_view


async def listed(request: web.Request) -> web.Response:
    """GET /console/knowledge?pack=&what=&q=&state=&area=."""
    words, knowledge, query = says(request), request.app[keys.KNOWLEDGE], request.query
    pack = pack_wanted(request, query.get("pack", ""))
    kind = KINDS.get(query.get("what", ""), Kind.ARTICLE)
    state, area = query.get("state", ""), query.get("area", "")
    wanted = Wanted(kind, query.get("q", "")[:120], state if state in STATES else "", area if area in AREAS else "")
    drafts = await editing_of(request).drafts.open_ones(actor_of(request), [pack])
    every = lines(knowledge.packs, pack, kind, drafts, knowledge.today())
    found = chosen(every, wanted)
    due = Counter(one.due for one in every)
    waiting = sum(1 for one in every if one.draft and one.draft.state == State.WAITING)
    listed_words = words["list"]
    return draw(
        request,
        "list.html",
        pack=pack,
        wanted=wanted,
        found=found,
        count=counted(listed_words["count"], len(found)),
        overdue=due[Due.OVERDUE] and counted(listed_words["overdue_count"], due[Due.OVERDUE]),
        due=due[Due.SOON] and counted(listed_words["due_count"], due[Due.SOON]),
        waiting=waiting and counted(listed_words["waiting_count"], waiting),
        states=[("", listed_words["any"]), *((one, words["states"][one]) for one in STATES)],
        areas=[("", listed_words["any_area"]), *((one, words["areas"][one]) for one in AREAS)],
    )


async def entry(request: web.Request) -> web.Response:
    """GET /console/knowledge/library/{pack}/{kind}/{name}."""
    return await _entry(request, place_of(request))


async def version(request: web.Request) -> web.Response:
    """GET …/versions/{number}: what a version changed, and its whole text."""
    place = place_of(request)
    history = await editing_of(request).publishing.history(actor_of(request), place)
    number = request.match_info["number"]
    wanted = next((one for one in history if f"{one.number}" == number), None)
    if wanted is None:
        raise NoSuchEntry
    before = next((one.text for one in history if one.number == wanted.number - 1), _national_text(request, place))
    return draw(request, "version.html", place=place, version=wanted, changes=differences(before, wanted.text), before=before)


async def look(request: web.Request) -> web.Response:
    """GET …/look: the article as residents see it, for a frame."""
    place = place_of(request)
    knowledge = request.app[keys.KNOWLEDGE]
    text = own_text(knowledge.packs, place) or _national_text(request, place)
    if place.kind != Kind.ARTICLE or not text:
        raise NoSuchEntry
    return preview(request, place, text)


def preview(request: web.Request, place: Place, text: str) -> web.Response:
    """An article's text as a resident would get it, by the residents' own templates. Raises UnreadableText and KeyError."""
    tried, pages = with_text_tried(request.app[keys.KNOWLEDGE], place, text), request.app[PAGES]
    article = tried.knowledge.council(tried.council).articles[place.name]
    reply = Composer(tried.knowledge).answer(tried.council, article, article.intents[0] if article.intents else "")
    council = pages.councils[tried.council]
    view = message_view(reply, council.words)
    return pages.render(
        "console/knowledge/look.html", frame_sites=("'self'",), secret=True, council=council, words=council.words, view=view
    )


async def withdraw(request: web.Request) -> web.Response:
    """POST …/withdraw."""
    place, form = place_of(request), await read_form(request)
    try:
        await editing_of(request).publishing.withdraw(actor_of(request), place, form.get("reason", ""))
    except UnusableEntry as problem:
        return await _entry(request, place, 422, {"withdraw-reason": str(problem)})
    return see_other(f"{address_of(place)}?done=withdrawn")


async def put_back(request: web.Request) -> web.Response:
    """POST …/versions/{number}/put-back."""
    place, form, number = place_of(request), await read_form(request), request.match_info["number"]
    if not number.isascii() or not number.isdigit():
        raise NoSuchEntry
    live = form.get("live", "")
    try:
        await editing_of(request).publishing.put_back(
            actor_of(request), place, int(number[:9]), form.get("reason", ""), int(live) if live.isdecimal() else -1
        )
    except UnusableEntry as problem:
        return await _entry(request, place, 422, {f"reason-{number}": str(problem)})
    except NotPossible as problem:
        return await _entry(request, place, 409, {"": str(problem)})
    return see_other(f"{address_of(place)}?done=put_back")


async def drop(request: web.Request) -> web.Response:
    """POST …/drop: the national one counts again."""
    place, form = place_of(request), await read_form(request)
    try:
        await editing_of(request).publishing.drop(actor_of(request), place, form.get("reason", ""))
    except UnusableEntry as problem:
        return await _entry(request, place, 422, {"drop-reason": str(problem)})
    except NotPossible as problem:
        return await _entry(request, place, 409, {"": str(problem)})
    return see_other(f"{address_of(place)}?done=dropped")


async def _entry(request: web.Request, place: Place, status: int = 200, wrong: dict[str, str] | None = None) -> web.Response:
    knowledge, actor = request.app[keys.KNOWLEDGE], actor_of(request)
    today = knowledge.today()
    council = view_of(knowledge.packs, place.pack)
    article = council.articles.get(place.name) if place.kind == Kind.ARTICLE else None
    fact = council.facts.get(place.name) if place.kind == Kind.FACT else None
    if article is None and fact is None:
        raise NoSuchEntry
    standing = standing_of(council, article, today) if article else None
    history = await editing_of(request).publishing.history(actor, place)
    drafts = await editing_of(request).drafts.open_ones(actor, [place.pack])
    own = own_text(knowledge.packs, place)
    return draw(
        request,
        "entry.html",
        status=status,
        wrong=wrong,
        place=place,
        article=article,
        fact=fact,
        council=council,
        standing=standing_of_fact(fact, today) if fact else standing,
        due=due_on(article.review_by, today) if article else Due.NO,
        own=bool(own),
        national=not knowledge.packs[place.pack].base,
        withdrawn=is_withdrawn(place.kind, own, place.pack),
        can_drop=bool(own and _national_text(request, place)),
        quoted_by=quoting(council, place.name) if fact else [],
        history=history,
        live=history[0].number if history else 0,
        draft=next((one for one in drafts if one.place == place), None),
        who=lambda one: _who(one, says(request)["entry"]["who_both"]),
        labels=knowledge.words(knowledge.council_ids[0])["intents"],
        done=request.query.get("done", ""),
    )


def _national_text(request: web.Request, place: Place) -> str:
    packs = request.app[keys.KNOWLEDGE].packs
    return own_text(packs, Place(packs[place.pack].base, place.kind, place.name))


def _who(one: Version, both: str) -> str:
    """Who wrote a version and who published it."""
    if one.author and one.reviewer:
        return both.replace("{author}", one.author).replace("{reviewer}", one.reviewer)
    return one.reviewer or one.author
