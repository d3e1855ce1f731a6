"""Every address says who may use it, and docs/permissions.md lists exactly what the code has.

After a change, `DESK_WRITE_DOCS=yes python -m pytest tests/unit/test_permissions.py` writes the page anew.
"""

import os
import re
from pathlib import Path

import pytest
from aiohttp import web

from bot.staff.model import ROLES, Permission, Role
from bot.web.access import PUBLIC, add_route, declared_routes, guard, prepare_access
from bot.web.problems import problem_documents
from bot.web.server import new_public_app

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"


def test_every_route_declares_who_may_use_it():
    silent = [f"{method} {path}" for method, path, access in declared_routes(new_public_app()) if access is None]
    assert not silent, f"register these with add_route(app, …) of bot/web/access.py and say who may use them: {silent}"


def test_what_staff_use_is_never_public():
    before_signing_in = ("/console/sign-in", "/console/invitation/", "/console/outside")
    open_ones = [
        f"{method} {path}"
        for method, path, access in declared_routes(new_public_app())
        if access is PUBLIC and path.startswith(("/console", "/api/v1/staff")) and not path.startswith(before_signing_in)
    ]
    assert not open_ones, f"these are for staff, so name a permission or SIGNED_IN: {open_ones}"


@pytest.mark.parametrize("name", ["permissions", "roles", "routes"])
def test_the_page_lists_exactly_what_there_is(name):
    page, wanted = PAGE.read_text(encoding="utf-8"), _tables()[name]
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.S)
    if os.environ.get("DESK_WRITE_DOCS") == "yes":
        PAGE.write_text(block.sub(lambda found: found[1] + wanted + found[2], page), encoding="utf-8")
        return
    found = block.search(page)
    assert found, f"docs/permissions.md has no part between <!-- {name} --> and <!-- end -->"
    assert found[0].split("\n", 1)[1].removesuffix("<!-- end -->") == wanted, (
        "docs/permissions.md is not what the code has: run DESK_WRITE_DOCS=yes python -m pytest tests/unit/test_permissions.py"
    )


def test_every_permission_belongs_to_a_role():
    given = frozenset().union(*ROLES.values())
    assert given == set(Permission), f"nobody can have {set(Permission) - given}: add them to a role in bot/staff/model.py"
    assert set(ROLES) == set(Role)


async def test_a_route_that_declares_nothing_is_refused(aiohttp_client):
    async def handler(request: web.Request) -> web.Response:
        return web.Response(text="secret")

    app = web.Application(middlewares=[problem_documents, guard])
    prepare_access(app)
    app.router.add_get("/forgotten", handler)
    add_route(app, "GET", "/open", handler, PUBLIC)
    client = await aiohttp_client(app)
    assert (await client.get("/open")).status == 200
    assert (await client.get("/forgotten")).status == 403
    assert (await client.get("/nowhere")).status == 404


def _tables() -> dict[str, str]:
    permissions = [f"| `{one}` | {one.meaning} |" for one in Permission]
    roles = [
        f"| {role} | {role.meaning} | {', '.join(f'`{one}`' for one in Permission if one in ROLES[role])} |" for role in Role
    ]
    by_path: dict[tuple[str, str], list[str]] = {}
    for method, path, access in declared_routes(new_public_app()):
        if method != "HEAD":
            by_path.setdefault((path, str(access)), []).append(method)
    routes = [
        f"| `{path}` | {', '.join(sorted(methods))} | `{access}` |" for (path, access), methods in sorted(by_path.items())
    ]
    return {
        "permissions": "\n".join(["| permission | what it allows |", "| --- | --- |", *permissions, ""]),
        "roles": "\n".join(["| role | who it is for | permissions |", "| --- | --- | --- |", *roles, ""]),
        "routes": "\n".join(["| address | methods | asks for |", "| --- | --- | --- |", *routes, ""]),
    }
