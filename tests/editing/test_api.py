"""Programs do with articles what editors do at their pages, under the same rules and with problems in plain words."""

from typing import Any

from aiohttp.test_utils import TestClient

from bot.staff.model import Permission, Role, command_line_actor
from bot.web import keys
from tests.api.staffed import Floor
from tests.factories_editing import make_article_fields

HERE = "/api/v1/staff"


class Program:
    """A program with a token of somebody's."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client = client
        self.token = token

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and the JSON of one request."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.client.request(method, HERE + path, json=body, headers=headers) as response:
            return response.status, await response.json() if response.status != 204 else None


async def program(floor: Floor, name: str) -> Program:
    """A program that acts as an editor."""
    account = await floor.add(name, role=Role.EDITOR)
    permissions = frozenset({Permission.EDIT_KNOWLEDGE, Permission.PUBLISH_KNOWLEDGE})
    token = await floor.product.public[keys.STAFF].tokens.issue(command_line_actor(), account.id, "A program", permissions, 30)
    return Program(floor.client, token)


async def test_from_draft_to_withdrawn_over_the_api(floor):
    erin, ezra = await program(floor, "Erin Editor"), await program(floor, "Ezra Editor")
    new = {"pack": "enfield", "kind": "article", "fields": make_article_fields(body="It costs {fact:none}."), "note": "Asked"}
    status, draft = await erin.call("POST", "/article-drafts", new)
    assert status == 201
    assert draft["mistakes"] == [{"line": 18, "field": "body", "sentence": "the fact none is unknown"}]
    here = f"/article-drafts/{draft['id']}"
    status, problem = await erin.call("POST", f"{here}/send", {"version": 1})
    assert (status, problem["code"], problem["fields"]) == (422, "has_mistakes", {"body:18": "the fact none is unknown"})
    status, draft = await erin.call("PUT", here, {"version": 1, "fields": make_article_fields(), "note": "Asked"})
    assert (status, draft["version"], draft["mistakes"]) == (200, 2, [])
    status, problem = await ezra.call("PUT", here, {"version": 1, "fields": make_article_fields(title="Hens"), "note": ""})
    assert (status, problem["code"]) == (409, "saved_meanwhile")
    status, draft = await erin.call("POST", f"{here}/send", {"version": 2})
    assert (status, draft["state"]) == (200, "waiting")
    status, problem = await erin.call("POST", f"{here}/publish", {"version": 3, "live": 0})
    assert (status, problem["code"]) == (403, "own_writing")
    status, listed = await ezra.call("GET", "/article-drafts/of/enfield")
    assert [one["id"] for one in listed["drafts"]] == [draft["id"]]
    status, draft = await ezra.call("POST", f"{here}/publish", {"version": 3, "live": 0})
    assert (status, draft["state"]) == (200, "published")

    one = "/library/enfield/articles/keeping-chickens"
    status, entry = await ezra.call("GET", one)
    assert (status, entry["live"], entry["fields"]["title"]) == (200, 1, "Keeping chickens")
    assert (await ezra.call("POST", f"{one}/withdraw", {"reason": " "}))[1]["fields"] == {
        "reason": "Write why you withdraw it. It stands in the history."
    }
    assert (await ezra.call("POST", f"{one}/withdraw", {"reason": "Not ours"}))[0] == 204
    status, listed = await ezra.call("GET", "/library/enfield/articles?q=chickens&state=withdrawn")
    assert [entry["name"] for entry in listed["entries"]] == ["keeping-chickens"]
    assert (await ezra.call("POST", f"{one}/put-back", {"number": 1, "reason": "Ours", "live": 2}))[0] == 204
    status, draft = await erin.call("POST", f"{one}/draft")
    assert (status, draft["fields"]["title"]) == (200, "Keeping chickens")
    assert (await erin.call("DELETE", f"/article-drafts/{draft['id']}"))[0] == 204

    for method, path in (
        ("GET", "/library/buckinghamshire/articles"),
        ("GET", "/library/enfield/pictures"),
        ("GET", "/library/enfield/articles/nothing"),
        ("POST", "/library/buckinghamshire/articles/bin-day/draft"),
        ("GET", "/article-drafts/forged"),
    ):
        status, problem = await erin.call(method, path)
        assert (status, problem["code"]) == (404, "not_found"), path
