"""Staff at their desks in the whole product: accounts, and browsers at the console with a cookie jar of their own."""

import re
from dataclasses import dataclass, field

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient

from bot.app import Product
from bot.handoff.model import Presence
from bot.staff.model import ALL, Account, NewAccount, Role, command_line_actor
from bot.web import keys
from tests.api.desk import Resident
from tests.console_desk import Page, Staffer

PASSWORD = "three random words"


@dataclass
class Floor:
    """The council's floor: the product, a resident's client, and everybody who sits at a desk."""

    product: Product
    client: TestClient
    browsers: list[TestClient] = field(default_factory=list)

    async def add(self, name: str, *, teams: str = "*", role: Role = Role.ADVISER, council: str = "enfield") -> Account:
        """Somebody with an account whose password is chosen already."""
        email = f"{name.split(maxsplit=1)[0].lower()}@{'every' if council == ALL else council}.example.gov.uk"
        new = NewAccount(name, email, council, tuple(teams.split()), (role,))
        accounts = self.product.public[keys.STAFF].accounts
        return await accounts.add(command_line_actor(), new, PASSWORD, keep_password=True)

    async def sit_down(self, name: str, **changes) -> "AtDesk":
        """Somebody signed in at the console and available."""
        account = await self.add(name, **changes)
        browser = TestClient(self.client.server, cookie_jar=CookieJar(unsafe=True))
        self.browsers.append(browser)
        somebody = AtDesk(browser, account)
        await somebody.sign_in(account.email, PASSWORD)
        if account.permissions & {"answer_chats"}:
            await self.product.public[keys.HANDOFF].presences.set(account.actor(), Presence.AVAILABLE)
        return somebody

    async def in_queue(self, council: str = "enfield") -> Resident:
        """A resident who has gone all the way into the queue."""
        resident = Resident(self.client)
        await resident.begin(council)
        await resident.ask("how do i pay my council tax")
        await resident.ask(choice="talk_to_person")
        await resident.send(choice="handoff:send")
        for _ in range(100):
            page = await resident.read(0, wait=0)
            if page["state"]["owner"] == "queue":
                return resident
            await resident.read(page["messages"][-1]["seq"], wait=1)
        raise AssertionError(f"still with {page['state']['owner']}")

    async def close(self) -> None:
        """Everybody goes home."""
        for browser in self.browsers:
            await browser.session.close()


class AtDesk(Staffer):
    """A member of staff with a browser and an account."""

    def __init__(self, client: TestClient, account: Account) -> None:
        super().__init__(client)
        self.account = account

    def hidden(self, name: str, action: str) -> str:
        """The value of a hidden field of the form that goes to an address."""
        form = re.search(rf'<form[^>]*action="[^"]*{re.escape(action)}".*?</form>', self.page.text, re.S)
        assert form, f"no form for {action} on the page"
        found = re.search(rf'name="{name}" value="([^"]*)"', form[0])
        assert found, f"the form for {action} has no {name}"
        return found[1]

    async def open(self, resident: Resident) -> Page:
        """Opens the resident's chat."""
        return await self.get(f"/console/desk/{resident.id}")

    async def claim(self, resident: Resident) -> Page:
        """Takes the resident's chat from the queue."""
        await self.get("/console/desk")
        return await self.post(f"/console/desk/{resident.id}/claim")

    async def reply(self, resident: Resident, text: str) -> Page:
        """Writes to the resident on the page that is open."""
        fields = {name: self.hidden(name, "/reply") for name in ("message_id", "epoch")}
        return await self.post(f"/console/desk/{resident.id}/reply", {**fields, "text": text})
