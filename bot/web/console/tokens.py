"""API tokens, for administrators: list, issue, revoke. A new one is shown once."""

from collections.abc import Mapping

from aiohttp import web

from bot.staff.model import Permission
from bot.staff.service import NoSuchAccount
from bot.staff.token_model import UnusableToken
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.forms import read_form, see_other
from bot.web.console.shell import show, words_of

HERE = "/console/tokens"
USUAL_DAYS = "90"


async def tokens_page(request: web.Request) -> web.Response:
    """GET /console/tokens."""
    return await _page(request)


async def issue(request: web.Request) -> web.Response:
    """POST /console/tokens: issues one and shows it."""
    form, staff = await read_form(request), request.app[keys.STAFF]
    known = {one.value: one for one in Permission}
    wanted = [known[one] for one in form.getall("permissions", []) if one in known]
    days = form.get("days", "").strip()
    said = {"owner": form.get("owner", ""), "name": form.get("name", "")[:100], "days": days[:5], "permissions": wanted}
    try:
        number = int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0
        token = await staff.tokens.issue(actor_of(request), form.get("owner", ""), form.get("name", ""), wanted, number)
    except UnusableToken as problem:
        return await _page(request, 422, {problem.field: str(problem)}, said)
    except NoSuchAccount:
        return await _page(request, 422, {"owner": words_of(request)["tokens"]["owner_missing"]}, said)
    return show(request, "token-new.html", token=token, name=said["name"])


async def revoke(request: web.Request) -> web.Response:
    """POST /console/tokens/{id}/revoke."""
    await request.app[keys.STAFF].tokens.revoke(actor_of(request), request.match_info["id"])
    return see_other(f"{HERE}?done=revoked")


async def _page(
    request: web.Request,
    status: int = 200,
    wrong: dict[str, str] | None = None,
    said: Mapping[str, object] | None = None,
) -> web.Response:
    staff, actor = request.app[keys.STAFF], actor_of(request)
    accounts = [one for one in await staff.accounts.of_council(actor) if not one.locked]
    return show(
        request,
        "tokens.html",
        status=status,
        wrong=wrong,
        tokens=await staff.tokens.all(actor),
        owners=[(one.id, f"{one.name}, {one.email}") for one in accounts],
        permissions=[(one.value, one.value.replace("_", " ").capitalize(), one.meaning) for one in Permission],
        said=said or {"owner": actor.staff_id, "name": "", "days": USUAL_DAYS, "permissions": []},
        now=request.app[keys.CLOCK].now(),
        done=request.query.get("done", ""),
    )
