"""The calendar of one home: a page to look at and to print, and a feed that a telephone subscribes to.

The address of both has the home's UPRN and nothing else about anybody: docs/decisions/0008 says why that is enough. Where the
days cannot be had just now, the page says so with the council's own page beside it.
"""

from aiohttp import web

from bot.addresses.model import Address
from bot.bins.calendars import feed
from bot.bins.model import Gathered
from bot.bins.providers import NoBinDays, ProviderFailed
from bot.bins.wording import left_out, looked_up_on_paper, months
from bot.foundation.limits import TooOften
from bot.web import keys
from bot.web.resident.demo import not_found_page
from bot.web.resident.pages import PAGES

RETRY_SECONDS = "300"


async def calendar_page(request: web.Request) -> web.Response:
    """GET /bins/{council}/{uprn}: the days of half a year."""
    pages = request.app[PAGES]
    address = await _address(request)
    if address is None:
        return not_found_page(request)
    bins = request.app[keys.HOMES].bins
    council = bins.of_council(address.council)
    gathered, failed = await _gathered(request, address)
    if gathered is None and not failed:
        return not_found_page(request)
    today = bins.today()
    page = council.words["page"]
    values = {
        "council": pages.councils[address.council],
        "words": page,
        "intro": page["intro"].format(address=address.line),
        "invented": await request.app[keys.HOMES].addresses.invented(address.council),
        "months": months(council, gathered) if gathered else (),
        "containers": [council.container(one) for one in _shown(gathered)] if gathered else [],
        "left_out": left_out(council, gathered, today) if gathered else [],
        "out_by": council.words["words"]["out_by"],
        "fetched": looked_up_on_paper(council, gathered) if gathered else "",
        "council_page": council.words.get("page_address", ""),
        "feed": f"{request.path}.ics",
        "failed": failed,
    }
    response = pages.render("bins.html", status=503 if failed else 200, cache="private, max-age=3600", **values)
    if failed:
        response.headers.update({"Retry-After": RETRY_SECONDS, "Cache-Control": "no-store"})
    return response


async def calendar_feed(request: web.Request) -> web.Response:
    """GET /bins/{council}/{uprn}.ics: the same for a calendar."""
    address = await _address(request)
    if address is None:
        raise web.HTTPNotFound
    gathered, failed = await _gathered(request, address)
    if failed:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": RETRY_SECONDS})
    if gathered is None:
        raise web.HTTPNotFound
    body = feed(request.app[keys.HOMES].bins.of_council(address.council), address, gathered)
    name = f"bin-days-{address.uprn}.ics"
    headers = {"Cache-Control": "private, max-age=3600", "Content-Disposition": f'inline; filename="{name}"'}
    return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=headers)


async def _address(request: web.Request) -> Address | None:
    """The home that the address names, if the council and its bin days are known. Raises 429."""
    try:
        await request.app[keys.LIMITS].count("bin_calendars", request.remote or "unknown")
    except TooOften as too_often:
        raise web.HTTPTooManyRequests(headers={"Retry-After": str(too_often.seconds)}) from too_often
    council = request.match_info["council"]
    if council not in request.app[PAGES].councils or not await request.app[keys.HOMES].bins.knows(council):
        return None
    return await request.app[keys.HOMES].addresses.by_uprn(council, request.match_info["uprn"])


async def _gathered(request: web.Request, address: Address) -> tuple[Gathered | None, bool]:
    """The days, or that there are none; and whether they could not be had just now."""
    try:
        return await request.app[keys.HOMES].bins.calendar_of(address), False
    except NoBinDays:
        return None, False
    except ProviderFailed:
        return None, True


def _shown(gathered: Gathered) -> list[str]:
    return list(dict.fromkeys(one.container for one in gathered.collections))
