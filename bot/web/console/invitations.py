"""One-time links: somebody new, or somebody who forgot the password, sets one of their own."""

from aiohttp import web

from bot.staff.passwords import SHORTEST, WeakPassword
from bot.staff.signing_in import LinkGone
from bot.web import keys
from bot.web.access import check_own_page
from bot.web.console.forms import read_form
from bot.web.console.shell import show, words_of


async def invitation_page(request: web.Request) -> web.Response:
    """GET /console/invitation/{link}."""
    try:
        account = await request.app[keys.STAFF].signing_in.invited(request.match_info["link"])
    except LinkGone:
        return _gone(request)
    return show(request, "invitation.html", account=account, least=SHORTEST)


async def accept(request: web.Request) -> web.Response:
    """POST to the same address: the password is set and the link used up."""
    check_own_page(request)
    await request.app[keys.LIMITS].count("sign_ins", request.remote or "unknown")
    form, words = await read_form(request), words_of(request)["new_password"]
    signing_in, link = request.app[keys.STAFF].signing_in, request.match_info["link"]
    try:
        account = await signing_in.invited(link)
        if form.get("new") != form.get("again"):
            wrong = {"again": words["differ"]}
            return show(request, "invitation.html", status=422, wrong=wrong, account=account, least=SHORTEST)
        await signing_in.accept(link, form.get("new", ""))
    except LinkGone:
        return _gone(request)
    except WeakPassword as weak:
        return show(request, "invitation.html", status=422, wrong={"new": str(weak)}, account=account, least=SHORTEST)
    return show(request, "sign-in.html", email=account.email, back="/console", said="ready")


def _gone(request: web.Request) -> web.Response:
    words = words_of(request)["new_password"]
    said = {"title": words["gone_title"], "text": words["gone"]}
    return show(request, "message.html", status=404, said=said)
