"""The console on the real staff room and the real pages, without the assistant: starts in a moment.

`Staffer` is a browser with a cookie jar and the headers that browsers send; it reads pages by their forms.
"""

import asyncio
import re
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.foundation.clock import Clock
from bot.foundation.limits import Limits
from bot.foundation.metrics import Metrics
from bot.knowledge.service import Knowledge
from bot.staff.building import Staff
from bot.web import keys
from bot.web.console.shell import TEAMS, WORDS, read_console_words
from bot.web.resident.pages import PAGES, Pages
from bot.web.server import new_public_app
from tests.conftest import ROOT

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def console_app(staff: Staff, knowledge: Knowledge, clock: Clock, *, production: bool = False) -> web.Application:
    """The public application with everything that the console needs."""
    app = new_public_app()
    metrics = Metrics()
    app[keys.STAFF] = staff
    app[keys.KNOWLEDGE] = knowledge
    app[keys.CLOCK] = clock
    app[keys.LIMITS] = Limits(metrics)
    app[keys.METRICS] = metrics
    app[keys.PRODUCTION] = production
    app[keys.PUBLIC_URL] = ""
    app[TEAMS] = {"enfield": {"bins": "Bins and recycling team", "benefits": "Benefits team"}}
    app[keys.STOPPING] = asyncio.Event()
    app[keys.STATIC_FOLDER] = ROOT / "bot" / "web" / "static"
    app[WORDS] = read_console_words(ROOT / "councils")
    app[PAGES] = Pages.read(ROOT / "councils", production=production)
    return app


class Page:
    """One answer: its status, where it ended, and its words."""

    def __init__(self, status: int, path: str, text: str, headers: Any) -> None:
        self.status, self.path, self.text, self.headers = status, path, text, headers

    @property
    def title(self) -> str:
        """The words of the h1."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.S)
        return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""

    @property
    def form_token(self) -> str:
        """The token in its forms."""
        found = re.search(r'name="form_token" value="([^"]*)"', self.text)
        return found[1] if found else ""

    def link(self, pattern: str) -> str:
        """The first address in it that fits."""
        found = re.search(pattern, self.text)
        assert found, f"nothing like {pattern} in the page"
        return found[0]


class Staffer:
    """A member of staff with a browser."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.page = Page(0, "", "", {})

    async def get(self, path: str, **headers: str) -> Page:
        """Opens a page, following redirects."""
        sent = {"User-Agent": BROWSER, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin", **headers}
        async with self.client.get(path, headers=sent) as response:
            self.page = Page(response.status, response.url.path, await response.text(), response.headers)
        return self.page

    async def post(self, path: str, fields: Any = None, *, follow: bool = True, **headers: str) -> Page:
        """Sends a form of the page that is open."""
        pairs = list(fields.items() if isinstance(fields, dict) else fields or ())
        if not any(name == "form_token" for name, _ in pairs):
            pairs.append(("form_token", self.page.form_token))
        origin = f"http://{self.client.host}:{self.client.port}"
        sent = {
            "User-Agent": BROWSER,
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Site": "same-origin",
            "Origin": origin,
            **headers,
        }
        async with self.client.post(path, data=pairs, headers=sent, allow_redirects=follow) as response:
            self.page = Page(response.status, response.url.path, await response.text(), response.headers)
        return self.page

    async def sign_in(self, email: str, password: str, then: str = "/console") -> Page:
        """The first step."""
        await self.get(f"/console/sign-in?next={then}")
        return await self.post("/console/sign-in", {"email": email, "password": password, "next": then})
