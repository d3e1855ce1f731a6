"""The accounts of a council, for its administrators: list, add, change, lock, links, sessions."""

from aiohttp import web

from bot.staff.model import ALL, Account, NewAccount, NotAllowed, Role
from bot.staff.service import UnusableAccount
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.forms import read_form, see_other
from bot.web.console.shell import TEAMS, show, words_of

HERE = "/console/staff"


async def staff_page(request: web.Request) -> web.Response:
    """GET /console/staff: everybody of the council, by name."""
    accounts = await request.app[keys.STAFF].accounts.of_council(actor_of(request))
    return show(request, "staff.html", accounts=accounts, done=request.query.get("done", ""))


async def new_page(request: web.Request) -> web.Response:
    """GET /console/staff/new."""
    actor = actor_of(request)
    return _form(request, None, NewAccount("", "", actor.council, (), (Role.ADVISER,)))


async def add(request: web.Request) -> web.Response:
    """POST /console/staff/new: adds an account and shows its one-time link."""
    new, accounts = await _read(request), request.app[keys.STAFF].accounts
    try:
        account = await accounts.add(actor_of(request), new)
    except UnusableAccount as problem:
        return _form(request, None, new, 422, {problem.field: str(problem)})
    return await _with_link(request, account)


async def one_page(request: web.Request) -> web.Response:
    """GET /console/staff/{id}."""
    account = await request.app[keys.STAFF].accounts.one(actor_of(request), request.match_info["id"])
    return await _one(request, account)


async def change(request: web.Request) -> web.Response:
    """POST /console/staff/{id}."""
    new, accounts, staff_id = await _read(request), request.app[keys.STAFF].accounts, request.match_info["id"]
    try:
        await accounts.change(actor_of(request), staff_id, new)
    except UnusableAccount as problem:
        account = await accounts.one(actor_of(request), staff_id)
        return await _one(request, account, 422, {problem.field: str(problem)}, new)
    return see_other(f"{HERE}/{staff_id}?done=changed")


async def lock(request: web.Request) -> web.Response:
    """POST /console/staff/{id}/lock."""
    form, accounts, staff_id = await read_form(request), request.app[keys.STAFF].accounts, request.match_info["id"]
    reason = form.get("reason", "").strip()
    account = await accounts.one(actor_of(request), staff_id)
    if not reason:
        return await _one(request, account, 422, {"reason": words_of(request)["staff"]["reason_missing"]})
    try:
        await accounts.lock(actor_of(request), staff_id, reason)
    except UnusableAccount as problem:
        return await _one(request, account, 422, {"": str(problem)})
    return see_other(f"{HERE}/{staff_id}?done=locked")


async def unlock(request: web.Request) -> web.Response:
    """POST /console/staff/{id}/unlock."""
    await request.app[keys.STAFF].accounts.unlock(actor_of(request), request.match_info["id"])
    return see_other(f"{HERE}/{request.match_info['id']}?done=unlocked")


async def invite(request: web.Request) -> web.Response:
    """POST /console/staff/{id}/link: a one-time link, shown once."""
    account = await request.app[keys.STAFF].accounts.one(actor_of(request), request.match_info["id"])
    return await _with_link(request, account)


async def remove_code(request: web.Request) -> web.Response:
    """POST /console/staff/{id}/remove-code."""
    await request.app[keys.STAFF].accounts.remove_code(actor_of(request), request.match_info["id"])
    return see_other(f"{HERE}/{request.match_info['id']}?done=code")


async def end_sessions(request: web.Request) -> web.Response:
    """POST /console/staff/{id}/end-sessions."""
    await request.app[keys.STAFF].accounts.end_sessions(actor_of(request), request.match_info["id"])
    return see_other(f"{HERE}/{request.match_info['id']}?done=sessions")


async def _read(request: web.Request) -> NewAccount:
    form, actor = await read_form(request), actor_of(request)
    known = {role.value: role for role in Role}
    council = form.get("council", actor.council)
    if not actor.sees_council(council):
        raise NotAllowed
    return NewAccount(
        form.get("name", ""),
        form.get("email", ""),
        council,
        tuple(form.getall("teams", [])),
        tuple(known[one] for one in form.getall("roles", []) if one in known),
    )


async def _with_link(request: web.Request, account: Account) -> web.Response:
    link = await request.app[keys.STAFF].accounts.invite(actor_of(request), account.id)
    address = f"{request.url.origin()}/console/invitation/{link}"
    return show(request, "link.html", account=account, address=address)


def _form(
    request: web.Request, account: Account | None, new: NewAccount, status: int = 200, wrong: dict[str, str] | None = None
) -> web.Response:
    return show(request, "staff-new.html", status=status, wrong=wrong, account=account, **_choices(request, new))


async def _one(
    request: web.Request,
    account: Account,
    status: int = 200,
    wrong: dict[str, str] | None = None,
    new: NewAccount | None = None,
) -> web.Response:
    said = new or NewAccount(account.name, account.email, account.council, account.teams, account.roles)
    sessions = await request.app[keys.STAFF].accounts.sessions(actor_of(request), account.id)
    return show(
        request,
        "staff-one.html",
        status=status,
        wrong=wrong,
        account=account,
        sessions=sessions,
        done=request.query.get("done", ""),
        **_choices(request, said),
    )


def _choices(request: web.Request, said: NewAccount) -> dict[str, object]:
    """What the form of an account offers."""
    actor, words, knowledge = actor_of(request), words_of(request), request.app[keys.KNOWLEDGE]
    councils = [(one, knowledge.council(one).name) for one in knowledge.council_ids if actor.sees_council(one)]
    if actor.council == ALL:
        councils.insert(0, (ALL, words["shell"]["all_councils"]))
    names: dict[str, str] = {}
    for council, _ in councils:
        names |= request.app[TEAMS].get(council, {})
    names |= {team: team for team in said.teams if team not in names and team != ALL}
    teams = [(ALL, words["shell"]["all_teams"], ""), *((team, name, "") for team, name in sorted(names.items()))]
    return {
        "said": said,
        "councils": councils,
        "teams": teams,
        "roles": [(one.value, one.value.capitalize(), one.meaning) for one in Role],
    }
